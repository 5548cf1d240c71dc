"""The course of fetch, wait and download: check everything, ask about every task at once, show the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tidings.cli import exits, screen
from tidings.cli.refs import Named, located, parse_refs
from tidings.cli.render import ref_width
from tidings.cli.report import Answer, AsFinished, InOrder, Judge, Score
from tidings.cli.trace import open_trace
from tidings.client import AsyncClient
from tidings.client.asked import checked_includes
from tidings.errors import InvalidRef, PluginError, TidingsError
from tidings.model import TaskRef, TaskStatus
from tidings.plugins import default_plugins

if TYPE_CHECKING:
    from tidings.cli.exits import Exit

Answered = Callable[[TaskRef, Answer], None]
Ask = Callable[[AsyncClient, Sequence[TaskRef], Answered], Awaitable[None]]
AskOne = Callable[[AsyncClient, TaskRef], Awaitable[TaskStatus]]


@dataclass(frozen=True, slots=True)
class Job:
    """What a command is to do.

    Attributes:
        named: the tasks, as written.
        ask: what to do about the tasks, each named once; tells of each answer as it comes. See `each`.
        judge: what an answer means for the exit code.
        order: `InOrder` or `AsFinished`.
        title: beside the progress bar.
        trace: the file to write every look to, None for none.
    """

    named: Sequence[Named]
    ask: Ask
    judge: Judge
    include: Sequence[str] = ()
    order: type[InOrder[screen.Page]] | type[AsFinished[screen.Page]] = AsFinished
    title: str = "Waiting"
    as_json: bool = False
    verbose: bool = False
    trace: str | None = None


async def carry_out(job: Job) -> Exit:
    """Do the job and return its exit code. When interrupted, what is known has been shown."""
    refs = parse_refs(job.named)
    if not refs:
        screen.aside("No tasks are named there: nothing to do.")
        return exits.Exit.OK
    with open_trace(job.trace) as on_looks:
        async with AsyncClient(on_looks=on_looks) as client:
            check(client, job.named, refs, job.include)
            return await _ask_and_show(client, job, refs)


def check(client: AsyncClient, named: Sequence[Named], refs: Sequence[TaskRef], include: Sequence[str] = ()) -> None:
    """See whether anything is wrong that can be known before the first request.

    Raises:
        TidingsError: it is; a ref's error says where it was written.
    """
    try:
        client.check(refs)
    except InvalidRef as error:
        raise InvalidRef(located(error, named=named, refs=refs)) from error
    for provider in sorted({ref.provider for ref in refs} if include else ()):
        checked_includes(include, default_plugins().provider(provider))


async def _ask_and_show(client: AsyncClient, job: Job, refs: Sequence[TaskRef]) -> Exit:
    style = screen.current_style(as_json=job.as_json, verbose=job.verbose, width=ref_width(refs))
    score = Score(job.judge)
    distinct = list(dict.fromkeys(refs))
    with screen.open_screen(style, total=len(distinct), title=job.title) as shown:
        report = job.order(refs, show=lambda _, page: shown.show(page))

        def answered(ref: TaskRef, answer: Answer) -> None:
            told, page = legible(shown, ref, answer)
            score.count(told)
            shown.advance()
            report(ref, page)

        try:
            await job.ask(client, distinct, answered)
        except asyncio.CancelledError:
            report.close()
            screen.aside(f"Stopped: {score.answered} of {len(distinct)} tasks were answered.")
            raise
    return score.code


def legible(shown: screen.Screen, ref: TaskRef, answer: Answer) -> tuple[Answer, screen.Page]:
    """The answer and how it is shown; the error that says why it cannot be: that must not take its neighbours along."""
    try:
        return answer, shown.page(ref, answer)
    except Exception as error:  # noqa: BLE001  # a plugin's values may fail in any way when they are written down
        kind = type(error).__name__  # its text may quote the value
        problem = PluginError(f"what {ref.provider} said about this task cannot be written down ({kind})", ref=ref)
        return problem, shown.page(ref, problem)


def each(ask: AskOne) -> Ask:
    """Ask about every task at once, each by itself; a `TidingsError` is an answer, too."""

    async def ask_all(client: AsyncClient, refs: Sequence[TaskRef], answered: Answered) -> None:
        async def one(ref: TaskRef) -> None:
            try:
                answer: Answer = await ask(client, ref)
            except TidingsError as error:
                answer = error
            answered(ref, answer)

        async with asyncio.TaskGroup() as group:
            for ref in refs:
                group.create_task(one(ref))

    return ask_all
