"""Who waits for a lane's answer: any number of slim objects, or one coroutine."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from tidings.errors import FetchError
from tidings.model import TaskRef

_log = logging.getLogger("tidings.lanes")


class Waiter(Protocol):
    """Is told what becomes of a question. An object rather than a future: 100,000 of them are slim and make no tasks.

    It is told on the event loop, and compared by identity. It may ask and leave while it is told.

    Attributes:
        known: the digest of what it was last given a status from, None when it wants a status in any case. The lane
            sets it before it gives another status.
    """

    known: int | None

    def answered(self, answer: Any) -> None:
        """The answer, once for each `Lane.ask`: a `TaskStatus` or an extra, an error of its own, or `UNCHANGED`.

        Must not raise.
        """

    def retried(self, error: FetchError, delay: float) -> None:
        """The request failed and goes out once more in `delay` seconds. Must not raise."""


class FutureWaiter:
    """One coroutine, which awaits `future` for a status in any case."""

    __slots__ = ("future", "known")

    def __init__(self, future: asyncio.Future[Any]) -> None:
        self.future = future
        self.known: int | None = None

    def answered(self, answer: Any) -> None:
        """The answer; too late for a coroutine that is being cancelled."""
        if not self.future.done():
            self.future.set_result(answer)

    def retried(self, error: FetchError, delay: float) -> None:
        """Nothing to a coroutine: it gets one answer."""


class Audience:
    """Those who wait for one answer: almost always one, for whom a collection would be waste; sometimes thousands."""

    __slots__ = ("_first", "_others")

    def __init__(self) -> None:
        self._first: Waiter | None = None
        self._others: dict[Waiter, None] | None = None

    @property
    def waiters(self) -> tuple[Waiter, ...]:
        """Who waits, in the order in which they came."""
        first = () if self._first is None else (self._first,)
        return (*first, *self._others) if self._others else first

    @property
    def is_wanted(self) -> bool:
        """Whether anybody waits."""
        return self._first is not None or bool(self._others)

    def join(self, waiter: Waiter) -> None:
        """One more waits. Costs the same however many wait, as leaving does."""
        if self._first is waiter:
            return
        if self._first is None and not self._others:
            self._first = waiter
        elif self._others is None:
            self._others = {waiter: None}
        else:
            self._others[waiter] = None

    def part(self, waiter: Waiter) -> bool:
        """`waiter` waits no more; False when it did not wait."""
        if self._first is waiter:
            self._first = None
            return True
        if not self._others or waiter not in self._others:
            return False
        del self._others[waiter]
        return True

    def dismiss(self) -> tuple[Waiter, ...]:
        """Nobody waits any more; returns who did."""
        waiters = self.waiters
        self._first = self._others = None
        return waiters

    def knows(self, digest: int | None) -> bool:
        """Whether everybody who waits was last given a status from what has this digest."""
        if digest is None or (self._first is not None and self._first.known != digest):
            return False
        return not self._others or all(waiter.known == digest for waiter in self._others)


def tell_answer(waiter: Waiter, answer: Any, ref: TaskRef) -> None:
    """`waiter.answered`; one that breaks takes nothing from its neighbours."""
    try:
        waiter.answered(answer)
    except Exception:  # noqa: BLE001  # a defect of whoever waits; it is logged whole
        _log.exception("a %s could not take the answer about %s", type(waiter).__name__, ref)


def tell_retry(waiter: Waiter, error: FetchError, delay: float, ref: TaskRef) -> None:
    """`waiter.retried`; one that breaks takes nothing from its neighbours."""
    try:
        waiter.retried(error, delay)
    except Exception:  # noqa: BLE001  # a defect of whoever waits; it is logged whole
        _log.exception("a %s could not take the news about %s", type(waiter).__name__, ref)
