"""`tidings doctor`: which URL and key each provider would use, where they come from, and whether they answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import click

from tidings.cli import diagnosis
from tidings.cli.diagnosis import Finding, Question
from tidings.cli.options import is_verbose, json_option, verbose_option
from tidings.cli.running import run
from tidings.cli.screen import set_encoding
from tidings.client import AsyncClient
from tidings.config import Config
from tidings.errors import TidingsError
from tidings.flow import Retry
from tidings.model import TaskRef, TaskStatus
from tidings.plugins import Installed, Plugins, Quarantined, default_plugins
from tidings.provider import Provider


@click.command()
@click.option("--all", "ask_all", is_flag=True, help="Also ask the accounts in the working directory's tidings.toml.")
@json_option
@verbose_option
def doctor(ask_all: bool, as_json: bool) -> int:
    """Show which URL and key each provider would use and where they come from, and ask each one a question.

    The question is about a task that cannot exist. Keys are shown by their length only. An account that the
    tidings.toml of the working directory describes, which may be somebody else's, is asked only with --all.

    A gateway need not offer every provider: those it has no route for are `unserved`, which is no failure.

    Exit: 0 all that is configured answers, 2 nothing is configured or something wrongly, 3 some do not answer.
    """
    set_encoding(as_json=as_json)
    return run(_examine(ask_all=ask_all, as_json=as_json), verbose=is_verbose())


async def _examine(*, ask_all: bool, as_json: bool) -> int:
    config, plugins = Config.load(), default_plugins()
    known = diagnosis.examine(config, _usable(plugins), ask_all=ask_all)
    findings = [*await _all_answered(known, config, plugins), *_unusable(plugins)]
    lines = map(json.dumps, map(diagnosis.row_of, findings)) if as_json else diagnosis.table(findings)
    for line in lines:
        click.echo(line)
    return diagnosis.exit_of(findings)


def _usable(plugins: Plugins) -> list[Provider]:
    return [plugins.provider(row.name) for row in plugins.survey() if isinstance(row, Installed)]


def _unusable(plugins: Plugins) -> list[Finding]:
    quarantined = [row for row in plugins.survey() if isinstance(row, Quarantined)]
    return [Finding(row.name, None, "broken", str(row)) for row in quarantined]


async def _all_answered(known: Sequence[Question | Finding], config: Config, plugins: Plugins) -> list[Finding]:
    async with AsyncClient(config=config, plugins=plugins, retry=Retry(attempts=1)) as client:
        return list(await asyncio.gather(*(_answered(each, client) for each in known)))


async def _answered(known: Question | Finding, client: AsyncClient) -> Finding:
    return known if isinstance(known, Finding) else diagnosis.conclude(known, await _ask(client, known.ref))


async def _ask(client: AsyncClient, ref: TaskRef) -> TaskStatus | TidingsError:
    try:
        return await client.fetch(ref)
    except TidingsError as error:
        return error
