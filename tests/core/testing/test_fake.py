"""The fake answers what its handler says, remembers what it was asked, and takes time only where time is made up."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from tidings.errors import RateLimited
from tidings.testing.fake import FakeTransport, respond
from tidings.testing.virtual import VirtualClock, run_virtual
from tidings.transport import Outgoing

ASK = Outgoing("GET", "http://maker.test/tasks/1")


async def test_every_request_is_answered_by_the_handler_and_remembered():
    fake = FakeTransport(lambda outgoing: respond(200, {"path": outgoing.url.rpartition("/")[2]}))
    asked = [Outgoing("GET", f"http://maker.test/tasks/{number}") for number in range(3)]
    answers = await asyncio.gather(*(fake.send(outgoing) for outgoing in asked))
    assert [answer.json() for answer in answers] == [{"path": "0"}, {"path": "1"}, {"path": "2"}]
    assert fake.sent == asked


async def test_a_handler_may_be_a_coroutine():
    async def handler(outgoing):
        await asyncio.sleep(0)
        return respond(404, {"message": "no such task"})

    answer = await FakeTransport(handler).send(ASK)
    assert (answer.status, answer.error_text()) == (404, "no such task")


async def test_what_a_handler_raises_comes_through_and_the_request_was_still_sent():
    def handler(outgoing):
        raise RateLimited

    fake = FakeTransport(handler)
    with pytest.raises(RateLimited):
        await fake.send(ASK)
    assert fake.sent == [ASK]


def test_an_answer_takes_the_latency_and_is_stamped_when_it_comes():
    async def look():
        fake = FakeTransport(lambda outgoing: respond(), latency=90.0, clock=VirtualClock())
        answers = await asyncio.gather(fake.send(ASK), fake.send(ASK))
        return [answer.received_at for answer in answers]

    assert run_virtual(look()) == [datetime(2026, 1, 1, 0, 1, 30, tzinfo=UTC)] * 2


def test_a_request_counts_as_sent_before_its_answer_comes():
    async def look():
        fake = FakeTransport(lambda outgoing: respond(), latency=90.0)
        task = asyncio.create_task(fake.send(ASK))
        await asyncio.sleep(1)
        task.cancel()
        return fake.sent

    assert run_virtual(look()) == [ASK]


async def test_a_file_is_streamed_from_the_same_handler():
    fake = FakeTransport(lambda outgoing: respond(200, body=b"film", headers={"Content-Type": "video/mp4"}))
    async with fake.stream(Outgoing("GET", "http://storage.test/a.mp4", timeout=5.0)) as download:
        assert (download.status, download.headers["content-type"]) == (200, "video/mp4")
        assert [chunk async for chunk in download.chunks] == [b"film"]
    [outgoing] = fake.sent
    assert (outgoing.method, outgoing.url, outgoing.timeout) == ("GET", "http://storage.test/a.mp4", 5.0)
    assert not outgoing.headers, "files are got without any key"
    await fake.aclose()


def test_a_response_is_json_unless_bytes_are_given():
    assert respond(json_body=[1, {"a": None}]).json() == [1, {"a": None}]
    assert respond(body=b"<html>").body == b"<html>"
    assert respond(429, headers={"Retry-After": "7"}).retry_after == 7.0
    assert respond(headers={"Content-Type": "text/html"}).headers == {"content-type": "text/html"}
