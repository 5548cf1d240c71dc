"""How much may go to one server with one key: requests in flight, requests a second, and pauses when it asks for them.

One gateway key serves many providers, clients and event loops, so a governor is shared by all of them in the process.
"""

from __future__ import annotations

import hashlib
import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from tidings.clock import Clock
from tidings.errors import FetchError, ProviderUnavailable, RateLimited, Unreachable
from tidings.flow import about, pause_after
from tidings.lanes.pace import Meter, Throttle, cut
from tidings.lanes.rates import Quota

CONCURRENCY = 50
"""Requests in flight to one server with one key, unless configured otherwise."""

_SERVER_TROUBLE = (RateLimited, ProviderUnavailable, Unreachable)  # all else is about one task, or its answer
_SCARCE = 2  # times what may be in flight: fewer requests left than that are spread out
_NOTABLE = 1.0  # seconds by which a pause must grow to be worth a line in the log
_log = logging.getLogger("tidings.lanes")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What slows down the requests to one server with one key.

    Attributes:
        server: its address.
        pause: seconds until it is asked again.
        per_second: requests a second that it gets at present, None for as many as there are.
        message: what it said.
    """

    server: str
    pause: float
    per_second: float | None
    message: str


class Governor:
    """Admits requests. Safe to use from several threads.

    Args:
        name: what is governed, for the log: the server's address, never the key.
        concurrency: most requests in flight; `CONCURRENCY` unless somebody says otherwise.
        per_second: most requests a second, evenly spaced; None for no such limit.

    Attributes:
        last_error: why the last pause began.
    """

    def __init__(self, name: str, *, concurrency: int | None = None, per_second: float | None = None) -> None:
        self.name = name
        self.last_error: FetchError | None = None
        self._concurrency = concurrency
        self._gap = 1.0 / per_second if per_second else 0.0
        self._lock = threading.Lock()
        self._in_flight = 0
        self._next_slot = -math.inf
        self._paused_until = -math.inf
        self._failures = 0
        self._refused: dict[Callable[[], None], None] = {}  # in the order in which they were refused
        self._meter = Meter()
        self._throttle: Throttle | None = None
        self._quota_gap = 0.0  # seconds between two requests, so that the quota that the server told of lasts …
        self._quota_until = -math.inf  # … until then

    def tighten(self, *, concurrency: int | None = None, per_second: float | None = None) -> None:
        """Take on what another user of this server and key was configured with: the strictest holds."""
        with self._lock:
            self._concurrency = min(filter(None, (self._concurrency, concurrency)), default=None)
            self._gap = max(self._gap, 1.0 / per_second if per_second else 0.0)

    def enter(self, now: float, wake: Callable[[], None]) -> float:
        """Admit one request and return 0.0, or return the seconds after which to ask again.

        Infinite seconds mean: when another leaves; `wake` is called then, from whichever thread it leaves in. Who was
        admitted stands behind all others when it is refused the next time, so nobody with much to ask starves them.
        """
        with self._lock:
            delay = self._delay(now)
            if self._in_flight >= self._bound(now):
                delay = math.inf
            if delay:
                self._refused.setdefault(wake)
                return delay
            self._refused.pop(wake, None)
            self._in_flight += 1
            self._meter.add(now)
            self._next_slot = now + self._present_gap(now)
            return 0.0

    def withdraw(self, wake: Callable[[], None]) -> None:
        """Nothing is left to ask here: `wake` need not be called."""
        with self._lock:
            self._refused.pop(wake, None)

    def further(self, now: float) -> float:
        """Take the next slot for another request of one that was admitted; the seconds until it comes."""
        with self._lock:
            delay = self._delay(now)
            self._meter.add(now)
            self._next_slot = now + delay + self._present_gap(now)
            return delay

    def leave(self) -> None:
        """The request is over. Everyone who was refused may try again, the longest refused first."""
        with self._lock:
            self._in_flight -= 1
            refused = tuple(self._refused)
        for wake in refused:
            wake()

    def paused_for(self, now: float) -> float:
        """Seconds until the pause is over, 0.0 when there is none."""
        return max(0.0, self._paused_until - now)

    def trouble(self, now: float) -> Trouble | None:
        """What slows requests down at present, None when nothing does."""
        pause, error, throttle = self.paused_for(now), self.last_error, self._throttle
        rate = throttle.rate_at(now) if throttle is not None and not throttle.is_over(now) else None
        if error is None or not (pause or rate is not None):
            return None
        return Trouble(self.name, pause, rate, error.message)

    def answered(self) -> None:
        """A request was answered."""
        with self._lock:
            self._failures = 0

    def told(self, quota: Quota, now: float) -> None:
        """The server said how many requests are left: where they are few, spread them over the time they are for."""
        with self._lock:
            is_scarce = quota.remaining < _SCARCE * self._bound(now)
            self._quota_gap = quota.seconds / max(1, quota.remaining) if is_scarce else 0.0
            self._quota_until = now + quota.seconds
            self._next_slot = max(self._next_slot, now + self._quota_gap)

    def failed(self, error: FetchError, now: float) -> None:
        """A request failed: pause, if the server asks for it, limits the rate, or failed several times in a row."""
        if not isinstance(error, _SERVER_TROUBLE):
            return self.answered()
        with self._lock:
            is_news = now >= self._paused_until  # what was in flight when the pause began tells nothing new …
            self._failures += is_news
            pause = pause_after(error, self._failures) if is_news or error.retry_after else 0.0
            is_worth_it = bool(pause) if is_news else now + pause >= self._paused_until + _NOTABLE  # … or much more
            if is_worth_it:
                self._paused_until = now + pause
                self.last_error = about(error)
            if is_news and isinstance(error, RateLimited):
                configured = 1.0 / self._gap if self._gap else None
                self._throttle = cut(self._throttle, self._meter.per_second(now), configured, now)
        if is_worth_it:
            _log.warning("%s: pausing for %.1f s (%s)", self.name, pause, error.message)
        return None

    def _bound(self, now: float) -> int:
        """Requests that may be in flight."""
        bound = self._concurrency or CONCURRENCY
        if self._throttle is None:
            return bound
        return max(1, int(bound * self._throttle.share_at(now)))

    def _present_gap(self, now: float) -> float:
        """Seconds between two requests: what was configured, what the quota bears, what is left of the pace."""
        gap = self._gap
        if now < self._quota_until:
            gap = max(gap, self._quota_gap)
        if self._throttle is not None:
            if self._throttle.is_over(now):
                self._throttle = None
                _log.info("%s: asked as often as before again", self.name)
            else:
                gap = max(gap, 1.0 / self._throttle.rate_at(now))
        return gap

    def _delay(self, now: float) -> float:
        return max(self._paused_until - now, self._next_slot - now, 0.0)


_governors: WeakValueDictionary[tuple[str, str, Clock], Governor] = WeakValueDictionary()
_lock = threading.Lock()


def governor_for(origin: str, key: str, clock: Clock) -> Governor:
    """The process's one governor for this server (scheme, host, port) and key, on this clock."""
    fingerprint = hashlib.sha256(key.encode()).hexdigest()  # the key itself stays out of a table that lives on
    with _lock:
        found = _governors.get((origin, fingerprint, clock))
        if found is None:
            found = _governors[origin, fingerprint, clock] = Governor(origin)
        return found


def forget_governors() -> None:
    """Start anew, in a forked child: the parent's requests are not its own, and a lock may have been held."""
    global _governors, _lock  # noqa: PLW0603  # the table is the process's, and the process is a new one
    _governors = WeakValueDictionary()
    _lock = threading.Lock()
