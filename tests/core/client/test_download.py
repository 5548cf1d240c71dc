"""The client saves a few tasks at a time, and hands on what the download room says."""

from __future__ import annotations

import asyncio

import pytest

from tidings import Artifact, AsyncClient, DownloadError, TaskRef, TaskState, TaskStatus
from tidings.client.engine import DOWNLOADS
from tidings.testing import FakeTransport, respond

NOW = respond().received_at


def made(name: str, *outputs: Artifact) -> TaskStatus:
    return TaskStatus(ref=TaskRef("luma", name), state=TaskState.succeeded, outputs=outputs, observed_at=NOW)


async def test_a_hundred_downloads_asked_for_at_once_are_never_more_than_a_few_at_a_time(tmp_path):
    inside, most = 0, 0

    async def storage(outgoing):
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        for _ in range(20):  # long enough for all the others to come in, if they may
            await asyncio.sleep(0)
        inside -= 1
        return respond(body=outgoing.url.encode(), headers={"content-type": "video/mp4"})

    async with AsyncClient(transport=FakeTransport(storage)) as client:
        tasks = [made(f"t{n}", Artifact(kind="video", url=f"https://cdn.example/{n}.mp4")) for n in range(100)]
        paths = await asyncio.gather(*(client.download(task, tmp_path) for task in tasks))
    assert most == DOWNLOADS
    assert [path.read_bytes() for (path,) in paths] == [f"https://cdn.example/{n}.mp4".encode() for n in range(100)]


async def test_there_is_nothing_to_save_of_a_task_without_outputs(tmp_path):
    async with AsyncClient(transport=FakeTransport(lambda _: respond())) as client:
        with pytest.raises(DownloadError, match="no output of role primary"):
            await client.download(made("empty"), tmp_path)
