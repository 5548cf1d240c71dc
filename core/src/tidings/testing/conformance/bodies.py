"""Pure surgery on JSON bodies: where their values lie, and bodies with one of them changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Place = tuple[str | int, ...]
"""The way to a value: names of fields and indices into lists, from the outside in."""

ODD_VALUES: tuple[Any, ...] = (None, True, 5, -1.5, 1e300, "", "odd", [], {}, [None], {"odd": None})
"""One value of every JSON type, and the borderline ones."""


def places(value: Any, *, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value inside `value`, itself first, and the way to it."""
    yield at, value
    children: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield from places(child, at=(*at, step))


def replaced(value: Any, place: Place, new: Any) -> Any:
    """A copy of `value` with `new` at `place`."""
    return _changed(value, place, lambda inside, step: inside.__setitem__(step, new)) if place else new


def removed(value: Any, place: Place) -> Any:
    """A copy of `value` without what is at `place`, which is not the whole."""
    return _changed(value, place, lambda inside, step: inside.__delitem__(step))


def shown(place: Place) -> str:
    """`place` for a message: data[0].video."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.lstrip(".") or "the whole body"


def cuts(body: bytes, *, count: int = 12) -> Iterator[bytes]:
    """`body` cut short at `count` places spread over it, always in front of its last byte."""
    end = len(body.rstrip()) - 1
    lengths = {end, *(end * part // count for part in range(1, count))} if end > 0 else set()
    return (body[:length] for length in sorted(lengths) if length > 0)


def _changed(value: Any, place: Place, change: Callable[[Any, str | int], None]) -> Any:
    copy = value.copy()
    step, *rest = place
    if rest:
        copy[step] = _changed(value[step], tuple(rest), change)
    else:
        change(copy, step)
    return copy
