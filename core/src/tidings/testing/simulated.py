"""The values a simulated provider works with: a task's life, one moment of it, what was asked and what is answered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return NOTHING


@dataclass(frozen=True, slots=True)
class Stage:
    """A step in a task's life.

    Attributes:
        name: what your `words` translate into the provider's word; the word itself where they do not.
        seconds: how long it lasts, in simulated time. A stage of 0 is skipped unless a task asks for it.
    """

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """A whole life: the stages it passes and the outcome it ends in, which lasts for ever."""

    stages: tuple[Stage, ...]
    outcome: str

    @property
    def seconds(self) -> float:
        """How long it takes to the end; infinite for a task that is stuck."""
        return sum(stage.seconds for stage in self.stages)

    def stage(self, age: float) -> str:
        """The name of the stage, or the outcome, that a task of `age` seconds is in."""
        end = 0.0
        for stage in self.stages:
            end += stage.seconds
            if age < end:
                return stage.name
        return self.outcome

    def progress(self, age: float) -> float:
        """0.0 to 1.0. A stuck task stays at 0.0."""
        total = self.seconds
        return min(1.0, max(0.0, age / total)) if total else 1.0


class Link(Protocol):
    """Makes the URL of a file that can really be downloaded."""

    def __call__(self, name: str, /, *, lifetime: float | None = None) -> str:
        """The URL of `name`, whose ending says what it is (`video.mp4`, `cover.png`, `song.mp3`).

        `lifetime`: seconds after which it stops working, as its signature says; None for a link that lasts.
        """


@dataclass(frozen=True)
class SimulatedTask:
    """One task at one moment: all that a provider's answer about it is made of.

    Attributes:
        number: counts the simulator's tasks from 1, for providers whose database shows through.
        stage: where it is in its life: a stage's name, or the outcome once it is done.
        word: the provider's word for that, in this dialect.
        outcome: how it will end: succeeded, failed or canceled, or another word of the provider's `outcomes`.
        dialect: which of the provider's dialects it speaks, "" where there is one only.
        now, created_at: aware UTC, in simulated time.
        started_at, finished_at: the same; None while they lie ahead.
        progress: 0.0 to 1.0.
        failure: why it fails, in the provider's words.
        link: makes the URLs of its files.
        route: what else addresses it (Kling's family), None where nothing does.
        facts: whatever else was said about it when it was added: a prompt, a size.
    """

    id: str
    number: int
    stage: str
    word: str
    outcome: str
    dialect: str
    now: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: float
    failure: str
    link: Link = field(repr=False)
    route: str | None = None
    facts: Mapping[str, Any] = field(default_factory=_nothing)

    @property
    def is_done(self) -> bool:
        """Whether it has reached its outcome."""
        return self.finished_at is not None

    @property
    def has_succeeded(self) -> bool:
        """Whether it is done and has files."""
        return self.is_done and self.outcome == "succeeded"

    @property
    def has_failed(self) -> bool:
        """Whether it is done and did not succeed."""
        return self.is_done and self.outcome != "succeeded"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says about which tasks it means.

    Attributes:
        params: what stands in the braces of the route's path, unquoted.
        query: names to all their values, unquoted.
        json: the body, None when there was none or it was not JSON.
    """

    params: Mapping[str, str] = field(default_factory=_nothing)
    query: Mapping[str, Sequence[str]] = field(default_factory=_nothing)
    json: Any = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the simulated provider.

    Attributes:
        json: the body, unless `text` is given.
        text: a body that is not JSON, sent as `media_type`.
    """

    status: int = 200
    json: Any = None
    text: str | None = None
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=_nothing)


FOREVER = math.inf
"""The length of a stage that never ends, for a task that is stuck."""
