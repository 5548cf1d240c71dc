"""Where a wait stands: the value that every decision takes and returns."""

from __future__ import annotations

from dataclasses import dataclass, field

from tidings.errors import FetchError
from tidings.model import TaskStatus
from tidings.schedule.patience import NO_BUDGETS, Budgets
from tidings.schedule.reasons import Reason


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where a wait stands. Instants are monotonic seconds.

    Attributes:
        began: when following the task began.
        least_pause: least seconds between two looks, the provider's rule.
        failing_since, unknown_since: when the present run of failed looks or unknown words began.
        last_status: the last good answer.
        last_error: why the last look failed, None when it did not.
        next_look: when to look next.
        reason: why then.
        is_batched: whether a look shares its request with others.
        until: when to stop whatever the task does, None for never.
        budgets: what the task is given, see `Budgets`.
        before: seconds from the task's submission to `began`, 0.0 where the provider does not say.
        seen_at: when `last_status` was last confirmed.
        expected: when the provider expects the task to be done, None where it does not say.
        queued_since, running_since: when the present stretch in the queue or at work was first seen; at most one of
            them is set. Failed looks and unknown words end neither.
        deadline: when to stop, None for never: the nearest of `until` and the budgets. It follows from the others, and
            is kept because it is asked for at every look.
    """

    began: float
    least_pause: float
    failing_since: float | None = None
    unknown_since: float | None = None
    last_status: TaskStatus | None = None
    last_error: FetchError | None = None
    next_look: float = 0.0
    reason: Reason = Reason.first
    is_batched: bool = False
    until: float | None = None
    budgets: Budgets = NO_BUDGETS
    before: float = 0.0
    seen_at: float | None = None
    expected: float | None = None
    queued_since: float | None = None
    running_since: float | None = None
    deadline: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.budgets is not NO_BUDGETS:
            object.__setattr__(self, "deadline", min((instant for instant, _ in self._limits()), default=None))
        elif self.until is not None:
            object.__setattr__(self, "deadline", self.until)

    @property
    def limit(self) -> str:
        """Which limit `deadline` is: "timeout" (of the whole wait), "task", "queued" or "running"."""
        return min(self._limits(), default=(0.0, "timeout"))[1]

    def age(self, now: float) -> float:
        """Seconds since the task was submitted, as far as is known; else since following began."""
        return self.before + now - self.began

    def _limits(self) -> list[tuple[float, str]]:
        """The limits that run at present: when each is over, and its name."""
        budgets = self.budgets
        limits = (
            (0.0, self.until, "timeout"),
            (self.began, budgets.task, "task"),
            (self.queued_since, budgets.queued, "queued"),
            (self.running_since, budgets.running, "running"),
        )
        return [(since + seconds, name) for since, seconds, name in limits if since is not None and seconds is not None]


def begin(
    now: float,
    *,
    least_pause: float,
    is_batched: bool = False,
    until: float | None = None,
    budgets: Budgets = NO_BUDGETS,
    age: float | None = None,
) -> Waiting:
    """A wait that begins now, with a look at once.

    Args:
        age: seconds since the task was submitted, None when not known.
    """
    return Waiting(
        began=now,
        least_pause=least_pause,
        next_look=now,
        is_batched=is_batched,
        until=until,
        budgets=budgets if budgets != NO_BUDGETS else NO_BUDGETS,
        before=age or 0.0,
    )
