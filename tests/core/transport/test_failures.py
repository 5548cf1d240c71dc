"""No error of a lower library comes through, and ours says in one sentence which host failed and how."""

from __future__ import annotations

import asyncio
import builtins
import socket
import ssl
import traceback

import aiohttp
import aiohttp.http_exceptions
import httpx
import pytest
from aiohttp.client_reqrep import ConnectionKey

from tidings.errors import Unreachable
from tidings.transport import HttpTransport, Outgoing

NOT_OURS = {
    aiohttp.EofStream: "a signal within aiohttp's own queues",
    aiohttp.WebSocketError: "we open no web sockets",
    aiohttp.WSMessageTypeError: "we open no web sockets",
}


def kinds() -> list[type[Exception]]:
    """Every exception these libraries name, so that one that a later version adds is tried here without being asked."""
    modules = (httpx, aiohttp, aiohttp.http_exceptions, ssl, socket)
    found = [value for module in modules for value in vars(module).values()]
    found += [value for value in vars(builtins).values() if isinstance(value, type) and issubclass(value, OSError)]
    errors = [kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception)]
    own = [kind for kind in errors if not issubclass(kind, Warning) and kind.__name__[0] != "_"]
    return sorted(set(own) - NOT_OURS.keys(), key=lambda kind: (kind.__module__, kind.__name__))


_KEY = ConnectionKey("maker.test", 443, True, True, None, None, None)
_REQUEST = httpx.Request("GET", "http://maker.test/")
_ASKED = aiohttp.RequestInfo("http://maker.test/", "GET", {}, "http://maker.test/")
# What the constructors ask for; the first that fits is taken.
_WAYS = (
    lambda kind: kind("sk-secret", request=_REQUEST, response=httpx.Response(500, request=_REQUEST)),
    lambda kind: kind("sk-secret"),
    lambda kind: kind(_KEY, OSError(1, "sk-secret")),
    lambda kind: kind(_KEY, ssl.SSLCertVerificationError(1, "sk-secret")),
    lambda kind: kind("/socket", _KEY, OSError(1, "sk-secret")),
    lambda kind: kind(_ASKED, (), status=400, message="sk-secret"),
    lambda kind: kind(b"expected", b"got", "maker.test", 443),
    lambda kind: kind(b"sk-secret"),
    lambda kind: kind(b"sk-secret", 8190),
    lambda kind: kind(),
)


def made(kind: type[Exception]) -> Exception:
    for way in _WAYS:
        try:
            return way(kind)
        except (TypeError, AttributeError):
            continue
    pytest.fail(f"{kind.__name__} is new: show _WAYS how it is made")


class Failing(httpx.AsyncBaseTransport):
    """Raises before the answer, or after its first byte."""

    def __init__(self, error: Exception, *, in_body: bool) -> None:
        self._error = error
        self._in_body = in_body

    async def handle_async_request(self, request):
        if not self._in_body:
            raise self._error

        class Body(httpx.AsyncByteStream):
            async def __aiter__(body):
                yield b"."
                raise self._error

        return httpx.Response(200, stream=Body())


def is_plain(message: str, kind: type[Exception]) -> bool:
    strange = ("sk-secret", "?", "sig=", "<", "object at", "Errno", kind.__name__)
    return message.startswith("maker.test ") and not any(text in message for text in strange) and len(message) < 200


@pytest.mark.parametrize("in_body", [False, True], ids=["before", "within"])
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
async def test_no_error_of_a_lower_library_comes_through(kind, in_body):
    error = made(kind)
    transport = HttpTransport(Failing(error, in_body=in_body))
    with pytest.raises(Unreachable) as caught:
        await transport.send(Outgoing("GET", "http://maker.test/tasks/1?sig=1"))
    assert isinstance(caught.value.__cause__, kind)
    assert is_plain(caught.value.message, kind), caught.value.message
    with pytest.raises(Unreachable) as caught:
        async with transport.stream(Outgoing("GET", "http://maker.test/a.mp4?sig=1", timeout=10)) as download:
            async for _ in download.chunks:
                pass
    assert is_plain(caught.value.message, kind), caught.value.message


