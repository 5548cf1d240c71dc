"""What `tidings watch` shows of open tasks, as texts: which of them, and what about each. Pure."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tidings.cli.render import percent, remark
from tidings.cli.words import shortened
from tidings.lanes import Trouble
from tidings.model import TaskState
from tidings.watch import Entry

GIVEN_UP = "given up"
"""Stands for a state where a task is followed no more though it did not end."""

_UNSEEN = "not seen yet"
_REMARK_WIDTH = 200  # characters; the terminal cuts what it has no room for
_TROUBLES = 3  # lines about servers, at most
_SOON = 0.5  # seconds
_MINUTES = 100  # seconds, from which on a pause is told in minutes
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
    """The `room` tasks that are most worth seeing: those in trouble, then those nearest to their end.

    Where nothing is known of a task's end, the older one comes first; what was never seen comes last.
    """
    return [row(entry) for entry in heapq.nsmallest(room, entries, key=_rank)]


def row(entry: Entry) -> Row:
    """What is shown of one task."""
    status = entry.status
    return Row(
        ref=str(entry.ref),
        state=status.state.value if status is not None else _UNSEEN,
        progress=percent(status.progress if status is not None else None),
        age=f"{clock(entry.age)} of about {clock(entry.usual)}" if entry.usual is not None else clock(entry.age),
        next_look=_next_look(max(entry.next_look, entry.trouble.pause if entry.trouble is not None else 0.0)),
        remark=_remark(entry),
    )


def troubles(entries: Iterable[Entry]) -> list[str]:
    """A line for each server that something slows down at present; of very many the longest pauses."""
    found = {entry.trouble.server: entry.trouble for entry in entries if entry.trouble is not None}
    worst = sorted(found.values(), key=lambda trouble: (-trouble.pause, trouble.server))
    more = [f"… and {len(worst) - _TROUBLES} more servers"] if len(worst) > _TROUBLES else []
    return [*map(_trouble, worst[:_TROUBLES]), *more]


def summary(states: Mapping[str, int], *, over: int, total: int, elapsed: float) -> str:
    """`12 of 40 over: 11 succeeded, 1 failed; 2 given up; 20 running, 6 queued; 3:20`."""
    ended = {state: count for state, count in states.items() if state not in _UNDER_WAY and state != GIVEN_UP}
    under_way = {state: count for state, count in states.items() if state in _UNDER_WAY}
    given_up = {GIVEN_UP: states.get(GIVEN_UP, 0)}
    head = ": ".join(text for text in (f"{over:,} of {total:,} over", _counted(ended)) if text)
    return "; ".join(text for text in (head, _counted(given_up), _counted(under_way), clock(elapsed)) if text)


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


def _trouble(trouble: Trouble) -> str:
    pause = f"pausing for {trouble.pause:.0f} s" if trouble.pause else "slowed down"
    rate = f", {trouble.per_second:.3g} requests a second" if trouble.per_second is not None else ""
    return f"{trouble.server}: {pause}{rate} ({shortened(trouble.message, _REMARK_WIDTH)})"


def _rank(entry: Entry) -> tuple[bool, bool, float, float]:
    """Lower is more worth seeing."""
    status = entry.status
    is_fine = entry.error is None and (status is None or status.state is not TaskState.unknown)
    return is_fine, status is None, _left(entry), -entry.age


def _left(entry: Entry) -> float:
    """Seconds that it will take as far as can be told, negative when it is overdue; infinite where nothing can."""
    if entry.usual is not None:
        return entry.usual - entry.age
    progress = entry.status.progress if entry.status is not None else None
    return entry.age * (1 - progress) / progress if progress else math.inf


def _next_look(seconds: float) -> str:
    if seconds >= _MINUTES:
        return f"in {clock(seconds)}"
    return f"in {max(1, round(seconds))} s" if seconds >= _SOON else "now"


def _remark(entry: Entry) -> str:
    if entry.error is not None:
        return shortened(f"look failed: {entry.error.message}", _REMARK_WIDTH)
    return remark(entry.status) if entry.status is not None else ""


_UNDER_WAY = frozenset({_UNSEEN, *(s for s in TaskState if not s.is_final and s is not TaskState.input_required)})


def _counted(states: Mapping[str, int]) -> str:
    ordered: Sequence[tuple[str, int]] = sorted(states.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {state}" for state, count in ordered if count)
