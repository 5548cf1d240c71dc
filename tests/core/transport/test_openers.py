"""What a user brings: a whole client, a transport, or one of our kind, each used as it is."""

from __future__ import annotations

import httpx
import pytest

from tidings.clock import SYSTEM_CLOCK
from tidings.testing.fake import FakeTransport, respond
from tidings.transport import HttpTransport, Outgoing, Transport, as_transport


class Recording(httpx.AsyncBaseTransport):
    """Answers everything with `answer(request)`, remembers the requests and whether it was closed."""

    def __init__(self, answer=lambda request: httpx.Response(200, content=b"{}")) -> None:
        self.answer = answer
        self.requests: list[httpx.Request] = []
        self.is_closed = False

    async def handle_async_request(self, request):
        self.requests.append(request)
        return self.answer(request)

    async def aclose(self):
        self.is_closed = True


async def test_a_client_of_the_users_is_used_with_all_that_is_set_up_on_it():
    recording = Recording()
    async with httpx.AsyncClient(transport=recording, headers={"X-Team": "blue"}, cookies={"a": "1"}) as client:
        transport = HttpTransport(client)
        response = await transport.send(Outgoing("POST", "http://maker.test/a%2Fb", {"Authorization": "k"}, b"[1]"))
        [request] = recording.requests
        assert response.body == b"{}"
        assert request.url.raw_path == b"/a%2Fb"
        assert (request.headers["x-team"], request.headers["authorization"]) == ("blue", "k")
        assert (request.headers["cookie"], request.content) == ("a=1", b"[1]")


async def test_a_client_of_the_users_is_not_closed():
    recording = Recording()
    async with httpx.AsyncClient(transport=recording) as client:
        transport = HttpTransport(client)
        await transport.send(Outgoing("GET", "http://maker.test/"))
        await transport.aclose()
        assert not client.is_closed
        assert not recording.is_closed
    assert recording.is_closed


async def test_a_client_that_follows_redirects_does_not_take_the_key_along():
    recording = Recording(lambda request: httpx.Response(302, headers={"location": "http://evil.test/"}))
    async with httpx.AsyncClient(transport=recording, follow_redirects=True) as client:
        with pytest.raises(Exception, match=r"redirects to evil\.test; the key was not sent there"):
            await HttpTransport(client).send(Outgoing("GET", "http://maker.test/", {"Authorization": "k"}))
    assert [request.url.host for request in recording.requests] == ["maker.test"]


async def test_a_file_is_got_without_the_clients_headers_cookies_and_authentication():
    recording = Recording()
    key = {"Authorization": "k", "X-Api-Key": "k", "User-Agent": "mine"}
    async with httpx.AsyncClient(transport=recording, headers=key, cookies={"a": "1"}, auth=("me", "k")) as client:
        async with HttpTransport(client).stream(Outgoing("GET", "http://storage.test/a.mp4", timeout=10)) as download:
            assert download.status == 200
        assert set(recording.requests[0].headers) == {"host", "accept", "accept-encoding", "user-agent"}


async def test_a_client_is_told_what_it_may_unpack():
    """What it could unpack besides (br, zstd) knows no bound in size."""
    recording = Recording()
    async with httpx.AsyncClient(transport=recording) as client:
        await HttpTransport(client).send(Outgoing("GET", "http://maker.test/"))
    assert recording.requests[0].headers["accept-encoding"] == "gzip, deflate"


async def test_a_transport_of_the_users_is_asked_and_closed():
    recording = Recording()
    transport = HttpTransport(recording)
    await transport.send(Outgoing("GET", "http://maker.test/"))
    await transport.aclose()
    assert (len(recording.requests), recording.is_closed) == (1, True)


@pytest.mark.parametrize("packing", ["gzip", None])
async def test_an_answer_made_in_a_test_is_read_like_one_from_the_wire(packing):
    import gzip

    content = gzip.compress(b"film") if packing else b"film"
    headers = {"content-encoding": packing} if packing else {}
    transport = HttpTransport(
        httpx.MockTransport(lambda request: httpx.Response(200, headers=headers, content=content))
    )
    assert (await transport.send(Outgoing("GET", "http://maker.test/"))).body == b"film"
    async with transport.stream(Outgoing("GET", "http://maker.test/", timeout=10)) as download:
        assert b"".join([chunk async for chunk in download.chunks]) == b"film"


async def test_a_file_with_the_key_goes_through_all_that_the_user_set_up_until_it_is_sent_elsewhere():
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(dict(request.headers))
        is_home = request.url.host == "maker.test"
        return httpx.Response(302, headers={"location": "http://cdn.test/"}) if is_home else httpx.Response(200)

    seen: list[dict[str, str]] = []
    outgoing = Outgoing("GET", "http://maker.test/a", {"x-key": "k"})
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer), headers={"x-team": "films"})
    async with client, HttpTransport(client).stream(outgoing) as download:
        assert download.was_sent_on
    assert [(headers.get("x-key"), headers.get("x-team")) for headers in seen] == [("k", "films"), (None, None)]


async def test_what_was_given_becomes_a_transport():
    ours = FakeTransport(lambda outgoing: respond())
    assert as_transport(ours, SYSTEM_CLOCK) is ours
    async with httpx.AsyncClient(transport=Recording()) as client:
        assert isinstance(as_transport(client, SYSTEM_CLOCK), HttpTransport)
    assert isinstance(as_transport(Recording(), SYSTEM_CLOCK), HttpTransport)
    assert isinstance(as_transport(None, SYSTEM_CLOCK), HttpTransport)


def test_the_transports_are_what_the_engine_asks_for():
    assert isinstance(HttpTransport(), Transport)
    assert isinstance(FakeTransport(lambda outgoing: respond()), Transport)
