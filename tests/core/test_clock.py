"""The machine's own clocks keep the promises of `Clock`."""

from __future__ import annotations

import asyncio
from datetime import UTC, timedelta

from tidings.clock import SYSTEM_CLOCK


def test_now_is_aware_and_in_utc():
    assert SYSTEM_CLOCK.now().tzinfo is UTC
    assert SYSTEM_CLOCK.now().utcoffset() == timedelta(0)


def test_monotonic_never_goes_back():
    looks = [SYSTEM_CLOCK.monotonic() for _ in range(100)]
    assert looks == sorted(looks)


async def test_a_sleep_of_less_than_nothing_returns_at_once_but_lets_others_run():
    ran = []
    asyncio.get_running_loop().call_soon(ran.append, "other")
    await SYSTEM_CLOCK.sleep(-1.0)
    assert ran == ["other"]
