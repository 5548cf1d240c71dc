"""Telling what a turn of the event loop brought to light: gathered, and told once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tidings.model import Change, Look, TaskStatus

if TYPE_CHECKING:
    from tidings.plugins import Observers

Tell = Callable[[Sequence[Change]], None]
TellLooks = Callable[[Sequence[Look]], None]
_PASSING = frozenset({"observed_at", "raw", "source"})  # differ from look to look without anything being new


class News:
    """Gathers changes and looks, and tells them in one call each once the present turn of the loop is over.

    Args:
        tell: who follows; told after the observers.
        tell_looks: who wants to know every look, besides the observers; None when nobody does.

    Attributes:
        is_due: whether something was gathered that is not told yet.
        wants_looks: whether anybody wants to know every look.
    """

    def __init__(self, observers: Observers, tell: Tell, tell_looks: TellLooks | None) -> None:
        self._observers = observers
        self._tell = tell
        self._tell_looks = tell_looks
        self._changes: list[Change] = []
        self._looks: list[Look] = []
        self.is_due = False
        self.wants_looks = tell_looks is not None or observers.want_looks

    def change(self, change: Change) -> None:
        """Something is new about a task."""
        self._changes.append(change)
        self._tell_soon()

    def look(self, look: Look) -> None:
        """A task was looked at. Asked only where `wants_looks`."""
        self._looks.append(look)
        self._tell_soon()

    def tell_now(self) -> None:
        """Tell what was gathered. What an observer brings about meanwhile is told the next time."""
        self.is_due = False
        looks, self._looks = self._looks, []
        changes, self._changes = self._changes, []
        if looks:
            self._observers.looked(looks)
            if self._tell_looks is not None:
                self._tell_looks(looks)
        if changes:
            self._observers.changed(changes)
            self._tell(changes)

    def _tell_soon(self) -> None:
        if not self.is_due:
            self.is_due = True
            asyncio.get_running_loop().call_soon(self.tell_now)


def is_news(before: TaskStatus | None, after: TaskStatus) -> bool:
    """Whether `after` says anything that `before` did not, the moment of seeing it aside."""
    if before is None:
        return True
    old, new = before.__dict__, after.__dict__
    return any(new[name] != old[name] for name in new if name not in _PASSING)


def slim(status: TaskStatus) -> TaskStatus:
    """The status as it is kept while the task is open: without the provider's whole object."""
    return status if status.raw is None else status.model_copy(update={"raw": None})
