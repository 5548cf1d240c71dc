"""Shows a provider one moment of a simulated task, without a simulator: only what the simulation itself writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tidings.flow import finish
from tidings.model import TaskRef
from tidings.provider import Answer, Answers, Provider
from tidings.testing.conformance.asking import StartFlow
from tidings.testing.samples import RECORDED_AT, split_query
from tidings.testing.simulated import Reply, SimulatedTask
from tidings.testing.simulation import Route, Simulation
from tidings.wire import Request, Response

_BRACES = re.compile(r"\\\{\w+(:path)?\\\}")  # as re.escape leaves them
_MOST_REQUESTS = 20


@dataclass(frozen=True)
class Moment:
    """One moment in the life of a simulated task.

    Attributes:
        stage: a stage's name, or the outcome once it has ended.
    """

    simulation: Simulation
    dialect: str
    outcome: str
    stage: str

    def __str__(self) -> str:
        return f"{self.dialect}: {self.stage}" if self.dialect else self.stage

    def task(self, ref: TaskRef) -> SimulatedTask:
        """What the simulation has to go by."""
        has_ended = self.stage == self.outcome
        return SimulatedTask(
            id=ref.id,
            number=1,
            stage=self.stage,
            word=self.simulation.word(self.stage, self.dialect),
            outcome=self.outcome,
            dialect=self.dialect,
            now=RECORDED_AT,
            created_at=RECORDED_AT,
            started_at=RECORDED_AT,
            finished_at=RECORDED_AT if has_ended else None,
            progress=1.0 if has_ended else 0.5,
            failure=self.simulation.failure,
            link=_link,
            route=ref.route,
        )


def moments(simulation: Simulation) -> Iterator[Moment]:
    """Every stage and every outcome, in every dialect."""
    for dialect in simulation.dialects:
        first = simulation.outcomes[0]
        yield from (Moment(simulation, dialect, first, stage.name) for stage in simulation.stages)
        yield from (Moment(simulation, dialect, outcome, outcome) for outcome in simulation.outcomes)


def look(provider: Provider, moment: Moment, ref: TaskRef, way: StartFlow) -> Answer | None:
    """What the provider reads when it asks about the task at that moment; None when the answer leaves it out."""
    flow = way(provider, [ref])
    try:
        request = next(flow)
        for _ in range(_MOST_REQUESTS):
            request = flow.send(_played(moment, ref, request))
    except StopIteration as stop:
        answers: Answers = finish(stop)
        return answers.get(ref)
    raise AssertionError(f"{moment}: the provider goes on asking after {_MOST_REQUESTS} requests")


def _played(moment: Moment, ref: TaskRef, request: Request) -> Response:
    simulation, task = moment.simulation, moment.task(ref)
    route = _route(simulation, request)
    written = simulation.render_batch([task], moment.dialect) if route.many else getattr(simulation, route.render)(task)
    reply = written if isinstance(written, Reply) else Reply(json=written)
    body = json.dumps(reply.json) if reply.text is None else reply.text
    headers = {"content-type": reply.media_type, **{name.lower(): value for name, value in reply.headers.items()}}
    return Response(reply.status, headers, body.encode(), RECORDED_AT)


def _route(simulation: Simulation, request: Request) -> Route:
    path, _ = split_query(request.path)
    for route in simulation.routes:
        pattern = _BRACES.sub(lambda braces: ".+" if braces[1] else "[^/]+", re.escape(route.path))
        if route.method == request.method and re.fullmatch(pattern, path):
            return route
    raise AssertionError(f"the simulation has no route for what the provider asks: {request.method} {path}")


def _link(name: str, /, *, lifetime: float | None = None) -> str:
    del lifetime
    return f"https://files.example/{name}"
