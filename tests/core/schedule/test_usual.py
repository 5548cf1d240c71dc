"""Looks laid by what is usual: few, and soon after the end, in simulations and whatever was learned."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.schedule import Durations, Patience, Usual, begin, next_look

Draw = Callable[[random.Random], float]
TASKS = 2000


def uniform(random: random.Random) -> float:
    return random.uniform(5.0, 20.0)


def lognormal(random: random.Random) -> float:
    return 60.0 * math.exp(random.gauss(0.0, 0.5))


def fast_or_slow(random: random.Random) -> float:
    return random.uniform(5.0, 8.0) if random.random() < 0.5 else random.uniform(60.0, 80.0)


def learned(draw: Draw, tasks: int = 400, *, times: float = 1.0, together: bool = False) -> Usual:
    """From `tasks` that took `times` as long; where they began `together`, the shortest ended first."""
    generator = random.Random(1)
    taken = [draw(generator) * times for _ in range(tasks)]
    durations = Durations()
    for seconds in sorted(taken) if together else taken:
        durations.learn("luma", "video", seconds)
    usual = durations.usual("luma", "video")
    assert usual is not None
    return usual


@dataclass(frozen=True)
class Outcome:
    looks: float
    delay: float


def followed(draw: Draw, usual: Usual | None, least_pause: float, patience: Patience = Patience()) -> Outcome:  # noqa: B008  # it is frozen, so one is enough
    """Looks a task, the first one and the one that found the end included, and the mean delay in seconds."""
    generator, looks, delay = random.Random(2), 0, 0.0
    waiting = begin(0.0, least_pause=least_pause)
    for _ in range(TASKS):
        end, now = draw(generator), 0.0
        looks += 1
        while now < end:
            now, _ = next_look(waiting, now, patience, usual=usual)
            looks += 1
        delay += now - end
    return Outcome(looks / TASKS, delay / TASKS)


@pytest.mark.parametrize(
    ("tasks", "together"), [(60, False), (400, False), (1000, False), (5000, False), (1000, True), (20_000, True)]
)
def test_two_thirds_of_the_looks_find_ends_as_soon_as_a_look_each_second(tasks, together):
    # A look each second: 13.8 looks, 0.5 s. Knowing all: 6.7 looks for 0.5 s, the first one, and half of one more.
    outcome = followed(uniform, learned(uniform, tasks, together=together), 0.9)
    assert outcome.looks <= 9.2
    assert outcome.delay <= 0.55


def test_looks_times_delay_is_the_effort_whatever_is_aimed_at():
    usual = learned(uniform, 5000)
    assert usual.effort == pytest.approx(10.0 / 3.0, rel=0.15)  # sqrt(f S), integrated over 15 s, is 2/3 sqrt(15)
    for least_pause in (0.2, 0.5, 0.9):
        outcome = followed(uniform, usual, least_pause, Patience(looks=40.0))
        assert (outcome.looks - 1.5) * outcome.delay == pytest.approx(usual.effort, rel=0.2)


@pytest.mark.parametrize(("draw", "least_pause"), [(lognormal, 1.0), (fast_or_slow, 1.0)], ids=["lognormal", "two"])
@pytest.mark.parametrize("tasks", [20, 100, 1000])
def test_looks_are_halved_for_no_more_delay(draw, least_pause, tasks):
    plain = followed(draw, None, least_pause)
    outcome = followed(draw, learned(draw, tasks), least_pause)
    assert outcome.looks <= 0.55 * plain.looks
    assert outcome.delay <= plain.delay


@pytest.mark.parametrize(
    ("draw", "least_pause", "delay"), [(uniform, 0.9, 3.0), (lognormal, 1.0, 8.0), (fast_or_slow, 1.0, 12.0)]
)
def test_tasks_three_times_as_fast_as_was_learned_are_still_found(draw, least_pause, delay):
    outcome = followed(draw, learned(draw, times=3.0), least_pause)
    assert outcome.delay <= delay  # about a quarter of what they take: looks on the way bound it


@pytest.mark.parametrize(("draw", "least_pause"), [(uniform, 0.9), (lognormal, 1.0), (fast_or_slow, 1.0)])
def test_tasks_three_times_as_slow_as_was_learned_cost_no_more_than_without_learning(draw, least_pause):
    plain = followed(draw, None, least_pause)
    outcome = followed(draw, learned(draw, times=1 / 3), least_pause)
    assert outcome.looks <= 1.2 * plain.looks
    assert outcome.delay <= max(5.0, 1.2 * plain.delay)


def test_a_provider_that_became_faster_is_soon_followed():
    durations, generator = Durations(), random.Random(3)
    for _ in range(5000):
        durations.learn("luma", "video", uniform(generator))
    delays = []
    for _ in range(3):
        outcome = followed(lambda each: uniform(each) / 3, durations.usual("luma", "video"), 0.9)
        delays.append(outcome.delay)
        for _ in range(100):
            durations.learn("luma", "video", uniform(generator) / 3)
    assert delays == sorted(delays, reverse=True)
    assert delays[-1] < 0.7


SECONDS = st.lists(st.floats(0.1, 1e6), min_size=20, max_size=200)


def of(seconds: list[float]) -> Usual:
    durations = Durations()
    for taken in seconds:
        durations.learn("luma", None, taken)
    usual = durations.usual("luma", None)
    assert usual is not None
    return usual


@given(SECONDS, st.lists(st.floats(0.0, 1.0), min_size=2, max_size=10))
def test_a_larger_share_takes_longer(seconds, shares):
    usual = of(seconds)
    quantiles = [usual.quantile(share) for share in sorted(shares)]
    assert quantiles == sorted(quantiles)


@given(SECONDS)
def test_hardly_any_task_ended_before_the_earliest_and_half_within_the_median(seconds):
    usual = of(seconds)
    assert sum(taken < usual.earliest for taken in seconds) <= 0.05 * len(seconds)
    median = sorted(seconds)[len(seconds) // 2]
    below = sum(taken <= usual.quantile(0.5) * 1.6 for taken in seconds)
    assert below >= 0.4 * len(seconds), median


@given(SECONDS, st.floats(0.0, 2e6), st.floats(0.0, 60.0), st.floats(1.0, 100.0))
def test_each_pause_is_a_time_to_come_or_nothing(seconds, age, least_pause, looks):
    pause = of(seconds).pause(age, least_pause=least_pause, looks=looks)
    assert pause is None or 0.0 <= pause < math.inf


@given(SECONDS, st.floats(1.0, 50.0))
def test_looks_keep_to_their_budget(seconds, looks):
    usual, age, count = of(seconds), 0.0, 0
    longest = usual.quantile(1.0)
    while (pause := usual.pause(age, looks=looks)) is not None and age < longest:
        age += max(pause, 1e-6 * longest)
        count += 1
        assert count < 40 * looks + 40  # the mean is `looks`; the longest of all may take many times as many


def test_beyond_the_longest_nothing_is_known():
    usual = of([10.0] * 100)
    assert usual.pause(5.0) is not None
    assert usual.pause(15.0) is None
