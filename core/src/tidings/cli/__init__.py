"""The `tidings` command. Importing it is light: each command's module, and what it needs, loads when it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import MappingProxyType

import click

from tidings.cli.failures import settle
from tidings.cli.group import LazyGroup, Listed
from tidings.cli.options import Settings, verbose_option
from tidings.cli.streams import check_output, somewhere_to_complain

_COMPLETE = "_TIDINGS_COMPLETE"  # set by the script of `tidings completion`; click's own convention

COMMANDS = MappingProxyType(
    {
        "fetch": Listed("tidings.cli.fetch:fetch", "Look once at tasks and say what became of them."),
        "wait": Listed("tidings.cli.wait:wait", "Wait until tasks are over; a line for each as it ends."),
        "watch": Listed("tidings.cli.watch:watch", "Show every change of tasks: a live table on a terminal."),
        "download": Listed("tidings.cli.download:download", "Wait for tasks, then save what they made."),
        "explain": Listed("tidings.cli.explain:explain", "Why a task was looked at when it was, from a --trace."),
        "learned": Listed("tidings.cli.learned:learned", "How long tasks usually take, as far as is known here."),
        "providers": Listed("tidings.cli.providers:providers", "What is installed, set aside, or could be installed."),
        "doctor": Listed("tidings.cli.doctor:doctor", "Which URL and key are used, and whether they answer."),
        "completion": Listed(
            "tidings.cli.completion:completion", "Print the script that lets a shell complete commands."
        ),
        "schema": Listed("tidings.cli.schema:schema", "Print the JSON schema of a --json line."),
        "new-provider": Listed(
            "tidings.cli.new_provider.command:new_provider", "Write a provider of your own, complete, to fill in."
        ),
        "demo": Listed(None, "See all of it at work, against a simulated Luma.", extra="demo"),
        "simulate": Listed(None, "Run a server that plays the providers, for tests.", extra="demo"),
    }
)


_EPILOG = """Exit codes: 0 done; 1 some task failed (wait, watch, download); 2 wrong usage or configuration; 3 some
could not be asked, found or saved; 124 timed out; 130 interrupted. With several, the largest."""


@click.group(cls=LazyGroup, listed=COMMANDS, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tidings", message="tidings %(version)s")
@verbose_option
def cli() -> None:
    """What became of your tasks: is it done, what did it make, where is the file?

    A task is written provider[@account]:[route/]id, for example luma:9d4b7516-77e5-481a-b015-48313946f33b.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code (`tidings.cli.exits`).

    This is the one place where errors become messages and exit codes.
    """
    settings = Settings()
    with somewhere_to_complain():
        try:
            check_output()
            code = _run(sys.argv[1:] if arguments is None else arguments, settings)
            sys.stdout.flush()  # a reader that has gone is noticed here, not at the interpreter's end
        except BaseException as error:  # noqa: BLE001  # signals and plugins' exits are settled here as well
            return settle(error, verbose=settings.verbose)
    return code


def _run(arguments: Sequence[str], settings: Settings) -> int:
    if instruction := os.environ.get(_COMPLETE):
        from click.shell_completion import shell_complete  # only while a shell asks

        return shell_complete(cli, {}, "tidings", _COMPLETE, instruction)
    # Not cli.main(): it would turn a closed pipe into exit code 1, which here means that a task failed.
    with cli.make_context("tidings", list(arguments), obj=settings) as context:
        code = cli.invoke(context)
    return code if isinstance(code, int) else 0
