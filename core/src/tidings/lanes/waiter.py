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
