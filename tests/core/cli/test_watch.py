"""`tidings watch`: as lines in a pipe, as a table on a terminal, and how it ends."""

from __future__ import annotations

import asyncio
import codecs
import json
import os
import pty
import re
import signal
import subprocess
import termios
import threading

import pytest

from tidings.cli import screen
from tidings.cli import watch as watching
from tidings.cli.refs import Named
from tidings.model import TaskStatus
from tidings.schedule import Budgets

PIPES = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
LIMIT = 60  # seconds, for what takes one


@pytest.mark.parametrize(
    ("refs", "code"),
    [
        (["luma:done"], 0),
        (["luma:done", "luma:failed"], 1),
        (["luma:running", "luma:failed", "luma:done"], 124),
    ],
)
def test_it_ends_with_the_gravest_code(tidings, configured, refs, code):
    assert tidings("watch", *refs, "--timeout", "0.5").code == code


def test_each_change_is_a_line(tidings, configured, gateway):
    result = tidings("watch", "luma:running", "luma:done", "luma:done", "--timeout", "0.5")
    assert sorted(line.split()[:2] for line in result.lines) == [
        ["luma:done", "succeeded"],
        ["luma:running", "running"],
    ]
    assert re.match(r"luma:running: stopped waiting after 0\.\d+ s; it was last seen running", result.err)


def test_each_change_is_a_json_line(tidings, configured):
    result = tidings("watch", "luma:running", "--json", "--timeout", "0.5")
    first, last = map(json.loads, result.lines)
    assert TaskStatus.model_validate(first).state == "running"
    assert last["error"]["type"] == "WaitTimeout"
    assert TaskStatus.model_validate(last["last_status"]).state == "running"


@pytest.mark.parametrize("option", ["--task-timeout", "--run-timeout"])
@pytest.mark.parametrize("command", ["watch", "wait"])
def test_a_task_has_a_budget_of_its_own(tidings, configured, command, option):
    result = tidings(command, "luma:running", option, "0.3")
    assert (result.code, "0.3 s" in result.err) == (124, True)


def test_a_budget_that_makes_no_sense_is_told(tidings, configured, gateway):
    result = tidings("watch", "luma:running", "--queue-timeout", "soon")
    assert (result.code, gateway.requests) == (2, [])
    assert "--queue-timeout" in result.err


def test_every_look_is_traced_and_can_be_explained(tidings, configured):
    assert tidings("watch", "luma:running", "--timeout", "0.3", "--trace", "looks.jsonl").code == 124
    story = tidings("explain", "luma:running", "--trace", "looks.jsonl")
    assert story.code == 0
    assert "it is the first look" in story.out


def test_everything_is_checked_before_the_first_request(tidings, configured, gateway):
    result = tidings("watch", "luma:done", "nonsense")
    assert (result.code, gateway.requests) == (2, [])
    assert "nonsense" in result.err


def test_nothing_to_watch_is_nothing_to_do(tidings, configured):
    result = tidings("watch", "-", stdin=b"# none\n")
    assert (result.code, result.out) == (0, "")
    assert "nothing to do" in result.err


@pytest.fixture
def as_table(configured):
    """Lets this process show the table though its output is no terminal, where rich draws only the last one."""
    configured.setattr(screen, "current_style", lambda **_: screen.Style(bar=True))


def test_above_the_table_stand_the_tasks_that_ended_and_below_it_what_became_of_all(tidings, as_table):
    result = tidings("watch", "luma:running", "luma:done", "luma:failed", "luma:done", "--timeout", "0.5")
    assert result.code == 124
    ended = [line.split()[:2] for line in result.lines if line.startswith("luma:")]
    assert ended[:2] == [["luma:done", "succeeded"], ["luma:failed", "failed"]]
    assert "luma:running: stopped waiting" in result.out, "in the order in which it was known, not on standard error"
    assert re.fullmatch(r"2 of 3 over: 1 failed, 1 succeeded; 1 given up; \d+:\d\d\n", result.err)


async def test_what_is_known_is_said_when_it_is_cancelled(configured, as_table, capsys):
    ended = asyncio.Event()
    configured.setattr(watching, "_print", lambda *_: ended.set())
    named = [Named("luma:running", "argument 1"), Named("luma:done", "argument 2")]
    no_limits = {"timeout": None, "budgets": Budgets(), "as_json": False, "trace": None, "verbose": False}
    watch = asyncio.create_task(watching._watch(named, **no_limits))
    await ended.wait()
    watch.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watch
    assert capsys.readouterr().err == "Stopped: 1 of 2 tasks were over.\n"


