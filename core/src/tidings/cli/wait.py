"""`tidings wait`: until the tasks are over."""

from __future__ import annotations

import click

from tidings.cli import exits
from tidings.cli.asking import Job, carry_out
from tidings.cli.options import (
    REFS_HELP,
    include_option,
    is_verbose,
    json_option,
    refs_argument,
    timeout_option,
    verbose_option,
)
from tidings.cli.refs import read_refs, read_stdin
from tidings.cli.running import run
from tidings.client import AsyncClient
from tidings.model import TaskRef, TaskStatus


@click.command(help="Wait until the tasks are over, or want input; print a line as each one ends." + REFS_HELP)
@refs_argument
@timeout_option
@include_option
@json_option
@verbose_option
def wait(refs: tuple[str, ...], timeout: float | None, include: tuple[str, ...], as_json: bool) -> int:
    async def until_over(client: AsyncClient, ref: TaskRef) -> TaskStatus:
        return await client.wait(ref, timeout=timeout, include=include)

    job = Job(
        named=read_refs(refs, stdin=read_stdin),
        ask=until_over,
        judge=exits.of_awaited,
        include=include,
        as_json=as_json,
        verbose=is_verbose(),
    )
    return run(carry_out(job), verbose=job.verbose)
