"""What Tidings costs beside the shortest loop one could write by hand, as ratios taken in one run.

    python tests/benchmarks/bench.py [--json FILE]

The server is pinned to one core, the client to another; the rivals alternate, and medians of several rounds count.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
from startup import startup_rows

import tidings

ROUNDS = 7
TASKS = 1_000
SINGLES = 2_000
IN_FLIGHT = 50
KEY = "sk-benchmark"
HEADERS = {"Authorization": f"Bearer {KEY}"}

Run = Callable[[], Awaitable[None]]


@contextmanager
def server() -> Iterator[str]:
    """The address of a server on the other core."""
    command = [sys.executable, str(Path(__file__).with_name("server.py"))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(process.pid, {cores[-1]})
    os.sched_setaffinity(0, {cores[0]})
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        os.sched_setaffinity(0, cores)
        process.communicate("")


async def cpu(run: Run) -> float:
    """Seconds of CPU of this process for one run."""
    began = time.process_time()
    await run()
    return time.process_time() - began


async def alternate(rivals: dict[str, Run]) -> dict[str, float]:
    """The median CPU seconds of each, taken in turns after one round to warm up."""
    taken: dict[str, list[float]] = {name: [] for name in rivals}
    for round_ in range(ROUNDS + 1):
        for name, run in rivals.items():
            seconds = await cpu(run)
            if round_:
                taken[name].append(seconds)
    return {name: statistics.median(values) for name, values in taken.items()}


def batches_by_hand(session: aiohttp.ClientSession, url: str, ids: list[str]) -> Run:
    """Ten requests of a hundred, parsed to dictionaries: the limit of what can be."""

    async def run() -> None:
        found = {}
        for start in range(0, len(ids), 100):
            async with session.post(f"{url}/luma/tasks", json={"ids": ids[start : start + 100]}) as response:
                for row in (await response.json())["data"]:
                    found[row["task_id"]] = row
        assert len(found) == len(ids)

    return run


def batches_by_hand_for_callers(session: aiohttp.ClientSession, url: str, ids: list[str]) -> Run:
    """The same, with the answers handed to a thousand callers who wait for one each, as an application's are."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        waiting = {task: loop.create_future() for task in ids}

        async def caller(task: str) -> dict[str, object]:
            return await waiting[task]

        async def ask() -> None:
            for start in range(0, len(ids), 100):
                async with session.post(f"{url}/luma/tasks", json={"ids": ids[start : start + 100]}) as response:
                    for row in (await response.json())["data"]:
                        waiting[row["task_id"]].set_result(row)

        await asyncio.gather(ask(), *map(caller, ids))

    return run


def singles_by_hand(session: aiohttp.ClientSession, url: str, ids: list[str]) -> Run:
    """One request a task, fifty in flight, parsed to dictionaries."""

    async def run() -> None:
        todo = iter(ids)

        async def worker() -> None:
            for task in todo:
                async with session.get(f"{url}/luma/generations/{task}") as response:
                    assert (await response.json())["state"] == "processing"

        await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))

    return run


def callers(client: tidings.AsyncClient, refs: list[str]) -> Run:
    """As many concurrent callers as there are tasks."""

    async def run() -> None:
        statuses = await asyncio.gather(*map(client.fetch, refs))
        assert all(status.state is tidings.TaskState.running for status in statuses)

    return run


def in_flight(client: tidings.AsyncClient, refs: list[str]) -> Run:
    """Fifty callers, each asking for one task after the other."""

    async def run() -> None:
        todo = iter(refs)

        async def worker() -> None:
            for ref in todo:
                assert (await client.fetch(ref)).state is tidings.TaskState.running

        await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))

    return run


async def http_rows(url: str) -> list[dict[str, object]]:
    ids = [f"9d4b7516-77e5-481a-b015-{number:012d}" for number in range(SINGLES)]
    accounts = {"solo": {"url": url, "key": KEY, "batch": 1}}
    client = tidings.AsyncClient(gateway_url=url, gateway_key=KEY, accounts=accounts)
    async with client, aiohttp.ClientSession(headers=HEADERS) as session:
        many = await alternate(
            {
                "hand": batches_by_hand(session, url, ids[:TASKS]),
                "hand, for callers": batches_by_hand_for_callers(session, url, ids[:TASKS]),
                "tidings": callers(client, [f"luma:{task}" for task in ids[:TASKS]]),
            }
        )
        single = await alternate(
            {
                "hand": singles_by_hand(session, url, ids),
                "tidings": in_flight(client, [f"luma@solo:{task}" for task in ids]),
            }
        )
    return [
        row(f"{TASKS} tasks, {TASKS} callers, batches: CPU us a task", many, TASKS, 3.0),
        row(f"{TASKS} tasks, beside a hand loop that has {TASKS} callers too", many, TASKS, None, "hand, for callers"),
        row(f"single fetches, {IN_FLIGHT} in flight: CPU us a fetch", single, SINGLES, 4.0),
    ]


def row(
    what: str, seconds: dict[str, float], count: int, limit: float | None, rival: str = "hand"
) -> dict[str, object]:
    return {
        "what": what,
        "by hand": round(seconds[rival] / count * 1e6, 1),
        "tidings": round(seconds["tidings"] / count * 1e6, 1),
        "ratio": round(seconds["tidings"] / seconds[rival], 2),
        "limit": limit,
    }


def show(rows: list[dict[str, object]]) -> None:
    for found in rows:
        facts = "   ".join(f"{name} {value}" for name, value in found.items() if name != "what")
        print(f"{found['what']:<62} {facts}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--only", choices=["http", "startup"], help="one part only")
    arguments = parser.parse_args()
    rows: list[dict[str, object]] = []
    if arguments.only != "startup":
        with server() as url:
            rows += asyncio.run(http_rows(url))
    if arguments.only != "http":
        rows += startup_rows()
    show(rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
