"""What comes out of following tasks, for code without `await`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from tidings.client.asked import listed
from tidings.client.engine import AsyncClient
from tidings.client.feed import Feed, Refs
from tidings.client.portal import Portal
from tidings.watch import Entry

Item = TypeVar("Item")
T = TypeVar("T")


class SyncFeed(Generic[Item]):
    """Items about followed tasks, as they come: an iterator that ends when every task has. See `Feed`.

    Whoever reads it slowly slows nobody else, and tasks are looked at while nobody reads. Ctrl-C ends the waiting.
    Leave it with `with`, or `close` it; one that is forgotten closes itself when it is collected.
    """

    def __init__(self, portal: Portal[AsyncClient], start: Callable[[AsyncClient], Feed[Item]]) -> None:
        self._portal = portal
        self._read: deque[Item] = deque()

        async def begin(engine: AsyncClient) -> Feed[Item]:
            return start(engine)

        self._feed = portal.run(begin)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Item:
        if not self._read:
            self._read.extend(self.batch())
        if not self._read:
            raise StopIteration
        return self._read.popleft()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """How many tasks are open."""
        return len(self._feed)

    def __bool__(self) -> bool:
        return True

    def batch(self) -> list[Item]:
        """Everything new at once, in order; waits until there is something. Empty when it is all over."""
        return self._portal.run(lambda _: self._feed.batch())

    def add(self, refs: Refs) -> None:
        """See `Feed.add`."""
        given = listed(refs)
        self._do(lambda: self._feed.add(given))

    def remove(self, refs: Refs) -> None:
        """See `Feed.remove`."""
        given = listed(refs)
        self._do(lambda: self._feed.remove(given))

    def close(self) -> None:
        """See `Feed.close`."""
        self._do(self._feed.close)

    def entries(self) -> list[Entry]:
        """See `Feed.entries`."""
        return self._do(self._feed.entries)

    def _do(self, act: Callable[[], T]) -> T:
        """Act on the engine's own thread: nothing there is made for two."""

        async def on_the_loop(engine: Any) -> T:
            del engine
            return act()

        return self._portal.run(on_the_loop)
