"""Finds the row that is about a task: by id, never by position, and never by a guess."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tidings import gateway
from tidings.errors import UnexpectedResponse
from tidings.model import TaskRef
from tidings.wire import as_text, as_time, dig, shorten

StateOf = Callable[[Any], str]
"""The state that a row is read as."""


def ids(item: Any) -> tuple[str | None, str | None]:
    """The ids an object may be known by, the better one first. In a row `id` is the database's own number."""
    if not isinstance(item, dict):
        return None, None
    inner = dig(item, "data", "id") if gateway.is_task_row(item) else item.get("id")
    return as_text(item.get("task_id")), as_text(inner)


def by_id(items: Iterable[Any]) -> Mapping[str, Sequence[Any]]:
    """The rows about each id. Those whose `task_id` it is go before those whose inner object's id it is."""
    outer: dict[str, list[Any]] = {}
    inner: dict[str, list[Any]] = {}
    for item in items:
        own, makers = ids(item)
        if own is not None:
            outer.setdefault(own, []).append(item)
        if makers is not None:
            inner.setdefault(makers, []).append(item)
    return {**inner, **outer}


def one_of(rows: Sequence[Any], ref: TaskRef, state_of: StateOf) -> Any:
    """The row that counts of several about `ref`: the first if they agree, the one that was updated last if not.

    Raises:
        UnexpectedResponse: they contradict each other, and do not say which is the newer one.
    """
    if len(rows) == 1:
        return rows[0]
    states = [state_of(row) for row in rows]
    if len(set(states)) == 1:
        return rows[0]
    times = [as_time(dig(row, "updated_at")) for row in rows]
    last = max((time for time in times if time is not None), default=None)
    newest = [index for index, time in enumerate(times) if time == last]
    if None not in times and len({states[index] for index in newest}) == 1:
        return rows[newest[0]]
    said = " and ".join(dict.fromkeys(states))
    raise UnexpectedResponse(f"the answer contradicts itself: several rows are about this task, saying {said}", ref=ref)


def only(payload: Any, ref: TaskRef, state_of: StateOf) -> Any:
    """The row about `ref` in the answer to a question about it alone: one object, or a list of them.

    An object without any id is taken to be about the task that was asked for.

    Raises:
        UnexpectedResponse: it is about other tasks, or contradicts itself.
    """
    items = payload if isinstance(payload, list) else [payload]
    found = by_id(items)
    if ref.id in found:
        return one_of(found[ref.id], ref, state_of)
    if len(items) == 1 and not found:
        return items[0]
    others = shorten(", ".join(found), 100) or f"{len(items)} tasks without ids"
    raise UnexpectedResponse(f"the answer is not about this task, but about {others}", ref=ref)
