"""What following a crowd of tasks takes while none of them ends: CPU, memory, and how late looks come.

    python tests/benchmarks/crowd.py URL --tasks N --interval S --seconds S

A process of its own, so that its memory is that of one client; prints its figures as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from arena import figures
from clients import client_of, refs_of
from lives import endless_tasks
from table import Figure, bound

from tidings.model import Look

_PAGE = os.sysconf("SC_PAGE_SIZE")
_AT_EVERY_MOMENT = frozenset({"longest_gap", "late", "resident"})


class Lateness:
    """Listens to every look and keeps the latest."""

    def __init__(self) -> None:
        self.worst = 0.0

    def __call__(self, looks: Sequence[Look]) -> None:
        self.worst = max(self.worst, max((look.late for look in looks), default=0.0))


async def follow(url: str, tasks: int, *, interval: float, seconds: float, is_heard: bool) -> dict[str, float]:
    """Follow `tasks` endless tasks; once each was looked at twice, measure for `seconds`.

    Args:
        is_heard: whether somebody listens to every look, as `--trace` does; then the client says how late they were.
    """
    late, refs = Lateness(), refs_of(endless_tasks(tasks))
    figures(url, anew=True)
    began = time.process_time()
    async with client_of(url, interval=interval, on_looks=late if is_heard else None) as client:
        following = asyncio.create_task(_to_the_end(client, refs))
        while (await asyncio.to_thread(figures, url))["tasks"] < tasks:
            await asyncio.sleep(interval / 10)
        start = time.process_time() - began
        await asyncio.sleep(2 * interval)
        window = await _window(url, seconds, late)
        following.cancel()
        await asyncio.wait([following])
    return {"start_cpu": start, **window}


async def _window(url: str, seconds: float, late: Lateness) -> dict[str, float]:
    figures(url)
    late.worst, cpu, began = 0.0, time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    cpu, lasted, counted = time.process_time() - cpu, time.monotonic() - began, figures(url)
    return {
        "share": cpu / lasted,
        "per_look": cpu / counted["looks"],
        "looks": counted["looks"],
        "requests": counted["requests"],
        "resident": int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE,
        "longest_gap": counted["longest_gap"],
        "late": late.worst,
    }


async def _to_the_end(client, refs: list[str]) -> None:
    async for status in client.as_completed(refs, timeout=None):
        raise AssertionError(f"{status.ref} ended")


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many, beside how few; each looked at every `interval` seconds, and measured for `seconds`."""

    many: int = 100_000
    few: int = 1_000
    interval: float = 5.0
    seconds: float = 30.0
    rounds: int = 5


async def crowd_figures(url: str, crowd: Crowd) -> list[Figure]:
    """What a crowd takes, and whether the cost of a look grows with it."""
    run = partial(measured, url, interval=crowd.interval, seconds=crowd.seconds)
    fews, manys = [], []
    for _ in range(crowd.rounds):
        fews.append(await run(crowd.few))
        manys.append(await run(crowd.many))
    few, many = _typical(fews), _typical(manys)
    heard = await run(crowd.many, is_heard=True)
    what = f"{crowd.many:,} in flight:"
    return [
        bound(f"{what} share of a core", many["share"], 0.5),
        bound(f"{what} memory, MB", many["resident"] / 1e6, 500),
        bound(f"{what} longest gap between looks at one task, beyond the interval, s", _beyond(many, crowd), 1.0),
        bound(f"{what} a look late by, while listened to, s", heard["late"], 1.0),
        Figure(f"{what} share of a core, while listened to", None, heard["share"]),
        Figure(f"{what} looks a second", None, many["looks"] / crowd.seconds),
        Figure(f"{what} CPU to begin with, s", None, many["start_cpu"]),
        _growth(few, many, crowd),
    ]


def _typical(windows: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median of each figure; but what is held to a bound at every moment was as bad as it was once."""
    return {
        name: (max if name in _AT_EVERY_MOMENT else statistics.median)(window[name] for window in windows)
        for name in windows[0]
    }


def _beyond(window: dict[str, float], crowd: Crowd) -> float:
    return max(0.0, window["longest_gap"] - crowd.interval)


def _growth(few: dict[str, float], many: dict[str, float], crowd: Crowd) -> Figure:
    growth = many["per_look"] / few["per_look"]
    what = f"CPU us a look: {crowd.few:,} tasks (left), {crowd.many:,} (right)"
    return Figure(what, few["per_look"] * 1e6, many["per_look"] * 1e6, growth, 1.3)


async def measured(url: str, tasks: int, *, interval: float, seconds: float, is_heard: bool = False) -> dict:
    """The figures, from a process of its own on this one's core."""
    command = [sys.executable, __file__, url, "--tasks", str(tasks), "--interval", str(interval)]
    command += ["--seconds", str(seconds), *(["--heard"] if is_heard else [])]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    return json.loads(told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url")
    parser.add_argument("--tasks", type=int, required=True)
    parser.add_argument("--interval", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--heard", action="store_true", help="listen to every look")
    given = parser.parse_args()
    running = follow(given.url, given.tasks, interval=given.interval, seconds=given.seconds, is_heard=given.heard)
    print(json.dumps(asyncio.run(running)))


if __name__ == "__main__":
    main()
