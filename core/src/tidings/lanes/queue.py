"""What is to be asked and when: a queue that knows what is due and what may come along."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from tidings.errors import FetchError
from tidings.model import TaskRef


@dataclass(slots=True, eq=False)
class Flight:
    """One request under way, for `wanted` asks that someone still waits for."""

    wanted: int
    task: asyncio.Task[None] | None = None

    def leave(self) -> None:
        """Nobody waits for one of its asks any more; without any left the request is cancelled."""
        self.wanted -= 1
        if not self.wanted and self.task is not None:
            self.task.cancel()


@dataclass(slots=True, eq=False)
class Ask:
    """One question and everyone who waits for its answer.

    Attributes:
        include: the name of the extra that is asked for, None for the task itself.
        due: when it should be asked, monotonic seconds.
        waiters: one future per caller, in a dictionary so that leaving costs the same however many wait.
        attempt: how often it was tried and failed.
        last_error: why it failed the last time.
        flight: the request under way, None while it is queued.
    """

    ref: TaskRef
    include: str | None
    due: float
    waiters: dict[asyncio.Future[Any], None] = field(default_factory=dict)
    attempt: int = 0
    last_error: FetchError | None = None
    flight: Flight | None = None


class Queue:
    """Asks in the order they fall due. Every operation costs O(log n) at most, however many wait for later.

    An ask that moves up or is dropped leaves its entry in the heap, which is skipped when it comes by.

    Attributes:
        ready_since: when the oldest of those due now fell due, None when none is.
    """

    def __init__(self) -> None:
        self.ready_since: float | None = None
        self._ready: OrderedDict[Ask, None] = OrderedDict()
        self._later: dict[Ask, float] = {}
        self._heap: list[tuple[float, int, Ask]] = []
        self._order = itertools.count()

    def __bool__(self) -> bool:
        """Whether there is anything in it, due or not."""
        return bool(self._ready or self._later)

    def add(self, ask: Ask, now: float) -> None:
        """Put `ask` in by its `due`; again to move it up."""
        if ask in self._ready:
            return
        if ask.due <= now:
            self._later.pop(ask, None)
            self._mature(ask, now)
        elif self._later.get(ask) != ask.due:
            self._later[ask] = ask.due
            heapq.heappush(self._heap, (ask.due, next(self._order), ask))

    def drop(self, ask: Ask) -> None:
        """Forget `ask`, if it is here."""
        self._ready.pop(ask, None)
        self._later.pop(ask, None)
        self._mark_empty()

    def ready(self, now: float) -> int:
        """How many are due at `now`."""
        while (due := self.next_due()) is not None and due <= now:
            self._mature(self._pop_next(), now)
        return len(self._ready)

    def next_due(self) -> float | None:
        """When the first that is not due yet falls due, None when there is none."""
        while self._heap and self._later.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take(self, limit: int, now: float, *, along: float = 0.0) -> list[Ask]:
        """Remove and return up to `limit` asks: those due, then those that fall due within `along` seconds anyway."""
        self.ready(now)
        taken = [self._ready.popitem(last=False)[0] for _ in range(min(limit, len(self._ready)))]
        while len(taken) < limit and (due := self.next_due()) is not None and due <= now + along:
            taken.append(self._pop_next())
        self._mark_empty()
        return taken

    def take_all_ready(self, now: float) -> list[Ask]:
        """Remove and return all that are due."""
        return self.take(self.ready(now), now)

    def _pop_next(self) -> Ask:
        ask = heapq.heappop(self._heap)[2]
        del self._later[ask]
        return ask

    def _mature(self, ask: Ask, now: float) -> None:
        self._ready[ask] = None
        if self.ready_since is None:
            self.ready_since = now

    def _mark_empty(self) -> None:
        if not self._ready:
            self.ready_since = None
