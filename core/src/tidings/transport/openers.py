"""Two ways to open an exchange with httpx: straight through a transport, or through the user's whole client."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

import httpx

_HEADERS = {"accept": "*/*", "accept-encoding": "gzip, deflate", "user-agent": "tidings"}
_NONE: Mapping[str, str] = MappingProxyType({})


class Opener(Protocol):
    """Sends a request and returns when the answer's headers are there; never follows a redirect."""

    async def open(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None, timeout: httpx.Timeout
    ) -> httpx.Response:
        """The response, its body unread. Close it."""

    async def open_bare(self, url: str, *, timeout: httpx.Timeout) -> httpx.Response:
        """The same for a GET that carries nothing of ours or the user's: it may go to any host."""

    async def aclose(self) -> None:
        """Close the connections, if they are ours."""


class Straight:
    """Through a transport alone. `httpx.AsyncClient` in between would add a fifth to the CPU of a request, for cookies,
    authentication and redirects that have no place here: one account's session must not meet another's.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def open(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None, timeout: httpx.Timeout
    ) -> httpx.Response:
        return await self._opened(_request(method, url, headers=headers, content=content, timeout=timeout))

    async def open_bare(self, url: str, *, timeout: httpx.Timeout) -> httpx.Response:
        return await self._opened(_request("GET", url, timeout=timeout))

    async def _opened(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        response.request = request
        return response

    async def aclose(self) -> None:
        await self._transport.aclose()


class Through:
    """Through the user's own client, with all that was set up on it. It stays theirs: nothing closes it here.

    Only how to unpack the answer is not left to it: what it may be able to unpack, a bound on the body cannot bear.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def open(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None, timeout: httpx.Timeout
    ) -> httpx.Response:
        packing = {"accept-encoding": _HEADERS["accept-encoding"]}
        request = self._client.build_request(
            method, url, headers={**packing, **headers}, content=content, timeout=timeout
        )
        return await self._client.send(request, stream=True, follow_redirects=False)

    async def open_bare(self, url: str, *, timeout: httpx.Timeout) -> httpx.Response:
        """Past the client's default headers, cookies and authentication, which are meant for the maker alone."""
        request = _request("GET", url, timeout=timeout)
        return await self._client.send(request, stream=True, follow_redirects=False, auth=None)

    async def aclose(self) -> None:
        """Leave it open."""


def _request(
    method: str, url: str, *, timeout: httpx.Timeout, headers: Mapping[str, str] = _NONE, content: bytes | None = None
) -> httpx.Request:
    """As `httpx.Request` makes it from these, for a quarter of the CPU: nothing is to be guessed here."""
    address, host = _parsed(url)
    every = {"host": host, **_HEADERS}
    for name, value in headers.items():
        every[name.lower()] = value
    if content is not None or method == "POST":
        every["content-length"] = str(len(content or b""))
    stream = httpx.ByteStream(content or b"")
    request = httpx.Request(method, address, headers=every, stream=stream, extensions={"timeout": timeout.as_dict()})
    request.headers.encoding = "ascii"  # in which they were written just now; else it is found out by trying
    request.read()
    return request


@lru_cache(maxsize=4096)
def _parsed(url: str) -> tuple[httpx.URL, str]:
    """The URL and its host with the port. Tasks are asked about again and again, so most URLs come back."""
    address = httpx.URL(url)
    return address, address.netloc.decode("ascii")
