"""`tidings new-provider`: writes a provider's distribution and says what to do next."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tidings.cli.new_provider.layout import Layout, filled, layout_in, rendered
from tidings.cli.new_provider.names import Names, named
from tidings.cli.new_provider.writing import refuse_existing, write_all
from tidings.cli.options import is_verbose, json_option, verbose_option
from tidings.cli.render import columns
from tidings.cli.running import listening
from tidings.cli.screen import set_encoding

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("new-provider")
@click.argument("name")
@click.option("--in", "folder", type=_FOLDER, default=".", metavar="FOLDER", help="Where to write it; here by default.")
@click.option("--title", metavar="TITLE", help="What people call it; made from NAME by default.")
@click.option("--url", metavar="URL", help="The maker's address; an invented one by default.")
@json_option
@verbose_option
def new_provider(name: str, folder: Path, title: str | None, url: str | None, as_json: bool) -> None:
    """Write the distribution tidings-NAME: a provider for a maker that Tidings does not know, complete and passing.

    NAME is what refs will begin with: lower-case letters, digits and dashes. The new provider reads an invented API;
    what to replace by your maker's is marked TODO. Nothing that exists is changed or overwritten.

    In plugins/providers of a checkout of Tidings, its tests, docs page and changelog fragment go to their places there.
    """
    set_encoding(as_json=as_json)
    with listening(verbose=is_verbose()):
        names = named(name, title=title, url=url)
    layout, base = layout_in(folder)
    texts = rendered(layout, names)
    refuse_existing(base / filled(path, names) for path in layout.own)
    write_all({base / path: text for path, text in texts.items()})
    place = base / filled(layout.own[0], names)
    click.echo(_line(names, place, base, list(texts)) if as_json else _told(layout, names, place, len(texts)))


def _line(names: Names, place: Path, base: Path, files: list[str]) -> str:
    facts = {"name": names.name, "distribution": names.distribution, "path": str(place)}
    return json.dumps({**facts, "files": [str(base / file) for file in files]})


def _told(layout: Layout, names: Names, place: Path, count: int) -> str:
    hints = columns([(f"  {filled(command, names)}", filled(reason, names)) for command, reason in layout.hints])
    return "\n".join([f"Wrote {count} files of the provider {names.name}: {place}. Next:", *hints])
