"""The table that a benchmark prints: every figure, its limit and whether it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        what: what was measured, with its unit.
        hand: what the loop written by hand took, None where there is no rival.
        tidings: what Tidings took.
        value: what the limit is for; the ratio of both, where there is a rival.
        limit: most that `value` may be, None where it is only shown.
    """

    what: str
    hand: float | None
    tidings: float | None
    value: float | None = None
    limit: float | None = None

    @property
    def holds(self) -> bool | None:
        """None where there is no limit."""
        return None if self.limit is None or self.value is None else self.value <= self.limit


def ratio(what: str, hand: float, tidings: float, limit: float | None = None) -> Figure:
    """A figure beside a rival's."""
    return Figure(what, hand, tidings, tidings / hand if hand else None, limit)


def bound(what: str, value: float, limit: float) -> Figure:
    """A figure that is held to a limit by itself."""
    return Figure(what, None, value, value, limit)


def shown(figures: Iterable[Figure]) -> str:
    """The table as text."""
    lines = [("", "by hand", "tidings", "ratio", "limit", "")]
    for figure in figures:
        factor = figure.value if figure.hand is not None else None
        verdict = {None: "", True: "holds", False: "MISSED"}[figure.holds]
        numbers = map(_number, (figure.hand, figure.tidings, factor, figure.limit))
        lines.append((figure.what, *numbers, verdict))
    return aligned(lines)


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """The first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def saved(figures: Iterable[Figure], path: Path) -> None:
    """The table as JSON."""
    written([{**asdict(figure), "holds": figure.holds} for figure in figures], path)


def written(what: object, path: Path) -> None:
    """`what` as JSON; the folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(what, indent=2) + "\n")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
