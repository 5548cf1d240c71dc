"""A followed task as it is shown to people: what is known of it, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass

from tidings.errors import TidingsError
from tidings.lanes import Trouble
from tidings.model import TaskRef, TaskStatus


@dataclass(frozen=True, slots=True)
class Entry:
    """One open task, at one moment.

    Attributes:
        status: what the provider said last, without `raw`; None when it was never seen.
        error: why the last look failed, None when it did not.
        age: seconds since it was submitted where the provider says so, else since following began.
        usual: median seconds that such tasks take, None when too few were seen.
        next_look: seconds until the next look, 0.0 when it is due or under way.
        reason: why then, a key of `tidings.schedule.REASONS`.
        trouble: what slows the account down at present, None when nothing does.
    """

    ref: TaskRef
    status: TaskStatus | None
    error: TidingsError | None
    age: float
    usual: float | None
    next_look: float
    reason: str
    trouble: Trouble | None
