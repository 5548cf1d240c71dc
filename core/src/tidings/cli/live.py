"""The live table of `tidings watch`, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tidings.cli import table
from tidings.cli.render import colour_of
from tidings.watch import Entry

_HEADINGS = ("task", "state", "done", "age", "next look", "")
_WHOLE = {"state", "done", "age", "next look"}  # never cut: where there is little room, the others give way
_ROWS_BESIDE = 4  # lines: the headings, what is left out, the summary, and one for the cursor


class LiveTable:
    """Lines scroll by above; the table below them shows the open tasks.

    Nothing is printed but by `draw`: the terminal needs the table anew below whatever is put above it, so thousands of
    lines that come at once must cost one table and not thousands.

    Args:
        colour: whether states are coloured.
    """

    def __init__(self, console: Console, live: Live, *, colour: bool) -> None:
        self._console = console
        self._live = live
        self._colour = colour
        self._lines: list[str] = []

    def write(self, text: str) -> None:
        """Put a line above the table when it is drawn next."""
        self._lines.append(text)

    def draw(self, entries: Sequence[Entry], *, summary: str) -> None:
        """Show the table anew, as large as the terminal is by now."""
        troubles = table.troubles(entries)
        room = max(1, self._console.size.height - _ROWS_BESIDE - len(troubles))
        shown = table.rows(entries, room)
        lines = [_line(text, "yellow" if self._colour else "") for text in troubles]
        if len(entries) > len(shown):
            lines.insert(0, _line(f"… and {len(entries) - len(shown):,} more"))
        lines.append(_line(summary))
        self._live.update(Group(*([self._grid(shown)] if shown else []), *lines))
        if self._lines:
            self.flush()  # draws the table below them
        else:
            self._live.refresh()

    def flush(self) -> None:
        """Print the lines, unbroken however long they are: links are there to be copied."""
        lines, self._lines = self._lines, []
        if lines:
            self._console.print(Text.from_ansi("\n".join(lines)), soft_wrap=True)

    def _grid(self, shown: Sequence[table.Row]) -> Table:
        grid = Table(box=None, pad_edge=False, header_style="dim" if self._colour else "")
        for heading, column in zip(_HEADINGS, zip(*shown, strict=True), strict=True):
            whole = max(map(len, column)) if heading in _WHOLE else None
            grid.add_column(heading, no_wrap=True, overflow="ellipsis", min_width=whole)
        for row in shown:
            state = Text(row.state, style=(colour_of(row.state) or "") if self._colour else "")
            grid.add_row(Text(row.ref), state, row.progress, row.age, row.next_look, Text(row.remark))
        return grid


@contextmanager
def live_table(*, colour: bool) -> Iterator[LiveTable]:
    """A table on standard output that is gone when the block ends; what others print meanwhile appears above it."""
    console = Console(highlight=False, no_color=not colour)
    with Live(console=console, auto_refresh=False, transient=True, redirect_stderr=True) as live:
        table_below = LiveTable(console, live, colour=colour)
        try:
            yield table_below
        finally:
            table_below.flush()


def _line(text: str, style: str = "") -> Text:
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")
