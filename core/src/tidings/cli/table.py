"""What `tidings watch` shows of open tasks, as texts: which of them, and what about each. Pure."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tidings.cli.render import percent, remark
from tidings.cli.words import shortened
from tidings.model import TaskState
from tidings.watch import Entry

_UNSEEN = "not seen yet"
_REMARK_WIDTH = 200  # characters; the terminal cuts what it has no room for
_HOUR, _DAY = 3600, 86400  # seconds


class Row(NamedTuple):
    """One task in the table."""

    ref: str
    state: str
    progress: str
    age: str
    next_look: str
    remark: str


def rows(entries: Iterable[Entry], room: int) -> list[Row]:
    """The `room` tasks that are most worth seeing: those in trouble, then those nearest to their end."""
    return [row(entry) for entry in heapq.nsmallest(room, entries, key=_rank)]


def row(entry: Entry) -> Row:
    """What is shown of one task."""
    status = entry.status
    return Row(
        ref=str(entry.ref),
        state=status.state.value if status is not None else _UNSEEN,
        progress=percent(status.progress if status is not None else None),
        age=f"{clock(entry.age)} of about {clock(entry.usual)}" if entry.usual is not None else clock(entry.age),
        next_look=f"in {entry.next_look:.0f} s" if entry.next_look >= 0.5 else "now",
        remark=_remark(entry),
    )


def troubles(entries: Iterable[Entry]) -> list[str]:
    """A line for each account that something slows down at present."""
    found = {entry.trouble.server: entry.trouble for entry in entries if entry.trouble is not None}
    lines = []
    for server, trouble in sorted(found.items()):
        pause = f"pausing for {trouble.pause:.0f} s" if trouble.pause else "slowed down"
        rate = f", {trouble.per_second:.3g} requests a second" if trouble.per_second is not None else ""
        lines.append(f"{server}: {pause}{rate} ({shortened(trouble.message, _REMARK_WIDTH)})")
    return lines


def summary(states: Mapping[str, int], *, over: int, total: int, elapsed: float) -> str:
    """`12 of 40 over: 11 succeeded, 1 failed; 20 running, 8 queued; 3:20`."""
    ended = Counter({state: count for state, count in states.items() if _is_end(state)})
    under_way = {state: count for state, count in states.items() if count and state not in ended}
    parts = [f"{over} of {total} over{': ' + _counted(ended) if any(ended.values()) else ''}"]
    return "; ".join([*parts, *([_counted(under_way)] if under_way else []), clock(elapsed)])


def states_of(entries: Iterable[Entry]) -> Counter[str]:
    """How many open tasks are in which state."""
    return Counter(entry.status.state.value if entry.status is not None else _UNSEEN for entry in entries)


def clock(seconds: float) -> str:
    """`0:07`, `2:10`, `1:02:03`; from a day on `2 d 3:00:00`."""
    whole = max(0, int(seconds))
    days, rest = divmod(whole, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes, left = divmod(rest, 60)
    if days:
        return f"{days} d {hours}:{minutes:02}:{left:02}"
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def _rank(entry: Entry) -> tuple[bool, float, float]:
    """Lower is more worth seeing."""
    left = entry.usual - entry.age if entry.usual is not None else _DAY - entry.age
    return entry.error is None, left, entry.next_look


def _remark(entry: Entry) -> str:
    if entry.error is not None:
        return shortened(f"the last look failed: {entry.error.message}", _REMARK_WIDTH)
    return remark(entry.status) if entry.status is not None else ""


def _is_end(state: str) -> bool:
    return state not in _UNDER_WAY


_UNDER_WAY = frozenset({_UNSEEN, *(s for s in TaskState if not s.is_final and s is not TaskState.input_required)})


def _counted(states: Mapping[str, int]) -> str:
    ordered: Sequence[tuple[str, int]] = sorted(states.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} {state}" for state, count in ordered if count)
