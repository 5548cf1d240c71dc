"""What waiting for a thousand tasks takes beside loops written by hand: requests, delay and CPU."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import aiohttp
from arena import KEY, Taken, figures, in_turns
from clients import client_of, refs_of
from lives import life_of, tasks_ending
from table import Figure, bound, ratio

import tidings
from tidings.watch import DURATIONS_FILE

EVERY = 1.0  # seconds between the looks of a loop by hand
BATCH = 100
BATCH_INTERVAL = 1.0  # seconds: what the account of the batch-capable tasks is configured with
SINGLE_INTERVAL = 0.85
TIMEOUT = 60.0
UNMEASURED = 1_000  # a seed far from the rounds': nobody may learn from the very tasks that are measured

Ended = AsyncIterator[str]
Rival = Callable[[str, list[str]], Ended]
"""Waits for these tasks at that server, and names each as it learns of its end."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is waited for, and how often: tasks that end at random from `earliest` to `latest` seconds.

    Attributes:
        steps: how often a task's progress changes. A loop by hand passes over all but the last.
    """

    tasks: int = 1_000
    earliest: float = 5.0
    latest: float = 20.0
    steps: int = 1
    rounds: int = 5

    def best(self, delay: float) -> float:
        """Fewest looks a task for this mean delay, by whoever knows the distribution of the ends and no more.

        With density f and survivors S, pauses of c sqrt(S / f) are the best; c follows from the delay. Of the pause in
        which the end falls, half lies beyond it.
        """
        effort = 4 / 9 * (self.latest - self.earliest)  # (the integral of sqrt(f S)) squared, f being uniform
        return effort / (2 * delay) + 0.5


async def measured(rival: Rival, url: str, size: Size, seeds: Iterator[int]) -> Taken:
    """One run. Each rival's first run has the same tasks, its second others, and so on."""
    gc.collect()
    figures(url, anew=True)
    tasks = tasks_ending(size.tasks, earliest=size.earliest, latest=size.latest, seed=next(seeds), steps=size.steps)
    began, delays = time.process_time(), {}
    async for task in rival(url, tasks):
        delays[task] = time.monotonic() - life_of(task).end
    cpu, counted = time.process_time() - began, figures(url)
    assert all(delay >= 0.0 for delay in delays.values()), "an end was told before it came"
    missed = len(tasks) - len(delays)
    seconds = delays.values()
    return Taken(cpu, counted["requests"], counted["looks"], missed, statistics.fmean(seconds), max(seconds))


async def warmed_up(rivals: dict[str, Rival], url: str) -> None:
    """Have everything loaded that a first run loads."""
    for rival in rivals.values():
        await measured(rival, url, Size(tasks=10, earliest=0.1, latest=0.2), iter([UNMEASURED]))


async def plain_loop(url: str, tasks: list[str]) -> Ended:
    """What most people write: a coroutine a task, which looks every second until it is over."""
    ended: asyncio.Queue[str] = asyncio.Queue()

    async def wait(session: aiohttp.ClientSession, task: str) -> None:
        while True:
            async with session.get(f"{url}/luma/generations/{task}") as response:
                if (await response.json())["state"] == "completed":
                    return ended.put_nowait(task)
            await asyncio.sleep(EVERY)

    async with aiohttp.ClientSession(headers=_HEADERS) as session, asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(wait(session, task))
        for _ in tasks:
            yield await ended.get()


async def batch_loop(url: str, tasks: list[str]) -> Ended:
    """The limit: every second one request for each hundred that are still open."""
    still_open = list(tasks)
    async with aiohttp.ClientSession(headers=_HEADERS) as session:

        async def look(ids: list[str]) -> list[str]:
            async with session.post(f"{url}/luma/tasks", json={"ids": ids}) as response:
                rows = json.loads(await response.read())["data"]
            return [row["task_id"] for row in rows if row["status"] == "SUCCESS"]

        while still_open:
            began = time.monotonic()
            groups = [still_open[start : start + BATCH] for start in range(0, len(still_open), BATCH)]
            over: set[str] = set()
            for looking in asyncio.as_completed(map(look, groups)):
                for task in await looking:
                    over.add(task)
                    yield task
            still_open = [task for task in still_open if task not in over]
            await asyncio.sleep(max(0.0, began + EVERY - time.monotonic()) if still_open else 0.0)


