"""How a wait ends that did not see the task's end: what it says to the caller."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tidings.errors import FetchError, UnknownState, WaitTimeout
from tidings.model import TaskRef, TaskStatus
from tidings.schedule.waiting import Waiting

_OVER: Mapping[str, str] = MappingProxyType(
    {
        "timeout": "stopped waiting after {seconds} s",
        "task": "stopped waiting: {seconds} s for this task are over",
        "queued": "stopped waiting: {seconds} s in the queue are over, which is what it was given there",
        "running": "stopped waiting: {seconds} s at work are over, which is what it was given for that",
    }
)


def timed_out(ref: TaskRef | None, waiting: Waiting, now: float, trouble: FetchError | None = None) -> WaitTimeout:
    """The wait took longer than it was given: which limit is over, what was last seen, and what last went wrong.

    Args:
        trouble: why the last try of the present look failed, if one did.
    """
    last, error = waiting.last_status, trouble or waiting.last_error
    over = _OVER[waiting.limit].format(seconds=_number(_allowed(waiting, now)))
    word = f"{last.state} ({last.raw_state or 'no word'})" if last else ""
    seen = f"it was last seen {word}{_ago(waiting, now)}" if last else "it was never seen"
    failed = f"; the last look failed: {error.message.rstrip('.')}" if error else ""
    advice = "The task goes on: wait again to hear of its end" if last else "Whether the task goes on is not known"
    return WaitTimeout(f"{over}; {seen}{failed}. {advice}", ref=ref, last_status=last)


def unknown_state(status: TaskStatus, seconds: float) -> UnknownState:
    """The provider has kept to a word we do not know for too long."""
    return UnknownState(
        f"for {seconds:.0f} s the provider has said {status.raw_state!r}, a word this version does not know. "
        "The task may be done or not: look at `last_status.raw`, and see whether a newer plugin knows it",
        ref=status.ref,
        last_status=status,
    )


def not_found_out(error: FetchError, waiting: Waiting, now: float) -> FetchError:
    """The error that ends the wait, with what was last seen of the task, and in its message how long ago that was."""
    if error.last_status is None:  # else a look in two steps failed in the second, and has seen something newer
        error.last_status = waiting.last_status
        if waiting.last_status is not None and waiting.seen_at is not None:
            error.add(f"the task was last seen {waiting.last_status.state}{_ago(waiting, now)}")
    return error


def _allowed(waiting: Waiting, now: float) -> float:
    """How many seconds the limit that is over allowed."""
    if waiting.limit != "timeout":
        budget: float = getattr(waiting.budgets, waiting.limit)
        return budget
    return (waiting.deadline if waiting.deadline is not None else now) - waiting.began


def _ago(waiting: Waiting, now: float) -> str:
    if waiting.seen_at is None:
        return ""
    seconds = now - waiting.seen_at
    return f" {seconds:,.0f} s ago" if seconds >= 1.0 else " just now"


def _number(seconds: float) -> str:
    """As the caller gave it, without a needless `.0` nor the moments that passed before the wait began."""
    return f"{round(seconds, 3):.15g}" if seconds >= 0.01 else f"{seconds:.3g}"
