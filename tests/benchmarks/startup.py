"""What starting costs: importing, `--help`, and a hundred installed plugins that nobody asked for."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15
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
    began = time.perf_counter()
    subprocess.run(command, env=environment, capture_output=True, check=False)
    return (time.perf_counter() - began) * 1000


def startup_rows() -> list[dict[str, object]]:
    """Milliseconds of a whole process, medians, the rivals in turns."""
    python, tidings = sys.executable, str(Path(sys.executable).with_name("tidings"))
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as cache:
        install_plugins(Path(name), PLUGINS)
        bare = {
            **os.environ,
            "XDG_CACHE_HOME": cache,
            "TIDINGS_GATEWAY_URL": "http://127.0.0.1:9",
            "TIDINGS_GATEWAY_KEY": "sk-x",
        }
        crowded = {**bare, "PYTHONPATH": name}
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
