"""What was learned of how long tasks take, per provider and kind of work: kept as counts that a person can read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Self

from tidings.schedule.usual import STEP, Usual

_VERSION = 1
_ENOUGH = 20  # tasks before anything is said
_PAST = 2000  # tasks: what was read from a file counts like at most as many
_RECENT = 200.0  # tasks: about so many of the last ones count as recent, which gives them a quarter of the say
_SHORTEST, _LONGEST = 0.05, 14 * 86400.0  # seconds
_MOST = 1e9  # tasks in one bin; what says more is no count


class Durations:
    """How long tasks took. Pure, in memory; not safe between threads.

    Counts of one run are kept whole: of thousands of tasks that began together the longest end last, and a memory that
    forgets by the number of tasks would then know only those. So that a provider which became faster is followed
    nevertheless, recent tasks have a quarter of the say; and what an earlier run left is held to a weight.
    """

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, str], _Tally] = {}

    def learn(self, provider: str, action: str | None, seconds: float) -> None:
        """A task of this kind ended this long after it was submitted. What is no duration is passed over."""
        if _SHORTEST <= seconds <= _LONGEST:
            self._tally(provider, action or "").add(_bin(seconds))

    def usual(self, provider: str, action: str | None) -> Usual | None:
        """How long such tasks take, None until enough ended. Made anew when notably more have."""
        tally = self._tallies.get((provider, action or ""))
        return tally.usual() if tally is not None else None

    def merge(self, other: Durations) -> None:
        """Add what another one counted."""
        for (provider, action), tally in other._tallies.items():
            self._tally(provider, action).merge(tally)

    def to_json(self) -> dict[str, object]:
        """As JSON: by provider and kind of work how many tasks, and how many of them took about so many seconds."""
        found: dict[str, object] = {"version": _VERSION}
        for (provider, action), tally in sorted(self._tallies.items()):
            kinds = found.setdefault(provider, {})
            if isinstance(kinds, dict) and (seconds := tally.to_json()):
                kinds[action] = {"count": round(sum(seconds.values())), "seconds": seconds}
        return found

    @classmethod
    def from_json(cls, data: object) -> Self:
        """What `to_json` made. Whatever cannot be read is passed over, so that a damaged file is a smaller one."""
        read = cls()
        if not isinstance(data, Mapping) or data.get("version") != _VERSION:
            return read
        for provider, kinds in _entries(data):
            for action, kind in _entries(kinds):
                counts = dict(_counts(kind))
                if counts:
                    read._tally(provider, action).take(counts)
        return read

    def _tally(self, provider: str, action: str) -> _Tally:
        return self._tallies.setdefault((provider, action), _Tally())


class _Tally:
    """Counted durations of one kind of task.

    Attributes:
        all: from a bin to how many ended in it.
        recent: the same, older ones fading, in units of `unit`: each task counts a little more than the one before.
        news: tasks since the table was made.
    """

    __slots__ = ("all", "count", "news", "recent", "table", "unit")

    def __init__(self) -> None:
        self.all: dict[int, float] = {}
        self.recent: dict[int, float] = {}
        self.unit = 1.0
        self.count = 0.0
        self.news = 0
        self.table: Usual | None = None

    def add(self, place: int) -> None:
        self.all[place] = self.all.get(place, 0.0) + 1.0
        self.unit *= 1.0 + 1.0 / _RECENT
        self.recent[place] = self.recent.get(place, 0.0) + self.unit
        self.count += 1.0
        self.news += 1
        if self.unit > _MOST:
            self.recent = {place: weight / self.unit for place, weight in self.recent.items()}
            self.unit = 1.0

    def take(self, counts: Mapping[int, float]) -> None:
        """Begin with what an earlier run left."""
        total = sum(counts.values())
        share = min(1.0, _PAST / total)
        self.all = {place: count * share for place, count in counts.items()}
        self.count = total * share

    def merge(self, other: _Tally) -> None:
        for place, count in other.all.items():
            self.all[place] = self.all.get(place, 0.0) + count
        for place, weight in other.recent.items():
            self.recent[place] = self.recent.get(place, 0.0) + weight * self.unit / other.unit
        self.count += other.count
        self.table = None

    def usual(self) -> Usual | None:
        if self.count < _ENOUGH:
            return None
        if self.table is None or self.news >= max(4.0, min(25.0, self.count / 20)):
            self.table, self.news = Usual(self._weights(), count=round(self.count)), 0
        return self.table

    def to_json(self) -> dict[str, float]:
        rounded = {_seconds(place): round(count, 1) for place, count in sorted(self.all.items())}
        return {seconds: int(count) if count.is_integer() else count for seconds, count in rounded.items() if count}

    def _weights(self) -> dict[int, float]:
        """All tasks, held to a weight; and the recent ones once more, with a third of that."""
        whole = min(self.count, 3 * _RECENT)
        weights = {place: count * whole / self.count for place, count in self.all.items()}
        share = min(1 / self.unit, whole / 3 / sum(self.recent.values())) if self.recent else 0.0
        for place, weight in self.recent.items():
            weights[place] = weights.get(place, 0.0) + weight * share
        return weights


def _bin(seconds: float) -> int:
    return math.floor(math.log(seconds) / STEP)


def _seconds(place: int) -> str:
    """The middle of a bin, short enough to read and exact enough to find the bin again."""
    middle = math.exp((place + 0.5) * STEP)
    return f"{float(f'{middle:.3g}'):.10g}"


def _entries(data: object) -> Iterator[tuple[str, object]]:
    if isinstance(data, Mapping):
        yield from ((name, value) for name, value in data.items() if isinstance(name, str))


def _counts(kind: object) -> Iterator[tuple[int, float]]:
    """From a bin to its count. Two entries for one bin would be a person's work, and the latter counts."""
    seconds = kind.get("seconds") if isinstance(kind, Mapping) else None
    for text, count in _entries(seconds):
        if not isinstance(count, int | float) or not 0 < count <= _MOST:
            continue
        try:
            taken = float(text)
        except ValueError:
            continue
        if _SHORTEST <= taken <= _LONGEST:
            yield _bin(taken), float(count)
