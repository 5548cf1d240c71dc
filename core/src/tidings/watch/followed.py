"""A followed task as a value: what another watch, perhaps in another process, needs to go on with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tidings.model import TaskRef, TaskStatus
from tidings.schedule import Waiting

_INSTANTS = {
    "seen_at": "seen_at",
    "failing_since": "failing_since",
    "unknown_since": "unknown_since",
    "queued_since": "queued_since",
    "running_since": "running_since",
    "expected": "expected_at",
}
"""Instants of a `Waiting` and what they are called here."""


@dataclass(frozen=True, slots=True)
class Followed:
    """Where following one task stands. Instants are aware UTC, because no two processes share a monotonic clock.

    Attributes:
        status: what was last seen, without `raw`; None when it was never seen.
        began_at: when following began.
        next_look_at: when to look next.
        seen_at: when `status` was last confirmed.
        failing_since, unknown_since, queued_since, running_since: when the present run of failed looks, of unknown
            words, of standing in the queue or of running began.
        expected_at: when the provider expects the end.
        before: seconds from submission to `began_at`, 0.0 where the provider does not say.
    """

    ref: TaskRef
    began_at: datetime
    next_look_at: datetime
    status: TaskStatus | None = None
    seen_at: datetime | None = None
    failing_since: datetime | None = None
    unknown_since: datetime | None = None
    queued_since: datetime | None = None
    running_since: datetime | None = None
    expected_at: datetime | None = None
    before: float = 0.0


def stopped(ref: TaskRef, waiting: Waiting, now: float, at: datetime) -> Followed:
    """Where this wait stands at `now`, which is `at` on the wall clock."""

    def on_the_wall(instant: float) -> datetime:
        return at + timedelta(seconds=instant - now)

    instants = {ours: getattr(waiting, name) for name, ours in _INSTANTS.items()}
    return Followed(
        ref,
        on_the_wall(waiting.began),
        on_the_wall(waiting.next_look),
        waiting.last_status,
        before=waiting.before,
        **{name: on_the_wall(instant) for name, instant in instants.items() if instant is not None},
    )


def resumed(fresh: Waiting, task: Followed, now: float, at: datetime) -> Waiting:
    """The wait `fresh`, as if it had begun when that of `task` did. A look that is overdue is due now."""

    def in_seconds(instant: datetime) -> float:
        return now + (instant - at).total_seconds()

    instants: dict[str, Any] = {name: getattr(task, ours) for name, ours in _INSTANTS.items()}
    since = {name: in_seconds(instant) for name, instant in instants.items() if instant is not None}
    carried: dict[str, Any] = {"last_status": task.status, "before": task.before, **since}
    next_look = max(now, in_seconds(task.next_look_at))
    return replace(fresh, began=in_seconds(task.began_at), next_look=next_look, **carried)
