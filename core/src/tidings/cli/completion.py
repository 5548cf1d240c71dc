"""`tidings completion`: the script that makes a shell complete commands and options."""

from __future__ import annotations

import json

import click
from click.shell_completion import get_completion_class

from tidings.cli.options import json_option, verbose_option

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@json_option
@verbose_option
@click.pass_context
def completion(context: click.Context, shell: str, as_json: bool) -> None:
    """Print the script that completes `tidings` in SHELL.

    \b
    bash:  eval "$(tidings completion bash)"           in ~/.bashrc
    zsh:   eval "$(tidings completion zsh)"            in ~/.zshrc
    fish:  tidings completion fish > ~/.config/fish/completions/tidings.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # these shells are click's own
    script = kind(context.find_root().command, {}, "tidings", "_TIDINGS_COMPLETE").source()
    click.echo(json.dumps({"shell": shell, "script": script}) if as_json else script)
