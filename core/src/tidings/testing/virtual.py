"""Time that jumps: an event loop that never waits, so that a ten-hour wait takes a millisecond."""

from __future__ import annotations

import asyncio
import math
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualClock:
    """A `tidings.clock.Clock` that reads the time of the virtual loop it is used on.

    Args:
        start: the wall clock when the loop starts, aware UTC.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = start

    def now(self) -> datetime:
        """`start` and the seconds that have passed on the loop."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds since the loop began."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Return once the loop's time has passed by `seconds`; nobody waits for it."""
        await asyncio.sleep(max(0.0, seconds))


class _VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at 0.0 and moves on only when there is nothing left to do but wait."""

    def __init__(self) -> None:
        super().__init__(_JumpingSelector(self))
        self.elapsed = 0.0

    def time(self) -> float:
        return self.elapsed


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, loop: _VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everything waits for something that cannot happen: a deadlock")
        if not ready and timeout:
            later = self._loop.elapsed + timeout
            # asyncio fires what is due before now plus a nanosecond, which after 194 days is lost in the rounding.
            self._loop.elapsed = later if later + 1e-9 > later else math.nextafter(later, math.inf)
        return ready


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end on a loop whose time jumps. Sockets and threads do not work on it: use a `FakeTransport`.

    Raises:
        RuntimeError: a deadlock: all is waiting and no timer is set.
    """
    with asyncio.Runner(loop_factory=_VirtualLoop) as runner:
        return runner.run(main)


def in_virtual_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Makes a coroutine function a test that `run_virtual` runs: a decorator."""

    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        run_virtual(test(*args, **kwargs))

    return run
