"""How fast a server is asked after it said that it was too fast: half as fast, and then gently faster again. Pure."""

from __future__ import annotations

from dataclasses import dataclass

_RECOVERY = 60.0  # seconds from half the pace to all of it
_SLOWEST = 0.05  # requests a second: one in twenty seconds
_LEAST_PACE = 2.0  # requests a second that are taken for the pace where fewer were sent: others use that key, too
_WINDOW = 5.0  # seconds over which a pace is measured


@dataclass(frozen=True, slots=True)
class Throttle:
    """A pace that was cut. It grows with time alone, so nobody has to see to it.

    Attributes:
        since: when it was cut, monotonic seconds.
        rate: requests a second then.
        ceiling: requests a second at which it is over: the pace that was too fast at first, or the configured one.
    """

    since: float
    rate: float
    ceiling: float

    def rate_at(self, now: float) -> float:
        """Requests a second at `now`."""
        grown = self.rate + (now - self.since) * self.ceiling / 2 / _RECOVERY
        return min(self.ceiling, max(self.rate, grown))

    def share_at(self, now: float) -> float:
        """The part of the full pace that is allowed at `now`, above 0.0 and up to 1.0."""
        return self.rate_at(now) / self.ceiling

    def is_over(self, now: float) -> bool:
        """Whether nothing is held back any more."""
        return self.rate_at(now) >= self.ceiling


def cut(throttle: Throttle | None, measured: float, configured: float | None, now: float) -> Throttle:
    """The pace after a refusal at `now`: half of what it was.

    Args:
        throttle: the one that holds, if any.
        measured: requests a second that were sent lately.
        configured: requests a second that were allowed, None for any number.
    """
    ceiling = throttle.ceiling if throttle is not None else max(configured or max(measured, _LEAST_PACE), 2 * _SLOWEST)
    present = throttle.rate_at(now) if throttle is not None else ceiling
    return Throttle(now, max(_SLOWEST, min(present, ceiling) / 2), ceiling)


class Meter:
    """Counts requests, to know how many there were a second lately."""

    __slots__ = ("_before", "_began", "_count")

    def __init__(self) -> None:
        self._began = 0.0
        self._count = 0
        self._before = 0

    def add(self, now: float) -> None:
        """One more."""
        self._turn(now)
        self._count += 1

    def per_second(self, now: float) -> float:
        """Requests a second over the last five to ten seconds."""
        self._turn(now)
        return (self._before + self._count) / (_WINDOW + now - self._began)

    def _turn(self, now: float) -> None:
        passed = now - self._began
        if passed >= _WINDOW:
            self._before = self._count if passed < 2 * _WINDOW else 0
            self._began, self._count = now, 0
