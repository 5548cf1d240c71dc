"""What the engine asks of a transport: so small that a test's fake is forty lines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from tidings.wire import Response


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request ready to leave: whole URL, the key's headers on it.

    Attributes:
        timeout: seconds for everything, from connecting to the last byte.
        secrets: texts that must not come back: where the answer repeats one, it is blotted out of headers and body.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = None
    timeout: float = 30.0
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way: the answer's status and headers (names in lower case) and its bytes, decompressed.

    Attributes:
        was_sent_on: whether a redirect led to another server, which saw none of the request's headers.
    """

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]
    was_sent_on: bool = False


@runtime_checkable
class Transport(Protocol):
    """Sends one request and returns the whole answer. `HttpTransport` does it over HTTP."""

    async def send(self, outgoing: Outgoing) -> Response:
        """Every HTTP status is an answer.

        Raises:
            Unreachable: no answer, or not the whole of it, within `outgoing.timeout` seconds.
            UnexpectedResponse: a redirect to another host, or a body beyond all measure.
        """

    def stream(self, outgoing: Outgoing) -> AbstractAsyncContextManager[Download]:
        """Get a file, following redirects to any host, all within `outgoing.timeout` seconds.

        The headers, which are there only where the file needs the key, go along as long as the server is the same one;
        a redirect to another drops them for good.

        Raises:
            Unreachable: no answer, or not the whole of it.
            UnexpectedResponse: the bytes are packed in a way that was not asked for.
        """

    async def aclose(self) -> None:
        """Close every connection of its own."""
