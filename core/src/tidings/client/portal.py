"""An event loop in a thread of its own, for callers who have none: how the synchronous client runs the engine."""

from __future__ import annotations

import asyncio
import concurrent.futures
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
    """Runs coroutines on a loop of its own, in a daemon thread that starts on first use.

    Args:
        make: builds what lives in the portal, the engine: on first use, and again after `close` and in a forked child.
    """

    def __init__(self, make: Callable[[], E]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._room: _Room[E] | None = None

    def run(self, use: Callable[[E], Coroutine[Any, Any, T]]) -> T:
        """Run `use(engine)` to its end. An interrupt (Ctrl-C) cancels it at once.

        Raises:
            TidingsError: called from inside a portal, where waiting would stop everything that is waited for; or
                closed before the end.
        """
        if isinstance(threading.current_thread(), _PortalThread):
            raise TidingsError("a client cannot be called from inside an observer: it would wait for itself")
        future = self._submit(use)
        try:
            return future.result()
        except concurrent.futures.CancelledError as error:
            raise TidingsError("the client was closed before the answer came") from error
        except BaseException:
            future.cancel()  # nothing to cancel if it was its own error
            raise

    def close(self) -> None:
        """Close the engine and end the thread. May be called twice, and from anywhere; the next use starts anew."""
        with self._lock:
            room, self._room = self._room, None
        if room is not None:
            room.leave()

    def abandon(self) -> None:
        """Start anew, in a forked child: the thread stayed in the parent, and the sockets are the parent's."""
        _abandoned.append(self._room)
        self._lock = threading.Lock()
        self._room = None

    def _submit(self, use: Callable[[E], Coroutine[Any, Any, T]]) -> concurrent.futures.Future[T]:
        with self._lock:  # so that what comes before `close` is heard, and what comes after it is in the next room
            if self._room is None or not self._room.is_open:  # it can end by itself only through a defect
                self._room = _Room(self._make())
            return asyncio.run_coroutine_threadsafe(use(self._room.engine), self._room.loop)


class _PortalThread(threading.Thread):
    """Known by its class: nothing may wait in it."""


class _Room(Generic[E]):
    """One loop and its thread, from the first use to the closing."""

    def __init__(self, engine: E) -> None:
        self.loop = asyncio.new_event_loop()
        self.engine = engine
        self._leaving = asyncio.Event()
        self._thread = _PortalThread(target=self._live, name="tidings-client", daemon=True)
        self._thread.start()

    @property
    def is_open(self) -> bool:
        """Whether its thread lives."""
        return self._thread.is_alive()

    def leave(self) -> None:
        """Close the engine, end the loop and wait for that, but not for ever and not for oneself."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: there is nothing left to end
            self.loop.call_soon_threadsafe(self._leaving.set)
        if threading.current_thread() is not self._thread:  # it can be when it collects the client as garbage
            self._thread.join(_CLOSING)

    def _live(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:  # which in the end cancels what is left over
            runner.run(self._stay())

    async def _stay(self) -> None:
        await self._leaving.wait()
        with contextlib.suppress(Exception):  # whatever still hangs dies with the loop
            async with asyncio.timeout(_CLOSING):
                await self.engine.aclose()
