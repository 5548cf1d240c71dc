"""What makers' own libraries take to wait for their tasks, beside Tidings: requests, delay and CPU.

    make bench-peers        (or: python tests/benchmarks/peers.py [--tasks N] [--json FILE])

Twenty tasks that end at random within 5 to 20 s, each waited for by a caller of its own with the library's own helper
and defaults. One run each, one process each, on one core; the server has another.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from arena import figures, server
from lives import life_of, tasks_ending
from table import aligned, written
from waiting_libraries import LIBRARIES, WaitForOne

_COLUMNS = {"requests": "requests a task", "delay": "mean delay, s", "cpu": "CPU ms a task"}


async def waited(name: str, url: str, count: int, *, earliest: float, latest: float) -> dict[str, float]:
    """What waiting for `count` tasks took: requests and CPU of each, and the mean delay of hearing of its end."""
    delays: list[float] = []

    async def one(wait: WaitForOne, task: str) -> None:
        await wait(task)
        delays.append(time.monotonic() - life_of(task).end)

    async with LIBRARIES[name](url) as wait:
        figures(url, anew=True)
        began = time.process_time()
        tasks = tasks_ending(count, earliest=earliest, latest=latest, seed=1)
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                group.create_task(one(wait, task))
        cpu = time.process_time() - began
    assert min(delays) >= 0.0, "an end was told before it came"
    return {
        "requests": figures(url)["requests"] / count,
        "delay": statistics.fmean(delays),
        "cpu": cpu / count * 1000,
    }


def measured(name: str, url: str, given: argparse.Namespace) -> dict[str, float]:
    """The same in a process of its own, which inherits this one's core."""
    command = [sys.executable, "-W", "ignore", __file__, "--at", url, "--only", name, "--tasks", str(given.tasks)]
    command += ["--earliest", str(given.earliest), "--latest", str(given.latest)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(told.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=20)
    parser.add_argument("--earliest", type=float, default=5.0, help="seconds")
    parser.add_argument("--latest", type=float, default=20.0, help="seconds")
    parser.add_argument("--only", choices=list(LIBRARIES), action="append", help="may be given several times")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--at", help=argparse.SUPPRESS)  # in the process of one library
    given = parser.parse_args()
    if given.at:
        running = waited(given.only[0], given.at, given.tasks, earliest=given.earliest, latest=given.latest)
        print(json.dumps(asyncio.run(running)))
        return
    with server("peer_server.py") as url:
        taken = {name: measured(name, url, given) for name in given.only or LIBRARIES}
    cells = [[name, *(f"{found[column]:.3g}" for column in _COLUMNS)] for name, found in taken.items()]
    print(aligned([["", *_COLUMNS.values()], *cells]))
    if given.json:
        written(taken, given.json)


if __name__ == "__main__":
    main()