async def with_tidings(
    url: str, tasks: list[str], *, interval: float, batch: int | None = None, state: Path | None = None
) -> Ended:
    """What a user of Tidings writes."""
    async with client_of(url, interval=interval, batch=batch, state=state) as client:
        async for status in client.as_completed(refs_of(tasks), timeout=TIMEOUT):
            assert status.state is tidings.TaskState.succeeded
            yield status.ref.id


async def having_learned(url: str, tasks: list[str], *, learned: Path, interval: float) -> Ended:
    """Tidings on another day: all it knows is what an earlier run kept."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(learned / DURATIONS_FILE, folder)
        async for task in with_tidings(url, tasks, interval=interval, batch=1, state=Path(folder)):
            yield task


async def batch_figures(url: str, size: Size) -> list[Figure]:
    """Tasks of a maker with a batch call."""
    rivals = {"hand": batch_loop, "tidings": partial(with_tidings, interval=BATCH_INTERVAL)}
    await warmed_up(rivals, url)
    taken = await in_turns(_runs(rivals, url, size), rounds=size.rounds)
    hand, ours = taken["hand"], taken["tidings"]
    progressing = await in_turns(_runs(rivals, url, replace(size, steps=4)), rounds=1)
    what = f"{size.tasks} tasks, batches:"
    return [
        bound(f"{what} ends missed", ours.missed, 0),
        ratio(f"{what} requests", hand.requests, ours.requests, 1.1),
        ratio(f"{what} mean delay, s", hand.delay, ours.delay, 1.1),
        ratio(f"{what} longest delay, s", hand.longest, ours.longest),
        ratio(f"{what} CPU, s", hand.cpu, ours.cpu, 3.0),
        ratio(f"{what} CPU where progress changes 4 times, s", progressing["hand"].cpu, progressing["tidings"].cpu),
    ]


async def single_figures(url: str, size: Size) -> list[Figure]:
    """Tasks of a maker without one: at first, and once it is known how long they take."""
    with tempfile.TemporaryDirectory() as folder:
        learned = Path(folder)
        learner = partial(with_tidings, interval=SINGLE_INTERVAL, batch=1, state=learned)
        await measured(learner, url, size, iter([UNMEASURED]))
        rivals = {
            "hand": plain_loop,
            "tidings": partial(with_tidings, interval=SINGLE_INTERVAL, batch=1),
            "learned": partial(having_learned, interval=SINGLE_INTERVAL, learned=learned),
        }
        await warmed_up(rivals, url)
        taken = await in_turns(_runs(rivals, url, size), rounds=size.rounds)
    hand, ours, learned_run = taken["hand"], taken["tidings"], taken["learned"]
    what, later = f"{size.tasks} tasks, single:", f"{size.tasks} tasks, single, learned:"
    return [
        bound(f"{what} ends missed", ours.missed, 0),
        bound(f"{what} mean delay, s", ours.delay, 0.5),
        ratio(f"{what} mean delay beside the plain loop's, s", hand.delay, ours.delay),
        ratio(f"{what} longest delay, s", hand.longest, ours.longest),
        ratio(f"{what} CPU, s", hand.cpu, ours.cpu, 2.0),
        ratio(f"{what} requests a task", hand.requests / size.tasks, ours.requests / size.tasks),
        bound(f"{later} ends missed", learned_run.missed, 0),
        ratio(f"{later} requests a task", hand.requests / size.tasks, learned_run.requests / size.tasks, 2 / 3),
        ratio(f"{later} mean delay, s", hand.delay, learned_run.delay, 1.1),
        ratio(f"{later} longest delay, s", hand.longest, learned_run.longest),
        ratio(f"{later} CPU, s", hand.cpu, learned_run.cpu),
        *_perfect(size, hand.delay, learned_run),
    ]


def _perfect(size: Size, delay: float, learned: Taken) -> list[Figure]:
    """What nobody can do better, for the plain loop's delay and for ours."""
    return [
        Figure("perfect knowledge: requests a task for a mean delay of 0.5 s", size.best(0.5), None),
        Figure("perfect knowledge: requests a task for the plain loop's delay", size.best(delay), None),
        ratio(
            "perfect knowledge beside learned, for the same delay: requests a task",
            size.best(learned.delay),
            learned.requests / size.tasks,
        ),
    ]


def _runs(rivals: dict[str, Rival], url: str, size: Size) -> dict[str, Callable[[], Awaitable[Taken]]]:
    return {name: partial(measured, rival, url, size, itertools.count()) for name, rival in rivals.items()}


_HEADERS = {"Authorization": f"Bearer {KEY}"}
