"""How much may go to one server with one key: requests in flight, requests a second, and pauses when it asks for them.

One gateway key serves many providers, clients and event loops, so a governor is shared by all of them in the process.
"""

from __future__ import annotations

import hashlib
import logging
import math
import threading
from collections.abc import Callable
from weakref import WeakValueDictionary

from tidings.clock import Clock
from tidings.errors import FetchError
from tidings.flow import pause_after

CONCURRENCY = 50
"""Requests in flight to one server with one key, unless configured otherwise."""

_log = logging.getLogger("tidings.lanes")


class Governor:
    """Admits requests. Safe to use from several threads.

    Args:
        name: what is governed, for the log: the server's address, never the key.
        concurrency: most requests in flight.
        per_second: most requests a second, evenly spaced; None for no such limit.
    """

    def __init__(self, name: str, *, concurrency: int = CONCURRENCY, per_second: float | None = None) -> None:
        self.name = name
        self.last_error: FetchError | None = None
        self._concurrency = concurrency
        self._gap = 1.0 / per_second if per_second else 0.0
        self._lock = threading.Lock()
        self._in_flight = 0
        self._next_slot = -math.inf
        self._paused_until = -math.inf
        self._failures = 0
        self._refused: set[Callable[[], None]] = set()

    def tighten(self, *, concurrency: int | None = None, per_second: float | None = None) -> None:
        """Take on another user's limits where they are stricter."""
        with self._lock:
            self._concurrency = min(self._concurrency, concurrency or self._concurrency)
            self._gap = max(self._gap, 1.0 / per_second if per_second else 0.0)

    def enter(self, now: float, wake: Callable[[], None]) -> float:
        """Admit one request and return 0.0, or return the seconds after which to ask again.

        Infinite seconds mean: when another leaves; `wake` is called then, from whichever thread it leaves in.
        """
        with self._lock:
            delay = max(self._paused_until - now, self._next_slot - now, 0.0)
            if self._in_flight >= self._concurrency:
                delay = math.inf
            if delay:
                self._refused.add(wake)
                return delay
            self._in_flight += 1
            self._next_slot = now + self._gap
            return 0.0

    def leave(self) -> None:
        """The request is over. Everyone who was refused may try again."""
        with self._lock:
            self._in_flight -= 1
            refused, self._refused = self._refused, set()
        for wake in refused:
            wake()

    def paused_for(self, now: float) -> float:
        """Seconds until the pause is over, 0.0 when there is none."""
        return max(0.0, self._paused_until - now)

    def fine(self) -> None:
        """A request was answered."""
        self._failures = 0

    def trouble(self, error: FetchError, now: float) -> None:
        """A request failed in a way that may pass: pause if it was a rate limit or the last of several."""
        with self._lock:
            if now >= self._paused_until:  # what was in flight when the pause began tells nothing new
                self._failures += 1
            pause = pause_after(error, self._failures)
            is_longer = now + pause > self._paused_until and pause > 0
            if is_longer:
                self._paused_until = now + pause
                self.last_error = error
        if is_longer:
            _log.warning("%s: pausing for %.1f s (%s)", self.name, pause, error.message)


_governors: WeakValueDictionary[tuple[str, str, int], Governor] = WeakValueDictionary()
_lock = threading.Lock()


def governor_for(origin: str, key: str, clock: Clock) -> Governor:
    """The process's one governor for this server (scheme, host, port) and key, on this clock."""
    fingerprint = hashlib.sha256(key.encode()).hexdigest()  # the key itself stays out of a table that lives on
    with _lock:
        found = _governors.get((origin, fingerprint, id(clock)))
        if found is None:
            found = _governors[origin, fingerprint, id(clock)] = Governor(origin)
        return found


def forget_governors() -> None:
    """Start anew, in a forked child: the parent's requests are not its own, and a lock may have been held."""
    global _governors, _lock  # noqa: PLW0603  # the table is the process's, and the process is a new one
    _governors = WeakValueDictionary()
    _lock = threading.Lock()
