"""The transport over HTTP: httpx as the face, aiohttp as the engine behind it.

httpx's stock connection pool is not used: at 50 connections it costs some ten times the CPU per request, and after
cancellations under contention it stops answering for good.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache

import httpx

from tidings.clock import SYSTEM_CLOCK, Clock
from tidings.errors import UnexpectedResponse, Unreachable
from tidings.transport.blot import blotted, blotted_headers
from tidings.transport.contract import Download, Outgoing, Transport
from tidings.transport.failures import TRANSPORT_ERRORS, discreet, host_of, unreachable
from tidings.transport.openers import Opener, Straight, Through
from tidings.transport.pool import pooled_transport
from tidings.transport.redirects import is_redirect, is_same_server, redirected, sent_on
from tidings.transport.unpack import PACKINGS, unpacked
from tidings.wire import Response, shorten

MAX_BODY = 64 * 1024 * 1024  # bytes; a batch of 100 tasks with all their raw data is under one
_CONNECT_TIMEOUT = 15.0  # seconds
_IDLE_TIMEOUT = 60.0  # seconds without a byte before a download counts as cut
_MAX_REDIRECTS = 5


class HttpTransport:
    """Sends over HTTP/1.1 with kept-alive connections, the environment's proxies and certificates, and no cookies.

    Belongs to the event loop it is first used on.

    Args:
        http: an `httpx.AsyncClient` (used as it is, not closed) or an `httpx.AsyncBaseTransport`; our own when None.
    """

    def __init__(
        self, http: httpx.AsyncClient | httpx.AsyncBaseTransport | None = None, *, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._opener: Opener
        self._opener = Through(http) if isinstance(http, httpx.AsyncClient) else Straight(http or pooled_transport())
        self._clock = clock

    async def send(self, outgoing: Outgoing) -> Response:
        try:
            async with asyncio.timeout(outgoing.timeout):
                return await self._exchange(outgoing)
        except TimeoutError as error:
            cause: Exception = error
            failure = Unreachable(f"{host_of(outgoing.url)} gave no whole answer in {outgoing.timeout:g} s")
        except TRANSPORT_ERRORS as error:
            cause, failure = error, unreachable(error, outgoing.url)
        raise failure from discreet(cause, outgoing.secrets)  # out here, so that `cause` is not its context either

    @asynccontextmanager
    async def stream(self, outgoing: Outgoing) -> AsyncIterator[Download]:
        limit = asyncio.timeout(outgoing.timeout)
        try:
            async with limit:
                response, was_sent_on = await self._open(outgoing)
                try:
                    headers = dict(response.headers.items())
                    chunks = _chunks(response, headers, outgoing.secrets)
                    told = blotted_headers(headers, outgoing.secrets)
                    yield Download(response.status_code, told, chunks, was_sent_on)
                finally:
                    await _close(response)
        except TimeoutError as error:
            if not limit.expired():  # the reader's own, not ours
                raise
            raise Unreachable(
                f"the file from {host_of(outgoing.url)} took longer than {outgoing.timeout:g} s"
            ) from error

    async def aclose(self) -> None:
        await self._opener.aclose()

    async def _exchange(self, outgoing: Outgoing) -> Response:
        url, timeout = outgoing.url, _connecting_within(min(_CONNECT_TIMEOUT, outgoing.timeout))
        for _ in range(_MAX_REDIRECTS):
            response = await self._opener.open(
                outgoing.method, url, headers=outgoing.headers, content=outgoing.body, timeout=timeout
            )
            try:
                if not is_redirect(response.status_code):
                    return await self._received(response, outgoing)
                location = response.headers.get("location", "")
                url = redirected(outgoing.method, url, response.status_code, location, secrets=outgoing.secrets)
            finally:
                await _close(response)
        raise UnexpectedResponse("the server redirects in circles: check the URL", no_route=True)

    async def _received(self, response: httpx.Response, outgoing: Outgoing) -> Response:
        headers = dict(response.headers.items())  # once: httpx decodes them at every look
        body = blotted(await _bounded(response, headers), outgoing.secrets)
        return Response(response.status_code, blotted_headers(headers, outgoing.secrets), body, self._clock.now())

    async def _open(self, outgoing: Outgoing) -> tuple[httpx.Response, bool]:
        """The answer to whom the last redirect leads, and whether that is another server. The body is left to read."""
        url, was_sent_on = outgoing.url, False
        for _ in range(_MAX_REDIRECTS):
            response = await self._opened(url, outgoing, is_bare=was_sent_on or not outgoing.headers)
            if not is_redirect(response.status_code):
                return response, was_sent_on
            await _close(response)
            target = sent_on(url, response.headers.get("location", ""))
            was_sent_on = was_sent_on or not is_same_server(url, target)
            url = target
        raise Unreachable("the link redirects in circles", retryable=False)

    async def _opened(self, url: str, outgoing: Outgoing, *, is_bare: bool) -> httpx.Response:
        timeout = httpx.Timeout(_IDLE_TIMEOUT, connect=_CONNECT_TIMEOUT)
        try:
            if is_bare:  # storage may lie on any host: no key goes along, and nothing of the user's client
                return await self._opener.open_bare(url, timeout=timeout)
            return await self._opener.open("GET", url, headers=outgoing.headers, content=None, timeout=timeout)
        except TRANSPORT_ERRORS as error:
            cause, failure = error, unreachable(error, url, secrets=outgoing.secrets)
        raise failure from discreet(cause, outgoing.secrets)  # out here, as in `send`


TransportLike = Transport | httpx.AsyncClient | httpx.AsyncBaseTransport
"""What `AsyncClient(transport=)` takes: ours, or httpx's own words."""


