"""The simulated clock runs at any speed, or stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tidings_simulator.clock import SimulatedClock

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_clock_runs_so_many_simulated_seconds_in_a_real_one():
    real = iter([100.0, 102.0])
    clock = SimulatedClock(speed=60, start=START, monotonic=lambda: next(real))

    assert clock.elapsed() == 120.0


def test_a_clock_of_speed_0_moves_only_when_it_is_advanced():
    real = iter([100.0, 200.0, 300.0])
    clock = SimulatedClock(speed=0, start=START, monotonic=lambda: next(real))
    assert clock.now() == START

    clock.advance(90)

    assert clock.now() == START + timedelta(seconds=90)


def test_a_running_clock_can_be_advanced_too():
    real = iter([0.0, 10.0])
    clock = SimulatedClock(speed=1, start=START, monotonic=lambda: next(real))

    clock.advance(5)

    assert clock.elapsed() == 15.0


def test_a_clock_starts_at_the_real_time():
    assert abs(SimulatedClock(speed=0).now() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("speed", [-1.0, float("inf"), float("nan")])
def test_an_impossible_speed_is_refused(speed):
    with pytest.raises(ValueError, match="speed"):
        SimulatedClock(speed=speed)


def test_time_does_not_go_back():
    with pytest.raises(ValueError, match="does not go back"):
        SimulatedClock().advance(-1)
