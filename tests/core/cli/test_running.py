"""Signals, warnings and the log while a command runs, in this process."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
import sys
import warnings
from datetime import UTC, datetime

import pytest

from tidings.cli import asking, exits
from tidings.cli.progress import progress_bar
from tidings.cli.report import AsFinished, InOrder
from tidings.cli.running import listening, run
from tidings.cli.screen import Style, open_screen, set_encoding
from tidings.model import TaskRef, TaskState, TaskStatus


async def signalled(number: int) -> int:
    os.kill(os.getpid(), number)
    await asyncio.Event().wait()  # for ever, had the signal no effect
    return 0


@pytest.mark.parametrize(
    ("number", "outcome"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, exits.Terminated)]
)
def test_a_signal_cancels_the_work_and_leaves_the_handlers_as_they_were(number, outcome):
    before = signal.getsignal(number)
    with pytest.raises(outcome):
        run(signalled(number), verbose=False)
    assert signal.getsignal(number) is before


def test_work_that_is_cancelled_from_within_was_not_terminated():
    async def cancelled() -> int:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run(cancelled(), verbose=False)


@pytest.mark.parametrize("order", [InOrder, AsFinished])
async def test_when_interrupted_what_is_known_has_been_shown(capsys, order):
    refs = [TaskRef("luma", name) for name in ("silent", "answered", "fatal")]
    _, answered, fatal = refs

    async def ask(client: object, ref: TaskRef) -> TaskStatus:
        if ref == answered:
            return TaskStatus(ref=ref, state=TaskState.running, observed_at=datetime(2024, 7, 1, tzinfo=UTC))
        if ref == fatal:
            asked.cancel()
        return await asyncio.Future()  # never answered

    job = asking.Job(named=[], ask=asking.each(ask), judge=exits.of_fetched, order=order)
    asked = asyncio.create_task(asking._ask_and_show(None, job, [*refs, answered]))
    with pytest.raises(asyncio.CancelledError):
        await asked
    printed = capsys.readouterr()
    assert [line.split()[0] for line in printed.out.splitlines()] == ["luma:answered", "luma:answered"]
    assert printed.err == "Stopped: 1 of 3 tasks were answered.\n"


def test_the_log_is_shown_while_a_command_runs_and_as_before_afterwards(capsys):
    logger, child = logging.getLogger("tidings"), logging.getLogger("tidings.http")
    before = (logger.level, list(logger.handlers))
    for verbose, shown in [(False, "Warning: careful\n"), (True, "GET -> 200\nWarning: careful\n")]:
        with listening(verbose=verbose):
            child.info("GET -> 200")
            child.warning("careful")
        assert capsys.readouterr().err == shown
    assert (logger.level, logger.handlers) == before


def test_a_warning_is_a_sentence_without_our_source_line(capsys):
    with listening(verbose=False):
        warnings.simplefilter("always")
        warnings.warn("the key stands in the file", UserWarning, stacklevel=1)
    assert capsys.readouterr().err == "Warning: the key stands in the file\n"


def test_what_the_log_and_warnings_quote_is_cut_and_stays_on_its_line(capsys):
    with listening(verbose=False):
        logging.getLogger("tidings.http").warning("an unknown word: %s", "x\n\x1b[2J" * 100_000)
        warnings.simplefilter("always")
        warnings.warn("y" * 100_000, UserWarning, stacklevel=1)
    lines = capsys.readouterr().err.splitlines()
    assert [line[:25] for line in lines] == ["Warning: an unknown word:", f"Warning: {'y' * 16}"]
    assert all(line.isprintable() and line.endswith("…") and len(line) < 1100 for line in lines)


def test_a_traceback_in_the_log_keeps_its_lines(capsys):
    with listening(verbose=True):
        try:
            raise LookupError("here")
        except LookupError:
            logging.getLogger("tidings").exception("broken")
    assert capsys.readouterr().err.splitlines()[:2] == ["Error: broken", "Traceback (most recent call last):"]


def test_lines_above_a_bar_are_whole_however_long(capsys):
    link = "https://cdn.test/" + "x" * 500
    with progress_bar(total=2, title="Waiting") as bar:
        bar.write(f"luma:1  \x1b[32msucceeded\x1b[0m  {link}")
        bar.advance()
    assert f"luma:1  succeeded  {link}\n" in capsys.readouterr().err


def test_where_there_is_a_bar_lines_go_through_it(capsys):
    status = TaskStatus(ref=TaskRef("luma", "1"), state=TaskState.queued, observed_at=datetime(2024, 7, 1, tzinfo=UTC))
    with open_screen(Style(bar=True), total=1, title="Waiting") as screen:
        screen.show(screen.page(status.ref, status))
        screen.advance()
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("luma:1  queued")


def test_streams_that_cannot_change_their_encoding_are_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    set_encoding(as_json=True)
    assert sys.stdout.write("grün") == 4
