"""What a wait says at its end: which limit is over, what was last seen and how long ago, and what went wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tidings.errors import Unauthorized, UnexpectedResponse, Unreachable, WaitTimeout
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.schedule import Budgets, GiveUp, Patience, Waiting, begin, judge, timed_out

REF = TaskRef("luma", "x")
BUDGETS = Budgets(task=500.0, queued=300.0, running=200.0)


def status(state: TaskState, raw: str) -> TaskStatus:
    return TaskStatus(ref=REF, state=state, raw_state=raw, observed_at=datetime(2026, 1, 1, tzinfo=UTC))


RUNNING = status(TaskState.running, "IN_PROGRESS")


def test_a_timeout_says_the_seconds_that_were_given():
    began = 12_345.678
    waiting = begin(began, least_pause=5.0, until=began + 0.1)
    assert str(timed_out(REF, waiting, began + 0.2)) == (
        "luma:x: stopped waiting after 0.1 s; it was never seen. Whether the task goes on is not known"
    )


@pytest.mark.parametrize(
    ("given", "passed", "said"),
    [
        (0.5, 0.00007, "0.5"),  # a moment passes between asking and the wait's begin
        (90.0, 0.0, "90"),
        (1234567.0, 0.0, "1234567"),
        (12.345, 0.00001, "12.345"),
        (0.0002, 0.0, "0.0002"),
    ],
)
def test_seconds_are_told_as_they_were_given(given, passed, said):
    waiting = begin(1000.0 + passed, least_pause=5.0, until=1000.0 + given)
    assert f"stopped waiting after {said} s;" in str(timed_out(REF, waiting, 1000.0 + given))


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        (begin(0.0, least_pause=5.0, budgets=BUDGETS), "500 s for this task are over"),
        (replace(begin(0.0, least_pause=5.0, budgets=BUDGETS), queued_since=7.0), "300 s in the queue are over"),
        (replace(begin(0.0, least_pause=5.0, budgets=BUDGETS), running_since=7.0), "200 s at work are over"),
        (begin(0.0, least_pause=5.0, budgets=BUDGETS, until=90.0), "stopped waiting after 90 s"),
    ],
)
def test_a_timeout_says_which_limit_is_over(waiting, said):
    assert said in str(timed_out(REF, waiting, 1000.0))


def test_a_timeout_says_what_was_last_seen_and_when():
    waiting = replace(begin(0.0, least_pause=5.0, until=90.0), last_status=RUNNING, seen_at=78.0)
    error = timed_out(REF, waiting, 90.0)
    assert isinstance(error, WaitTimeout)
    assert error.last_status is RUNNING
    assert "it was last seen running (IN_PROGRESS) 12 s ago. The task goes on" in str(error)
    assert "just now" in str(timed_out(REF, replace(waiting, seen_at=89.5), 90.0))


def test_a_timeout_says_what_last_went_wrong():
    waiting = replace(begin(0.0, least_pause=5.0, until=90.0), last_error=Unreachable("hung up."))
    assert "; the last look failed: hung up. Whether" in str(timed_out(REF, waiting, 90.0))
    newer = timed_out(REF, waiting, 90.0, Unreachable("no such host"))
    assert "; the last look failed: no such host. Whether" in str(newer)


def test_an_outage_that_is_borne_no_longer_says_when_the_task_was_last_seen():
    seen = judge(begin(0.0, least_pause=5.0), RUNNING, 10.0, Patience())
    failing = judge(seen, Unreachable("no route to the host."), 20.0, Patience())
    verdict = judge(failing, Unreachable("no route to the host."), 330.0, Patience())
    assert isinstance(verdict, GiveUp)
    assert str(verdict.error) == "no route to the host; the task was last seen running 320 s ago"
    assert verdict.error.last_status is RUNNING


def test_what_was_never_seen_has_no_age():
    verdict = judge(begin(0.0, least_pause=5.0), Unauthorized("the key was refused"), 1.0, Patience())
    assert (str(verdict.error), verdict.error.last_status) == ("the key was refused", None)


def test_what_a_look_saw_before_it_failed_is_kept():
    newer = status(TaskState.running, "Success")
    error = UnexpectedResponse("the file could not be asked for", last_status=newer)
    verdict = judge(Waiting(began=0.0, least_pause=5.0), error, 5.0, Patience())
    assert isinstance(verdict, GiveUp)
    assert verdict.error.last_status is newer
    assert str(verdict.error) == "the file could not be asked for"
