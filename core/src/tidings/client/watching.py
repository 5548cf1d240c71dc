"""Every change of followed tasks, as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tidings.client.feed import Feed, Terms
from tidings.model import Change, TaskRef
from tidings.watch import Watch
from tidings.watch.news import Tell


class Watching(Feed[Change]):
    """Changes as they come: of state, of progress, of outputs, and the end of each task or of our patience with it.

    Of a task that changes more often than its changes are read, only the latest state waits to be read: its `previous`
    is the state that was read last.
    """

    def __init__(self, watch_for: Callable[[Tell], Watch], terms: Terms) -> None:
        super().__init__(watch_for, terms)
        self._unread: dict[TaskRef, Change] = {}

    def _keep(self, changes: Sequence[Change]) -> None:
        for change in changes:
            passed = self._unread.pop(change.ref, None)
            self._unread[change.ref] = change if passed is None else replace(change, previous=passed.previous)

    def _take(self) -> list[Change]:
        unread, self._unread = self._unread, {}
        return list(unread.values())
