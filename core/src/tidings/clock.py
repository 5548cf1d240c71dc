"""Time, injected: the wall clock that stamps answers and the monotonic one that schedules looks.

Durations and monotonic instants are float seconds; wall-clock instants are aware datetimes in UTC.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the engine needs to know about time. Tests pass one that jumps (`tidings.testing.VirtualClock`)."""

    def now(self) -> datetime:
        """The wall clock: an aware datetime in UTC."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`, at once when they are not positive."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


SYSTEM_CLOCK: Clock = SystemClock()
