"""A server on loopback of which every byte is the test's, on the test's own event loop: nothing waits for a clock."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest


@dataclass(frozen=True)
class Received:
    """A request as it arrived: the target undecoded, the names of headers in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


Play = Callable[[Received, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Answer = tuple[int, dict[str, str], bytes] | bytes | Play
"""A whole answer on a kept-alive connection; bytes after which the server hangs up; or what a coroutine does."""


@dataclass
class Loopback:
    answers: list[Answer]
    scheme: str = "http"
    port: int = 0
    connections: int = 0
    received: list[Received] = field(default_factory=list)
    _open: list[tuple[asyncio.Task[None], asyncio.StreamWriter]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def targets(self) -> list[str]:
        return [request.target for request in self.received]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.append((asyncio.current_task(), writer))
        self.connections += 1
        connection = self.connections
        try:
            while not writer.is_closing():
                request = await read_request(reader, connection)
                self.received.append(request)
                await self._play(request, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client hung up, or the test is over
        finally:
            writer.close()

    async def _play(self, request: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, tuple):
            writer.write(encoded(*answer))
            await writer.drain()
        elif isinstance(answer, bytes):
            writer.write(answer)
            writer.close()
        else:
            await answer(request, reader, writer)

    async def hang_up(self) -> None:
        for task, writer in self._open:
            writer.close()
            task.cancel()
        await asyncio.gather(*(task for task, _ in self._open), return_exceptions=True)


async def read_request(reader: asyncio.StreamReader, connection: int) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")[:-2]
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Received(method, target, headers, body, connection)


def encoded(status: int, headers: dict[str, str], body: bytes) -> bytes:
    named = {"Content-Length": str(len(body)), **headers}
    lines = [f"HTTP/1.1 {status} Told", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[Loopback]]]:
    """`await serve(answer, ...)` starts a server that gives these answers in turn, the last one for ever."""
    started: list[tuple[asyncio.Server, Loopback]] = []

    async def start(*answers: Answer, tls: ssl.SSLContext | None = None) -> Loopback:
        loopback = Loopback(list(answers), "https" if tls else "http")
        server = await asyncio.start_server(loopback.talk, "127.0.0.1", 0, ssl=tls)
        loopback.port = server.sockets[0].getsockname()[1]
        started.append((server, loopback))
        return loopback

    yield start
    for server, loopback in started:
        server.close()
        await loopback.hang_up()
        await server.wait_closed()


@pytest.fixture
def unused_port() -> int:
    """A port of loopback that nobody listens on: port 1, which no test may open and no service of today uses."""
    return 1
