"""The simulator's tasks: who they are, what will become of them, and how they look at one moment."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from tidings.testing.simulation import Link, SimulatedTask, Simulation, Timeline


@dataclass(frozen=True, slots=True)
class Record:
    """One task and its whole life.

    Attributes:
        created: when it began, in seconds of the simulated clock since its start.
        dialect: what it speaks; None leaves that to the server.
    """

    provider: str
    id: str
    number: int
    created: float
    timeline: Timeline
    failure: str
    dialect: str | None = None
    route: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        """The task as Tidings names it. An id that no ref can have (`..`) is quoted like any other."""
        route = f"{quote(self.route, safe='/')}/" if self.route else ""
        return f"{self.provider}:{route}{quote(self.id, safe='')}"


class Tasks:
    """All tasks by provider and id. `found` answers in the order they were added, as a database does."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], Record] = {}

    def add(self, record: Record) -> None:
        """Keep `record`; one with the same id is replaced."""
        self._records[record.provider, record.id] = record

    def get(self, provider: str, task_id: str, route: str | None = None) -> Record | None:
        """The task, None when there is none, or when it lies on another route than the one asked on."""
        record = self._records.get((provider, task_id))
        if record is None or (route is not None and record.route not in {None, route}):
            return None
        return record

    def found(self, provider: str, task_ids: Iterable[str], route: str | None = None) -> list[Record]:
        """Those of `task_ids` there are: each once, in the order of the database."""
        records = (self.get(provider, task_id, route) for task_id in dict.fromkeys(task_ids))
        return sorted((record for record in records if record is not None), key=lambda record: record.number)

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))


def moment(
    record: Record,
    simulation: Simulation,
    *,
    elapsed: float,
    at: Callable[[float], datetime],
    dialect: str,
    link: Link,
) -> SimulatedTask:
    """How `record` looks when the clock has run for `elapsed` seconds.

    Args:
        at: from seconds of the simulated clock to what it shows.
        dialect: spoken where the task has none of its own.
        link: makes the URLs of its files.
    """
    age = elapsed - record.created
    timeline = record.timeline
    spoken = record.dialect or dialect
    stage = timeline.stage(age)
    first = timeline.stages[0].seconds if len(timeline.stages) > 1 else 0.0
    return SimulatedTask(
        id=record.id,
        number=record.number,
        stage=stage,
        word=simulation.word(stage, spoken),
        outcome=timeline.outcome,
        dialect=spoken,
        now=at(elapsed),
        created_at=at(record.created),
        started_at=_when(record.created + first, elapsed, at),
        finished_at=_when(record.created + timeline.seconds, elapsed, at),
        progress=timeline.progress(age),
        failure=record.failure,
        link=link,
        route=record.route,
        facts=record.facts,
    )


def _when(instant: float, elapsed: float, at: Callable[[float], datetime]) -> datetime | None:
    """The instant as a date, None while it lies ahead."""
    return at(instant) if instant <= elapsed and math.isfinite(instant) else None
