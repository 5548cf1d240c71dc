"""The ASGI application: reads a request, has it answered, and sends the answer as whole or as broken as it shall be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tidings_simulator.links import FILES
from tidings_simulator.mishaps import Delivery
from tidings_simulator.player import Incoming, answer
from tidings_simulator.shelf import serve
from tidings_simulator.world import World

HangUp = Callable[[Any], None]
"""Closes the connection from this client address, as a broken proxy would."""


class Application:
    """Plays providers itself, for every request counts; leaves `/_simulator` to `control`."""

    def __init__(self, world: World, *, control: ASGIApp, hang_up: HangUp) -> None:
        self._world = world
        self._control = control
        self._hang_up = hang_up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["raw_path"].decode("ascii", "replace")
        if path.startswith("/_simulator") and not path.startswith(FILES):
            await self._control(scope, receive, send)
            return
        incoming = Incoming(
            method=scope["method"],
            path=path,
            query=scope["query_string"].decode("ascii", "replace"),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            body=await _body(receive),
        )
        delivery = serve(incoming, self._world) if path.startswith(FILES) else answer(incoming, self._world)
        await self._deliver(delivery, scope, receive, send)

    async def _deliver(self, delivery: Delivery, scope: Scope, receive: Receive, send: Send) -> None:
        if delivery.delay and await _is_gone(receive, delivery.delay):
            return
        if delivery.status == 0:
            await self._cut(scope, receive)
            return
        await send(_start(delivery))
        is_dripped = delivery.drip is not None
        if is_dripped and not await _drip(delivery, receive, send):
            return
        rest = b"" if is_dripped else delivery.body[: delivery.cut]
        await send(_part(rest, more=delivery.cut is not None))
        if delivery.cut is not None:
            await self._cut(scope, receive)

    async def _cut(self, scope: Scope, receive: Receive) -> None:
        self._hang_up(scope["client"])
        await _disconnected(receive)


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def _disconnected(receive: Receive) -> None:
    """Return when the connection is closed. Once the body was read, servers have nothing else to say."""
    while (await receive())["type"] != "http.disconnect":
        continue


async def _is_gone(receive: Receive, seconds: float) -> bool:
    """Wait so many real seconds; true as soon as the client has left."""
    try:
        async with asyncio.timeout(seconds):
            await _disconnected(receive)
    except TimeoutError:
        return False
    return True


async def _drip(delivery: Delivery, receive: Receive, send: Send) -> bool:
    """Send the body (as far as it is not cut) byte by byte; false when the client left before its end."""
    for byte in delivery.body[: delivery.cut]:
        await send(_part(bytes([byte]), more=True))
        if await _is_gone(receive, delivery.drip or 0.0):
            return False
    return True


def _start(delivery: Delivery) -> Message:
    headers = {**delivery.headers, "content-length": str(len(delivery.body))}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": delivery.status, "headers": encoded}


def _part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}
