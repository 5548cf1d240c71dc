"""HTTP/1.1 on loopback as cheaply as asyncio can, for servers that must not be what a benchmark measures."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

Answer = Callable[[str, str, bytes], bytes]
"""From method, path and body to the JSON of a 200."""


class Loopback(asyncio.Protocol):
    """One connection. Answers requests in their order; knows no chunks, no errors, no status but 200."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            lines = head.split(b"\r\n")
            length = next((int(line[15:]) for line in lines if line[:15].lower() == b"content-length:"), 0)
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            method, path, _ = lines[0].decode().split(" ", 2)
            content = self._answer(method, path, rest[:length])
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (len(content), content)
            )


async def serve(answer: Answer) -> None:
    """Print the port, then serve until the standard input is closed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Loopback(answer), "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
