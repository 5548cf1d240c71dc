"""`tidings download`: wait for the tasks, then save what they made."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from tidings.cli import exits, lines
from tidings.cli.asking import Job, carry_out, each
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
from tidings.model import Role, TaskRef, TaskState, TaskStatus


@click.command(help="Wait until the tasks are over, save what they made, and print where." + REFS_HELP)
@refs_argument
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to save into.")
@click.option(
    "--role",
    "roles",
    type=click.Choice(get_args(Role)),
    multiple=True,
    default=("primary",),
    show_default=True,
    help="Which outputs. May be repeated.",
)
@timeout_option
@include_option
@json_option
@verbose_option
def download(
    refs: tuple[str, ...],
    to: Path,
    roles: tuple[Role, ...],
    timeout: float | None,
    include: tuple[str, ...],
    as_json: bool,
) -> int:
    async def wait_and_save(client: AsyncClient, ref: TaskRef) -> TaskStatus:
        status = await client.wait(ref, timeout=timeout, include=include)
        if status.state is not TaskState.succeeded:
            return status
        return lines.saved(status, await client.download(status, to, roles=roles))

    job = Job(
        named=read_refs(refs, stdin=read_stdin),
        ask=each(wait_and_save),
        judge=exits.of_awaited,
        include=include,
        title="Downloading",
        as_json=as_json,
        verbose=is_verbose(),
    )
    return run(carry_out(job), verbose=job.verbose)
