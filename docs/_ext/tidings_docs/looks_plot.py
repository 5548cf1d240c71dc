"""The picture of looks against the distribution they were laid for, drawn by matplotlib as SVG."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from tidings_docs.markdown import MarkdownDirective, table
from tidings_docs.when_to_look import Outcome, Run, run

_SETTINGS = {
    "svg.hashsalt": "tidings",  # the same picture from the same run
    "svg.fonttype": "none",  # letters stay letters
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
}
_SAID = "How long the tasks took, and when each way of looking looked at a slow one"
_STYLE = "max-width: 100%; height: auto; background: white"
_BLUE, _ORANGE = "#2b6cb0", "#c05621"


def draw(run: Run) -> str:
    """An `<svg>` element: how long the tasks took, and below it each way's looks at one slow task."""
    import matplotlib as mpl  # takes a second, and only one page wants it
    from matplotlib.figure import Figure

    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(8, 4.2), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
        _draw_durations(above, run)
        _draw_looks(below, run)
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    svg = drawn.getvalue()
    return svg[svg.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{_SAID}" style="{_STYLE}" ', 1)


def _draw_durations(axes: Any, run: Run) -> None:
    axes.hist(run.durations, bins=range(0, int(1.1 * run.slow) + 2, 2), color=_BLUE, alpha=0.75)
    axes.set_ylabel("tasks that ended")
    axes.set_title(f"How long {len(run.durations):,} tasks took", loc="left")


def _draw_looks(axes: Any, run: Run) -> None:
    rows = list(reversed(run.outcomes))
    axes.eventplot([row.example for row in rows], linelengths=0.7, linewidths=1.0, colors=_BLUE)
    axes.axvline(run.slow, color=_ORANGE, linewidth=1.2, linestyle="--")
    axes.set_yticks(range(len(rows)), [_label(row) for row in rows])
    axes.set_title("Looks at one slow task, which ended at the dashed line", loc="left")
    axes.set_xlabel("seconds since the task was submitted")
    axes.set_xlim(-1, 1.08 * run.slow)


def _label(row: Outcome) -> str:
    return f"{row.name}\n{row.looks:.1f} looks a task"


class WhenToLookDirective(MarkdownDirective):
    """`{tidings-when-to-look}`: the run's figures as a table, and the picture."""

    def lines(self) -> Iterator[str]:
        result = run()
        yield from table(["", "looks a task", "mean delay"], map(_cells, result.outcomes))
        yield from ["```{raw} html", *draw(result).splitlines(), "```"]


def _cells(row: Outcome) -> list[str]:
    return [row.name, f"{row.looks:.1f}", f"{row.delay:.2f} s"]
