"""How one kind of task is followed: over which lane, and under which rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tidings.lanes import Lane
from tidings.model import TaskRef

if TYPE_CHECKING:
    from tidings.schedule import Usual


@dataclass(frozen=True, slots=True)
class Course:
    """What all tasks of one provider, account and route have in common.

    Attributes:
        route: of the batches that they travel in.
        least_pause: least seconds between two looks at one task.
    """

    lane: Lane
    route: str | None
    least_pause: float

    @property
    def is_batched(self) -> bool:
        """Whether looks are nearly free, because enough tasks share a request. It changes as tasks come and go."""
        return self.lane.shared_by(self.route) >= _NEARLY_FREE


_NEARLY_FREE = 5  # tasks in one request: `Patience.batch_growth` is a fifth of `growth`

CourseOf = Callable[[TaskRef], Course]


def head_start(age: float, usual: Usual | None) -> float:
    """Seconds by which a look goes before others that are due: for a task in the middle of where most of them end.

    Where the rate allows fewer looks than are due, those go first that are likely to find an end.
    """
    if usual is None:
        return 0.0
    return _HEAD_START if usual.quantile(0.05) <= age <= usual.quantile(0.95) else 0.0


_HEAD_START = 10.0
