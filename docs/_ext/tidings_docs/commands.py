"""The command line, as click knows it, and the exit codes, as `tidings.cli.exits` promises them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator

import click

from tidings.cli import cli, exits
from tidings_docs.markdown import MarkdownDirective, code, table

_EXIT = re.compile(r"^ {4}(\d+) +(.*)$")


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command by name: ours and those that installed plugins bring."""
    context = click.Context(cli, info_name="tidings")
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if command is not None:
            yield name, command


class CommandsDirective(MarkdownDirective):
    """`{tidings-commands}`: a section for each command."""

    def lines(self) -> Iterator[str]:
        for name, command in commands():
            yield from _section(name, command)


def _section(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=f"tidings {name}")
    usage = " ".join(["tidings", name, *command.collect_usage_pieces(context)])
    yield from [f"## tidings {name}", "", "```none", usage, "```", ""]
    yield from _help(inspect.cleandoc(command.help or ""))
    options = (parameter for parameter in command.params if isinstance(parameter, click.Option))
    shown = [record for option in options if (record := option.get_help_record(context)) is not None]
    yield from table(["option", "what it does"], [[code(names), text.replace("\n", " ")] for names, text in shown])
    if isinstance(command, click.Group):
        for child_name in command.list_commands(context):
            child = command.get_command(context, child_name)
            if child is not None:
                yield from _section(f"{name} {child_name}", child)


def _help(text: str) -> Iterator[str]:
    """Paragraphs as they are; what click must not wrap (after its mark) as it stands."""
    for paragraph in text.split("\n\n"):
        if paragraph.startswith("\b\n"):
            yield from ["```none", *paragraph.splitlines()[1:], "```", ""]
        else:
            yield from [re.sub(r"(?<![`\w])(@FILE)(?![`\w])", r"`\1`", paragraph), ""]


def exit_codes() -> list[tuple[str, str]]:
    """Code and promise, from the module's own list."""
    rows: list[tuple[str, str]] = []
    for line in (exits.__doc__ or "").splitlines():
        found = _EXIT.match(line)
        if found:
            rows.append((found[1], found[2]))
    return rows


class ExitsDirective(MarkdownDirective):
    """`{tidings-exits}`: the table of exit codes."""

    def lines(self) -> Iterable[str]:
        return table(["code", "what it says"], [[code(number), text] for number, text in exit_codes()])
