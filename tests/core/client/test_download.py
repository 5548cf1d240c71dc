"""The client saves a few tasks at a time, and hands on what the download room says."""

from __future__ import annotations

import asyncio

import pytest

from tidings import Artifact, AsyncClient, DownloadError, TaskRef, TaskState, TaskStatus
from tidings.client.connection import DOWNLOADS
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


async def test_a_better_copy_that_was_asked_for_is_saved_even_where_the_first_one_lies_already(tmp_path):
    url = "https://cdn.example"
    lone = {"id": "a", "state": "completed", "video": {"url": f"{url}/marked.mp4"}}

    def gateway(outgoing):
        if outgoing.url.startswith(url):
            return respond(body=outgoing.url.encode(), headers={"content-type": "video/mp4"})
        return respond(json_body={"url": f"{url}/clean.mp4"} if outgoing.url.endswith("download_video_url") else lone)

    settings = {"gateway_url": "https://gateway.example", "gateway_key": "sk-0123456789"}
    async with AsyncClient(**settings, transport=FakeTransport(gateway)) as client:
        (first,) = await client.download(await client.fetch("luma:a"), tmp_path)
        status = await client.fetch("luma:a", include="unwatermarked")
        (second,) = await client.download(status, tmp_path)
    assert [output.url for output in status.primary] == [f"{url}/clean.mp4"]
    assert first.read_text() == f"{url}/marked.mp4"
    assert second.read_text() == f"{url}/clean.mp4"
    assert (first.name, second.name) == ("luma-a.mp4", "luma-a.unwatermarked.mp4")
