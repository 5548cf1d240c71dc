"""Runs an ASGI application on a loopback port, on an event loop of its own in a thread: up and down in milliseconds."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import uvicorn
from starlette.types import ASGIApp

_START_SECONDS = 10.0


class _Server(uvicorn.Server):
    """uvicorn without its ticks: it stops when told, and takes its connections with it."""

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event, started: threading.Event) -> None:
        super().__init__(config)
        self._stop = stop
        self._up = started

    async def main_loop(self) -> None:
        self._up.set()
        await self._stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        del sockets  # asyncio's servers own and close them
        for server in self.servers:
            server.close()
        while self.server_state.connections or self.server_state.tasks:
            for connection in list(self.server_state.connections):
                _transport(connection).abort()
            await asyncio.sleep(0)

    def hang_up(self, client: Any) -> None:
        """Close the connection from `client`, after what was written to it."""
        for connection in list(self.server_state.connections):
            transport = _transport(connection)
            if transport.get_extra_info("peername")[:2] == tuple(client):
                transport.close()


def _transport(connection: Any) -> asyncio.Transport:
    transport: asyncio.Transport = connection.transport
    return transport


def _listening(host: str, port: int) -> socket.socket:
    """A listening socket that names its protocol: asyncio sets TCP_NODELAY only then, and without it each answer on a
    kept connection takes 40 ms."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(2048)
    except OSError:
        found.close()
        raise
    return found


class Host:
    """A socket that listens at once (IPv4), and a server behind it once `start` was called."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = _listening(host, port)
        self.host, self.port = self._socket.getsockname()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._server: _Server | None = None

    def start(self, app: ASGIApp) -> None:
        """Serve `app`; returns when requests are answered."""
        up = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(app, up), name="tidings-simulator", daemon=True)
        self._thread.start()
        if not up.wait(_START_SECONDS):  # pragma: no cover  # only when the server itself is broken
            raise RuntimeError("the simulator did not start")

    def stop(self) -> None:
        """Close every connection and the socket; returns when all is gone. Twice is fine."""
        if self._thread is None:
            self._socket.close()
            return
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def hang_up(self, client: Any) -> None:
        """Close the connection from `client`; called on the server's own loop."""
        if self._server is not None:
            self._server.hang_up(client)

    def _run(self, app: ASGIApp, up: threading.Event) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._serve(app, up))

    async def _serve(self, app: ASGIApp, up: threading.Event) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
        )
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._server = _Server(config, self._stop, up)
        await self._server.serve(sockets=[self._socket])
