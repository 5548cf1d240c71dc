"""Decisions about one conversation: the next step, another try, what else to ask, how long to leave a server alone."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import (
    FetchError,
    ProviderUnavailable,
    RateLimited,
    TaskNotFound,
    Unauthorized,
    UnexpectedResponse,
    Unreachable,
)
from tidings.flow import Fallback, Retry, about, after_batch_error, begin, complete, pause_after, resume
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.testing.fake import respond
from tidings.wire import Request

A, B = TaskRef("luma", "a"), TaskRef("luma", "b")


def status(ref: TaskRef) -> TaskStatus:
    return TaskStatus(ref=ref, state=TaskState.running, observed_at=respond().received_at)


def conversation(outcome):
    """Asks twice, then returns or raises `outcome`."""
    yield Request("GET", "/one")
    yield Request("GET", "/two")
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def test_a_conversation_goes_from_request_to_request_to_its_answers():
    flow = conversation({A: status(A)})
    assert begin(flow) == Request("GET", "/one")
    assert resume(flow, respond()) == Request("GET", "/two")
    assert resume(flow, respond()) == {A: status(A)}


def test_an_error_of_the_tree_passes_through_a_conversation():
    flow = conversation(TaskNotFound("gone"))
    begin(flow), resume(flow, respond())
    with pytest.raises(TaskNotFound, match="gone"):
        resume(flow, respond())


@pytest.mark.parametrize("raised", [KeyError("state"), TypeError("no"), RecursionError(), ZeroDivisionError()])
def test_whatever_else_a_plugin_raises_is_an_unexpected_response_that_keeps_its_cause(raised):
    flow = conversation(raised)
    begin(flow), resume(flow, respond())
    with pytest.raises(UnexpectedResponse, match="could not read the answer") as caught:
        resume(flow, respond())
    assert caught.value.__cause__ is raised


def test_complete_answers_for_each_task_asked_and_for_no_other():
    stranger = TaskRef("luma", "stranger")
    answers = complete({A: status(A), stranger: status(stranger)}, [A, B])
    assert list(answers) == [A, B]
    assert answers[A] == status(A)
    assert isinstance(answers[B], TaskNotFound)


def test_complete_does_not_take_another_tasks_status_for_this_ones():
    answers = complete({A: status(B)}, [A])
    assert isinstance(answers[A], UnexpectedResponse)


def test_complete_does_not_take_something_else_for_a_status():
    assert isinstance(complete({A: "running"}, [A])[A], UnexpectedResponse)


def test_an_error_told_of_a_task_is_its_own_with_facts_and_cause_kept():
    error = RateLimited("slow down", retry_after=3.0, status_code=429)
    error.__cause__ = ValueError("below")
    told = about(error, A)
    assert told is not error
    assert (type(told), told.ref, told.provider, told.retry_after, told.status_code) == (
        RateLimited,
        A,
        "luma",
        3.0,
        429,
    )
    assert told.__cause__ is error.__cause__
    assert error.ref is None


@pytest.mark.parametrize("raised", [SystemExit(0), GeneratorExit(), asyncio.CancelledError(), BaseException("panic")])
def test_a_plugin_that_exits_or_cancels_is_an_unexpected_response_too(raised):
    def reading():
        yield Request("GET", "/one")
        raise raised

    flow = reading()
    begin(flow)
    with pytest.raises(UnexpectedResponse, match="could not read the answer"):
        resume(flow, respond())


@pytest.mark.parametrize(
    ("error", "attempt", "fallback"),
    [
        (UnexpectedResponse(no_route=True, status_code=200), 1, Fallback.singles),
        (UnexpectedResponse(no_route=True, status_code=405), 1, Fallback.singles),
        (TaskNotFound(status_code=404), 1, Fallback.bisect),
        (TaskNotFound(status_code=400), 1, Fallback.bisect),
        (UnexpectedResponse(status_code=400), 1, Fallback.bisect),
        (UnexpectedResponse(status_code=413), 1, Fallback.bisect),
        (UnexpectedResponse("the plugin could not read the answer"), 1, Fallback.bisect),  # perhaps one odd row
        (UnexpectedResponse(status_code=200, retryable=True), 1, Fallback.fail),  # perhaps cut short: once more
        (UnexpectedResponse(status_code=200, retryable=True), 2, Fallback.bisect),
        (Unauthorized(status_code=401), 1, Fallback.fail),
        (RateLimited(status_code=429), 2, Fallback.fail),
        (ProviderUnavailable(status_code=502), 2, Fallback.fail),
        (Unreachable(), 2, Fallback.fail),
    ],
)
def test_what_a_failed_batch_calls_for(error, attempt, fallback):
    assert after_batch_error(error, attempt) is fallback


@pytest.mark.parametrize(
    ("error", "attempt", "delay"),
    [
        (Unreachable(), 1, 0.5),
        (Unreachable(), 2, 1.0),
        (Unreachable(), 3, None),  # three tries are all
        (ProviderUnavailable(), 1, 0.5),
        (RateLimited(retry_after=7.0), 1, 7.0),  # the server's word goes first
        (RateLimited(retry_after=31.0), 1, None),  # longer than a caller should wait: tell it
        (RateLimited(), 2, 1.0),
        (RateLimited(retry_after=0.0), 1, 0.5),  # "0" is no invitation to hammer
        (Unauthorized(), 1, None),
        (TaskNotFound(), 1, None),  # fetch does not wait for a task to appear
        (UnexpectedResponse(), 1, None),
        (UnexpectedResponse(retryable=True), 1, 0.5),  # cut short
    ],
)
def test_retry_says_whether_and_when(error, attempt, delay):
    assert Retry(attempts=3, patience=30.0).delay(error, attempt, spread=1.0) == delay


def test_spread_keeps_clients_apart_but_never_below_half():
    retry = Retry()
    assert retry.delay(Unreachable(), 1, spread=0.0) == 0.25
    assert retry.delay(Unreachable(), 1, spread=1.0) == 0.5


@given(st.integers(1, 60), st.floats(0, 1))
def test_a_retry_never_waits_longer_than_half_a_minute_of_its_own_accord(attempt, spread):
    delay = Retry(attempts=100).delay(Unreachable(), attempt, spread)
    assert delay is not None
    assert 0.2 < delay <= 30.0


@pytest.mark.parametrize(
    ("error", "failures", "pause"),
    [
        (RateLimited(retry_after=12.0), 1, 12.0),
        (RateLimited(), 1, 1.0),
        (RateLimited(retry_after=0.0), 1, 1.0),
        (RateLimited(), 2, 2.0),
        (RateLimited(), 30, 60.0),
        (RateLimited(retry_after=1e9), 1, 3600.0),
        (ProviderUnavailable(), 1, 0.0),  # one 502 is weather
        (ProviderUnavailable(), 2, 0.0),
        (ProviderUnavailable(), 3, 1.0),
        (ProviderUnavailable(), 4, 2.0),
        (Unreachable(), 50, 60.0),
        (TaskNotFound(), 9, 0.0),
    ],
)
def test_how_long_a_server_is_left_alone(error: FetchError, failures, pause):
    assert pause_after(error, failures) == pause
