"""The examples run, and say what they promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tidings_simulator import Simulator

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def simulator():
    with Simulator(speed=0) as simulator:
        simulator.add("luma", "done", age=60)
        simulator.add("luma", "open", age=20)
        simulator.add("luma", "failed", age=60, outcome="failed", dialect="E")
        yield simulator


@pytest.fixture
def run(simulator, tmp_path):
    def run(name, *arguments, code=0):
        done = subprocess.run(
            [sys.executable, "-W", "error", str(EXAMPLES / name), *map(str, arguments)],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
            env={**os.environ, "TIDINGS_GATEWAY_URL": simulator.url, "TIDINGS_GATEWAY_KEY": simulator.key},
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    return run


def test_every_example_is_tested_here():
    here = Path(__file__).read_text()
    assert [path.name for path in EXAMPLES.glob("*.py") if f'"{path.name}"' not in here] == []


def test_fetch_one_shows_state_and_outputs(run):
    lines = run("fetch_one.py", "luma:done").splitlines()
    assert lines[0] == "succeeded completed"
    assert lines[1].startswith("video primary http")


def test_fetch_one_says_why_a_task_failed(run):
    assert run("fetch_one.py", "luma:failed").splitlines() == [
        "failed failed",
        "because: moderated_input Frame moderation failed",
    ]


def test_fetch_one_says_that_it_could_not_find_out(run):
    assert run("fetch_one.py", "luma:nobody", code=3).startswith("luma:nobody: ")


def test_fetch_many_counts_states_and_errors_in_one_request(run, simulator, tmp_path):
    (tmp_path / "refs.txt").write_text("luma:done\nluma:open\nluma:failed\nluma:nobody\n")
    counted = {tuple(line.split()) for line in run("fetch_many.py", "refs.txt").splitlines()}
    assert counted == {("1", "succeeded"), ("1", "running"), ("1", "failed"), ("1", "TaskNotFound")}
    assert simulator.requests.counts == {"luma": {"batch": 1}}


def test_wait_and_download_saves_the_file(run, tmp_path):
    run("wait_and_download.py", "luma:done", "films")
    assert (tmp_path / "films/luma-done.mp4").stat().st_size > 0


def test_wait_and_download_tells_a_failure_by_its_exit_code(run):
    assert "Frame moderation failed" in run("wait_and_download.py", "luma:failed", "films", code=1)


def test_a_thousand_callers_make_ten_requests(run):
    assert run("thousand_callers.py").splitlines() == [
        "1000 tasks, 10 requests",
        "1000 times the same task, 1 request",
    ]


def test_follow_many_prints_each_as_it_ends_and_says_what_did_not(run, tmp_path):
    refs = tmp_path / "refs.txt"
    refs.write_text("luma:done\nluma:open\nluma:failed\n")
    shown = run("follow_many.py", refs, "1", code=1)
    assert "luma:done succeeded" in shown
    assert "luma:failed failed" in shown
    assert "luma:open: stopped waiting after " in shown  # to the millisecond, so it may be 0.99
