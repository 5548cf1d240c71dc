"""`tidings fetch`: one look at each task."""

from __future__ import annotations

import click

from tidings.cli import exits
from tidings.cli.asking import Job, carry_out, each
from tidings.cli.options import REFS_HELP, include_option, is_verbose, json_option, refs_argument, verbose_option
from tidings.cli.refs import read_refs, read_stdin
from tidings.cli.report import InOrder
from tidings.cli.running import run
from tidings.client import AsyncClient
from tidings.model import TaskRef, TaskStatus


@click.command(help="Look once at each task and say what became of it, in the order asked." + REFS_HELP)
@refs_argument
@include_option
@json_option
@verbose_option
def fetch(refs: tuple[str, ...], include: tuple[str, ...], as_json: bool) -> int:
    async def look(client: AsyncClient, ref: TaskRef) -> TaskStatus:
        return await client.fetch(ref, include=include)

    job = Job(
        named=read_refs(refs, stdin=read_stdin),
        ask=each(look),
        judge=exits.of_fetched,
        include=include,
        order=InOrder,
        title="Fetching",
        as_json=as_json,
        verbose=is_verbose(),
    )
    return run(carry_out(job), verbose=job.verbose)
