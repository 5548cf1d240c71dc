"""`tidings watch`: every change of the tasks, as a live table or as lines."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from tidings.cli import exits, screen, table
from tidings.cli.asking import check, legible
from tidings.cli.budgets import budget_options
from tidings.cli.options import (
    REFS_HELP,
    is_verbose,
    json_option,
    refs_argument,
    timeout_option,
    trace_option,
    verbose_option,
)
from tidings.cli.refs import Named, parse_refs, read_refs, read_stdin
from tidings.cli.render import ref_width
from tidings.cli.report import Score
from tidings.cli.running import run
from tidings.cli.trace import open_trace
from tidings.client import AsyncClient, Watching
from tidings.clock import SYSTEM_CLOCK
from tidings.model import Change, TaskRef
from tidings.schedule import Budgets

if TYPE_CHECKING:
    from tidings.cli.live import LiveTable

_NONE: Mapping[str, int] = MappingProxyType({})
_REDRAW = 0.5  # seconds between two drawings of the table
_PER_SECOND = 20_000  # open tasks that are looked through a second for the table, at most


@dataclass(slots=True)
class Course:
    """What has been seen so far.

    Attributes:
        ended: how many ended in which state; those that are followed no more for another reason count as given up.
    """

    total: int
    score: Score = field(default_factory=lambda: Score(exits.of_awaited))
    ended: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=SYSTEM_CLOCK.monotonic)

    def count(self, change: Change) -> None:
        """Take a change into account."""
        answer = change.error or change.status
        if change.is_end and answer is not None:
            self.score.count(answer)
            self.ended[change.status.state.value if change.status and not change.error else table.GIVEN_UP] += 1

    @property
    def over(self) -> int:
        """How many tasks are over."""
        return self.ended.total() - self.ended[table.GIVEN_UP]

    def summary(self, open_states: Mapping[str, int] = _NONE) -> str:
        """All that in a line, with the states of those that are open."""
        elapsed = SYSTEM_CLOCK.monotonic() - self.began
        return table.summary(self.ended + Counter(open_states), over=self.over, total=self.total, elapsed=elapsed)


@click.command(help="Show every change of the tasks until they are over: a live table on a terminal." + REFS_HELP)
@refs_argument
@timeout_option
@budget_options
@json_option
@trace_option
@verbose_option
def watch(refs: tuple[str, ...], timeout: float | None, budgets: Budgets, as_json: bool, trace: str | None) -> int:
    named, verbose = read_refs(refs, stdin=read_stdin), is_verbose()
    work = _watch(named, timeout=timeout, budgets=budgets, as_json=as_json, trace=trace, verbose=verbose)
    return run(work, verbose=verbose)


async def _watch(
    named: Sequence[Named], *, timeout: float | None, budgets: Budgets, as_json: bool, trace: str | None, verbose: bool
) -> exits.Exit:
    refs = list(dict.fromkeys(parse_refs(named)))
    if not refs:
        screen.aside("No tasks are named there: nothing to do.")
        return exits.Exit.OK
    style = screen.current_style(as_json=as_json, verbose=verbose, width=ref_width(refs))
    course = Course(len(refs))
    with open_trace(trace) as on_looks:
        async with AsyncClient(on_looks=on_looks) as client:
            check(client, named, refs)
            try:
                await _show(client, refs, style, course, timeout, budgets)
            except asyncio.CancelledError:
                screen.aside(f"Stopped: {course.over} of {course.total} tasks were over.")
                raise
    return course.score.code


async def _show(
    client: AsyncClient,
    refs: Sequence[TaskRef],
    style: screen.Style,
    course: Course,
    timeout: float | None,
    budgets: Budgets,
) -> None:
    screen.set_encoding(as_json=style.as_json)
    async with client.watch(refs, timeout=timeout, budgets=budgets) as changes:
        if not style.bar:
            await _as_lines(changes, screen.Screen(style), course)
            return
        from tidings.cli.live import live_table  # rich: only for a terminal

        with live_table(colour=style.colour) as live:
            await _as_table(changes, screen.Screen(style, write=live.write, complain=live.write), course, live)
    screen.aside(course.summary())


async def _as_lines(changes: Watching, shown: screen.Screen, course: Course) -> None:
    async for change in changes:
        course.count(change)
        _print(shown, change)


async def _as_table(changes: Watching, shown: screen.Screen, course: Course, live: LiveTable) -> None:
    """Ends scroll by as lines; everything else is seen in the table, which is drawn from time to time."""
    while True:
        entries = changes.entries()
        live.draw(entries, summary=course.summary(table.states_of(entries)))
        with suppress(TimeoutError):
            async with asyncio.timeout(max(_REDRAW, len(entries) / _PER_SECOND)):
                while batch := await changes.batch():
                    for change in batch:
                        course.count(change)
                        if change.is_end:
                            _print(shown, change)
                return


def _print(shown: screen.Screen, change: Change) -> None:
    answer = change.error or change.status
    if answer is not None:
        shown.show(legible(shown, change.ref, answer)[1])
