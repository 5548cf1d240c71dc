"""Tasks in the order in which they end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from tidings.client.feed import Feed, Terms
from tidings.client.outcomes import Answer
from tidings.errors import FetchErrors, TidingsError
from tidings.model import Change, TaskStatus
from tidings.watch import Watch
from tidings.watch.news import Tell

Extend = Callable[[TaskStatus], Awaitable[TaskStatus]]


class Completions(Feed[Any]):
    """The final status of each task, as it ends.

    Args:
        extend: adds the extras that were asked for; None when none were.
        return_exceptions: whether errors are items, too. They are raised together after all else was read otherwise.
    """

    def __init__(
        self, watch_for: Callable[[Tell], Watch], terms: Terms, *, extend: Extend | None, return_exceptions: bool
    ) -> None:
        super().__init__(watch_for, terms)
        self._extend = extend
        self._return_exceptions = return_exceptions
        self._unread: list[Answer] = []
        self._errors: list[Answer] = []
        self._extending: set[asyncio.Task[None]] = set()

    def close(self) -> None:
        """Follow nothing any more, and ask for no further extras."""
        for task in self._extending:
            task.cancel()
        super().close()

    @property
    def _is_busy(self) -> bool:
        return bool(self._extending) and not self._is_closed

    def _keep(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.is_end:
                self._ended(change)

    def _ended(self, change: Change) -> None:
        if change.error is not None and not self._return_exceptions:
            self._errors.append(change.error)
        elif change.error is not None:
            self._unread.append(change.error)
        elif change.status is not None and self._extend is not None:
            task = self._loop.create_task(self._extended(self._extend, change.status))
            self._extending.add(task)
            task.add_done_callback(self._is_extended)
        elif change.status is not None:
            self._unread.append(change.status)

    async def _extended(self, extend: Extend, status: TaskStatus) -> None:
        extended = status
        with suppress(TidingsError):  # the client was closed meanwhile: what the task made is known all the same
            extended = await extend(status)
        self._unread.append(extended)

    def _is_extended(self, task: asyncio.Task[None]) -> None:
        self._extending.discard(task)
        self._wake.set()

    def _take(self) -> list[Any]:
        unread, self._unread = self._unread, []
        return unread

    def _finish(self) -> None:
        errors, self._errors = self._errors, []
        if errors:
            raise FetchErrors(errors)
