"""The fixture in a user's own test suite, which has only what is installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

USERS_TESTS = """
import os
import urllib.request

import pytest


def get(simulator, path):
    request = urllib.request.Request(simulator.url + path, headers={"Authorization": "Bearer " + simulator.key})
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


def test_time_stands_still(tidings_simulator):
    task = tidings_simulator.add("luma")
    tidings_simulator.advance(600)
    assert "completed" in get(tidings_simulator, "/luma/generations/" + task.id)
    assert tidings_simulator.clock.speed == 0


def test_each_test_has_its_own(tidings_simulator):
    assert len(tidings_simulator.tasks) == len(tidings_simulator.requests) == 0


def test_nothing_is_learned_from_what_is_played(tidings_simulator):
    assert os.environ["TIDINGS_LEARN"] == "0"


@pytest.mark.tidings_simulator(speed=60, key="sk-mine")
def test_options_are_passed_on(tidings_simulator):
    assert (tidings_simulator.clock.speed, tidings_simulator.key) == (60, "sk-mine")
"""


def python(*arguments, cwd):
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_users_tests_have_the_fixture_and_leave_nothing_open(tmp_path):
    (tmp_path / "test_mine.py").write_text(USERS_TESTS)

    quiet = ("-p", "no:cacheprovider", "-p", "no:asyncio")
    run = python("-X", "dev", "-m", "pytest", "-q", "--strict-markers", "-W", "error", *quiet, cwd=tmp_path)

    assert "4 passed" in run.stdout, run.stdout + run.stderr


@pytest.mark.parametrize("heavy", ["tidings", "starlette", "uvicorn", "httpx"])
def test_a_run_that_does_not_ask_for_it_pays_for_no_server(tmp_path, heavy):
    program = f"import sys, tidings_simulator.fixture; sys.exit({heavy!r} in sys.modules)"

    assert python("-c", program, cwd=tmp_path).returncode == 0
