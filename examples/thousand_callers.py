"""A thousand callers who know nothing of each other fetch a task each; a simulator counts the requests."""

from __future__ import annotations

import asyncio

import tidings
from tidings_simulator import Simulator


async def main(callers: int = 1000) -> None:
    with Simulator(speed=0) as simulator:
        refs = [simulator.add("luma", age=number).ref for number in range(callers)]
        async with tidings.AsyncClient(gateway_url=simulator.url, gateway_key=simulator.key) as client:
            statuses = await asyncio.gather(*(client.fetch(ref) for ref in refs))
            print(f"{len(statuses)} tasks, {len(simulator.requests)} requests")

            simulator.requests.clear()
            statuses = await asyncio.gather(*(client.fetch(refs[0]) for _ in range(callers)))
            print(f"{len(statuses)} times the same task, {len(simulator.requests)} request")


if __name__ == "__main__":
    asyncio.run(main())
