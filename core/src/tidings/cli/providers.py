"""`tidings providers`: which are installed, which were set aside and why, and which could be installed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from tidings.cli.options import is_verbose, json_option, verbose_option
from tidings.cli.render import columns
from tidings.cli.running import listening
from tidings.cli.screen import set_encoding
from tidings.cli.words import printable
from tidings.plugins import INSTALLABLE, Installed, Quarantined, default_plugins

_HEADINGS = ("NAME", "STATUS", "BATCH", "EXTRAS", "STATES", "NOTE", "DOCS")


@click.command()
@json_option
@verbose_option
def providers(as_json: bool) -> int:
    """Show every provider: installed, quarantined because its plugin is broken, or installable.

    BATCH is the most tasks in one request, EXTRAS is what --include takes, STATES are those it can tell apart, DOCS is
    where the maker or a gateway documents it.
    """
    set_encoding(as_json=as_json)
    with listening(verbose=is_verbose()):
        rows = [*map(row_of, default_plugins().survey()), *installable_rows(default_plugins().names())]
    for line in map(json.dumps, rows) if as_json else table(rows):
        click.echo(line)
    return 0


def row_of(plugin: Installed | Quarantined) -> dict[str, Any]:
    """What `--json` prints about a plugin: its facts and whether it is `installed` or `quarantined`."""
    status = "installed" if isinstance(plugin, Installed) else "quarantined"
    return {"name": plugin.name, "status": status, **asdict(plugin)}


def installable_rows(installed: Iterable[str]) -> list[dict[str, Any]]:
    """Rows for the known providers that are not among `installed`."""
    missing = sorted(INSTALLABLE.keys() - set(installed))
    return [{"name": name, "status": "installable", "distribution": INSTALLABLE[name]} for name in missing]


def table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The rows as aligned lines under headings."""
    return columns([_HEADINGS, *([row["name"], row["status"], *_details(row)] for row in rows)])


def _details(row: Mapping[str, Any]) -> Sequence[str]:
    if row["status"] == "quarantined":
        return ("-", "-", "-", printable(f"{row['distribution'] or row['value']}: {row['reason']}"), "")
    if row["status"] == "installable":
        return ("-", "-", "-", f"in the package {row['distribution']}", "")
    states = ",".join(dict.fromkeys(row["states"].values()))
    package = f"{row['distribution'] or row['value']} {row['version'] or ''}".strip()
    note = f"{row['title']} ({package})"
    return (str(row["batch"]), ",".join(row["includes"]) or "-", states or "-", note, row["docs_url"])
