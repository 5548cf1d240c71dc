"""The benchmarks run and say what they found. What they found is no matter here: tests share the machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


def run(script: str, *arguments: object) -> str:
    command = [sys.executable, "-W", "error", str(FOLDER / script), *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("part", ["fetch", "batch", "single", "crowd", "startup"])
def test_each_part_prints_its_figures_and_saves_them(part, tmp_path):
    table = run("bench.py", "--tiny", "--only", part, "--json", tmp_path / "new" / "figures.json")
    figures = json.loads((tmp_path / "new" / "figures.json").read_text())

    assert [figure["what"] for figure in figures if figure["what"] not in table] == []
    assert any(figure["limit"] is not None for figure in figures)
    assert [figure["what"] for figure in figures if "missed" in figure["what"] and figure["value"]] == []


def test_libraries_are_measured_side_by_side(tmp_path):
    names = ["httpx, a plain loop", "tidings, Replicate"]
    chosen = [argument for name in names for argument in ("--only", name)]
    table = run("peers.py", "--tasks", 3, "--earliest", 0.05, "--latest", 0.1, *chosen)

    assert [line.partition("  ")[0] for line in table.splitlines()[1:]] == names
