"""What comes out of following tasks, one item after the other; tasks may be added and taken out meanwhile."""

from __future__ import annotations

import asyncio
import weakref
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

from tidings.model import Change, TaskRef
from tidings.schedule import Budgets
from tidings.watch import Entry, Watch
from tidings.watch.news import Tell

Item = TypeVar("Item")
Refs = Iterable[str | TaskRef]


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms tasks are followed.

    Attributes:
        check: from what the caller gave to refs that can be asked about; raises for the first that cannot.
        until: when to stop, monotonic seconds; None for never.
        budgets: how long each may take.
        open_ended: whether to go on when no task is open any more: others may be added.
    """

    check: Callable[[Refs], list[TaskRef]]
    until: float | None
    budgets: Budgets
    open_ended: bool = False


class Feed(ABC, Generic[Item]):
    """Items about followed tasks, as they come: an asynchronous iterator that ends when every task has.

    Whoever reads it slowly slows nobody else: what they have not read yet waits here, and is bounded by the number of
    tasks. Leave it with `async with`, or `close` it; one that is forgotten closes itself when it is collected.
    """

    def __init__(self, watch_for: Callable[[Tell], Watch], terms: Terms) -> None:
        self._terms = terms
        self._is_closed = False
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._read: deque[Item] = deque()
        self._watch = watch_for(_weakly(self))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        if not self._read:
            self._read.extend(await self.batch())
        if not self._read:
            raise StopAsyncIteration
        return self._read.popleft()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """How many tasks are open."""
        return len(self._watch)

    def __bool__(self) -> bool:
        return True

    def __del__(self) -> None:
        watch = self.__dict__.get("_watch")  # missing when there was no way to begin
        if watch is not None and not self._is_closed and len(watch):
            with suppress(RuntimeError):  # the loop is closed, and every question with it
                self._loop.call_soon_threadsafe(watch.hand_over)

    async def batch(self) -> list[Item]:
        """Everything new at once, in order; waits until there is something. Empty when it is all over."""
        while not (items := self._take()):
            if self._is_over:
                self._finish()
                return []
            self._wake.clear()
            await self._wake.wait()
        return items

    def add(self, refs: Refs) -> None:
        """Follow these, too, on the same terms. One that is followed already goes on as it is.

        Raises:
            InvalidRef, UnknownProvider, PluginError, ConfigError: one cannot be asked for; none was added.
        """
        self.follow(self._terms.check(refs))

    def follow(self, tasks: Sequence[TaskRef]) -> None:
        """As `add`, of tasks that were checked."""
        if not self._is_closed:
            self._watch.follow(tasks, until=self._terms.until, budgets=self._terms.budgets)

    def remove(self, refs: Refs) -> None:
        """Follow these no more; nothing further is told of them. One that is not followed is passed over.

        Raises:
            InvalidRef, UnknownProvider, PluginError, ConfigError: as `add`.
        """
        self._watch.leave(self._terms.check(refs))
        self._wake.set()

    def close(self) -> None:
        """Follow nothing any more. What was told before can still be read. May be called twice."""
        if not self._is_closed:
            self._is_closed = True
            self._watch.hand_over()
            self._wake.set()

    def entries(self) -> list[Entry]:
        """The open tasks as they stand at this moment."""
        return self._watch.entries()

    def told(self, changes: Sequence[Change]) -> None:
        """What the watch tells. Keeps what is to be read, and wakes whoever reads."""
        self._keep(changes)
        self._wake.set()

    @property
    def _is_over(self) -> bool:
        return not self._is_busy and (self._is_closed or (self._watch.is_idle and not self._terms.open_ended))

    @property
    def _is_busy(self) -> bool:
        """Whether something is still being found out about tasks that are over."""
        return False

    @abstractmethod
    def _keep(self, changes: Sequence[Change]) -> None:
        """Keep what is to be read of these."""

    @abstractmethod
    def _take(self) -> list[Item]:
        """What has not been read yet."""

    def _finish(self) -> None:
        """All is over, and all was read."""


def _weakly(feed: Feed[Item]) -> Tell:
    """Tell the feed as long as anybody holds it: the tasks it follows must not."""
    held = weakref.ref(feed)

    def tell(changes: Sequence[Change]) -> None:
        feed = held()
        if feed is not None:
            feed.told(changes)

    return tell
