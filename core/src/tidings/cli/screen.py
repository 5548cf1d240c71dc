"""Where words go: answers to standard output, everything else to standard error."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import click

from tidings.cli import lines, render
from tidings.cli.report import Answer
from tidings.errors import TidingsError
from tidings.model import TaskRef

Write = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Style:
    """How answers look.

    Attributes:
        as_json: one JSON object per line, errors too.
        colour: whether states are coloured.
        bar: whether a progress bar is shown.
        width: of the first column, characters.
    """

    as_json: bool = False
    colour: bool = False
    bar: bool = False
    width: int = 0


def style_for(  # what the terminal bears, decided without looking at it
    *, as_json: bool, verbose: bool, out: bool, err: bool, environ: Mapping[str, str], width: int = 0
) -> Style:
    """The style for these circumstances. `out` and `err`: whether standard output and standard error are terminals.

    A bar is shown only when both are: it would tear the lines of whatever reads the output next. Nor with -v, whose
    lines it would tear.
    """
    plain = as_json or bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"
    bar = out and err and not as_json and not verbose and environ.get("TERM") != "dumb"
    return Style(as_json=as_json, colour=out and not plain, bar=bar, width=width)


def current_style(*, as_json: bool, verbose: bool, width: int = 0) -> Style:
    """`style_for` this process."""
    out, err = sys.stdout.isatty(), sys.stderr.isatty()
    return style_for(as_json=as_json, verbose=verbose, out=out, err=err, environ=os.environ, width=width)


@dataclass(frozen=True, slots=True)
class Page:
    """An answer as it will be shown: one line, or one for each file; an aside goes to standard error."""

    lines: tuple[str, ...]
    is_aside: bool = False


class Screen:
    """Shows answers in one style."""

    def __init__(
        self,
        style: Style,
        *,
        write: Write = click.echo,
        complain: Write | None = None,
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        self._style = style
        self._write = write
        self._complain = aside if complain is None else complain
        self.advance = advance
        """Moves the bar on by one task; does nothing where there is none."""

    def page(self, ref: TaskRef, answer: Answer) -> Page:
        """What to show about one task. An error is a line of the output for programs, and an aside for people.

        Raises:
            Exception: of any kind, where a plugin put something into the status that cannot be written down.
        """
        if self._style.as_json:
            return Page((lines.line_of(ref, answer).model_dump_json(),))
        if isinstance(answer, TidingsError):
            return Page((render.error_line(ref, answer),), is_aside=True)
        return Page(tuple(render.answer_lines(answer, width=self._style.width, colour=self._style.colour)))

    def show(self, page: Page) -> None:
        """Print it."""
        write = self._complain if page.is_aside else self._write
        for line in page.lines:
            write(line)


def aside(text: str) -> None:
    """Say something beside the answers."""
    click.echo(text, err=True)


def set_encoding(*, as_json: bool) -> None:
    """JSON is UTF-8 whatever the locale says (RFC 8259); text for people does what the terminal can."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if as_json and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="strict")


@contextmanager
def open_screen(style: Style, *, total: int, title: str) -> Iterator[Screen]:
    """A screen for `total` tasks, with a progress bar where the style has one."""
    set_encoding(as_json=style.as_json)
    if not style.bar:
        yield Screen(style)
        return
    from tidings.cli.progress import progress_bar  # rich: only for a terminal

    with progress_bar(total=total, title=title) as bar:
        yield Screen(style, write=bar.write, advance=bar.advance)
