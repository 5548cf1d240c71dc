"""From click's world into asyncio's and back: one event loop per command, signals, the log."""

from __future__ import annotations

import asyncio
import logging
import signal
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import click

from tidings.cli.exits import Terminated
from tidings.cli.words import shortened

_LOGGER = logging.getLogger("tidings")


def run(work: Coroutine[Any, Any, int], *, verbose: bool) -> int:
    """Run `work` to its exit code. Ctrl-C and SIGTERM cancel it, and let it tidy up.

    Raises:
        KeyboardInterrupt, Terminated: after the tidying.
    """
    with listening(verbose=verbose), asyncio.Runner() as runner:
        return runner.run(_terminable(work))


@contextmanager
def listening(*, verbose: bool) -> Iterator[None]:
    """Show on standard error what Tidings logs meanwhile: warnings, and with `verbose` each request."""
    handler, level = _Aside(), _LOGGER.level
    _LOGGER.setLevel(logging.DEBUG if verbose else logging.WARNING)
    _LOGGER.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            yield
    finally:
        _LOGGER.removeHandler(handler)
        _LOGGER.setLevel(level)


class _Aside(logging.Handler):
    """Writes to what is standard error at that moment: a progress bar puts itself in its place."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(_Short())

    def emit(self, record: logging.LogRecord) -> None:
        prefix = f"{record.levelname.capitalize()}: " if record.levelno >= logging.WARNING else ""
        click.echo(f"{prefix}{self.format(record)}", err=True)


class _Short(logging.Formatter):
    """The message, which may quote a server, on one bounded line; a traceback below it is left as it is."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's own name
        return shortened(record.message)


async def _terminable(work: Coroutine[Any, Any, int]) -> int:
    """`work`, cancelled when SIGTERM arrives; Ctrl-C is `asyncio.Runner`'s own business."""
    task = asyncio.current_task()
    assert task is not None
    signals: list[int] = []

    def terminate() -> None:
        signals.append(signal.SIGTERM)
        task.cancel()

    try:
        with _on_sigterm(terminate):
            return await work
    except asyncio.CancelledError as error:
        if signals:
            raise Terminated from error
        raise


@contextmanager
def _on_sigterm(act: Callable[[], None]) -> Iterator[None]:
    """Let SIGTERM do this meanwhile. asyncio would afterwards leave the default in place of whoever listened before."""
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)
    loop.add_signal_handler(signal.SIGTERM, act)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)


def _show_warning(message: Warning | str, *details: object, **more: object) -> None:
    """A warning as a sentence: the line of our source that raised it means nothing to its reader."""
    del details, more
    click.echo(f"Warning: {shortened(str(message))}", err=True)
