"""How long a task took, from what the provider says and what was seen."""

from __future__ import annotations

from tidings.model import TaskState, TaskStatus
from tidings.schedule import Waiting

_TEACHING = frozenset({TaskState.succeeded, TaskState.failed, TaskState.canceled})
_LONGEST = 7 * 86400.0  # seconds; what took longer was forgotten somewhere rather than worked on


def duration_of(end: TaskStatus, waiting: Waiting, now: float) -> float | None:
    """Seconds from submission to the end, None when that cannot be told.

    What was seen comes first, because providers' times are whole seconds: the end lies between the last look that found
    the task open and this one. Of a task that was over at the first look, only the provider's own times tell.
    """
    if end.state not in _TEACHING:
        return None
    if waiting.seen_at is not None:
        return waiting.age((waiting.seen_at + now) / 2)
    if end.submitted_at is None or end.finished_at is None:
        return None
    taken = (end.finished_at - end.submitted_at).total_seconds()
    return taken if 0.0 < taken <= _LONGEST else None
