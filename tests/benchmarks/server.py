"""A loopback server for benchmarks: answers Luma's two routes as cheaply as asyncio can.

Prints its port, then serves until its standard input closes.
"""

from __future__ import annotations

import asyncio
import json
import sys

_ROW = (
    '{"id":13917,"created_at":"2024-07-01T07:35:13.568Z","updated_at":"2024-07-01T07:35:23.654Z","task_id":"%s",'
    '"platform":"luma_free","action":"LUMA_VIDEO","status":"IN_PROGRESS","fail_reason":"","submit_time":1719819313,'
    '"start_time":1719819323,"finish_time":0,"data":{"id":"%s","liked":null,"state":"processing","video":null,'
    '"prompt":"cat dance","created_at":"2024-07-01T07:35:13.498000Z","estimate_wait_seconds":null}}'
)
_OBJECT = (
    '{"id":"%s","liked":null,"state":"processing","video":null,"prompt":"cat dance",'
    '"created_at":"2024-07-01T07:35:13.498000Z","estimate_wait_seconds":null}'
)


class Luma(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, rest = self.buffer.partition(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0
            )
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            self.answer(head, rest[:length])

    def answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"POST"):
            rows = ",".join(_ROW % (task, task) for task in json.loads(body)["ids"])
            text = f'{{"code":"success","message":"","data":[{rows}]}}'
        else:
            text = _OBJECT % head.split(b" ", 2)[1].rsplit(b"/", 1)[-1].decode()
        content = text.encode()
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (len(content), content)
        )


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Luma, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
