"""One timer for any number of deadlines."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

from tidings.clock import Clock

if TYPE_CHECKING:
    from tidings.watch.record import Record


class Deadlines:
    """Tells which records are out of time. Setting a deadline costs O(log n).

    A deadline that moved leaves its entry in the heap, which is skipped when it comes by.

    Args:
        strike: called with each record whose deadline is over.
    """

    def __init__(self, clock: Clock, strike: Callable[[Record], None]) -> None:
        self._clock = clock
        self._strike = strike
        self._heap: list[tuple[float, int, Record]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def set(self, record: Record) -> None:
        """Note the record's deadline, if it is another one than before."""
        deadline = record.waiting.deadline
        if deadline == record.timed:
            return
        record.timed = deadline
        if deadline is None:
            return
        heapq.heappush(self._heap, (deadline, next(self._order), record))
        if self._heap[0][2] is record:
            self._set_timer()

    def close(self) -> None:
        """Forget them all."""
        self._heap.clear()
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._heap:
            delay = max(0.0, self._heap[0][0] - self._clock.monotonic())
            self._timer = self._loop.call_later(delay, self._strike_all)

    def _strike_all(self) -> None:
        now = self._clock.monotonic()
        while self._heap and self._heap[0][0] <= now:
            deadline, _, record = heapq.heappop(self._heap)
            if record.is_open and record.timed == deadline:
                self._strike(record)
        self._set_timer()
