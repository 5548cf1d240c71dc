"""What is said about whatever stops a command."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import click
import pytest

from tidings import errors
from tidings.cli.exits import Terminated
from tidings.cli.failures import explain, first_leaf, settle
from tidings.model import TaskRef

VERDICTS = [
    (errors.ConfigError("no key"), 2, "Error: no key"),
    (errors.PluginError("it is broken"), 2, "Error: it is broken"),
    (errors.Unreachable("no answer", ref=TaskRef("luma", "1")), 3, "Error: luma:1: no answer"),
    (errors.FetchErrors([errors.TaskNotFound()]), 3, "Error: could not find out about 1 of 1 tasks"),
    (errors.WaitTimeout("too long"), 124, "Error: too long"),
    (click.UsageError("what?"), 2, "Error: what?"),
    (click.FileError("x", "gone"), 2, "Error: Could not open file 'x': gone"),
    (KeyboardInterrupt(), 130, "\nInterrupted."),
    (click.Abort(), 130, "\nInterrupted."),
    (Terminated(), 143, "Terminated."),
    (click.exceptions.Exit(5), 5, None),
    (SystemExit(None), 0, None),
    (SystemExit(4), 4, None),
    (SystemExit("a plugin's last words"), 1, "a plugin's last words"),
    (OSError(28, "No space left on device"), 70, "Error: tidings cannot go on: [Errno 28] No space left on device"),
]


@pytest.mark.parametrize(("error", "code", "message"), VERDICTS, ids=lambda value: type(value).__name__)
def test_each_kind_of_stop_has_its_code_and_its_sentence(error, code, message):
    assert explain(error) == (code, message)


def test_the_unexpected_shows_its_class_and_hides_its_text():
    code, message = explain(ValueError("Bearer sk-secret"))
    assert code == 70
    assert "ValueError" in message
    assert "-v" in message
    assert "sk-secret" not in message


def test_groups_are_opened_but_not_our_own():
    inner, ours = ValueError(), errors.FetchErrors([errors.TaskNotFound()])
    assert first_leaf(BaseExceptionGroup("tasks", [ExceptionGroup("tasks", [inner])])) is inner
    assert first_leaf(ExceptionGroup("tasks", [ours])) is ours


def test_usage_errors_show_the_usage():
    context = click.Context(click.Command("fetch"), info_name="fetch")
    _, message = explain(click.UsageError("what?", context))
    assert message.splitlines()[0].startswith("Usage: fetch")
    assert message.splitlines()[-1] == "Error: what?"


@pytest.mark.parametrize("verbose", [False, True])
def test_the_traceback_of_the_unexpected_is_shown_to_those_who_ask(capsys, verbose):
    try:
        raise LookupError("here")
    except LookupError as error:
        assert settle(error, verbose=verbose) == 70
    assert ("Traceback" in capsys.readouterr().err) == verbose


def test_the_exit_code_stands_even_if_nobody_reads_why(monkeypatch):
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stderr", full)
        assert settle(errors.ConfigError("no key"), verbose=False) == 2
        monkeypatch.undo()
        with contextlib.suppress(OSError):
            full.close()


def test_expected_errors_never_show_a_traceback(capsys):
    assert settle(errors.ConfigError("no key"), verbose=True) == 2
    assert capsys.readouterr().err == "Error: no key\n"
