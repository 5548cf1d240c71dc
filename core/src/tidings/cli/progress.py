"""A progress bar on standard error, with lines above it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar while it is shown."""

    _progress: Progress
    _task: TaskID

    def write(self, text: str) -> None:
        """Put a line above the bar, unbroken however long it is: links are there to be copied."""
        self._progress.console.print(Text.from_ansi(text), soft_wrap=True)

    def advance(self) -> None:
        """One task more is over."""
        self._progress.advance(self._task)


@contextmanager
def progress_bar(*, total: int, title: str) -> Iterator[Bar]:
    """A bar for `total` tasks that is gone when the block ends.

    What others print to standard error meanwhile appears above it.
    """
    shown = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*shown, console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        yield Bar(progress, progress.add_task(title, total=total))
