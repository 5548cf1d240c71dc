"""`tidings --help` answers at once, because it imports nothing it does not need."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = (
    "aiohttp",
    "asyncio",
    "httpx",
    "importlib.metadata",
    "logging",
    "platformdirs",
    "pluggy",
    "pydantic",
    "rich",
    "stevedore",
    "tidings.client",
    "tidings.config",
    "tidings.model",
    "tidings.plugins",
    "tidings_luma",
)
PROGRAM = """
import sys
from tidings.cli import main
code = main(sys.argv[1:])
print("loaded:", *sorted(sys.modules), file=sys.stderr)
sys.exit(code)
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE_"))}
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60, check=False)


def loaded(stderr: str) -> set[str]:
    return set(stderr.rpartition("loaded:")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], [], ["--no-such-option"]])
def test_help_imports_nothing_heavy(arguments):
    assert not loaded(run(*arguments).stderr).intersection(HEAVY)


def test_the_probe_sees_what_is_imported():
    assert {"pydantic", "tidings.model"} <= loaded(run("schema").stderr)


def test_help_names_every_command():
    shown = run("--help").stdout
    for command in (
        "fetch",
        "wait",
        "watch",
        "download",
        "explain",
        "learned",
        "providers",
        "doctor",
        "completion",
        "schema",
        "demo",
        "simulate",
    ):
        assert f"  {command} " in shown
