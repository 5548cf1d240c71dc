"""Sending over real connections: every status is an answer, and everything else is `Unreachable` in time."""

from __future__ import annotations

import asyncio
import gzip
import random
import zlib
from datetime import UTC, datetime

import httpx
import pytest

from tidings.errors import UnexpectedResponse, Unreachable
from tidings.testing.virtual import VirtualClock, run_virtual
from tidings.transport import HttpTransport, Outgoing, http

KEY = "sk-0123456789abcdef"


async def never(request, reader, writer):
    """Read on until the client hangs up, and say nothing."""
    await reader.read()
    writer.close()


async def send(transport, url, **facts):
    return await transport.send(Outgoing(facts.pop("method", "GET"), url, timeout=facts.pop("timeout", 10.0), **facts))


@pytest.mark.parametrize("status", [200, 201, 204, 304, 400, 401, 404, 418, 429, 500, 503, 599])
async def test_every_status_is_an_answer(serve, transport, status):
    server = await serve((status, {"X-Odd": "yes"}, b"" if status in {204, 304} else b"told"))
    response = await send(transport, server.url)
    assert (response.status, response.headers["x-odd"]) == (status, "yes")
    assert response.body == (b"" if status in {204, 304} else b"told")


async def test_the_request_arrives_as_it_was_made(serve, transport):
    server = await serve((200, {}, b"{}"))
    headers = {"Authorization": f"Bearer {KEY}", "X-Api-Key": KEY, "Content-Type": "application/json"}
    await send(transport, f"{server.url}/tasks", method="POST", headers=headers, body='{"id":"ü"}'.encode())
    [request] = server.received
    assert (request.method, request.target, request.body) == ("POST", "/tasks", '{"id":"ü"}'.encode())
    assert {name: request.headers[name.lower()] for name in headers} == headers


async def test_a_get_has_no_body_and_no_content_type(serve, transport):
    server = await serve((200, {}, b"{}"))
    await send(transport, server.url)
    assert not {"content-type", "content-length", "transfer-encoding"} & server.received[0].headers.keys()


def test_the_arrival_is_stamped_with_the_clock_it_was_given():
    async def look():
        transport = HttpTransport(httpx.MockTransport(lambda request: httpx.Response(200)), clock=VirtualClock())
        await asyncio.sleep(3600)
        return (await send(transport, "http://maker.test/")).received_at

    assert run_virtual(look()) == datetime(2026, 1, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "path",
    [
        "/tasks/a%2Fb",
        "/tasks/a%20b",
        "/tasks/%E4%BD%A0%E5%A5%BD",
        "/tasks/%e4%bd%a0",
        "/tasks/a.b..c",
        "/tasks/%2e%2e/x",
        "/tasks/%21%40%3A%7E%2B+",
        "/tasks/a%25b%2525",
        "/tasks//a/",
        "/tasks?id=a%2Fb+c%20d&id=%41&sig=a%2bb%3D&empty=&z",
    ],
)
async def test_a_path_arrives_byte_for_byte_as_it_was_quoted(serve, transport, path):
    server = await serve((200, {}, b"{}"))
    await send(transport, server.url + path)
    async with transport.stream(Outgoing("GET", server.url + path, timeout=10)):
        assert server.targets == [path, path], "a decoded %2e%2e climbs up, a changed query breaks its signature"


async def test_a_server_that_never_answers_is_unreachable_when_the_time_is_up(serve, transport):
    server = await serve(never)
    with pytest.raises(Unreachable, match=r"^127\.0\.0\.1 gave no whole answer in 0\.05 s$") as caught:
        await send(transport, f"{server.url}/a?sig=1", timeout=0.05)
    assert caught.value.retryable


async def test_the_timeout_is_for_everything_also_where_bytes_keep_dripping(serve, transport):
    async def drip(request, reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0)

    server = await serve(drip)
    with pytest.raises(Unreachable, match="no whole answer"):
        await send(transport, server.url, timeout=0.05)


class Dripping(httpx.AsyncBaseTransport):
    """Ten seconds of the loop's time between two bytes, for ever."""

    async def handle_async_request(self, request):
        class Body(httpx.AsyncByteStream):
            async def __aiter__(self):
                while True:
                    await asyncio.sleep(10)
                    yield b"."

        return httpx.Response(200, stream=Body())


def test_a_drip_is_ended_to_the_second():
    async def look():
        with pytest.raises(Unreachable, match="in 35 s"):
            await send(HttpTransport(Dripping()), "http://maker.test/", timeout=35.0)
        return asyncio.get_running_loop().time()

    assert run_virtual(look()) == 35.0


