"""The limits of a wait: of all of it, of one task, of its time in the queue and at work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import RateLimited, WaitTimeout
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.schedule import Budgets, Done, GiveUp, Patience, Waiting, begin, judge, seen_again

PATIENCE = Patience()
FOR_EACH = Budgets(queued=100.0, running=50.0)


def status(state: str) -> TaskStatus:
    return TaskStatus(ref=TaskRef("luma", "x"), state=TaskState(state), observed_at=datetime(2026, 1, 1, tzinfo=UTC))


def after(waiting: Waiting, *seen: tuple[float, str]) -> Waiting | Done | GiveUp:
    verdict: Waiting | Done | GiveUp = waiting
    for now, state in seen:
        assert isinstance(verdict, Waiting)
        answer = RateLimited() if state == "failed look" else status(state)
        verdict = judge(verdict, answer, now, PATIENCE)
    return verdict


def test_without_limits_a_wait_never_ends_by_itself():
    verdict = after(begin(0.0, least_pause=5.0), (1.0, "queued"), (1e7, "queued"), (1e9, "running"))
    assert verdict.deadline is None  # queued for hours is not lost


@pytest.mark.parametrize(
    ("seen", "deadline", "limit"),
    [
        ([], None, "timeout"),
        ([(3.0, "pending")], 103.0, "queued"),
        ([(3.0, "pending"), (40.0, "queued")], 103.0, "queued"),
        ([(3.0, "queued"), (40.0, "running")], 90.0, "running"),
        ([(3.0, "queued"), (40.0, "running"), (60.0, "running")], 90.0, "running"),
        ([(3.0, "running"), (40.0, "queued")], 140.0, "queued"),  # put back: its time in the queue begins anew
        ([(3.0, "queued"), (40.0, "unknown")], 103.0, "queued"),  # an unknown word ends no stretch
        ([(3.0, "running"), (40.0, "failed look")], 53.0, "running"),  # nor does a failed look
    ],
)
def test_each_stretch_has_its_own_limit(seen, deadline, limit):
    waiting = after(begin(0.0, least_pause=5.0, budgets=FOR_EACH), *seen)
    assert (waiting.deadline, waiting.limit) == (deadline, limit)


@pytest.mark.parametrize(
    ("until", "task", "deadline", "limit"),
    [
        (900.0, None, 900.0, "timeout"),
        (None, 600.0, 610.0, "task"),
        (900.0, 600.0, 610.0, "task"),
        (400.0, 600.0, 400.0, "timeout"),
    ],
)
def test_the_nearest_limit_is_the_deadline(until, task, deadline, limit):
    waiting = begin(10.0, least_pause=5.0, until=until, budgets=Budgets(task=task))
    assert (waiting.deadline, waiting.limit) == (deadline, limit)


def test_a_wait_that_is_said_to_have_begun_earlier_ends_earlier():
    waiting = replace(begin(10.0, least_pause=5.0, budgets=Budgets(task=600.0)), began=-90.0)
    assert waiting.deadline == 510.0


def test_an_open_task_whose_time_is_up_is_given_up():
    waiting = after(begin(0.0, least_pause=5.0, budgets=FOR_EACH), (0.0, "running"))
    for verdict in (
        judge(waiting, status("running"), 50.0, PATIENCE),
        judge(waiting, RateLimited(), 50.0, PATIENCE),
        seen_again(waiting, 50.0, PATIENCE),
    ):
        assert isinstance(verdict, GiveUp)
        assert isinstance(verdict.error, WaitTimeout)
        assert verdict.error.ref == TaskRef("luma", "x")
        assert "50 s at work" in str(verdict.error)


def test_an_end_that_is_seen_late_is_an_end():
    waiting = begin(0.0, least_pause=5.0, until=10.0)
    assert judge(waiting, status("succeeded"), 11.0, PATIENCE) == Done(status("succeeded"))


LIMITS = st.none() | st.floats(1.0, 1e3)
STATES = st.sampled_from(["pending", "queued", "running", "unknown", "failed look"])


@given(st.builds(Budgets, task=LIMITS, queued=LIMITS, running=LIMITS), LIMITS, st.lists(STATES, min_size=200))
def test_whatever_is_seen_a_last_look_is_made_and_no_limit_is_overstepped(budgets, until, states):
    waiting = begin(0.0, least_pause=5.0, until=until, budgets=budgets)
    for state in states:
        now, deadline = waiting.next_look, waiting.deadline
        if deadline is not None and now >= deadline:  # the clock ends it before that look
            return
        verdict = after(waiting, (now, state))
        if not isinstance(verdict, Waiting):
            assert isinstance(verdict.error, WaitTimeout) or state == "unknown"
            return
        waiting = verdict
        if waiting.deadline is not None:
            assert min(waiting.next_look, waiting.deadline) > now
            if waiting.next_look >= waiting.deadline:
                assert waiting.deadline - now <= 3.5  # half of the least pause, and the second before the end
