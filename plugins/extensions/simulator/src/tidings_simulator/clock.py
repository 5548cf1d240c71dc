"""Simulated time: it runs faster than the real one, or stands still until a test moves it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SimulatedClock:
    """The simulator's wall clock.

    Args:
        speed: simulated seconds in a real one; 0 stands still, so that only `advance` moves it.
        start: what it shows at first, aware UTC; the real time when left out.
        monotonic: real seconds, for tests of the clock itself.
    """

    def __init__(
        self,
        *,
        speed: float = 1.0,
        start: datetime | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 <= speed < float("inf"):
            raise ValueError(f"a clock cannot run at speed {speed}: give 0 (it stands still) or more")
        self.speed = speed
        self.start = start or datetime.now(UTC)
        self._monotonic = monotonic
        self._began = monotonic()
        self._advanced = 0.0
        self._lock = threading.Lock()

    def elapsed(self) -> float:
        """Simulated seconds since the start."""
        return (self._monotonic() - self._began) * self.speed + self._advanced

    def now(self) -> datetime:
        """The simulated wall clock, aware UTC."""
        return self.at(self.elapsed())

    def at(self, elapsed: float) -> datetime:
        """What the clock shows `elapsed` simulated seconds after the start."""
        return self.start + timedelta(seconds=elapsed)

    def advance(self, seconds: float) -> None:
        """Move on by `seconds` of simulated time at once."""
        if seconds < 0:
            raise ValueError("time does not go back")
        with self._lock:
            self._advanced += seconds
