"""The command line as a program of its own: signals, pipes, encodings, terminals."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
from pathlib import Path

import pytest

PIPES = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
LIMIT = 60  # seconds after which a program counts as hung


@pytest.mark.parametrize(
    ("number", "code", "last_words"), [(signal.SIGINT, 130, "Interrupted."), (signal.SIGTERM, 143, "Terminated.")]
)
def test_a_signal_ends_a_wait_at_once_and_says_what_is_known(program, configured, gateway, number, code, last_words):
    with subprocess.Popen(**program("wait", "luma:done", "luma:running"), **PIPES, text=True) as process:
        assert gateway.asked.wait(LIMIT)
        first = process.stdout.readline()  # `done` has been answered; `running` is looked at again in five seconds
        process.send_signal(number)
        out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == code
    assert first.split()[0] == "luma:done"
    assert out == ""
    assert "Stopped: 1 of 2 tasks were answered." in err
    assert err.endswith(f"{last_words}\n")
    assert "Traceback" not in err


def test_ctrl_c_during_a_request_that_hangs_is_not_waited_for(program, environ):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(LIMIT)
        environ.setenv("TIDINGS_GATEWAY_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        environ.setenv("TIDINGS_GATEWAY_KEY", "sk-1")
        with subprocess.Popen(**program("fetch", "luma:1", "luma:2"), **PIPES, text=True) as process:
            connection, _ = silent.accept()
            with connection:
                assert connection.recv(10).startswith(b"POST")
                process.send_signal(signal.SIGINT)
                _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_a_server_that_is_down_is_named_in_one_sentence(program, environ):
    with socket.socket() as held:  # bound, so that nobody else gets the port, but listening to nobody
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        environ.setenv("TIDINGS_GATEWAY_URL", f"http://127.0.0.1:{port}")
        environ.setenv("TIDINGS_GATEWAY_KEY", "sk-1")
        done = subprocess.run(**program("fetch", "luma:1"), **PIPES, text=True, timeout=LIMIT, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    *warnings, sentence = done.stderr.splitlines()
    assert all(line.startswith("Warning: ") for line in warnings)
    assert sentence.startswith("luma:1: ")
    assert "127.0.0.1" in sentence


def test_a_reader_that_stops_reading_is_no_error(program, configured, gateway):
    gateway.states.update({f"t{number}": "IN_PROGRESS" for number in range(5000)})
    with subprocess.Popen(**program("fetch", "-", "--json"), **PIPES, stdin=subprocess.PIPE) as process:
        process.stdin.write(b"".join(b"luma:t%d\n" % number for number in range(5000)))
        process.stdin.close()
        assert json.loads(process.stdout.readline())["ref"] == "luma:t0"
        process.stdout.close()
        err = process.stderr.read()
        code = process.wait(LIMIT)
    assert (code, err) == (141, b"")


@pytest.mark.parametrize("arguments", [["--help"], ["providers"], ["schema"]])
def test_every_command_may_lose_its_reader(program, environ, arguments):
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(**program(*arguments), stdout=write, stderr=subprocess.PIPE, timeout=LIMIT, check=False)
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def closing(program_arguments: dict, redirection: str) -> subprocess.CompletedProcess[str]:
    """Run with a standard stream closed by the shell."""
    command = ["sh", "-c", f'exec "$@" {redirection}', "sh", *program_arguments["args"]]
    settings = program_arguments | {"args": command}
    return subprocess.run(**settings, **PIPES, stdin=subprocess.DEVNULL, text=True, timeout=LIMIT, check=False)


@pytest.mark.parametrize(
    ("arguments", "redirection", "said"),
    [
        (["fetch", "luma:done"], ">&-", "Error: standard output is closed: send it to /dev/null"),
        (["--help"], ">&-", "Error: standard output is closed: send it to /dev/null"),
        (["fetch", "luma:done"], ">&- 2>&-", ""),
        (["fetch", "-"], "<&-", "Error: standard input (-) is closed"),
        (["fetch", "--no-such-option"], "2>&-", ""),
    ],
)
def test_a_closed_stream_that_is_needed_is_one_sentence_and_nothing_is_sent(
    program, configured, gateway, arguments, redirection, said
):
    done = closing(program(*arguments), redirection)
    assert (done.returncode, done.stdout, gateway.requests) == (2, "", [])
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == bool(said)


@pytest.mark.parametrize(
    ("arguments", "redirection", "code"),
    [(["luma:nope"], "2>&-", 3), (["-v", "luma:done"], "2>&-", 0), (["luma:done"], "<&-", 0)],
)
def test_a_closed_stream_that_is_not_needed_changes_no_exit_code(program, configured, arguments, redirection, code):
    assert closing(program("fetch", *arguments), redirection).returncode == code


def test_a_full_disk_is_one_sentence(program, configured):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            **program("fetch", "luma:done"), stdout=full, stderr=subprocess.PIPE, timeout=LIMIT, check=False
        )
    assert done.returncode == 70
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


def test_json_is_utf_8_and_people_s_text_does_what_the_locale_can(program, configured, gateway):
    gateway.states["grün"] = "IN_PROGRESS"
    configured.setenv("PYTHONIOENCODING", "ascii")
    as_json = subprocess.run(**program("fetch", "luma:done", "--json"), **PIPES, timeout=LIMIT, check=False)
    assert json.loads(as_json.stdout.decode("utf-8"))["state"] == "succeeded"
    for_people = subprocess.run(**program("fetch", "luma:gelöscht"), **PIPES, timeout=LIMIT, check=False)
    assert (for_people.returncode, for_people.stdout) == (3, b"")
    assert for_people.stderr.startswith(b"luma:gel%C3%B6scht: ")


def test_many_downloads_do_not_run_out_of_open_files(program, configured, gateway, tmp_path):
    ids = [f"t{number}" for number in range(150)]
    gateway.states.update(dict.fromkeys(ids, "SUCCESS"))
    command = program("download", "-", "--to", "out")
    command["args"] = ["sh", "-c", 'ulimit -n 100 && exec "$@"', "sh", *command["args"]]
    refs = "\n".join(f"luma:{id_}" for id_ in ids).encode()
    done = subprocess.run(**command, **PIPES, input=refs, timeout=LIMIT, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(list((tmp_path / "here" / "out").iterdir())) == 150


def on_a_terminal(program_arguments: dict) -> tuple[int, str]:
    """Run with a terminal for standard output and standard error; its exit code and what the terminal was sent."""
    master, slave = pty.openpty()
    with subprocess.Popen(**program_arguments, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave) as process:
        os.close(slave)
        shown = b""
        while chunk := _read(master):
            shown += chunk
    os.close(master)
    return process.returncode, shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that nobody writes to a terminal any more
        return b""


def test_on_a_terminal_there_are_a_bar_and_colours_and_whole_links(program, configured, gateway):
    configured.setenv("TERM", "xterm-256color")
    gateway.server.clear_log()
    code, shown = on_a_terminal(program("wait", "luma:done", "luma:failed"))
    assert code == 1
    assert "Waiting" in shown
    assert "\x1b[32msucceeded" in shown
    assert gateway.video_url in shown


def test_no_color_is_respected(program, configured):
    configured.setenv("TERM", "xterm-256color")
    configured.setenv("NO_COLOR", "1")
    _, shown = on_a_terminal(program("wait", "luma:done"))
    assert "luma:done  succeeded " in shown
    assert "\x1b[32m" not in shown


def test_a_pipe_gets_plain_lines(program, configured):
    done = subprocess.run(**program("wait", "luma:done"), **PIPES, timeout=LIMIT, check=False)
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"Waiting" not in done.stderr
