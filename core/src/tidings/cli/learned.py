"""`tidings learned`: what is known of how long tasks take, where it is kept, and how to be rid of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from tidings.cli.exits import Exit
from tidings.cli.options import json_option, verbose_option
from tidings.cli.render import columns
from tidings.cli.screen import aside, set_encoding
from tidings.cli.words import printable
from tidings.config import Config
from tidings.errors import ConfigError
from tidings.model.ref import normalized
from tidings.schedule import Durations
from tidings.watch import kept

_HEADINGS = ("PROVIDER", "ACTION", "COUNT", "10%", "MEDIAN", "90%")


@dataclass(frozen=True, slots=True)
class Learned:
    """How long tasks of one kind take.

    Attributes:
        action: the kind of work, empty where the provider does not say.
        count: how many tasks it was learned from.
        p10, median, p90: seconds within which so many of them ended; None while too few are known.
    """

    provider: str
    action: str
    count: int
    p10: float | None
    median: float | None
    p90: float | None


@click.command()
@click.option("--forget", is_flag=True, help="Delete what is known of these providers; without any named, all of it.")
@click.argument("providers", nargs=-1, metavar="[PROVIDER]...")
@json_option
@verbose_option
def learned(forget: bool, providers: Sequence[str], as_json: bool) -> int:
    """Show how long tasks usually take, which `wait` and `watch` learn from those they see end.

    A line for each provider and kind of work: how many tasks, and the seconds within which a tenth, half and nine
    tenths of them ended. Looks are laid by it. With --forget it is deleted instead.

    TIDINGS_LEARN=0 switches learning off, and so does learn = false below [settings] in a tidings.toml.

    Exit: 0 shown or deleted, 2 the file cannot be read or changed, 3 nothing is known of a provider that was named.
    """
    set_encoding(as_json=as_json)
    config = Config.load()
    path, names = config.state_dir / kept.DURATIONS_FILE, [normalized(name) for name in providers]
    if forget and not names:
        _change(path, None)
        aside(f"Nothing is known any more in {path}.")
        return Exit.OK
    rows = rows_of(_read(path))
    known = {row.provider for row in rows}
    missing = [name for name in names if name not in known]
    if forget:
        _forget(path, [name for name in names if name in known])
    else:
        _show([row for row in rows if not names or row.provider in names], as_json=as_json)
        aside(_where(path, learns=config.learn, is_empty=not rows))
    for name in missing:
        aside(f"Nothing is known of {printable(name)}{_choice(known)}.")
    return Exit.UNANSWERED if missing else Exit.OK


def rows_of(content: Mapping[str, object]) -> list[Learned]:
    """What the file holds, sorted by provider and action."""
    durations = Durations.from_json(content)
    return [_row(durations, *kind) for kind in _kinds(durations.to_json())]


def _kinds(content: Mapping[str, object]) -> Iterator[tuple[str, str, int]]:
    for provider, actions in content.items():
        if isinstance(actions, dict):
            yield from ((provider, action, known["count"]) for action, known in actions.items())


def _row(durations: Durations, provider: str, action: str, count: int) -> Learned:
    usual = durations.usual(provider, action)
    if usual is None:
        return Learned(provider, action, count, None, None, None)
    return Learned(provider, action, count, *(round(usual.quantile(share), 1) for share in (0.1, 0.5, 0.9)))


def _show(rows: Sequence[Learned], *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            click.echo(json.dumps(asdict(row), ensure_ascii=False))
    elif rows:
        for line in columns([_HEADINGS, *map(_cells, rows)]):
            click.echo(line)


def _cells(row: Learned) -> Sequence[str]:
    seconds = ("-" if value is None else f"{value:.1f}s" for value in (row.p10, row.median, row.p90))
    return (printable(row.provider), printable(row.action) or "-", str(row.count), *seconds)


def _where(path: Path, *, learns: bool, is_empty: bool) -> str:
    """Where it is kept, and what follows from the settings."""
    if not learns:
        return f"Learning is switched off: {path} is neither read nor written by wait and watch."
    if is_empty:
        return f"Nothing is known yet: wait and watch learn from the tasks they see end, and keep it in {path}."
    return f"It is kept in {path}."


def _choice(known: set[str]) -> str:
    return f"; something is known of {', '.join(sorted(map(printable, known)))}" if known else ""


def _forget(path: Path, names: Sequence[str]) -> None:
    if names:
        _change(path, names)
        aside(f"Nothing is known any more of {', '.join(map(printable, names))}.")


def _read(path: Path) -> Mapping[str, object]:
    try:
        return kept.read(path)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}") from error
    except (kept.Damaged, kept.Newer) as error:
        raise ConfigError(_unreadable(path, error)) from error


def _change(path: Path, names: Sequence[str] | None) -> None:
    try:
        kept.forget(path, names)
    except OSError as error:
        raise ConfigError(f"cannot change {path}: {error.strerror or error}") from error
    except (kept.Damaged, kept.Newer) as error:  # pragma: no cover  # it was read a moment ago
        raise ConfigError(_unreadable(path, error)) from error


def _unreadable(path: Path, error: kept.Damaged | kept.Newer) -> str:
    what = "was written by a newer Tidings" if isinstance(error, kept.Newer) else "is no table of how long tasks take"
    return f"{path} {what}: `tidings learned --forget` deletes it"
