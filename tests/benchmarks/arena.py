"""Where rivals meet: a server on the other core, and runs in turns of which the medians count."""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

KEY = "sk-benchmark"


@dataclass(frozen=True, slots=True)
class Taken:
    """What one run of one rival took.

    Attributes:
        cpu: seconds of this process.
        requests: as the server counted them.
        looks: the tasks in those requests, summed.
        missed: tasks whose end was not reported.
        delay: mean seconds from a task's end to its report.
        longest: the longest of these.
    """

    cpu: float
    requests: float = 0
    looks: float = 0
    missed: float = 0
    delay: float = 0.0
    longest: float = 0.0


@contextmanager
def server(name: str = "server.py") -> Iterator[str]:
    """The address of a server on the other core."""
    command = [sys.executable, str(Path(__file__).with_name(name))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(process.pid, {cores[-1]})
    os.sched_setaffinity(0, {cores[0]})
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        os.sched_setaffinity(0, cores)
        process.communicate("")


def figures(url: str, *, anew: bool = False) -> dict[str, float]:
    """What the server was asked since this was last called; with `anew` it also forgets the tasks."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}/figures{'/anew' if anew else ''}") as answer:
        return json.load(answer)


async def cpu_of(run: Callable[[], Awaitable[None]]) -> Taken:
    """What one run takes of this process, garbage of earlier ones apart."""
    gc.collect()
    began = time.process_time()
    await run()
    return Taken(time.process_time() - began)


async def in_turns(
    rivals: Mapping[str, Callable[[], Awaitable[Taken]]], *, rounds: int, warm_up: bool = False
) -> dict[str, Taken]:
    """The medians of each rival's runs, taken in turns; with `warm_up` after one round that does not count."""
    taken: dict[str, list[Taken]] = {name: [] for name in rivals}
    for number in range(rounds + warm_up):
        for name, run in rivals.items():
            found = await run()
            if number >= warm_up:
                taken[name].append(found)
    return {name: _medians(runs) for name, runs in taken.items()}


def _medians(runs: Sequence[Taken]) -> Taken:
    """Each figure's own; but what was missed once was missed."""
    found = {place.name: statistics.median(getattr(run, place.name) for run in runs) for place in fields(Taken)}
    return Taken(**{**found, "missed": max(run.missed for run in runs)})