async def test_an_error_of_the_reader_is_not_taken_for_one_of_the_line(serve, transport):
    server = await serve((200, {}, b"abc"))
    with pytest.raises(OSError, match="the disk is full"):
        async with transport.stream(Outgoing("GET", server.url, timeout=10)) as download:
            async for _ in download.chunks:
                raise OSError("the disk is full")


async def test_a_timeout_of_the_reader_is_not_taken_for_ours(serve, transport):
    server = await serve((200, {}, b"abc"))
    with pytest.raises(TimeoutError, match="the reader's own"):
        async with transport.stream(Outgoing("GET", server.url, timeout=10)):
            raise TimeoutError("the reader's own")


async def test_a_line_that_breaks_once_all_was_read_spoils_nothing():
    class Body(httpx.AsyncByteStream):
        async def __aiter__(self):
            yield b"film"

        async def aclose(self):
            raise httpx.CloseError("too late")

    transport = HttpTransport(httpx.MockTransport(lambda request: httpx.Response(200, stream=Body())))
    async with transport.stream(Outgoing("GET", "http://storage.test/", timeout=10)) as download:
        assert [chunk async for chunk in download.chunks] == [b"film"]
    assert (await transport.send(Outgoing("GET", "http://maker.test/"))).body == b"film"


async def test_cancelling_is_no_failure(serve, transport):
    async def never(request, reader, writer):
        await reader.read()
        writer.close()

    server = await serve(never)
    task = asyncio.create_task(transport.send(Outgoing("GET", server.url)))
    while not server.received:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


