"""How each library waits for its maker's tasks: its own helper, with its own defaults, on tasks begun elsewhere.

Each is imported only when it is measured: one process measures one library, and must not pay for the others.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

KEY = "sk-benchmark"

WaitForOne = Callable[[str], Awaitable[object]]
Library = Callable[[str], AsyncIterator[WaitForOne]]


@asynccontextmanager
async def plain_httpx(url: str) -> AsyncIterator[WaitForOne]:
    import httpx

    pause = 1.0
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:

        async def wait(task: str) -> None:
            while json.loads((await client.get(f"/luma/generations/{task}")).content)["state"] != "completed":
                await asyncio.sleep(pause)

        yield wait


@asynccontextmanager
async def replicate(url: str) -> AsyncIterator[WaitForOne]:
    import httpx
    from replicate.client import Client

    async with httpx.AsyncHTTPTransport() as transport:  # the library closes none of its own
        client = Client(KEY, base_url=url, transport=transport)

        async def wait(task: str) -> None:
            prediction = await client.predictions.async_get(task)
            await prediction.async_wait()

        yield wait


@asynccontextmanager
async def runwayml(url: str) -> AsyncIterator[WaitForOne]:
    from runwayml import AsyncRunwayML

    async with AsyncRunwayML(api_key=KEY, base_url=url) as client:

        async def wait(task: str) -> None:
            await (await client.tasks.retrieve(task)).wait_for_task_output()

        yield wait


@asynccontextmanager
async def fal_client(url: str) -> AsyncIterator[WaitForOne]:
    import httpx
    from fal_client import AsyncRequestHandle

    async with httpx.AsyncClient(trust_env=False) as client:

        async def wait(task: str) -> None:
            at = f"{url}/fal/video/requests/{task}"
            await AsyncRequestHandle(task, at, f"{at}/status", f"{at}/cancel", client).get()

        yield wait


@asynccontextmanager
async def openai(url: str) -> AsyncIterator[WaitForOne]:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(api_key=KEY, base_url=f"{url}/openai") as client:
        yield client.videos.poll


def _tidings(provider: str) -> Library:
    """Each task waited for by itself, as an application's callers do; with the provider's own interval."""

    @asynccontextmanager
    async def waiting(url: str) -> AsyncIterator[WaitForOne]:
        import tidings
        from tidings.config import Config

        account = {"provider": provider, "url": url, "key": KEY}
        config = Config.load(accounts={"bench": account}, env={"TIDINGS_LEARN": "0"})
        async with tidings.AsyncClient(config=config) as client:
            yield lambda task: client.wait(f"{provider}@bench:{task}")

    return waiting


LIBRARIES: Mapping[str, Library] = MappingProxyType(
    {
        "httpx, a plain loop": plain_httpx,
        "replicate": replicate,
        "runwayml": runwayml,
        "fal-client": fal_client,
        "openai, videos": openai,
        "tidings, Replicate": _tidings("replicate"),
        "tidings, Runway": _tidings("runway"),
        "tidings, Luma (batches)": _tidings("luma"),
    }
)
