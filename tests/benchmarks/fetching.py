"""What one look costs beside the shortest loop one could write by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp
from arena import KEY, Taken, cpu_of, in_turns
from clients import client_of, refs_of
from lives import endless_tasks
from table import Figure, ratio

import tidings

TASKS = 1_000
SINGLES = 2_000
IN_FLIGHT = 50

Run = Callable[[], Awaitable[None]]


def batches_by_hand(session: aiohttp.ClientSession, url: str, ids: list[str]) -> Run:
    """Requests of a hundred, parsed to dictionaries: the limit of what can be."""

    async def run() -> None:
        found = {}
        for start in range(0, len(ids), 100):
            async with session.post(f"{url}/luma/tasks", json={"ids": ids[start : start + 100]}) as response:
                for row in (await response.json())["data"]:
                    found[row["task_id"]] = row
        assert len(found) == len(ids)

    return run


def batches_by_hand_for_callers(session: aiohttp.ClientSession, url: str, ids: list[str]) -> Run:
    """The same, with the answers handed to as many callers who wait for one each, as an application's are."""

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


async def fetching_figures(url: str, *, rounds: int, share: float = 1.0) -> list[Figure]:
    """CPU of one look, with a batch call and without.

    Args:
        share: of the tasks, for a run that only shows that all is in order.
    """
    tasks = endless_tasks(int(TASKS * share))
    alone = endless_tasks(int(SINGLES * share))
    together, apart = client_of(url, interval=1.0), client_of(url, interval=1.0, batch=1)
    async with together, apart, aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as session:
        rivals = {
            "hand": batches_by_hand(session, url, tasks),
            "hand, for callers": batches_by_hand_for_callers(session, url, tasks),
            "tidings": callers(together, refs_of(tasks)),
        }
        many = await _medians(rivals, rounds)
        rivals = {"hand": singles_by_hand(session, url, alone), "tidings": in_flight(apart, refs_of(alone))}
        single = await _medians(rivals, rounds)
    count = len(tasks)
    return [
        _each(f"fetch, {count} callers, batches: CPU us a task", count, many["hand"], many["tidings"], 3.0),
        _each(f"fetch, beside a hand loop with {count} callers", count, many["hand, for callers"], many["tidings"]),
        _each(
            f"fetch, single, {IN_FLIGHT} in flight: CPU us a fetch", len(alone), single["hand"], single["tidings"], 2.0
        ),
    ]


async def _medians(rivals: dict[str, Run], rounds: int) -> dict[str, Taken]:
    return await in_turns({name: partial(cpu_of, run) for name, run in rivals.items()}, rounds=rounds, warm_up=True)


def _each(what: str, count: int, hand: Taken, tidings: Taken, limit: float | None = None) -> Figure:
    return ratio(what, hand.cpu / count * 1e6, tidings.cpu / count * 1e6, limit)
