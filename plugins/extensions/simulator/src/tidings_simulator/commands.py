"""The commands `tidings simulate` and `tidings demo`. Importing them is light: the server loads when one runs."""

from __future__ import annotations

import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tidings_simulator.server import Simulator


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes a free one.")
@click.option(
    "--speed", type=click.FloatRange(0), default=1.0, show_default=True, help="Simulated seconds in a real one."
)
@click.option("--key", default="sk-simulated", show_default=True, help="The key requests must carry; '' wants none.")
@click.option("--tasks", type=click.IntRange(0, 100_000), default=6, show_default=True, help="Tasks to begin with.")
@click.option("--dialect", "dialects", multiple=True, metavar="PROVIDER=DIALECT", help="How a provider speaks: luma=B.")
def simulate(port: int, speed: float, key: str, tasks: int, dialects: tuple[str, ...]) -> None:
    """Run a server that plays every installed provider, until Ctrl-C.

    Add tasks with POST /_simulator/tasks, faults with POST /_simulator/faults; GET /_simulator/requests counts what
    came.
    """
    try:
        simulator = _simulator(port=port, speed=speed, key=key, dialects=dialects)
    except OSError as error:
        raise click.ClickException(f"port {port} cannot be used: {error.strerror}; choose another --port") from error
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with simulator:
        for line in _introduction(simulator, tasks):
            click.echo(line)
        with suppress(KeyboardInterrupt):  # the usual end of a server
            threading.Event().wait()
    click.echo(f"Stopped after {len(simulator.requests)} requests and {len(simulator.downloads)} downloads.")


@click.command()
@click.option(
    "--to", type=click.Path(file_okay=False, path_type=Path), help="Where to save files; a new folder in /tmp."
)
def demo(to: Path | None) -> None:
    """See all of it at work: simulated Luma tasks, asked for over real HTTP, waited for and downloaded."""
    from tidings_simulator.demo import run_demo  # brings the server and the client

    run_demo(to or Path(tempfile.mkdtemp(prefix="tidings-demo-")), say=click.echo)


def _simulator(*, port: int, speed: float, key: str, dialects: tuple[str, ...]) -> Simulator:
    from tidings_simulator.server import Simulator  # brings the server

    spoken = dict(_split(dialect) for dialect in dialects)
    return Simulator(port=port, speed=speed, key=key or None, dialects=spoken)


def _split(dialect: str) -> tuple[str, str]:
    provider, equals, name = dialect.partition("=")
    if not equals:
        raise ValueError(f"--dialect {dialect!r} should be PROVIDER=DIALECT, for example luma=B")
    return provider, name


def _introduction(simulator: Simulator, tasks: int) -> list[str]:
    from tidings_simulator.crowd import add_crowd

    refs = [task.ref for task in add_crowd(simulator, tasks)]
    return [
        f"Plays {', '.join(simulator.providers)} at {simulator.url}, {simulator.clock.speed:g} times as fast as real.",
        *(f"Not playing {name}: {why}" for name, why in simulator.skipped.items()),
        "",
        f"export TIDINGS_GATEWAY_URL={simulator.url}",
        f"export TIDINGS_GATEWAY_KEY={simulator.key or 'any'}",
        "export TIDINGS_LEARN=0",  # how long played tasks take is nothing to remember
        *(["tidings wait " + " ".join(refs[:6])] if refs else []),
        "",
        "Ctrl-C stops it.",
    ]
