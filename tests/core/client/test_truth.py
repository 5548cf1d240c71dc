"""When time is up: what went wrong last is told, and silence only where there was silence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tidings import AsyncClient, TaskState, WaitTimeout
from tidings.flow import Retry
from tidings.testing.fake import respond
from tidings.testing.virtual import in_virtual_time

NewClient = Callable[..., AsyncClient]
BROKEN = respond(500, {"error": {"message": "the disk is full."}})
PATIENT = Retry(attempts=1000)  # so that a question is still being tried when time is up


@in_virtual_time
async def test_fetch_tells_what_the_server_said(upstream, new_client: NewClient):
    upstream.says("a", BROKEN)
    with pytest.raises(WaitTimeout) as caught:
        await new_client(retry=PATIENT).fetch("luma:a", timeout=1)
    assert caught.value.message == "no answer within 1 s; the last try failed: the disk is full"
    assert asyncio.get_running_loop().time() == 1.0


@in_virtual_time
async def test_fetch_many_tells_of_each_what_the_server_said(upstream, new_client: NewClient):
    upstream.latency["slow"] = 1000.0
    upstream.says("a", BROKEN)
    client = new_client(retry=PATIENT, request_timeout=2000)
    slow = asyncio.create_task(client.fetch("luma:slow"))
    await asyncio.sleep(1.0)  # so that it flies alone
    results = await client.fetch_many(["luma:a", "luma:slow", "luma:a"], timeout=2.5, return_exceptions=True)
    assert [str(result) for result in results] == [
        "luma:a: no answer within 2.5 s; the last try failed: the disk is full",
        "luma:slow: no answer within 2.5 s",
        "luma:a: no answer within 2.5 s; the last try failed: the disk is full",
    ]
    slow.cancel()


@pytest.mark.parametrize("verb", ["fetch", "fetch_many", "wait"])
@in_virtual_time
async def test_an_extra_tells_what_the_server_said_and_the_seconds_as_given(upstream, new_client: NewClient, verb):
    upstream.latency["a"] = 0.3162
    upstream.extras["a"] = BROKEN
    asked = ["luma:a"] if verb == "fetch_many" else "luma:a"
    answer = await getattr(new_client(retry=PATIENT), verb)(asked, include=["unwatermarked"], timeout=20)
    status = answer[0] if verb == "fetch_many" else answer
    assert status.state is TaskState.succeeded
    error = status.extras["unwatermarked"]["error"]
    assert (error["type"], error["message"]) == (
        "WaitTimeout",
        "no answer within 20 s; the last try failed: the disk is full",
    )


@in_virtual_time
async def test_wait_tells_of_the_trouble_of_its_first_look(upstream, new_client: NewClient):
    upstream.says("a", BROKEN)
    with pytest.raises(WaitTimeout) as caught:
        await new_client(retry=PATIENT).wait("luma:a", timeout=1)
    assert caught.value.message == (
        "stopped waiting after 1 s; it was never seen; the last look failed: the disk is full. "
        "Whether the task goes on is not known"
    )


@in_virtual_time
async def test_wait_tells_of_the_trouble_after_what_was_seen(upstream, new_client: NewClient):
    upstream.says("a", "processing", BROKEN)
    with pytest.raises(
        WaitTimeout, match=r"last seen running \(processing\) 60 s ago; the last look failed: the disk"
    ) as caught:
        await new_client(retry=PATIENT).wait("luma:a", timeout=60)
    assert caught.value.last_status.state is TaskState.running


@in_virtual_time
async def test_trouble_that_is_over_is_not_told(upstream, new_client: NewClient):
    upstream.says("a", BROKEN, "processing")
    with pytest.raises(WaitTimeout) as caught:
        await new_client().wait("luma:a", timeout=60)
    assert "failed" not in caught.value.message


@pytest.mark.parametrize(("seconds", "words"), [(0.25, "0.25"), (90.0, "90"), (1234567, "1234567"), (12.345, "12.345")])
@in_virtual_time
async def test_seconds_are_told_as_they_were_given(upstream, new_client: NewClient, seconds, words):
    upstream.latency["a"] = 1e8
    client = new_client(request_timeout=1e9)
    with pytest.raises(WaitTimeout, match=rf"^luma:a: no answer within {words} s$"):
        await client.fetch("luma:a", timeout=seconds)
    upstream.says("b", "processing")
    with pytest.raises(WaitTimeout, match=rf"^luma:b: stopped waiting after {words} s; "):
        await client.wait("luma:b", timeout=seconds)


@in_virtual_time
async def test_a_caller_whose_time_is_up_takes_no_news_from_the_others(upstream, new_client: NewClient):
    upstream.says("a", BROKEN, BROKEN, "completed")
    client = new_client(retry=PATIENT)
    hasty, patient = await asyncio.gather(
        client.fetch("luma:a", timeout=0.01), client.fetch("luma:a"), return_exceptions=True
    )
    assert isinstance(hasty, WaitTimeout)
    assert patient.state is TaskState.succeeded


@in_virtual_time
async def test_a_thousand_waits_end_at_their_deadline_each(upstream, new_client: NewClient):
    client = new_client()
    for number in range(1000):
        upstream.says(f"t{number}", "processing")
    waits = (client.wait(f"luma:t{number}", timeout=30) for number in range(1000))
    results = await asyncio.gather(*waits, return_exceptions=True)
    assert {type(result) for result in results} == {WaitTimeout}
    assert asyncio.get_running_loop().time() == 30.0
