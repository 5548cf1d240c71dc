"""How the rows of the live table fit a terminal: which columns there are, how wide, and what gives way. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tidings.cli.table import Row

GAP = 2
"""Characters between columns."""

_HEADINGS = Row("task", "state", "done", "age", "next look", "")
# Characters that must be left of a column that may be cut, as far as it has so many.
_LEAST: Mapping[str, int] = MappingProxyType({"ref": 20, "remark": 16})
_DISPENSABLE = ("next_look", "age", "progress", "remark")  # left out in this order where there is too little room


def laid_out(rows: Sequence[Row], room: int) -> list[dict[str, str]]:
    """The headings and the rows, each as its cells by column.

    All cells but the last of a row are as wide as their column. The last one is not cut: it ends where the terminal
    does, which knows how wide its characters are.

    Args:
        room: characters in a line.
    """
    lines = [_HEADINGS, *rows]
    natural = {name: max(map(len, cells)) for name, cells in zip(Row._fields, zip(*lines, strict=True), strict=True)}
    widths = column_widths(natural, room)
    return [{name: _cell(name, getattr(line, name), width) for name, width in widths.items()} for line in lines]


def column_widths(natural: Mapping[str, int], room: int) -> dict[str, int]:
    """How wide each column is, in order; those for which there is no room are missing.

    Args:
        natural: how wide each would have to be.
        room: characters in a line.
    """
    kept = _kept(natural, room)
    left = _left(natural, kept, room)
    widths = {name: natural[name] for name in kept}
    if "remark" in kept:
        widths["remark"] = min(natural["remark"], max(_LEAST["remark"], left - natural["ref"]))
    widths["ref"] = max(1, min(natural["ref"], left - widths.get("remark", 0)))
    return widths


def cut(text: str, width: int) -> str:
    """`text` of at most `width` characters, without its middle: what tells ids apart may be at either end."""
    if len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"


def _kept(natural: Mapping[str, int], room: int) -> list[str]:
    """The columns for which there is room, the least worth seeing left out first."""
    kept = list(natural)
    for name in _DISPENSABLE:
        if _left(natural, kept, room) >= sum(min(natural[name], least) for name, least in _LEAST.items()):
            break
        kept.remove(name)
    return kept


def _left(natural: Mapping[str, int], kept: Sequence[str], room: int) -> int:
    """Characters that are left for the columns that may be cut."""
    return room - sum(natural[name] for name in kept if name not in _LEAST) - GAP * (len(kept) - 1)


def _cell(name: str, text: str, width: int) -> str:
    return text if name == "remark" else f"{cut(text, width):<{width}}"