class Terminal:
    """A program on a terminal of its own; killed when it takes too long, so that nothing waits for it for ever."""

    def __init__(self, arguments: dict) -> None:
        self.master, slave = pty.openpty()
        self.resize(24, 80)
        self.process = subprocess.Popen(**arguments, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave)
        os.close(slave)
        self._killer = threading.Timer(LIMIT, self.process.kill)
        self._killer.daemon = True
        self._killer.start()
        self.shown = ""
        self._decode = codecs.getincrementaldecoder("utf-8")().decode  # a character may come in two pieces

    def resize(self, height: int, width: int) -> None:
        termios.tcsetwinsize(self.master, (height, width))

    def read_until(self, text: str) -> None:
        while text not in self.shown and (chunk := self._read()):
            self.shown += self._decode(chunk)
        assert text in self.shown

    def end(self) -> int:
        while chunk := self._read():
            self.shown += self._decode(chunk)
        os.close(self.master)
        self._killer.cancel()
        return self.process.wait(LIMIT)

    def _read(self) -> bytes:
        try:
            return os.read(self.master, 65536)
        except OSError:  # how Linux says that nobody writes to a terminal any more
            return b""


def test_on_a_terminal_it_is_a_table_that_is_gone_in_the_end(program, configured):
    configured.setenv("TERM", "xterm-256color")
    terminal = Terminal(program("watch", "luma:running", "luma:done", "luma:failed", "--timeout", "1"))
    terminal.read_until("1 running")
    terminal.read_until("2 of 3 over: 1 failed, 1 succeeded; 1 running")
    assert terminal.end() == 124
    assert "\x1b[32msucceeded" in terminal.shown
    table, shown_again, rest = terminal.shown.rpartition("\x1b[?25h")
    assert "1 running" in table
    assert shown_again, "the cursor is shown again"
    assert "next look" not in rest
    assert re.search(r"K2 of 3 over: 1 failed, 1 succeeded; 1 given up; \d+:\d\d\r\n$", rest)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_the_terminal_clean_and_says_what_is_known(program, configured, number, code):
    configured.setenv("TERM", "xterm-256color")
    terminal = Terminal(program("watch", "luma:running", "luma:done"))
    terminal.read_until("1 of 2 over")
    terminal.process.send_signal(number)
    assert terminal.end() == code
    assert "Stopped: 1 of 2 tasks were over." in terminal.shown
    assert "\x1b[?25h" in terminal.shown
    assert "Traceback" not in terminal.shown


def test_the_table_follows_the_size_of_the_terminal(program, configured, gateway):
    configured.setenv("TERM", "xterm-256color")
    gateway.states.update({f"t{number}": "IN_PROGRESS" for number in range(30)})
    arguments = program("watch", *(f"luma:t{number}" for number in range(30)))
    del arguments["env"]["COLUMNS"]  # which would go before the terminal's size
    terminal = Terminal(arguments)
    terminal.read_until("… and 10 more")
    terminal.resize(8, 40)
    terminal.read_until("… and 26 more")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 130
    last = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", terminal.shown).rpartition("more\r\n")[0].splitlines()[-6:]
    assert last[0].startswith("task")
    assert all(len(line) <= 40 for line in last)


def test_a_reader_that_stops_reading_is_no_error(program, configured, gateway):
    gateway.states.update({f"t{number}": "IN_PROGRESS" for number in range(5000)})
    with subprocess.Popen(**program("watch", "-", "--json"), **PIPES, stdin=subprocess.PIPE) as process:
        process.stdin.write(b"".join(b"luma:t%d\n" % number for number in range(5000)))
        process.stdin.close()
        assert json.loads(process.stdout.readline())["state"] == "running"
        process.stdout.close()
        err = process.stderr.read()
        code = process.wait(LIMIT)
    assert (code, err) == (141, b"")


def test_a_dumb_terminal_gets_lines(program, configured):
    configured.setenv("TERM", "dumb")
    terminal = Terminal(program("watch", "luma:done"))
    assert terminal.end() == 0
    assert terminal.shown.startswith("luma:done  succeeded")
