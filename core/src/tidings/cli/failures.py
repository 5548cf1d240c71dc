"""What stopped a command, as a sentence and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import click

from tidings.cli.exits import Exit, Terminated, of_error
from tidings.errors import TidingsError


class Verdict(NamedTuple):
    """How the command ends: the exit code and what is said on standard error, if anything."""

    code: int
    message: str | None = None


def settle(error: BaseException, *, verbose: bool) -> int:
    """Say what stopped the command and return the exit code; with `verbose`, show where the unexpected came from."""
    cause = first_leaf(error)
    if isinstance(cause, BrokenPipeError):
        _leave_pipe()  # pragma: no cover  # see there
        return Exit.UNREAD  # pragma: no cover  # see there
    verdict = explain(cause)
    if verbose and verdict.code == Exit.BROKEN:
        traceback.print_exception(cause, file=sys.stderr)
    if verdict.message is not None:
        with suppress(OSError):  # nobody reads standard error: the exit code still tells
            click.echo(verdict.message, err=True)
    return verdict.code


def explain(error: BaseException) -> Verdict:
    """The verdict on `error`. What is in no row of the table is a fault of ours, or of a plugin."""
    explained = next((row(error) for kind, row in _TABLE if isinstance(error, kind)), None)
    return explained or _unexpected(error)


def first_leaf(error: BaseException) -> BaseException:
    """What is inside the groups that task groups make; our own `FetchErrors` is a message in itself."""
    while isinstance(error, BaseExceptionGroup) and not isinstance(error, TidingsError):
        error = error.exceptions[0]
    return error


def _usage(error: BaseException) -> Verdict:
    shown = [f"Error: {error.format_message()}"] if isinstance(error, click.ClickException) else []
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        shown.insert(0, f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n")
    return Verdict(Exit.USAGE, "\n".join(shown))


def _ours(error: BaseException) -> Verdict:
    code = of_error(error) if isinstance(error, TidingsError) else Exit.BROKEN
    return Verdict(code, f"Error: {error}")


def _machine(error: BaseException) -> Verdict:
    return Verdict(Exit.BROKEN, f"Error: tidings cannot go on: {error}")


def _exits(error: BaseException) -> Verdict:
    """`ctx.exit()` and, from a plugin's command, `sys.exit()`: a number is the code, a text a message, as in Python."""
    code = error.exit_code if isinstance(error, click.exceptions.Exit) else getattr(error, "code", None)
    if isinstance(code, int) or code is None:
        return Verdict(code or Exit.OK)
    return Verdict(Exit.UNSUCCESSFUL, str(code))


def _unexpected(error: BaseException) -> Verdict:
    # The text of a stranger's exception may quote a header or a URL: without -v only its class is shown.
    return Verdict(
        Exit.BROKEN,
        f"Error: an unexpected {type(error).__name__} stopped tidings. That is a fault of tidings or of a plugin: "
        "run it again with -v to see where it happened, and please report that.",
    )


_TABLE: tuple[tuple[type[BaseException], Callable[[BaseException], Verdict]], ...] = (
    (click.exceptions.Exit, _exits),
    (SystemExit, _exits),
    (click.exceptions.NoArgsIsHelpError, lambda error: Verdict(Exit.USAGE, getattr(error, "message", str(error)))),
    (click.ClickException, _usage),
    (click.Abort, lambda _: Verdict(Exit.INTERRUPTED, "\nInterrupted.")),
    (KeyboardInterrupt, lambda _: Verdict(Exit.INTERRUPTED, "\nInterrupted.")),
    (Terminated, lambda _: Verdict(Exit.TERMINATED, "Terminated.")),
    (TidingsError, _ours),
    (OSError, _machine),
)


def _leave_pipe() -> None:  # pragma: no cover  # takes the process's streams away: tested in a process of its own
    """Point the standard streams at nothing, or Python complains about the closed pipe while it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
