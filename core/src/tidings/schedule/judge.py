"""What an answer means for a wait: look again and when, be content, or give up and why.

Retrying a failed call is another matter (`tidings.flow.Retry`); here every call may work and the task still be open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from tidings.errors import FetchError, RateLimited, TaskNotFound, TidingsError, UnexpectedResponse
from tidings.model import TaskState, TaskStatus
from tidings.schedule.endings import not_found_out, timed_out, unknown_state
from tidings.schedule.pace import next_look
from tidings.schedule.patience import Patience
from tidings.schedule.usual import Usual
from tidings.schedule.waiting import Waiting

_IN_QUEUE = frozenset({TaskState.pending, TaskState.queued})
_OLDEST = 7 * 86400.0  # seconds; what claims to be older has a wrong clock, or was forgotten rather than worked on


@dataclass(frozen=True, slots=True)
class Done:
    """The wait is over, and well: nothing more will happen, or the maker waits for the person."""

    status: TaskStatus


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The wait is over without an ending."""

    error: TidingsError


def judge(
    waiting: Waiting,
    answer: TaskStatus | FetchError,
    now: float,
    patience: Patience,
    *,
    usual: Usual | None = None,
    at: datetime | None = None,
) -> Waiting | Done | GiveUp:
    """What an answer that came at `now` means for the wait.

    Args:
        usual: how long such tasks take, None when that is not known.
        at: `now` on the wall clock, to tell how old the task is; None leaves that as it was.
    """
    if isinstance(answer, FetchError):
        return _after_failure(waiting, answer, now, patience)
    if answer.is_final or answer.state is TaskState.input_required:
        return Done(answer)
    return seen_again(_with(waiting, answer, now, at), now, patience, usual=usual)


def seen_again(
    waiting: Waiting,
    now: float,
    patience: Patience,
    *,
    usual: Usual | None = None,
    at: datetime | None = None,
) -> Waiting | GiveUp:
    """As `judge`, for an answer that says what `last_status` says. Costs two or three microseconds.

    Args:
        at: is not needed here; taken so that both are asked alike.
    """
    del at
    unknown_since = waiting.unknown_since
    if unknown_since is not None and now - unknown_since >= patience.unknown:
        return _ended(waiting, now, is_unknown=True)
    if waiting.deadline is not None and now >= waiting.deadline:
        return _ended(waiting, now)
    due, reason = next_look(waiting, now, patience, usual=usual)
    return Waiting(  # by position: `replace` would double the cost
        waiting.began,
        waiting.least_pause,
        None,  # failing_since
        unknown_since,
        waiting.last_status,
        None,  # last_error
        due,
        reason,
        waiting.is_batched,
        waiting.until,
        waiting.budgets,
        waiting.before,
        now,  # seen_at
        waiting.expected,
        waiting.queued_since,
        waiting.running_since,
    )


def _ended(waiting: Waiting, now: float, *, is_unknown: bool = False) -> GiveUp:
    """The wait for an open task is over: an unknown word stood for too long, or its time is up."""
    status, since = waiting.last_status, waiting.unknown_since
    if is_unknown and status is not None and since is not None:
        return GiveUp(unknown_state(status, now - since))
    seen = replace(waiting, seen_at=now, last_error=None)
    return GiveUp(timed_out(status.ref if status is not None else None, seen, now))


def _with(waiting: Waiting, status: TaskStatus, now: float, at: datetime | None) -> Waiting:
    """The wait with what this status says."""
    state = status.state
    queued, running, unknown = waiting.queued_since, waiting.running_since, None
    if state is TaskState.unknown:
        unknown = waiting.unknown_since if waiting.unknown_since is not None else now
    elif state in _IN_QUEUE:
        queued, running = queued if queued is not None else now, None
    else:
        queued, running = None, running if running is not None else now
    return replace(
        waiting,
        last_status=status,
        last_error=None,
        failing_since=None,
        unknown_since=unknown,
        queued_since=queued,
        running_since=running,
        seen_at=now,
        before=_before(waiting, status, now, at),
        expected=_expected(waiting, status, now),
    )


def _before(waiting: Waiting, status: TaskStatus, now: float, at: datetime | None) -> float:
    """Seconds from the task's submission to the beginning of the wait; what a wrong clock says is left aside."""
    submitted = status.submitted_at or status.started_at
    if at is None or submitted is None:
        return waiting.before
    before = (at - submitted).total_seconds() - (now - waiting.began)
    return before if 0.0 <= before <= _OLDEST else 0.0


def _expected(waiting: Waiting, status: TaskStatus, now: float) -> float | None:
    """When the provider expects the end. An estimate that is repeated counts from when it was first heard."""
    if status.estimated_wait is None:
        return None
    last = waiting.last_status
    if last is not None and last.estimated_wait == status.estimated_wait and waiting.expected is not None:
        return waiting.expected
    return now + status.estimated_wait


def _after_failure(waiting: Waiting, error: FetchError, now: float, patience: Patience) -> Waiting | GiveUp:
    since = waiting.failing_since if waiting.failing_since is not None else now
    if not _is_bearable(waiting, error, now, since, patience):
        return GiveUp(not_found_out(error, waiting, now))
    failing = replace(waiting, failing_since=since, last_error=error)
    if waiting.deadline is not None and now >= waiting.deadline:
        last = waiting.last_status
        return GiveUp(timed_out(error.ref or (last.ref if last is not None else None), failing, now))
    due, reason = next_look(failing, now, patience, at_least=error.retry_after or 0.0, is_failing=True)
    return replace(failing, next_look=due, reason=reason)


def _is_bearable(waiting: Waiting, error: FetchError, now: float, failing_since: float, patience: Patience) -> bool:
    was_seen = waiting.last_status is not None
    if isinstance(error, RateLimited):
        return True
    if isinstance(error, TaskNotFound):  # new to the gateway; or, where it was known before, a slip of one answer
        return now - (failing_since if was_seen else waiting.began) < patience.not_found
    # What was answered well before and now brings a web page is a gateway under maintenance, not a wrong URL.
    may_pass = error.retryable or (was_seen and isinstance(error, UnexpectedResponse))
    return may_pass and now - failing_since < patience.outage
