"""The slim record of one followed task, which is also the waiter that its lane tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tidings.errors import FetchError
from tidings.model import TaskRef
from tidings.schedule import Waiting

if TYPE_CHECKING:
    from tidings.watch.course import Course
    from tidings.watch.watch import Watch


class Record:
    """One of perhaps 100,000: slots only, no future, no task, and no `raw` of what was seen.

    Attributes:
        known: the digest of what the lane read last, so that an unchanged answer costs no status. The lane keeps it.
        waiting: where the wait stands.
        timed: the deadline that the watch's timer knows of, monotonic seconds.
        is_open: whether it is still followed.
    """

    __slots__ = ("course", "is_open", "known", "ref", "timed", "waiting", "watch")

    def __init__(self, ref: TaskRef, course: Course, waiting: Waiting, watch: Watch) -> None:
        self.ref = ref
        self.course = course
        self.waiting = waiting
        self.watch = watch
        self.known: int | None = None
        self.timed: float | None = None
        self.is_open = True

    def answered(self, answer: Any) -> None:
        """The lane's answer: a status, an error, or that nothing is new."""
        if self.is_open:
            self.watch.answered(self, answer)

    def retried(self, error: FetchError, delay: float) -> None:
        """A request failed and goes out once more in `delay` seconds."""
        if self.is_open:
            self.watch.retried(self, error, delay)
