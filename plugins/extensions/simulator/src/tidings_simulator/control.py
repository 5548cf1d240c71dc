"""The simulator's own routes below `/_simulator`, for those who drive it from another language or another process."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tidings.errors import InvalidRef

if TYPE_CHECKING:
    from tidings_simulator.server import Simulator

T = TypeVar("T")


class TaskForm(BaseModel):
    """`POST /_simulator/tasks`: one of these or a list; see `Simulator.add`."""

    model_config = ConfigDict(extra="forbid")

    provider: str
    id: str | None = None
    outcome: str = "succeeded"
    dialect: str | None = None
    durations: dict[str, float] = {}
    failure: str | None = None
    route: str | None = None
    age: float = 0.0
    facts: dict[str, Any] = {}
    count: int = Field(default=1, ge=1, le=100_000)


class FaultForm(BaseModel):
    """`POST /_simulator/faults`: one of these or a list; the kind's own options stand beside."""

    model_config = ConfigDict(extra="allow")

    kind: str
    provider: str | None = None
    route: str | None = None
    task: str | None = None
    times: int | None = None
    probability: float = Field(default=1.0, ge=0, le=1)
    seed: int = 0


class ClockForm(BaseModel):
    """`POST /_simulator/clock`: moves simulated time on."""

    model_config = ConfigDict(extra="forbid")

    advance: float = Field(ge=0)


def control(simulator: Simulator) -> Starlette:
    """The application that serves them."""
    desk = _Desk(simulator)
    return Starlette(
        routes=[
            Route("/_simulator", desk.overview),
            Route("/_simulator/tasks", desk.tasks),
            Route("/_simulator/tasks", desk.add_tasks, methods=["POST"]),
            Route("/_simulator/faults", desk.add_faults, methods=["POST"]),
            Route("/_simulator/faults", desk.clear_faults, methods=["DELETE"]),
            Route("/_simulator/requests", desk.requests),
            Route("/_simulator/requests", desk.clear_requests, methods=["DELETE"]),
            Route("/_simulator/clock", desk.move_clock, methods=["POST"]),
        ],
        exception_handlers={ValueError: _bad_request, InvalidRef: _bad_request},
    )


class _Desk:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def overview(self, request: Request) -> Response:
        del request
        simulator = self._simulator
        return JSONResponse(
            {
                "gateway_url": simulator.url,
                "providers": {name: simulator.url_for(name) for name in simulator.providers},
                "not_played": simulator.skipped,
                "now": simulator.clock.now().isoformat(),
                "speed": simulator.clock.speed,
                "tasks": len(simulator.tasks),
            }
        )

    async def tasks(self, request: Request) -> Response:
        del request
        return JSONResponse([{"ref": task.ref, "id": task.id} for task in self._simulator.tasks])

    async def add_tasks(self, request: Request) -> Response:
        forms = await _read(request, TypeAdapter(list[TaskForm]))
        return JSONResponse([task for form in forms for task in self._add(form)], status_code=201)

    def _add(self, form: TaskForm) -> list[dict[str, str]]:
        if form.count > 1 and form.id is not None:
            raise ValueError("count makes tasks with ids of their own: leave out either id or count")
        said = form.model_dump(exclude={"provider", "count"})
        added = [self._simulator.add(form.provider, said["id"], **_without(said, "id")) for _ in range(form.count)]
        return [{"ref": task.ref, "id": task.id} for task in added]

    async def add_faults(self, request: Request) -> Response:
        forms = await _read(request, TypeAdapter(list[FaultForm]))
        faults = [self._simulator.faults.add(form.kind, **_without(form.model_dump(), "kind")) for form in forms]
        return JSONResponse([asdict(fault) for fault in faults], status_code=201)

    async def clear_faults(self, request: Request) -> Response:
        del request
        self._simulator.faults.clear()
        return Response(status_code=204)

    async def requests(self, request: Request) -> Response:
        """How many came by provider and route, and the last of them (`?last=100`)."""
        log, last = self._simulator.requests, int(request.query_params.get("last", "100"))
        shown = [asdict(seen) for seen in log][-last:] if last > 0 else []
        return JSONResponse(
            {"total": len(log), "counts": log.counts, "downloads": len(self._simulator.downloads), "last": shown}
        )

    async def clear_requests(self, request: Request) -> Response:
        del request
        self._simulator.requests.clear()
        self._simulator.downloads.clear()
        return Response(status_code=204)

    async def move_clock(self, request: Request) -> Response:
        form = (await _read(request, TypeAdapter(list[ClockForm])))[0]
        self._simulator.advance(form.advance)
        return JSONResponse({"now": self._simulator.clock.now().isoformat()})


async def _read(request: Request, adapter: TypeAdapter[list[T]]) -> list[T]:
    """The body as a list of forms; a single one counts as a list of one."""
    body = (await request.body()).strip()
    return adapter.validate_json(body if body.startswith(b"[") else b"[" + body + b"]")


def _without(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {field: value for field, value in fields.items() if field != name}


def _explain(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'][1:]) or 'the body'}: {first['msg']}"


def _bad_request(request: Request, error: Exception) -> Response:
    del request
    return JSONResponse({"error": _explain(error)}, status_code=400)
