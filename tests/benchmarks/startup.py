"""What starting costs: importing, `--help`, and a hundred installed plugins that nobody asked for."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 21
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


def startup_rows() -> list[dict[str, object]]:
    """Milliseconds of CPU of a whole process, medians, the rivals in turns: steadier than the clock."""
    python, tidings = sys.executable, str(Path(sys.executable).with_name("tidings"))
    with tempfile.TemporaryDirectory() as name:
        empty, full, cache = (Path(name, part) for part in ("empty", "full", "cache"))
        for folder in (empty, full, cache):
            folder.mkdir()
        install_plugins(full, PLUGINS)
        bare = {
            **os.environ,
            "XDG_CACHE_HOME": str(cache),
            "PYTHONPATH": str(empty),
            "TIDINGS_GATEWAY_URL": "http://127.0.0.1:9",
            "TIDINGS_GATEWAY_KEY": "sk-x",
        }
        crowded = {**bare, "PYTHONPATH": str(full)}
        commands = {
            "python alone": ([python, "-c", ""], bare),
            "import tidings": ([python, "-c", "import tidings"], bare),
            "tidings --help": ([tidings, "--help"], bare),
            "tidings fetch, one plugin": ([tidings, "fetch", "luma@nobody:x"], bare),
            f"tidings fetch, {PLUGINS + 1} plugins": ([tidings, "fetch", "luma@nobody:x"], crowded),
        }
        taken: dict[str, list[float]] = {what: [] for what in commands}
        for round_ in range(ROUNDS + 1):
            for what, (command, environment) in commands.items():
                spent = milliseconds(command, environment)
                if round_:
                    taken[what].append(spent)
    medians = {what: statistics.median(values) for what, values in taken.items()}
    rows: list[dict[str, object]] = [{"what": what, "ms": round(value, 1)} for what, value in medians.items()]
    *_, few, many = medians.values()
    rows.append({"what": f"{PLUGINS} more plugins add to tidings fetch", "ms": round(many - few, 1), "limit": 15.0})
    return rows