def test_a_dripping_file_is_ended_to_the_second_and_a_readers_own_timeout_is_its_own():
    async def read(timeout):
        async with HttpTransport(Dripping()).stream(
            Outgoing("GET", "http://maker.test/a", timeout=timeout)
        ) as download:
            async for _ in download.chunks:
                pass

    async def look():
        with pytest.raises(Unreachable, match=r"^the file from maker\.test took longer than 35 s$"):
            await read(35.0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await read(35.0)
        return asyncio.get_running_loop().time()

    assert run_virtual(look()) == 40.0


async def test_one_hundred_looks_in_a_row_use_one_connection(serve, transport):
    server = await serve((200, {}, b"{}"))
    for _ in range(100):
        await send(transport, server.url)
    assert (len(server.received), server.connections) == (100, 1)


async def test_connections_of_a_crowd_are_kept_for_the_next(serve, transport):
    server = await serve((200, {}, b"{}"))
    for _ in range(3):
        await asyncio.gather(*(send(transport, server.url) for _ in range(50)))
    assert len(server.received) == 150
    assert server.connections <= 50


async def test_a_server_that_closed_a_kept_connection_is_asked_on_a_new_one(serve, transport):
    async def once(request, reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    server = await serve(once, (200, {}, b"again"))
    assert (await send(transport, server.url)).body == b"{}"
    assert (await send(transport, server.url)).body == b"again"
    assert server.connections == 2


async def test_a_post_whose_connection_breaks_is_not_sent_twice_behind_our_back(serve, transport):
    server = await serve((200, {}, b"{}"), b"", (200, {}, b"{}"))
    await send(transport, server.url, method="POST", body=b"1")
    with pytest.raises(Unreachable, match="hung up"):
        await send(transport, server.url, method="POST", body=b"2")
    await send(transport, server.url, method="POST", body=b"3")
    assert [request.body for request in server.received] == [b"1", b"2", b"3"]


async def test_cookies_are_not_kept(serve, transport):
    server = await serve((200, {"Set-Cookie": "session=mine; Path=/"}, b"{}"))
    await send(transport, server.url)
    await send(transport, server.url)
    assert all("cookie" not in request.headers for request in server.received)


async def test_keys_that_come_back_are_blotted_out_of_body_and_headers(serve, transport):
    server = await serve(
        (400, {"X-Echo": f"Bearer {KEY}"}, b'{"error":"bad key %s %s"}' % (KEY.encode(), KEY.encode()))
    )
    response = await send(transport, server.url, secrets=(KEY,))
    assert response.body == b'{"error":"bad key [key] [key]"}'
    assert response.headers["x-echo"] == "Bearer [key]"


async def test_a_key_that_comes_back_escaped_is_not_to_be_read(serve, transport):
    key = "sk/abc+DEF/123456"
    server = await serve((401, {"X-Echo": "sk%2Fabc%2BDEF%2F123456"}, rb'{"message":"bad sk\/abc\u002bDEF\/123456"}'))
    response = await send(transport, server.url, secrets=(key,))
    assert (response.error_text(), response.headers["x-echo"]) == ("bad [key]", "[key]")


async def test_a_secret_too_short_to_be_told_from_words_stays(serve, transport):
    server = await serve((200, {}, b'{"state":"error"}'))
    assert (await send(transport, server.url, secrets=("err", ""))).body == b'{"state":"error"}'


def test_a_request_shows_neither_its_headers_nor_its_secrets():
    outgoing = Outgoing("GET", "https://maker.test/", {"Authorization": KEY}, secrets=(KEY,))
    assert KEY not in repr(outgoing)


PACKED = {"gzip": gzip.compress, "deflate": zlib.compress}


@pytest.mark.parametrize("packing", PACKED)
async def test_a_packed_body_is_unpacked(serve, transport, packing):
    server = await serve((200, {"Content-Encoding": packing}, PACKED[packing](b'{"a": 1}' * 5000)))
    assert (await send(transport, server.url)).body == b'{"a": 1}' * 5000


async def test_a_chunked_body_is_put_together(serve, transport):
    chunks = b"".join(b"3\r\nabc\r\n" for _ in range(1000))
    server = await serve(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
    assert (await send(transport, server.url)).body == b"abc" * 1000


@pytest.mark.parametrize("packing", [None, *PACKED])
async def test_a_body_beyond_all_measure_is_refused(serve, transport, monkeypatch, packing):
    monkeypatch.setattr(http, "MAX_BODY", 100_000)
    body = PACKED.get(packing, bytes)(b"0" * 100_001)
    server = await serve((200, {"Content-Encoding": packing} if packing else {}, body), (200, {}, b"{}"))
    with pytest.raises(UnexpectedResponse, match="larger than 100000 bytes") as caught:
        await send(transport, server.url)
    assert (caught.value.status_code, caught.value.retryable) == (200, False)
    assert (await send(transport, server.url)).body == b"{}", "the next request is not spoiled by what was left unread"


async def test_a_body_of_just_the_measure_is_taken(serve, transport, monkeypatch):
    monkeypatch.setattr(http, "MAX_BODY", 100_000)
    server = await serve((200, {}, b"0" * 100_000))
    assert len((await send(transport, server.url)).body) == 100_000


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "zstd", "what\tever"])
async def test_a_packing_that_was_not_asked_for_is_refused_unopened(serve, transport, packing):
    """Layers multiply: sixteen kilobytes of gzip within gzip are sixteen gigabytes."""
    server = await serve((200, {"Content-Encoding": packing}, gzip.compress(gzip.compress(b"0" * 1000))))
    with pytest.raises(UnexpectedResponse, match="not asked for"):
        await send(transport, server.url)
    assert server.received[0].headers["accept-encoding"] == "gzip, deflate"


async def test_after_a_storm_of_cancellations_all_goes_on_as_before(serve, transport):
    async def echo(request, reader, writer):
        body = request.target.encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
        await asyncio.sleep(0)
        writer.write(body)
        await writer.drain()

    server = await serve(echo)
    dice = random.Random(20261123)
    ends = {"answered": 0, "cancelled": 0}

    async def restless(worker: int) -> None:
        for number in range(40):
            path = f"/{worker}-{number}"
            task = asyncio.create_task(send(transport, server.url + path))
            for _ in range(dice.randrange(60)):  # turns of the loop, not time
                await asyncio.sleep(0)
            task.cancel()
            try:
                assert (await task).body == path.encode(), "an answer that belongs to someone else"
                ends["answered"] += 1
            except asyncio.CancelledError:
                ends["cancelled"] += 1

    await asyncio.gather(*(restless(worker) for worker in range(20)))
    assert min(ends.values()) > 50, f"the storm should cut some and spare some: {ends}"
    answers = await asyncio.gather(*(send(transport, f"{server.url}/calm-{number}") for number in range(20)))
    assert [answer.body for answer in answers] == [b"/calm-%d" % number for number in range(20)]
