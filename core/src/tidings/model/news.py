"""What following tasks brings to light: changes, for everyone; looks, for whoever wants to know how they were found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tidings.errors import TidingsError
from tidings.model.ref import TaskRef
from tidings.model.status import TaskState, TaskStatus


@dataclass(frozen=True, slots=True)
class Change:
    """Something new about a followed task: it was seen first, its status changed, or following it came to an end.

    Attributes:
        ref: the task, as the caller named it.
        status: what the provider said last, None when it never said anything. Of an open task it has no `raw`.
        previous: the state before, None when the task was not seen before.
        error: why it is followed no more though it did not end (`WaitTimeout`, `UnknownState`, a `FetchError`), else
            None.
        is_end: whether this is the last change of the task: it ended, wants input, or `error` says why we stopped.
        at: when we knew, aware UTC.
    """

    ref: TaskRef
    status: TaskStatus | None
    previous: TaskState | None
    error: TidingsError | None
    is_end: bool
    at: datetime


class Event(StrEnum):
    """What happened to a followed task."""

    followed = "followed"
    """It is followed from now on; `due` is its first look."""
    changed = "changed"
    """A look found its status changed, or saw it for the first time."""
    unchanged = "unchanged"
    """A look found nothing new."""
    retried = "retried"
    """A request failed and is sent once more at `due`; the look goes on."""
    failed = "failed"
    """A look could not find out, which is borne; the next one is at `due`."""
    ended = "ended"
    """The task ended, or wants input."""
    gave_up = "gave_up"
    """It is followed no more: the time is up, or what was answered is not borne any longer. `detail` says which."""
    left = "left"
    """It was taken out by the caller, or handed over."""


@dataclass(frozen=True, slots=True)
class Look:
    """One event in the life of a followed task: what was seen, and when it is looked at next and why.

    Attributes:
        at: when it happened, aware UTC.
        waited: seconds since following began.
        state: the task's state as last seen, None when it was never seen.
        detail: the provider's own word for the state; or the error's class and message.
        due: seconds until the next look (or try), None when there will be none.
        reason: why then: a key of `tidings.schedule.REASONS`; "" when there will be none.
        late: seconds by which the answer came after the look was due; 0.0 when it came in time (another task's request
            brought it along).
    """

    ref: TaskRef
    event: Event
    at: datetime
    waited: float
    state: TaskState | None
    detail: str = ""
    due: float | None = None
    reason: str = ""
    late: float = 0.0
