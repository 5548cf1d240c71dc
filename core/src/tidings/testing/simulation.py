"""How a provider is simulated: a table of routes, a few words and a function that writes the provider's JSON.

    class AcmeSimulation(Simulation):
        routes = (Route("GET", "/v1/jobs/{id}"),)
        stages = (Stage("waiting", 5), Stage("working", 20))
        words = {"succeeded": "done", "failed": "error"}

        def render(self, task):
            url = task.link("video.mp4") if task.has_succeeded else None
            return {"id": task.id, "status": task.word, "url": url}

A plugin returns the class from the hook `tidings_simulation`. Like a provider, it is pure and stateless: the simulator
(`tidings-simulator`) keeps the tasks, the clock and the sockets, and plays every provider from its class alone.
"""

from __future__ import annotations

import random
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from tidings.testing.simulated import NOTHING, Asked, Link, Reply, SimulatedTask, Stage, Timeline
from tidings.wire import as_text, dig

Ids = Callable[[Asked], Sequence[str]]
"""From a request to the ids of the tasks it asks about."""


def in_path(name: str = "id") -> Ids:
    """The id stands in the path, in the braces called `name`."""
    return lambda asked: [asked.params[name]]


def in_query(name: str, *, separator: str | None = None) -> Ids:
    """The ids stand in the query: `?name=a&name=b`, or `?name=a,b` with a `separator`."""

    def read(asked: Asked) -> Sequence[str]:
        values = asked.query.get(name, ())
        return list(values) if separator is None else [part for value in values for part in value.split(separator)]

    return read


def in_body(*path: str) -> Ids:
    """The ids stand in the body at `path`, as one text or as a list."""

    def read(asked: Asked) -> Sequence[str]:
        found = dig(asked.json, *path)
        values = found if isinstance(found, list) else [found]
        return [text for text in map(as_text, values) if text]

    return read


_IN_PATH = in_path()


@dataclass(frozen=True)
class Route:
    """A request the provider answers.

    Attributes:
        method: GET or POST.
        path: as the provider's own address has it, with braces for one segment (`/v1/jobs/{id}`) or for several
            (`/{route:path}/requests/{id}`). A part called `route` must be the task's own route.
        name: what the request log and faults call it; `task` and `batch` are the customary ones.
        ids: where the request says which tasks it means.
        many: whether it asks about several: then ids it does not know are left out, and `render_batch` answers.
        render: the method of the simulation that writes the answer for one task.
    """

    method: str
    path: str
    name: str = "task"
    ids: Ids = _IN_PATH
    many: bool = False
    render: str = "render"


class Simulation(ABC):
    """How one provider is played. Subclass it, say the facts, write `render`; override the rest where it is odd.

    Class attributes:
        routes: what it answers; see `Route`.
        stages: what a task goes through before its outcome, in order. A stage of 0 seconds is one that only tasks
            which ask for it pass (Luma's "completed, but no link yet").
        outcomes: how a task may end.
        words: from stages and outcomes to the provider's words; what is not in it is said as it is.
        dialects: from a dialect's name to its words, which go before `words`. The first is spoken when none is chosen.
        key_headers: the headers a key may come in, in lower case, behind a scheme (`Bearer KEY`) or alone.
        failure: why tasks fail, when nothing else is said.
        default_route: what stands before the ids of tasks that say nothing else, where their address needs it
            (Kling's family).
    """

    routes: ClassVar[Sequence[Route]]
    stages: ClassVar[Sequence[Stage]] = (Stage("pending", 5), Stage("running", 20))
    outcomes: ClassVar[Sequence[str]] = ("succeeded", "failed", "canceled")
    words: ClassVar[Mapping[str, str]] = NOTHING
    dialects: ClassVar[Mapping[str, Mapping[str, str]]] = {"": NOTHING}
    key_headers: ClassVar[Sequence[str]] = ("authorization",)
    failure: ClassVar[str] = "Generation failed"
    default_route: ClassVar[str | None] = None

    @abstractmethod
    def render(self, task: SimulatedTask) -> Any:
        """The answer about one task: the JSON body, or a `Reply` where more than the body is odd."""

    def render_batch(self, tasks: Sequence[SimulatedTask], dialect: str) -> Any:
        """The answer about several: those of the tasks asked for that there are, in the order of the database.

        `dialect`: the server's, for an answer that holds no task.
        """
        del dialect
        return [self.render(task) for task in tasks]

    def not_found(self, task_id: str, dialect: str) -> Reply:
        """The answer about a task the provider does not know: the gateways' own unless overridden."""
        del task_id, dialect
        return Reply(400, {"code": "task_not_exist", "message": "task_not_exist", "data": None})

    def refusal(self, status: int, message: str) -> Reply:
        """The answer to a request that is refused (401, 429, 400, 500): the gateways' envelope unless overridden."""
        return Reply(status, {"error": {"message": message, "type": "new_api_error"}})

    def key_problem(self, headers: Mapping[str, str], key: str) -> str | None:
        """What is wrong with the key in `headers` (names in lower case), in the provider's words; None when it is good.

        Override it where the key travels in disguise (a signed token).
        """
        given = [headers[name].rpartition(" ")[2] for name in self.key_headers if headers.get(name)]
        if key in given:
            return None
        return "无效的令牌" if given else "未提供令牌"

    def new_id(self, number: int) -> str:
        """An id such as the provider gives, the same for the same `number`: a UUID unless overridden."""
        bits = random.Random(number).getrandbits(128)  # noqa: S311  # ids of a simulation are no secrets
        return str(uuid.UUID(int=bits, version=4))

    def word(self, stage: str, dialect: str) -> str:
        """The provider's word for a stage or an outcome."""
        return self.dialects[dialect].get(stage) or self.words.get(stage, stage)

    @property
    def default_dialect(self) -> str:
        """The dialect that is spoken when none is chosen."""
        return next(iter(self.dialects))

    def timeline(self, outcome: str = "succeeded", durations: Mapping[str, float] = NOTHING) -> Timeline:
        """A task's life.

        Args:
            outcome: how it ends, one of `outcomes`.
            durations: stages to seconds, where they are not to last what `stages` says.

        Raises:
            ValueError: there is no such outcome or stage; the message lists those there are.
        """
        _check_known("outcome", [outcome], self.outcomes)
        _check_known("stage", durations, [stage.name for stage in self.stages])
        lasting = (Stage(stage.name, durations.get(stage.name, stage.seconds)) for stage in self.stages)
        return Timeline(tuple(stage for stage in lasting if stage.seconds > 0), outcome)


def _check_known(what: str, given: Sequence[str] | Mapping[str, float], known: Sequence[str]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ValueError(f"there is no {what} {', '.join(map(repr, unknown))}; there are {', '.join(known)}")


__all__ = [
    "Asked",
    "Ids",
    "Link",
    "Reply",
    "Route",
    "SimulatedTask",
    "Simulation",
    "Stage",
    "Timeline",
    "in_body",
    "in_path",
    "in_query",
]