HUNG_UP = "127.0.0.1 hung up before the answer was whole"
NO_HTTP = "127.0.0.1 does not answer in proper HTTP"
OK = b"HTTP/1.1 200 OK\r\n"
BROKEN = {
    "nothing": (b"", HUNG_UP),
    "in the status line": (b"HTTP/1.1 20", HUNG_UP),
    "in the headers": (OK + b"Content-Le", HUNG_UP),
    "before the body": (OK + b"Content-Length: 100\r\n\r\n", HUNG_UP),
    "in the body": (OK + b"Content-Length: 100\r\n\r\nabc", HUNG_UP),
    "in a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc", HUNG_UP),
    "before the last chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", HUNG_UP),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n", NO_HTTP),
    "no status": (b"HTTP/1.1 fine OK\r\n\r\n", NO_HTTP),
    "no chunk size": (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", NO_HTTP),
    "a negative length": (OK + b"Content-Length: -5\r\n\r\nabc", NO_HTTP),
    "an endless header": (OK + b"X: " + b"a" * 100_000 + b"\r\n\r\n", NO_HTTP),
    "no gzip": (
        OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        "127.0.0.1 sent an answer that could not be decompressed",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_answer_is_unreachable_and_worth_another_try(serve, transport, case):
    answer, message = BROKEN[case]
    server = await serve(answer)
    with pytest.raises(Unreachable) as caught:
        await transport.send(Outgoing("GET", f"{server.url}/tasks/1?sig=1", timeout=10))
    assert (caught.value.message, caught.value.retryable) == (message, True)
    with pytest.raises(Unreachable) as caught:
        async with transport.stream(Outgoing("GET", f"{server.url}/a.mp4?sig=1", timeout=10)) as download:
            async for _ in download.chunks:
                pass
    assert (caught.value.message, caught.value.retryable) == (message, True)


async def test_a_refused_connection_says_so(transport, unused_port):
    with pytest.raises(Unreachable, match=r"^127\.0\.0\.1 refused the connection$") as caught:
        await transport.send(Outgoing("GET", f"http://127.0.0.1:{unused_port}/a?sig=1"))
    assert caught.value.retryable


async def test_a_name_without_an_address_says_so(transport, monkeypatch):
    async def getaddrinfo(loop, host, *arguments, **options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    with pytest.raises(Unreachable, match=r"^maker\.invalid has no address: check its name and the network$") as caught:
        await transport.send(Outgoing("GET", "https://maker.invalid/a?sig=1"))
    assert caught.value.retryable


async def test_the_systems_own_words_are_kept_where_they_help():
    error = aiohttp.ClientConnectorError(_KEY, OSError(101, "Connect call failed ('10.1.2.3', 443)"))
    error.__cause__ = OSError(101, "Connect call failed ('10.1.2.3', 443)")
    with pytest.raises(Unreachable, match=r"^maker\.test could not be reached \(Network is unreachable\)$"):
        await HttpTransport(Failing(error, in_body=False)).send(Outgoing("GET", "http://maker.test/"))


KEYS = ["kéy-0123456789", "key-0123456789\r\nX-Other: 1", "“key-0123456789”", "key\0-0123456789"]
URLS = [
    "ftp://maker.test/",
    "file:///etc/passwd",
    "maker.test/a",
    "",
    "http://",
    "http://maker.test:99999/",
    "http://a..b/",
    "https://" + "a" * 64 + ".test/",
    "http://\ud800/",
    "http://127.0.0.1/\ud800",
    "http://127.0.0.1/a\r\nX-Other: 1",
]


@pytest.mark.parametrize("url", URLS, ids=ascii)
async def test_a_url_that_is_none_is_hopeless(transport, url):
    with pytest.raises(Unreachable, match="cannot be asked: the URL or the key") as caught:
        await transport.send(Outgoing("GET", url))
    assert not caught.value.retryable
    with pytest.raises(Unreachable, match="cannot be asked: the URL or the key") as caught:
        async with transport.stream(Outgoing("GET", url, timeout=10)):
            pass
    assert not caught.value.retryable


@pytest.mark.parametrize("key", KEYS, ids=ascii)
async def test_a_key_no_header_can_carry_is_hopeless_and_not_shown(serve, transport, key):
    server = await serve((200, {}, b"{}"))
    with pytest.raises(Unreachable, match="cannot be asked: the URL or the key") as caught:
        await transport.send(Outgoing("GET", server.url, {"Authorization": key}, secrets=(key,)))
    assert not caught.value.retryable
    assert "0123456789" not in str(caught.value)
    assert server.received == []


def caused(error: Exception, cause: Exception | None = None, context: Exception | None = None) -> Exception:
    error.__cause__, error.__context__ = cause, context
    return error


SECRET = "sk/0123456789"
TALKATIVE = {
    "itself": httpx.ConnectError(f"no way with Bearer {SECRET}"),
    "escaped": httpx.ConnectError(r"no way with Bearer sk\/0123456789"),
    "its cause": caused(httpx.ConnectError("no way"), cause=OSError(SECRET)),
    "its context": caused(ValueError("no way"), context=KeyError(SECRET)),
    "out of time": caused(TimeoutError("no time"), context=OSError(SECRET)),
}


@pytest.mark.parametrize("case", TALKATIVE)
async def test_a_traceback_does_not_show_a_key_that_a_foreign_transport_tells(case):
    transport = HttpTransport(Failing(TALKATIVE[case], in_body=False))
    with pytest.raises(Unreachable) as caught:
        await transport.send(Outgoing("GET", "http://maker.test/", secrets=(SECRET,)))
    shown = "".join(traceback.format_exception(caught.value))
    assert "0123456789" not in shown
    assert f"{type(TALKATIVE[case]).__name__}" in str(caught.value.__cause__), "the kind of error still helps"
    assert caught.value.__context__ is None


async def test_a_circle_of_errors_ends():
    error, other = httpx.ConnectError(SECRET), OSError()
    error.__context__, other.__context__ = other, error
    with pytest.raises(Unreachable):
        await HttpTransport(Failing(error, in_body=False)).send(
            Outgoing("GET", "http://maker.test/", secrets=("another-key",))
        )
