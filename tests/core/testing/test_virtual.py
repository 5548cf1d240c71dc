"""Time that jumps: hours pass while nothing happens, in order, and a deadlock is an error instead of a hang."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.testing.virtual import VirtualClock, run_virtual

HOURS = 3600.0
YEAR = 365 * 24 * HOURS


def test_ten_hours_of_sleep_are_ten_hours_of_the_loops_own_time():
    async def sleep():
        clock = VirtualClock()
        before = clock.monotonic(), clock.now()
        for _ in range(1000):
            await clock.sleep(36.0)
        return before, (clock.monotonic(), clock.now())

    start = datetime(2026, 1, 1, tzinfo=UTC)
    before, after = run_virtual(sleep())
    assert before == (0.0, start)
    assert after == (10 * HOURS, start + timedelta(hours=10))


@given(st.lists(st.floats(0, YEAR), max_size=10))
def test_timers_fire_in_order_and_each_at_its_own_time(delays):
    async def sleep():
        loop, rung = asyncio.get_running_loop(), []

        async def ring(delay):
            await asyncio.sleep(delay)
            rung.append((delay, loop.time()))

        await asyncio.gather(*(ring(delay) for delay in delays))
        return rung

    rung = run_virtual(sleep())
    assert [delay for delay, _ in rung] == sorted(delays)
    for delay, at in rung:
        assert at == pytest.approx(
            delay, rel=1e-12, abs=2e-9
        )  # a loop takes timers less than its resolution apart together


def test_decades_pass_too():
    """Where a float's rounding is coarser than the nanosecond by which asyncio takes a timer for due."""

    async def sleep():
        for _ in range(3):
            await asyncio.sleep(10 * YEAR + 0.3)
        return asyncio.get_running_loop().time()

    assert run_virtual(sleep()) == pytest.approx(30 * YEAR + 0.9)


def test_time_stands_still_while_there_is_work():
    async def work():
        loop = asyncio.get_running_loop()
        for _ in range(1000):
            await asyncio.sleep(0)
        return loop.time()

    assert run_virtual(work()) == 0.0


@pytest.mark.parametrize("seconds", [0, -1.0])
def test_a_sleep_of_no_time_returns_at_once_but_lets_others_go_first(seconds):
    async def sleep():
        seen = []
        asyncio.get_running_loop().call_soon(seen.append, "other")
        await VirtualClock().sleep(seconds)
        return seen, VirtualClock().monotonic()

    assert run_virtual(sleep()) == (["other"], 0.0)


def test_a_timeout_ends_a_wait_to_the_second():
    async def wait():
        try:
            async with asyncio.timeout(900):
                await asyncio.get_running_loop().create_future()
        except TimeoutError:
            return asyncio.get_running_loop().time()

    assert run_virtual(wait()) == 900.0


def test_cancelling_works_and_costs_no_time():
    async def cancel():
        task = asyncio.create_task(asyncio.sleep(10 * HOURS))
        await asyncio.sleep(5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return asyncio.get_running_loop().time()

    assert run_virtual(cancel()) == 5.0


def test_an_error_comes_through_and_what_still_runs_is_cancelled():
    ends = []

    async def linger():
        try:
            await asyncio.sleep(10 * HOURS)
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    async def fail():
        task = asyncio.create_task(linger())
        await asyncio.sleep(1)
        raise LookupError(f"{task.done()}")

    with pytest.raises(LookupError, match="False"):
        run_virtual(fail())
    assert ends == ["cancelled"]


def test_a_deadlock_is_an_error_that_says_so():
    async def wait():
        await asyncio.sleep(1)
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="a deadlock"):
        run_virtual(wait())


def test_a_deadlocked_coroutine_still_gets_to_tidy_up():
    tidied = []

    async def wait():
        try:
            await asyncio.Event().wait()
        finally:
            tidied.append("yes")

    with pytest.raises(RuntimeError, match="a deadlock"):
        run_virtual(wait())
    assert tidied == ["yes"]


def test_each_run_starts_at_the_beginning_of_time():
    async def sleep():
        await asyncio.sleep(5)
        return asyncio.get_running_loop().time()

    assert [run_virtual(sleep()), run_virtual(sleep())] == [5.0, 5.0]


def test_the_wall_clock_starts_where_it_is_told():
    start = datetime(1999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=2)))

    async def sleep():
        clock = VirtualClock(start)
        await clock.sleep(1.5)
        return clock.now()

    assert run_virtual(sleep()) == start + timedelta(seconds=1.5)
