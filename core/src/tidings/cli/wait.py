"""`tidings wait`: until the tasks are over."""

from __future__ import annotations

from collections.abc import Sequence

import click

from tidings.cli import exits
from tidings.cli.asking import Answered, Job, carry_out
from tidings.cli.budgets import budget_options
from tidings.cli.options import (
    REFS_HELP,
    include_option,
    is_verbose,
    json_option,
    refs_argument,
    timeout_option,
    trace_option,
    verbose_option,
)
from tidings.cli.refs import read_refs, read_stdin
from tidings.cli.running import run
from tidings.client import AsyncClient
from tidings.model import TaskRef
from tidings.schedule import Budgets


@click.command(help="Wait until the tasks are over, or want input; print a line as each one ends." + REFS_HELP)
@refs_argument
@timeout_option
@budget_options
@include_option
@json_option
@trace_option
@verbose_option
def wait(
    refs: tuple[str, ...],
    timeout: float | None,
    budgets: Budgets,
    include: tuple[str, ...],
    as_json: bool,
    trace: str | None,
) -> int:
    async def until_over(client: AsyncClient, tasks: Sequence[TaskRef], answered: Answered) -> None:
        async with client.as_completed(
            tasks, timeout=timeout, budgets=budgets, include=include, return_exceptions=True
        ) as ended:
            async for answer in ended:
                answered(answer.ref, answer)

    job = Job(
        named=read_refs(refs, stdin=read_stdin),
        ask=until_over,
        judge=exits.of_awaited,
        include=include,
        as_json=as_json,
        verbose=is_verbose(),
        trace=trace,
    )
    return run(carry_out(job), verbose=job.verbose)
