"""What an answer means for a wait, as tables: look again, be content, or give up and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import (
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    TaskNotFound,
    Unauthorized,
    UnexpectedResponse,
    UnknownState,
    Unreachable,
)
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.schedule import Done, Durations, GiveUp, Patience, Reason, Waiting, begin, judge, seen_again

REF = TaskRef("luma", "x")
PATIENCE = Patience(growth=0.1, longest_pause=30.0, outage=300.0, not_found=60.0, unknown=600.0)
FRESH = Waiting(began=0.0, least_pause=5.0)


AT = datetime(2026, 1, 1, tzinfo=UTC)


def status(state: TaskState, raw: str = "", **facts) -> TaskStatus:
    return TaskStatus(ref=REF, state=state, raw_state=raw, observed_at=AT, **facts)


RUNNING = status(TaskState.running)
SEEN = replace(FRESH, last_status=RUNNING)


@pytest.mark.parametrize("state", [state for state in TaskState if state.is_final or state is TaskState.input_required])
def test_a_final_state_and_a_question_to_the_person_end_a_wait(state):
    assert judge(FRESH, status(state), 1.0, PATIENCE) == Done(status(state))


@pytest.mark.parametrize("state", [TaskState.pending, TaskState.queued, TaskState.running, TaskState.unknown])
def test_every_other_state_goes_on(state):
    assert isinstance(judge(FRESH, status(state), 1.0, PATIENCE), Waiting)


@pytest.mark.parametrize(
    ("waiting", "error", "now", "goes_on"),
    [
        (FRESH, Unreachable(), 1.0, True),
        (replace(FRESH, failing_since=0.0), Unreachable(), 299.0, True),
        (replace(FRESH, failing_since=0.0), Unreachable(), 300.0, False),
        (replace(SEEN, failing_since=0.0), ProviderUnavailable(), 299.0, True),
        (replace(FRESH, failing_since=0.0), RateLimited(), 1e6, True),  # a rate limit ends; it is no failure
        (FRESH, Unauthorized(), 1.0, False),
        (FRESH, QuotaExhausted(), 1.0, False),
        (FRESH, TaskNotFound(), 59.0, True),  # too new for the gateway
        (FRESH, TaskNotFound(), 60.0, False),
        (SEEN, TaskNotFound(), 5000.0, True),  # it was there before: one answer's slip
        (replace(SEEN, failing_since=5000.0), TaskNotFound(), 5059.0, True),
        (replace(SEEN, failing_since=5000.0), TaskNotFound(), 5060.0, False),
        (FRESH, UnexpectedResponse(), 1.0, False),  # a web page at the first look is a wrong URL
        (SEEN, UnexpectedResponse(), 500.0, True),  # after good answers it is maintenance
        (replace(SEEN, failing_since=500.0), UnexpectedResponse(), 801.0, False),
    ],
)
def test_which_failed_looks_a_wait_bears(waiting, error, now, goes_on):
    verdict = judge(waiting, error, now, PATIENCE)
    assert isinstance(verdict, Waiting) is goes_on
    if isinstance(verdict, GiveUp):
        assert verdict.error is error
        assert error.last_status is waiting.last_status
    else:
        assert verdict.last_error is error


def test_a_good_answer_ends_a_run_of_failures():
    failing = judge(SEEN, Unreachable(), 10.0, PATIENCE)
    assert failing.failing_since == 10.0
    good = judge(failing, RUNNING, 20.0, PATIENCE)
    assert (good.failing_since, good.last_error) == (None, None)


def test_a_failed_look_respects_what_the_server_asked_for():
    verdict = judge(FRESH, RateLimited(retry_after=42.0), 1.0, PATIENCE)
    assert verdict.next_look == 43.0


def test_an_unknown_word_is_waited_through_within_its_own_budget():
    mystery = status(TaskState.unknown, "PONDERING")
    waiting = judge(FRESH, mystery, 100.0, PATIENCE)
    assert waiting.unknown_since == 100.0
    assert isinstance(judge(waiting, mystery, 699.0, PATIENCE), Waiting)
    verdict = judge(waiting, mystery, 700.0, PATIENCE)
    assert isinstance(verdict.error, UnknownState)
    assert "PONDERING" in str(verdict.error)
    assert verdict.error.last_status is mystery


def test_a_known_word_resets_the_budget_of_unknown_ones():
    waiting = judge(FRESH, status(TaskState.unknown, "?"), 0.0, PATIENCE)
    assert judge(waiting, RUNNING, 599.0, PATIENCE).unknown_since is None


def test_a_hint_of_the_server_that_changes_is_followed_each_time():
    waiting = FRESH
    for asked, pause in [(7.0, 7.0), (30.0, 30.0), (0.2, 5.0), (12.0, 12.0)]:  # never sooner than the provider's own
        now = waiting.next_look
        waiting = judge(waiting, RateLimited(retry_after=asked), now, PATIENCE)
        assert waiting.next_look == now + pause


def estimating(seconds: float | None) -> TaskStatus:
    return status(TaskState.running, estimated_wait=seconds)


def test_an_estimate_that_changes_is_followed_each_time():
    waiting = judge(FRESH, estimating(20.0), 0.0, PATIENCE)
    assert (waiting.next_look, waiting.reason) == (12.0, Reason.estimate)
    waiting = judge(waiting, estimating(40.0), 12.0, PATIENCE)
    assert (waiting.next_look, waiting.reason) == (36.0, Reason.estimate)
    waiting = judge(waiting, estimating(None), 36.0, PATIENCE)
    assert (waiting.next_look, waiting.reason) == (41.0, Reason.interval)


def test_an_estimate_that_is_merely_repeated_does_not_begin_anew():
    waiting = judge(FRESH, estimating(20.0), 0.0, PATIENCE)
    waiting = judge(waiting, estimating(20.0), 12.0, PATIENCE)
    assert waiting.next_look == 17.0  # 0.6 of the 8 s left would be sooner than the provider allows


@pytest.mark.parametrize(
    ("submitted", "age"),
    [
        (timedelta(seconds=-300), 300.0),
        (timedelta(seconds=-2), 10.0),  # younger than the wait: its clock is behind ours, so what was waited counts
        (timedelta(seconds=60), 10.0),  # not born yet
        (timedelta(days=-400), 10.0),  # 1970 and the like
        (None, 10.0),
    ],
)
def test_a_task_is_as_old_as_the_provider_says_where_that_can_be(submitted, age):
    seen = status(TaskState.running, submitted_at=None if submitted is None else AT + submitted)
    assert judge(FRESH, seen, 10.0, PATIENCE, at=AT).age(10.0) == age


def test_without_the_wall_clock_what_is_known_of_the_age_stays():
    waiting = begin(0.0, least_pause=5.0, age=70.0)
    assert judge(waiting, status(TaskState.running, submitted_at=AT), 10.0, PATIENCE).age(10.0) == 80.0


def learned(*seconds: float) -> Durations:
    durations = Durations()
    for taken in seconds:
        durations.learn("luma", None, taken)
    return durations


@given(
    st.sampled_from([TaskState.pending, TaskState.queued, TaskState.running, TaskState.unknown]),
    st.floats(0.0, 1500.0),
    st.booleans(),
    st.none() | st.floats(1.0, 2000.0),
)
def test_seeing_the_same_again_means_what_judging_it_again_does(state, later, is_batched, until):
    usual = learned(*range(60, 120)).usual("luma", None)
    seen = status(state, "word", submitted_at=AT - timedelta(seconds=20), estimated_wait=90.0, queue_position=3)
    waiting = judge(begin(0.0, least_pause=5.0, is_batched=is_batched, until=until), seen, 0.5, PATIENCE, at=AT)
    now, at = 0.5 + later, AT + timedelta(seconds=later)
    told, again = (
        judge(waiting, seen, now, PATIENCE, usual=usual, at=at),
        seen_again(waiting, now, PATIENCE, usual=usual),
    )
    if isinstance(told, GiveUp):
        assert str(told.error) == str(again.error)
    else:
        assert again == replace(told, next_look=again.next_look, before=again.before)
        assert again.next_look == pytest.approx(told.next_look)


def test_seeing_the_same_again_ends_a_run_of_failures():
    failing = judge(judge(FRESH, RUNNING, 0.0, PATIENCE), Unreachable(), 10.0, PATIENCE)
    again = seen_again(failing, 20.0, PATIENCE)
    assert (again.failing_since, again.last_error, again.seen_at) == (None, None, 20.0)


def test_a_decision_leaves_what_it_was_made_from_as_it_was():
    waiting = judge(FRESH, RUNNING, 0.0, PATIENCE)
    before = replace(waiting)
    seen_again(waiting, 20.0, PATIENCE)
    judge(waiting, Unreachable(), 20.0, PATIENCE)
    assert waiting == before


ANSWERS = st.one_of(
    st.sampled_from([status(state) for state in TaskState]),
    st.sampled_from(
        [Unreachable, RateLimited, TaskNotFound, ProviderUnavailable, Unauthorized, UnexpectedResponse]
    ).map(lambda kind: kind()),
)


@given(st.lists(ANSWERS, max_size=50), st.floats(0, 1e6), st.floats(0.1, 60), st.none() | st.floats(1, 1e4))
def test_every_look_is_later_than_the_last_whatever_is_answered(answers, began, least_pause, timeout):
    waiting = Waiting(began, least_pause, until=None if timeout is None else began + timeout, next_look=began)
    now = began
    for answer in answers:
        verdict = judge(waiting, answer, now, PATIENCE)
        if not isinstance(verdict, Waiting):
            return
        assert verdict.next_look >= now + least_pause / 2
        waiting, now = verdict, verdict.next_look
