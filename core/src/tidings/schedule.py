"""Pure decisions of a wait: look again and when, be content, or give up and why.

Retrying a failed call is another matter (`tidings.flow.Retry`); here every call may work and the task still be open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tidings.errors import FetchError, RateLimited, TaskNotFound, TidingsError, UnexpectedResponse, UnknownState
from tidings.model import TaskState, TaskStatus


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a wait bears what. All in seconds.

    Attributes:
        growth: the pause between two looks as a share of the time waited so far: what was not done after ten minutes
            will hardly be done in the next five seconds.
        longest_pause: most seconds between two looks.
        outage: how long looks may fail in a row before the last error is raised. Rate limits do not count: they end.
        not_found: how long a task may be unknown after the wait began: gateways need a moment to know a new one.
        unknown: how long a state we do not know may stand before `UnknownState` is raised.
    """

    growth: float = 0.1
    longest_pause: float = 30.0
    outage: float = 300.0
    not_found: float = 60.0
    unknown: float = 600.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where a wait stands. Instants are monotonic seconds.

    Attributes:
        least_pause: least seconds between two looks, the provider's rule.
        deadline: when to stop, None for never.
        failing_since, unknown_since: when the present run of failed looks or unknown words began.
        last_status: the last good answer.
        last_error: why the last look failed, None when it did not.
        next_look: when to look next.
    """

    began: float
    least_pause: float
    deadline: float | None = None
    failing_since: float | None = None
    unknown_since: float | None = None
    last_status: TaskStatus | None = None
    last_error: FetchError | None = None
    next_look: float = 0.0


@dataclass(frozen=True, slots=True)
class Done:
    """The wait is over, and well: nothing more will happen, or the maker waits for the person."""

    status: TaskStatus


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The wait is over without an ending."""

    error: TidingsError


def judge(waiting: Waiting, answer: TaskStatus | FetchError, now: float, patience: Patience) -> Waiting | Done | GiveUp:
    """What an answer that came at `now` means for the wait."""
    if isinstance(answer, FetchError):
        return _after_failure(waiting, answer, now, patience)
    if answer.is_final or answer.state is TaskState.input_required:
        return Done(answer)
    since = None
    if answer.state is TaskState.unknown:
        since = waiting.unknown_since if waiting.unknown_since is not None else now
        if now - since >= patience.unknown:
            return GiveUp(_unknown(answer, now - since))
    seen = replace(waiting, last_status=answer, last_error=None, unknown_since=since, failing_since=None)
    return replace(seen, next_look=next_look(seen, now, patience))


def next_look(waiting: Waiting, now: float, patience: Patience, *, at_least: float = 0.0) -> float:
    """When to look again: in a share of the time waited, and once more just before the deadline.

    Args:
        at_least: seconds the server asked us to wait.
    """
    grown = min(patience.longest_pause, patience.growth * (now - waiting.began))
    due = now + max(waiting.least_pause, grown, at_least)
    if waiting.deadline is None or due < waiting.deadline:
        return due
    last_chance = waiting.deadline - min(waiting.least_pause / 2, 1.0)
    is_worth_it = last_chance - now >= max(waiting.least_pause / 2, at_least)
    return last_chance if is_worth_it else due


def _after_failure(waiting: Waiting, error: FetchError, now: float, patience: Patience) -> Waiting | GiveUp:
    since = waiting.failing_since if waiting.failing_since is not None else now
    if not _is_bearable(waiting, error, now, since, patience):
        # A look in two steps that failed in the second has seen something newer.
        error.last_status = error.last_status or waiting.last_status
        return GiveUp(error)
    failing = replace(waiting, failing_since=since, last_error=error)
    return replace(failing, next_look=next_look(failing, now, patience, at_least=error.retry_after or 0.0))


def _is_bearable(waiting: Waiting, error: FetchError, now: float, failing_since: float, patience: Patience) -> bool:
    was_seen = waiting.last_status is not None
    if isinstance(error, RateLimited):
        return True
    if isinstance(error, TaskNotFound):  # new to the gateway; or, where it was known before, a slip of one answer
        return now - (failing_since if was_seen else waiting.began) < patience.not_found
    # What was answered well before and now brings a web page is a gateway under maintenance, not a wrong URL.
    may_pass = error.retryable or (was_seen and isinstance(error, UnexpectedResponse))
    return may_pass and now - failing_since < patience.outage


def _unknown(status: TaskStatus, seconds: float) -> UnknownState:
    return UnknownState(
        f"for {seconds:.0f} s the provider has said {status.raw_state!r}, a word this version does not know. "
        "The task may be done or not: look at `last_status.raw`, and see whether a newer plugin knows it",
        ref=status.ref,
        last_status=status,
    )
