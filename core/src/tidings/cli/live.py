"""The live table of `tidings watch`, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from tidings.cli import table
from tidings.cli.layout import GAP, laid_out
from tidings.cli.render import colour_of
from tidings.watch import Entry

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
        lines = self._table(shown) if shown else []
        if len(entries) > len(shown):
            lines.append(_plain(f"… and {len(entries) - len(shown):,} more"))
        lines += [_plain(text, "yellow" if self._colour else "") for text in troubles]
        lines.append(_plain(summary))
        self._live.update(Group(*lines))
        if self._lines:
            self.flush()  # draws the table below them
        else:
            self._live.refresh()

    def flush(self) -> None:
        """Print the lines, unbroken however long they are: links are there to be copied."""
        lines, self._lines = self._lines, []
        if lines:
            self._console.print(Text.from_ansi("\n".join(lines)), soft_wrap=True)

    def _table(self, shown: Sequence[table.Row]) -> list[Text]:
        lines = laid_out(shown, self._console.size.width)
        return [self._line(cells, is_heading=not place) for place, cells in enumerate(lines)]

    def _line(self, cells: Mapping[str, str], *, is_heading: bool) -> Text:
        line = _plain("", "dim" if self._colour and is_heading else "")
        for name, cell in cells.items():
            line.append(cell, (colour_of(cell.strip()) or "") if self._colour and name == "state" else "")
            line.append(" " * GAP)
        line.rstrip()
        return line


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


def _plain(text: str, style: str = "") -> Text:
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")
