"""What starting costs: importing, `--help`, and a hundred installed plugins that nobody asked for."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from table import Figure, bound

PLUGINS = 100

_PLUGIN = """
from tidings.hookspecs import hookimpl

@hookimpl
def tidings_provider():
    raise RuntimeError("nobody asked for this one")
"""


def install_plugins(folder: Path, count: int) -> None:
    """Distributions as pip would leave them: a module and a folder of metadata each."""
    for number in range(count):
        (folder / f"maker_{number}.py").write_text(_PLUGIN)
        metadata = folder / f"maker_{number}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: maker-{number}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[tidings.providers]\nmaker-{number} = maker_{number}\n")


def milliseconds(command: list[str], environment: dict[str, str]) -> float:
    """CPU of the process and of the system for it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def startup_figures(rounds: int) -> list[Figure]:
    """Milliseconds of CPU of a whole process, medians, the rivals in turns: steadier than the clock."""
    with tempfile.TemporaryDirectory() as name:
        commands = _commands(Path(name))
        taken: dict[str, list[float]] = {what: [] for what in commands}
        for round_ in range(rounds + 1):
            for what, (command, environment) in commands.items():
                spent = milliseconds(command, environment)
                if round_:
                    taken[what].append(spent)
    medians = {what: statistics.median(values) for what, values in taken.items()}
    *_, few, many = medians.values()
    shown = [Figure(f"start-up, ms of CPU: {what}", None, value) for what, value in medians.items()]
    return [*shown, bound(f"start-up: {PLUGINS} more plugins add, ms", many - few, 15.0)]


def _commands(room: Path) -> dict[str, tuple[list[str], dict[str, str]]]:
    """What is started, and its environment: the last two are the same but for the plugins installed."""
    python, tidings = sys.executable, str(Path(sys.executable).with_name("tidings"))
    empty, full, cache = (room / part for part in ("empty", "full", "cache"))
    for folder in (empty, full, cache):
        folder.mkdir()
    install_plugins(full, PLUGINS)
    bare = {
        **os.environ,
        "XDG_CACHE_HOME": str(cache),
        "PYTHONPATH": str(empty),
        "TIDINGS_GATEWAY_URL": "http://127.0.0.1:9",
        "TIDINGS_GATEWAY_KEY": "sk-x",
        "TIDINGS_LEARN": "0",
    }
    return {
        "python alone": ([python, "-c", ""], bare),
        "import tidings": ([python, "-c", "import tidings"], bare),
        "tidings --help": ([tidings, "--help"], bare),
        "tidings fetch, one plugin": ([tidings, "fetch", "luma@nobody:x"], bare),
        f"tidings fetch, {PLUGINS + 1} plugins": (
            [tidings, "fetch", "luma@nobody:x"],
            {**bare, "PYTHONPATH": str(full)},
        ),
    }
