"""An event loop in a thread of its own, for callers who have none: how the synchronous client runs the engine."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Generic, Protocol, TypeVar

from tidings.errors import TidingsError

T = TypeVar("T")
_CLOSING = 2.0  # seconds that closing may take before the thread is left to die with the process


class Closable(Protocol):
    """What lives in the portal."""

    async def aclose(self) -> None:
        """Close it."""


E = TypeVar("E", bound=Closable)

_abandoned: list[object] = []  # what a forked child inherits; collecting it would close the parent's sockets


class Portal(Generic[E]):
    """Runs coroutines on its loop, started on first use in a daemon thread.

    Args:
        make: builds what lives in the portal, the engine; called in the portal's thread.
    """

    def __init__(self, make: Callable[[], E]) -> None:
        self._make = make
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._engine: E | None = None

    def run(self, use: Callable[[E], Coroutine[Any, Any, T]]) -> T:
        """Run `use(engine)` to its end. An interrupt (Ctrl-C) cancels it at once.

        Raises:
            TidingsError: called from the portal's own thread, where waiting for it would never end.
        """
        if self._thread is not None and threading.get_ident() == self._thread.ident:
            raise TidingsError("a client cannot be called from inside an observer: it would wait for itself")
        future = asyncio.run_coroutine_threadsafe(self._use(use), self._started())
        try:
            return future.result()
        except BaseException:
            future.cancel()  # nothing to cancel if it was its own error
            raise

    async def _use(self, use: Callable[[E], Coroutine[Any, Any, T]]) -> T:
        if self._engine is None:
            self._engine = self._make()
        return await use(self._engine)

    def close(self) -> None:
        """Close the engine and end the thread. May be called twice, and from anywhere."""
        with self._lock:
            loop, thread, engine = self._loop, self._thread, self._engine
            self._loop = self._thread = self._engine = None
        if loop is None or thread is None:
            return
        if threading.get_ident() == thread.ident:  # collected by this very thread: it cannot wait for itself
            loop.call_soon(loop.stop)
            return
        if engine is not None and thread.is_alive():
            closing = asyncio.run_coroutine_threadsafe(engine.aclose(), loop)
            with contextlib.suppress(Exception):  # whatever still hangs dies with the loop
                closing.result(_CLOSING)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_CLOSING)

    def abandon(self) -> None:
        """Start anew, in a forked child: the thread stayed in the parent, and the sockets are the parent's."""
        _abandoned.extend((self._loop, self._engine, self._thread))
        self._reset()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_run_loop, args=(self._loop,), name="tidings-client", daemon=True
                )
                self._thread.start()
            return self._loop


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        _cancel_all(loop)
        loop.close()


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
