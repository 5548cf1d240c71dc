"""A transport without sockets: a function from request to response, and a list of what was sent."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tidings.clock import SYSTEM_CLOCK, Clock
from tidings.wire import Response

if TYPE_CHECKING:
    from tidings.transport import Download, Outgoing

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def respond(
    status: int = 200,
    json_body: Any = None,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    received_at: datetime = _EPOCH,
) -> Response:
    """A response for a fake: `json_body` encoded, or `body` as it is."""
    content = body if body is not None else json.dumps(json_body).encode()
    named = {"content-type": "application/json", **{name.lower(): value for name, value in (headers or {}).items()}}
    return Response(status, named, content, received_at)


class FakeTransport:
    """Answers with `handler(outgoing)`, which returns a `Response` (or awaits one) or raises a `FetchError`.

    It answers when it answers: `outgoing.timeout` ends nothing here, a handler raises `Unreachable` if it should.

    Args:
        latency: seconds each answer takes, on the loop's own time.

    Attributes:
        sent: every `Outgoing`, in order.
    """

    def __init__(
        self,
        handler: Callable[[Outgoing], Response | Awaitable[Response]],
        *,
        latency: float = 0.0,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._handler = handler
        self._latency = latency
        self._clock = clock
        self.sent: list[Outgoing] = []

    async def send(self, outgoing: Outgoing) -> Response:
        """The handler's answer, stamped with the clock's time. Raises what the handler raises."""
        self.sent.append(outgoing)
        await asyncio.sleep(self._latency)
        answer = self._handler(outgoing)
        response = await answer if inspect.isawaitable(answer) else answer
        return Response(response.status, response.headers, response.body, self._clock.now())

    @asynccontextmanager
    async def stream(self, outgoing: Outgoing) -> AsyncIterator[Download]:
        """The handler's answer as a file of one piece."""
        from tidings.transport import Download  # brings httpx, which only downloads need here

        response = await self.send(outgoing)

        async def chunks() -> AsyncIterator[bytes]:
            yield response.body

        yield Download(response.status, response.headers, chunks())

    async def aclose(self) -> None:
        """Nothing to close."""
