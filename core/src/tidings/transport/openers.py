"""Two ways to open an exchange with httpx: straight through a transport, or through the user's whole client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import httpx

_HEADERS = {"accept": "*/*", "accept-encoding": "gzip, deflate", "user-agent": "tidings"}


class Opener(Protocol):
    """Sends a request and returns when the answer's headers are there; never follows a redirect."""

    async def open(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None, timeout: httpx.Timeout
    ) -> httpx.Response:
        """The response, its body unread. Close it."""

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
        request = httpx.Request(
            method, url, headers={**_HEADERS, **headers}, content=content, extensions={"timeout": timeout.as_dict()}
        )
        response = await self._transport.handle_async_request(request)
        response.request = request
        return response

    async def aclose(self) -> None:
        await self._transport.aclose()


class Through:
    """Through the user's own client, with all that was set up on it. It stays theirs: nothing closes it here."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def open(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None, timeout: httpx.Timeout
    ) -> httpx.Response:
        request = self._client.build_request(method, url, headers=headers, content=content, timeout=timeout)
        return await self._client.send(request, stream=True, follow_redirects=False)

    async def aclose(self) -> None:
        """Leave it open."""
