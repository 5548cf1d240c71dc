"""`tidings schema`: what a program may expect of a `--json` line."""

from __future__ import annotations

import json

import click

from tidings.cli import lines
from tidings.cli.options import json_option, verbose_option


@click.command()
@json_option
@verbose_option
def schema(as_json: bool) -> None:
    """Print the JSON schema of one line of fetch, wait or download with --json."""
    click.echo(json.dumps(lines.schema(), indent=None if as_json else 2, ensure_ascii=False))
