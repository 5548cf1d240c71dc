"""What is to be asked and when: a queue that knows what is due, what goes first and what may come along."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Iterable

from tidings.errors import FetchError
from tidings.lanes.waiter import Audience
from tidings.model import TaskRef

_NOWHERE = -1  # the place of an ask that is in no queue


class Ask(Audience):
    """One question and everyone who waits for its answer.

    Attributes:
        include: the name of the extra that is asked for, None for the task itself.
        due: when it should be asked, monotonic seconds.
        rank: its order among what is due: `due` less its head start.
        attempt: how often it was tried and failed.
        last_error: why it failed the last time.
        flight: the request under way, None while it is queued.
        digest: of what the request under way brought, None where there is none.
        place: which entry of its queue is valid; the queue's own.
        is_ready: whether it counts as due there; the queue's own.
    """

    __slots__ = ("attempt", "digest", "due", "flight", "include", "is_ready", "last_error", "place", "rank", "ref")

    def __init__(self, ref: TaskRef, include: str | None, due: float, *, ahead: float = 0.0) -> None:
        self._first = self._others = None
        self.ref = ref
        self.include = include
        self.due = due
        self.rank = due - ahead if ahead else due  # the same object: there may be 100,000
        self.attempt = 0
        self.last_error: FetchError | None = None
        self.flight: Flight | None = None
        self.digest: int | None = None
        self.place = _NOWHERE
        self.is_ready = False

    def hasten(self, due: float, ahead: float) -> bool:
        """Take on another caller's wishes; whether it is more urgent for it. A retry keeps its distance."""
        before = (self.due, self.rank)
        self.rank = min(self.rank, due - ahead)
        if not self.attempt:
            self.due = min(self.due, due)
        return (self.due, self.rank) != before

    def put_off(self, due: float) -> None:
        """Ask it at `due` instead, with the head start it has."""
        self.rank += due - self.due
        self.due = due


class Flight:
    """One request under way.

    Attributes:
        asks: what it asks, by task.
        task: sends it; None before it began.
    """

    __slots__ = ("_wanted", "asks", "task")

    def __init__(self, asks: Iterable[Ask]) -> None:
        self.asks = {ask.ref: ask for ask in asks}
        self.task: asyncio.Task[None] | None = None
        self._wanted = len(self.asks)
        for ask in self.asks.values():
            ask.flight, ask.digest = self, None

    def leave(self) -> None:
        """Nobody waits for one of its asks any more; without any left the request is cancelled."""
        self._wanted -= 1
        if not self._wanted and self.task is not None:
            self.task.cancel()

    def is_known(self, ref: TaskRef, digest: int | None) -> bool:
        """Note the digest of what came about `ref`; whether everybody who waits for it at this moment knows it."""
        ask = self.asks.get(ref)
        if ask is None:
            return False
        ask.digest = digest
        return ask.knows(digest)


class Queue:
    """Asks in the order of their ranks as they fall due. Every operation costs O(log n), however many wait.

    An ask that moves up or is dropped leaves its entry in a heap, which is skipped when it comes by.

    Attributes:
        ready_since: when the oldest of those due now fell due, None when none is.
    """

    def __init__(self) -> None:
        self.ready_since: float | None = None
        self._ready: list[tuple[float, int, Ask]] = []  # by rank
        self._later: list[tuple[float, int, Ask]] = []  # by due time
        self._count = 0  # asks that are due; the others are counted in …
        self._waiting = 0
        self._order = itertools.count()

    def __bool__(self) -> bool:
        """Whether there is anything in it, due or not."""
        return bool(self._count or self._waiting)

    def add(self, ask: Ask, now: float) -> None:
        """Put `ask` in by its `due` and `rank`; again to move it up."""
        if ask.place != _NOWHERE:
            self._remove(ask)
        if ask.due <= now:
            self._mature(ask, now)
        else:
            self._waiting += 1
            ask.place = place = next(self._order)
            heapq.heappush(self._later, (ask.due, place, ask))

    def drop(self, ask: Ask) -> None:
        """Forget `ask`, if it is here."""
        if ask.place != _NOWHERE:
            self._remove(ask)
        self._mark_empty()

    def ready(self, now: float) -> int:
        """How many are due at `now`."""
        later = self._later
        while later and later[0][0] <= now:
            _, place, ask = heapq.heappop(later)
            if ask.place == place:
                self._waiting -= 1
                self._mature(ask, now)
        return self._count

    def next_due(self) -> float | None:
        """When the first that is not due yet falls due, None when there is none."""
        later = self._later
        while later and later[0][2].place != later[0][1]:
            heapq.heappop(later)
        return later[0][0] if later else None

    def take(self, limit: int, now: float, *, along: float = 0.0) -> list[Ask]:
        """Remove and return up to `limit` asks: those due, then those that fall due within `along` seconds anyway."""
        taken = [self._pop_ready() for _ in range(min(limit, self.ready(now)))]
        while len(taken) < limit and (due := self.next_due()) is not None and due <= now + along:
            taken.append(self._pop_next())
        self._mark_empty()
        return taken

    def take_all_ready(self, now: float) -> list[Ask]:
        """Remove and return all that are due."""
        return self.take(self.ready(now), now)

    def _pop_ready(self) -> Ask:
        while True:
            _, place, ask = heapq.heappop(self._ready)
            if ask.place == place:
                self._count -= 1
                ask.place, ask.is_ready = _NOWHERE, False
                return ask

    def _pop_next(self) -> Ask:
        ask = heapq.heappop(self._later)[2]
        self._remove(ask)
        return ask

    def _mature(self, ask: Ask, now: float) -> None:
        self._count += 1
        ask.place, ask.is_ready = next(self._order), True
        heapq.heappush(self._ready, (ask.rank, ask.place, ask))
        if self.ready_since is None:
            self.ready_since = now

    def _remove(self, ask: Ask) -> None:
        """It counts no more, wherever it stands; its entry is left behind."""
        self._count -= ask.is_ready
        self._waiting -= not ask.is_ready
        ask.place, ask.is_ready = _NOWHERE, False

    def _mark_empty(self) -> None:
        if not self._count:
            self.ready_since = None
