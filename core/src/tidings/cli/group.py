"""A click group that loads a command only when it is run: ours by a table, plugins' by their entry points."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


@dataclass(frozen=True, slots=True)
class Listed:
    """A command `--help` knows without loading it.

    Attributes:
        target: `module:attribute`, or None when a separate distribution provides it.
        help: one line.
        extra: the extra of `tidings` that brings that distribution.
    """

    target: str | None
    help: str
    extra: str | None = None


class LazyGroup(click.Group):
    """A group whose commands are listed in a table and imported on use."""

    def __init__(self, *args: Any, listed: Mapping[str, Listed], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listed = listed

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Ours, in the table's order. Plugins' are found when typed: listing them costs as much as all of `--help`."""
        del ctx
        return list(self._listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        listed = self._listed.get(cmd_name)
        if listed is not None and listed.target is not None:
            return _imported(listed.target)
        found = _plugin_commands()
        if cmd_name in found:
            return found[cmd_name]()
        if listed is not None and not ctx.resilient_parsing:
            raise click.UsageError(_not_installed(cmd_name, listed))
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not (ctx.resilient_parsing or name.startswith("-")) and self.get_command(ctx, name) is None:
            known = ", ".join(dict.fromkeys([*self._listed, *_plugin_commands()]))
            raise click.UsageError(f"There is no command {name!r}. The commands are: {known}.", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names that fit, plugins' too; click's own version would import every command."""
        from click.shell_completion import CompletionItem  # only while a shell asks

        known = {
            **dict.fromkeys(_plugin_commands(), ""),
            **{name: listed.help for name, listed in self._listed.items()},
        }
        fitting = [CompletionItem(name, help=text) for name, text in known.items() if name.startswith(incomplete)]
        return [*fitting, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table as it stands; click's own version would import every command."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, listed.help) for name, listed in self._listed.items()])


def _imported(target: str) -> click.Command:
    module, _, attribute = target.partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    return command


def _plugin_commands() -> Mapping[str, Callable[[], click.Command]]:
    """The commands that plugins bring, each with what loads it."""
    from tidings.plugins import command_entry_points  # looks at what is installed: not for --help and our own commands

    return command_entry_points()


def _not_installed(name: str, listed: Listed) -> str:
    package = f"tidings[{listed.extra}]"
    return f"'{name}' comes with the simulator, which is not installed: install {package} (pip install '{package}')."
