"""A request with a key goes where it was sent or nowhere; a file without one may be sent on to any host."""

from __future__ import annotations

import pytest

from tidings.errors import UnexpectedResponse, Unreachable
from tidings.transport import Outgoing
from tidings.transport.redirects import is_redirect, is_same_server, redirected

KEY = {"Authorization": "Bearer sk-0123456789"}


def to(location: str, status: int = 302):
    return (status, {"Location": location}, b"")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_get_follows_on_the_same_server_with_its_key(serve, transport, status):
    server = await serve(to("/v2/tasks?page=1", status), (200, {}, b"found"))
    response = await transport.send(Outgoing("GET", f"{server.url}/tasks/", KEY))
    assert response.body == b"found"
    assert server.targets == ["/tasks/", "/v2/tasks?page=1"]
    assert [request.headers["authorization"] for request in server.received] == [KEY["Authorization"]] * 2


@pytest.mark.parametrize("status", [307, 308])
async def test_a_post_follows_where_it_stays_a_post(serve, transport, status):
    server = await serve(to("/v2/tasks", status), (200, {}, b"found"))
    response = await transport.send(Outgoing("POST", f"{server.url}/tasks", KEY, b"[1]"))
    assert response.body == b"found"
    assert [(request.method, request.body) for request in server.received] == [("POST", b"[1]")] * 2


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_post_that_would_become_a_get_is_refused(serve, transport, status):
    server = await serve(to("/v2/tasks", status))
    with pytest.raises(UnexpectedResponse, match=rf"redirects a POST \({status}\)") as caught:
        await transport.send(Outgoing("POST", f"{server.url}/tasks", KEY, b"[1]"))
    assert (caught.value.status_code, caught.value.no_route, len(server.received)) == (status, True, 1)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_another_server_never_sees_the_request(serve, transport, host):
    other = await serve((200, {}, b"{}"))
    server = await serve(to(f"http://{host}:{other.port}/tasks", 307))
    for method, body in (("GET", None), ("POST", b"[1]")):
        with pytest.raises(UnexpectedResponse, match=f"redirects to {host}; the key was not sent there") as caught:
            await transport.send(Outgoing(method, f"{server.url}/tasks", KEY, body))
        assert caught.value.no_route
    assert (other.received, other.connections) == ([], 0)


async def test_circles_end(serve, transport):
    server = await serve(to("/again"))
    with pytest.raises(UnexpectedResponse, match="in circles") as caught:
        await transport.send(Outgoing("GET", server.url, KEY))
    assert caught.value.no_route  # no single task's fault: a batch is not halved for it
    assert len(server.received) == 5


@pytest.mark.parametrize("status", [300, 304])
async def test_what_names_no_other_place_is_an_answer(serve, transport, status):
    server = await serve(to("http://elsewhere.test/", status))
    assert (await transport.send(Outgoing("GET", server.url, KEY))).status == status


SERVERS = [
    ("https://maker.test/a", "https://maker.test/b", True),
    ("https://maker.test/a", "https://maker.test:443/b", True),
    ("https://Maker.test/a", "https://maker.TEST/b", True),
    ("http://maker.test/a", "https://maker.test/a", True),
    ("http://maker.test:80/a", "https://maker.test:443/a", True),
    ("https://maker.test/a", "http://maker.test/a", False),
    ("http://maker.test:8080/a", "https://maker.test/a", False),
    ("http://maker.test/a", "https://maker.test:8443/a", False),
    ("https://maker.test/a", "https://maker.test:8443/a", False),
    ("https://maker.test/a", "https://www.maker.test/a", False),
    ("https://maker.test/a", "https://maker.test.evil.test/a", False),
    ("https://maker.test/a", "https://maker.test@evil.test/a", False),
    ("https://maker.test/a", "https://evil.test\\@maker.test/a", False),
    ("https://maker.test/a", "https://maker.test:port/a", False),
    ("https://maker.test/a", "ftp://maker.test/a", False),
]


@pytest.mark.parametrize(("url", "target", "is_same"), SERVERS)
def test_the_same_server_is_the_same_scheme_host_and_port_or_an_upgrade(url, target, is_same):
    assert is_same_server(url, target) is is_same


@pytest.mark.parametrize("location", ["", "http://[", "//evil.test/a", "https://maker.test:99999999/", "javascript:1"])
def test_a_location_that_leads_nowhere_good_is_refused(location):
    with pytest.raises(UnexpectedResponse, match="the key was not sent there"):
        redirected("GET", "https://maker.test/tasks", 302, location)


def test_only_five_statuses_redirect():
    assert [status for status in range(100, 600) if is_redirect(status)] == [301, 302, 303, 307, 308]


async def read(transport, url: str) -> bytes:
    async with transport.stream(Outgoing("GET", url, timeout=10)) as download:
        return b"".join([chunk async for chunk in download.chunks])


