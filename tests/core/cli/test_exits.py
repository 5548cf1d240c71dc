"""Which answer leads to which exit code."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tidings import errors
from tidings.cli.exits import Exit, of_awaited, of_error, of_fetched
from tidings.cli.report import Score
from tidings.model import TaskRef, TaskState, TaskStatus

NOW = datetime(2024, 7, 1, tzinfo=UTC)
REF = TaskRef("luma", "1")


def status(state: TaskState) -> TaskStatus:
    return TaskStatus(ref=REF, state=state, observed_at=NOW)


AWAITED = {
    TaskState.succeeded: Exit.OK,
    TaskState.failed: Exit.UNSUCCESSFUL,
    TaskState.canceled: Exit.UNSUCCESSFUL,
    TaskState.expired: Exit.UNSUCCESSFUL,
    TaskState.input_required: Exit.UNSUCCESSFUL,
    TaskState.pending: Exit.UNANSWERED,
    TaskState.queued: Exit.UNANSWERED,
    TaskState.running: Exit.UNANSWERED,
    TaskState.unknown: Exit.UNANSWERED,
}
# How an error counts when it stops the command, and when it is the answer about one task.
ERRORS = {
    errors.TidingsError: (3, 3),
    errors.ConfigError: (2, 3),
    errors.InvalidRef: (2, 3),
    errors.UnknownProvider: (2, 3),
    errors.PluginError: (2, 3),
    errors.FetchError: (3, 3),
    errors.Unreachable: (3, 3),
    errors.Unauthorized: (3, 3),
    errors.QuotaExhausted: (3, 3),
    errors.RateLimited: (3, 3),
    errors.TaskNotFound: (3, 3),
    errors.ProviderUnavailable: (3, 3),
    errors.UnexpectedResponse: (3, 3),
    errors.WaitTimeout: (124, 124),
    errors.UnknownState: (3, 3),
    errors.TaskFailed: (3, 3),
    errors.DownloadError: (3, 3),
    errors.LinkExpired: (3, 3),
}


@pytest.mark.parametrize("state", TaskState)
def test_every_state_is_an_answer_to_fetch(state):
    assert of_fetched(status(state)) == 0


@pytest.mark.parametrize("state", TaskState)
def test_only_success_is_success_to_wait(state):
    assert of_awaited(status(state)) == AWAITED[state]


@pytest.mark.parametrize("kind", ERRORS)
def test_each_error_has_its_code(kind):
    stopping, about_one_task = ERRORS[kind]
    assert of_error(kind()) == stopping
    assert of_fetched(kind()) == about_one_task
    assert of_awaited(kind()) == about_one_task


def test_no_error_class_is_missing_from_the_table():
    named = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.TidingsError)}
    assert named - ERRORS.keys() == {errors.FetchErrors}  # holds the others


def test_the_gravest_answer_decides():
    answers = [status(TaskState.succeeded), status(TaskState.failed), errors.TaskNotFound(), errors.WaitTimeout()]
    seen = []
    score = Score(of_awaited)
    for answer in [*answers, *reversed(answers)]:
        score.count(answer)
        seen.append(score.code)
    assert seen == [0, 1, 3, 124, 124, 124, 124, 124]
    assert score.answered == 8


def test_the_order_of_the_codes_is_the_promised_one():
    promised = [Exit.INTERRUPTED, Exit.TIMED_OUT, Exit.UNANSWERED, Exit.UNSUCCESSFUL, Exit.OK]
    assert sorted(promised, reverse=True) == promised
    assert list(promised) == [130, 124, 3, 1, 0]
