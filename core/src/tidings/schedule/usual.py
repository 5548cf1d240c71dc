"""How long tasks of one kind usually take, and when looks at such a task are worth it.

The theory: with density f and survival S of a task's whole duration, its hazard is r = f / S. Where one look costs as
much as a delay of L seconds, the best pause at age t is sqrt(2 L / r(t)). With I, the integral of sqrt(f S), that makes
I / sqrt(2 L) looks a task and a mean delay of I sqrt(L / 2): looks times delay is I * I / 2, the `effort`, whatever L
is. So an aim for the delay is chosen, and looks are laid so that the integral of sqrt(r) grows alike between them.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate

STEP = math.log(1.05)
"""Durations are counted in bins of 5 %: bin b holds those from exp(b STEP) to exp((b + 1) STEP) seconds."""

_DOUBT = 0.005  # share of tasks that may end at any time, however soon: what was learned may be wrong for this one
_DOUBTED = 70  # bins below the shortest duration over which that share is spread: down to a thirtieth of it
_FEW = 3.0  # where fewer than these lasted longer, nothing is known


class Usual:
    """A table made once from counted durations; asking it costs about a microsecond.

    Attributes:
        count: how many tasks it was learned from.
        earliest: seconds before which hardly any task ended.
        effort: looks a task times mean delay in seconds, which is the same for any sensible number of looks.
    """

    __slots__ = ("_ages", "_durations", "_gains", "_shares", "count", "earliest", "effort")

    def __init__(self, weights: Mapping[int, float], *, count: int) -> None:
        """
        Args:
            weights: from a bin to how many tasks ended in it, by which they count; not empty, all positive.
            count: how many tasks were seen, for people.
        """
        self.count = count
        first, shares = _smoothed(weights)
        self._durations = _edges(first, len(shares))
        self._shares = [0.0, *accumulate(shares)]
        self.earliest = 0.9 * self.quantile(0.02)
        doubted = _doubted(shares)
        ages = _edges(first - _DOUBTED, len(doubted))
        gains, self.effort = _gains(doubted, ages, _FEW / sum(weights.values()))
        self._gains = [0.0, *gains]
        self._ages = [0.0, *ages[: len(gains)]]

    def quantile(self, share: float) -> float:
        """Seconds within which this share (0.0 to 1.0) of such tasks ended."""
        return _between(self._shares, self._durations, share)

    def pause(self, age: float, *, least_pause: float = 0.0, looks: float = 20.0) -> float | None:
        """Seconds until the next look worth making at a task of this age; None where too little is known.

        Args:
            least_pause: seconds; a smaller mean delay than half of it is not aimed at.
            looks: most looks that a task is worth.
        """
        if age >= self._ages[-1]:
            return None
        aim = max(least_pause / 2, self.effort / looks)
        gain = _between(self._ages, self._gains, age) + aim
        return _between(self._gains, self._ages, gain) - age


def _smoothed(weights: Mapping[int, float]) -> tuple[int, list[float]]:
    """The first bin and the share of each from there on: fewer tasks are spread over more bins around theirs."""
    total = sum(weights.values())
    reach = max(1, min(6, round(20 / math.sqrt(total))))
    first = min(weights) - reach
    shares = [0.0] * (max(weights) + reach + 1 - first)
    kernel = [(reach + 1 - abs(offset)) / (reach + 1) ** 2 for offset in range(-reach, reach + 1)]
    for place, weight in weights.items():
        for offset, part in enumerate(kernel):
            shares[place - reach - first + offset] += part * weight / total
    return first, shares


def _doubted(shares: Sequence[float]) -> list[float]:
    """The shares with a little for every bin, and for those before them."""
    little = _DOUBT / (_DOUBTED + len(shares))
    return [little] * _DOUBTED + [little + (1 - _DOUBT) * share for share in shares]


def _gains(shares: Sequence[float], edges: Sequence[float], few: float) -> tuple[list[float], float]:
    """At each edge the integral of I/2 sqrt(r) so far, as long as more than the share `few` survives; the effort."""
    integral, gains, survivors = 0.0, [0.0], 1.0
    for share, start, end in zip(shares, edges, edges[1:], strict=False):
        width, halfway = end - start, survivors - share / 2
        integral += math.sqrt(share * halfway * width)
        if survivors >= few:
            gains.append(gains[-1] + math.sqrt(share * width / halfway))
        survivors = max(0.0, survivors - share)
    return [gain * integral / 2 for gain in gains], integral**2 / 2


def _edges(first: int, bins: int) -> list[float]:
    """Where the bins begin and the last one ends, in seconds."""
    return [math.exp((first + place) * STEP) for place in range(bins + 1)]


def _between(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    """The y that belongs to x on the line through the points; beyond its ends, that of the end."""
    right = bisect_right(xs, x)
    if right == 0:
        return ys[0]
    if right == len(xs):
        return ys[-1]
    left = right - 1
    return ys[left] + (ys[right] - ys[left]) * (x - xs[left]) / (xs[right] - xs[left])