async def test_a_file_may_lie_on_any_host_which_sees_no_key(serve, transport):
    storage = await serve((200, {}, b"film"))
    server = await serve(to(f"{storage.url}/a.mp4?sig=a%2Fb", 301))
    assert await read(transport, f"{server.url}/a.mp4") == b"film"
    assert storage.targets == ["/a.mp4?sig=a%2Fb"]
    for request in server.received + storage.received:
        assert set(request.headers) == {"host", "accept", "accept-encoding", "user-agent"}


async def keyed(transport, url: str):
    """Status, bytes, and whether it was sent on, of a file that is got with the key."""
    outgoing = Outgoing("GET", url, KEY, timeout=10, secrets=("sk-0123456789",))
    async with transport.stream(outgoing) as download:
        return download.status, b"".join([chunk async for chunk in download.chunks]), download.was_sent_on


def keys_seen(server) -> list[str | None]:
    return [request.headers.get("authorization") for request in server.received]


async def test_a_file_that_needs_the_key_is_got_with_it_on_the_same_server(serve, transport):
    server = await serve(to("/v2/a.mp4", 307), (200, {}, b"film"))
    assert await keyed(transport, f"{server.url}/a.mp4") == (200, b"film", False)
    assert keys_seen(server) == [KEY["Authorization"]] * 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_storage_elsewhere_leaves_the_key_behind(serve, transport, status):
    storage = await serve((200, {}, b"film"))
    server = await serve(to(f"{storage.url}/a.mp4?sig=1", status))
    assert await keyed(transport, f"{server.url}/a.mp4") == (200, b"film", True)
    assert keys_seen(server) == [KEY["Authorization"]]
    assert set(storage.received[0].headers) == {"host", "accept", "accept-encoding", "user-agent"}


async def test_a_key_that_was_left_behind_is_not_picked_up_again(serve, transport):
    """Who is sent back by somebody else asks for what that one chose."""
    server = await serve((200, {}, b"unused"))
    elsewhere = await serve(to(f"{server.url}/chosen"))
    server.answers[:] = [to(elsewhere.url), (403, {}, b"")]
    assert await keyed(transport, server.url) == (403, b"", True)
    assert keys_seen(server) == [KEY["Authorization"], None]
    assert keys_seen(elsewhere) == [None]


async def test_headers_of_a_file_that_repeat_the_key_are_blotted(serve, transport):
    server = await serve((200, {"X-You-Sent": KEY["Authorization"]}, b"film"))
    async with transport.stream(Outgoing("GET", server.url, KEY, secrets=("sk-0123456789",))) as download:
        assert download.headers["x-you-sent"] == "Bearer [key]"


async def test_a_key_in_the_name_of_a_host_that_a_file_is_sent_to_is_not_shown(serve, transport):
    server = await serve(to("http://sk-0123456789.invalid:1/"))
    with pytest.raises(Unreachable) as caught:
        await keyed(transport, server.url)
    assert str(caught.value).startswith("[key].invalid ")
    assert "sk-0123456789" not in repr(caught.value.__cause__)


async def test_a_file_that_is_sent_round_in_circles_is_given_up(serve, transport):
    server = await serve(to("/again"))
    with pytest.raises(Unreachable, match="in circles") as caught:
        await read(transport, server.url)
    assert (caught.value.retryable, len(server.received)) == (False, 5)


@pytest.mark.parametrize("answer", [to(""), to("http://["), (302, {}, b"")])
async def test_a_file_that_is_sent_on_without_a_place_is_given_up_at_once(serve, transport, answer):
    server = await serve(answer)
    with pytest.raises(Unreachable, match=r"^the link redirects, but names no place to go to$") as caught:
        await read(transport, server.url)
    assert (caught.value.retryable, len(server.received)) == (False, 1)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://a.test/", "data:,x"])
async def test_a_file_that_is_sent_out_of_the_web_is_given_up(serve, transport, location):
    server = await serve(to(location))
    with pytest.raises(Unreachable, match=r"^the link redirects out of the web") as caught:
        await read(transport, server.url)
    assert (caught.value.retryable, len(server.received)) == (False, 1)


@pytest.mark.parametrize(
    "location", ["http://sk-AbCdEf-0123.evil.test/", "//x.SK-ABCDEF-0123.test", "//sk-abcdef-0123"]
)
async def test_a_key_in_the_name_of_a_host_is_not_shown(serve, transport, location):
    server = await serve(to(location))
    with pytest.raises(UnexpectedResponse, match=r"redirects to .*\[key\]") as caught:
        await transport.send(Outgoing("GET", server.url, secrets=("sk-AbCdEf-0123",)))
    assert "abcdef" not in str(caught.value).lower()