def as_transport(given: TransportLike | None, clock: Clock) -> Transport:
    """The transport for what the user gave, or one over HTTP when nothing was given."""
    if given is None or isinstance(given, httpx.AsyncClient | httpx.AsyncBaseTransport):
        return HttpTransport(given, clock=clock)
    return given


@cache
def _connecting_within(seconds: float) -> httpx.Timeout:
    """All else is bounded by the time for the whole exchange: one timer more for each read would be for nothing."""
    return httpx.Timeout(None, connect=seconds)


async def _close(response: httpx.Response) -> None:
    with suppress(*TRANSPORT_ERRORS):  # all that was wanted of it has come
        await response.aclose()


async def _bounded(response: httpx.Response, headers: Mapping[str, str]) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in _decoded(response, headers):
        size += len(chunk)
        if size > MAX_BODY:
            raise UnexpectedResponse(f"the answer is larger than {MAX_BODY} bytes", status_code=response.status_code)
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def _chunks(response: httpx.Response, headers: Mapping[str, str], secrets: Iterable[str]) -> AsyncIterator[bytes]:
    """The body piece by piece. Only its own errors are translated, not those of whoever writes the pieces down."""
    try:
        async for chunk in _decoded(response, headers):
            yield chunk
    except TRANSPORT_ERRORS as error:
        cause, failure = error, unreachable(error, str(response.request.url), secrets=secrets)
    else:
        return
    raise failure from discreet(cause, secrets)  # out here, as in `send`


def _decoded(response: httpx.Response, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
    """The body's bytes, unpacked; straight from the stream unless someone has read it already."""
    packing = headers.get("content-encoding", "").strip().lower()
    if packing not in PACKINGS and packing not in {"", "identity"}:  # what was asked for; layers of them are bombs
        raise UnexpectedResponse(f"the answer is packed as {shorten(packing, 40)}, which was not asked for")
    if response.is_stream_consumed or not isinstance(response.stream, httpx.AsyncByteStream):
        return response.aiter_bytes()
    return unpacked(aiter(response.stream), packing) if packing in PACKINGS else aiter(response.stream)
