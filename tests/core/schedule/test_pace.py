"""When to look next and why, rule by rule; and what holds whatever the rules say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.schedule import Durations, Patience, Reason, Usual, Waiting, begin, next_look

PATIENCE = Patience()
FRESH = Waiting(began=0.0, least_pause=5.0)
BATCHED = replace(FRESH, is_batched=True)


def usual_of(*seconds: float) -> Usual:
    durations = Durations()
    for taken in seconds:
        durations.learn("luma", "video", taken)
    usual = durations.usual("luma", "video")
    assert usual is not None
    return usual


MINUTES = usual_of(*range(60, 121))  # nothing ended before a minute, nothing took longer than two


def status(**facts) -> TaskStatus:
    observed = datetime(2026, 1, 1, tzinfo=UTC)
    return TaskStatus(ref=TaskRef("luma", "x"), state=TaskState.queued, observed_at=observed, **facts)


@pytest.mark.parametrize(
    ("now", "next_at", "reason"),
    [
        (0.0, 5.0, Reason.interval),  # the provider's own pause at first
        (100.0, 105.0, Reason.interval),
        (200.0, 210.0, Reason.sparse),  # then a twentieth of the time waited
        (500.0, 525.0, Reason.sparse),
        (10_000.0, 10_030.0, Reason.sparse),  # and never more than half a minute
    ],
)
def test_pauses_grow_with_the_time_waited(now, next_at, reason):
    assert next_look(FRESH, now, PATIENCE) == (next_at, reason)


@pytest.mark.parametrize(
    ("now", "next_at", "reason"),
    [
        (100.0, 105.0, Reason.interval),
        (1000.0, 1010.0, Reason.batch),  # a hundredth of the time waited: looks cost next to nothing
        (10_000.0, 10_030.0, Reason.batch),
    ],
)
def test_pauses_hardly_grow_where_looks_share_a_request(now, next_at, reason):
    assert next_look(BATCHED, now, PATIENCE) == (next_at, reason)


def test_where_looks_share_a_request_what_is_usual_does_not_matter():
    assert next_look(BATCHED, 1.0, PATIENCE, usual=MINUTES) == next_look(BATCHED, 1.0, PATIENCE)


@pytest.mark.parametrize(
    ("deadline", "now", "next_at", "reason"),
    [
        (900.0, 0.0, 5.0, Reason.interval),  # far off
        (8.0, 5.0, 10.0, Reason.interval),  # the last chance (7.0) comes too soon after this look: there is none
        (9.0, 5.0, 8.0, Reason.deadline),  # a last look one second before the end
        (5.0, 0.0, 4.0, Reason.deadline),
    ],
)
def test_the_last_look_comes_just_before_the_deadline(deadline, now, next_at, reason):
    assert next_look(replace(FRESH, until=deadline), now, PATIENCE) == (next_at, reason)


def test_a_deadline_before_anything_can_have_ended_gets_its_last_look():
    assert next_look(replace(FRESH, until=30.0), 0.1, PATIENCE, usual=MINUTES) == (29.0, Reason.deadline)


def test_a_server_that_asks_for_time_is_given_it_even_at_the_deadline():
    waiting = replace(FRESH, until=20.0)
    assert next_look(waiting, 5.0, PATIENCE, at_least=60.0) == (65.0, Reason.asked)


@pytest.mark.parametrize(
    ("asked", "pause", "reason"),
    [(2.0, 5.0, Reason.failing), (5.0, 5.0, Reason.asked), (42.0, 42.0, Reason.asked)],
)
def test_a_failed_look_is_made_again_when_the_provider_and_the_server_allow(asked, pause, reason):
    found = next_look(FRESH, 1.0, PATIENCE, at_least=asked, is_failing=True, usual=MINUTES)
    assert found == (1.0 + pause, reason)


def test_no_look_is_made_while_nothing_can_have_ended():
    due, reason = next_look(FRESH, 0.1, PATIENCE, usual=MINUTES)
    assert reason is Reason.usual
    assert MINUTES.earliest / 2 <= due < 60.0
    due, reason = next_look(FRESH, due, PATIENCE, usual=MINUTES)
    assert reason is Reason.usual
    assert 55.0 <= due < 70.0


def test_looks_are_dense_where_ends_are_likely():
    due, reason = next_look(replace(FRESH, least_pause=1.0), 90.0, PATIENCE, usual=MINUTES)
    assert reason is Reason.usual
    assert 91.0 < due < 95.0


def test_beyond_what_was_seen_pauses_grow_with_the_time_waited():
    assert next_look(FRESH, 200.0, PATIENCE, usual=MINUTES) == (210.0, Reason.sparse)


def test_a_task_that_was_followed_late_is_as_old_as_the_provider_says():
    late = replace(FRESH, before=300.0)
    assert next_look(late, 0.1, PATIENCE, usual=MINUTES)[1] is Reason.interval  # older than any that was seen


@pytest.mark.parametrize(
    ("expected", "now", "next_at", "reason"),
    [
        (30.0, 0.0, 18.0, Reason.estimate),  # on the way there: estimates are what they are
        (30.0, 18.0, pytest.approx(25.2), Reason.estimate),
        (30.0, 25.2, 30.2, Reason.interval),
        (30.0, 40.0, 45.0, Reason.interval),  # it was wrong, and is left behind
        (3600.0, 0.0, 30.0, Reason.estimate),  # never more than half a minute on the provider's word
    ],
)
def test_the_provider_s_estimate_is_followed(expected, now, next_at, reason):
    assert next_look(replace(FRESH, expected=expected), now, PATIENCE) == (next_at, reason)


@pytest.mark.parametrize(
    ("place", "pause", "reason"),
    [
        (0, 5.0, Reason.interval),
        (10, 5.0, Reason.interval),
        (40, 20.0, Reason.queue),
        (10**6, 30.0, Reason.queue),
    ],
)
def test_far_back_in_the_queue_pauses_are_longer(place, pause, reason):
    waiting = replace(FRESH, last_status=status(queue_position=place))
    assert next_look(waiting, 0.0, PATIENCE) == (pause, reason)


WAITS = st.builds(
    Waiting,
    began=st.just(0.0),
    least_pause=st.floats(0.1, 20.0),
    until=st.none() | st.floats(1.0, 3e4),
    is_batched=st.booleans(),
    before=st.floats(0.0, 1e5),
    expected=st.none() | st.floats(0.0, 1e5),
    last_status=st.none() | st.builds(status, queue_position=st.none() | st.integers(0, 10**9)),
)
USUAL = st.none() | st.lists(st.floats(0.1, 1e5), min_size=20, max_size=60).map(lambda each: usual_of(*each))
NOW = st.floats(0.0, 2e4)


@given(WAITS, NOW, USUAL, st.floats(0.0, 600.0), st.booleans())
def test_no_look_is_sooner_than_the_provider_or_the_server_allow(waiting, now, usual, asked, is_failing):
    due, reason = next_look(waiting, now, PATIENCE, usual=usual, at_least=asked, is_failing=is_failing)
    least = waiting.least_pause / 2 if reason is Reason.deadline else waiting.least_pause
    assert due - now >= max(least, asked) * (1 - 1e-9)


@given(WAITS, NOW, USUAL)
def test_no_look_is_later_than_the_longest_pause_but_for_what_cannot_have_ended(waiting, now, usual):
    due, _ = next_look(waiting, now, PATIENCE, usual=usual)
    rest = usual.earliest - waiting.age(now) if usual is not None and not waiting.is_batched else 0.0
    assert due - now <= max(waiting.least_pause, PATIENCE.longest_pause, rest / 2) * (1 + 1e-9)


@given(WAITS, NOW, USUAL)
def test_whoever_looks_beyond_the_deadline_has_just_looked(waiting, now, usual):
    due, reason = next_look(waiting, now, PATIENCE, usual=usual)
    if waiting.deadline is not None and due >= waiting.deadline:
        assert waiting.deadline - now <= waiting.least_pause / 2 + 1.0
        assert reason is not Reason.deadline


@given(WAITS, NOW)
def test_a_wait_that_begins_looks_at_once(waiting, now):
    fresh = begin(now, least_pause=waiting.least_pause, is_batched=waiting.is_batched, until=waiting.until)
    assert (fresh.next_look, fresh.reason) == (now, Reason.first)


def test_a_hint_puts_a_look_off_by_six_least_pauses_at_most():
    waiting = Waiting(began=0.0, least_pause=2.0, last_status=status(queue_position=10_000), expected=1e6)
    due, reason = next_look(waiting, 1.0, Patience())
    assert (due, reason) == (13.0, Reason.estimate)
