"""What the commands have in common: `--json`, `-v`, `--include`, and the REF arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(slots=True)
class Settings:
    """What holds for one run of the command line, whichever command it is. It is the context's `obj`."""

    verbose: bool = False


def _be_verbose(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    del parameter
    if value:
        context.ensure_object(Settings).verbose = True


verbose_option: Decorator = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=_be_verbose,
    help="Log each request to standard error.",
)
json_option: Decorator = click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
include_option: Decorator = click.option(
    "--include", multiple=True, metavar="NAME", help="Also ask for this extra of the provider. May be repeated."
)
refs_argument: Decorator = click.argument("refs", nargs=-1, required=True, metavar="REF...")

REFS_HELP = """

    A REF is provider[@account]:[route/]id. `-` reads REFs from standard input and `@FILE` from a file, one per line;
    blank lines and lines that begin with # are skipped."""


def seconds(context: click.Context, parameter: click.Parameter, value: str) -> float | None:
    """A number of seconds, None for `none`."""
    if value == "none":
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):  # NaN compares false as well
        wanted = "a number of seconds: write for example 90, or none for no limit"
        raise click.BadParameter(f"{value!r} is not {wanted}", context, parameter)
    return seconds


timeout_option: Decorator = click.option(
    "--timeout",
    default="900",
    show_default=True,
    metavar="SECONDS",
    callback=seconds,
    help="Stop waiting after this many seconds; none: never.",
)


def trace_file(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A file's name: a trace is no answer, so it does not go where answers go."""
    if value in {"", "-"}:
        raise click.BadParameter("name a file (./- is one called -)", context, parameter)
    return value


trace_option: Decorator = click.option(
    "--trace",
    metavar="FILE",
    callback=trace_file,
    help="Write every look, and why it was made then, to FILE, which is emptied first; `tidings explain` reads it.",
)


def is_verbose() -> bool:
    """Whether the running command was given -v, before or after its name."""
    return click.get_current_context().ensure_object(Settings).verbose
