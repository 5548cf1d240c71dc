"""What each fault does to an answer: some replace it, some spoil it on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import urlsplit, urlunsplit

from pydantic_core import to_json

from tidings.testing.simulation import Reply
from tidings_simulator.faults import Fault

PAGE = '<!doctype html>\n<html lang="zh"><head><title>New API</title></head><body><div id="root"></div></body></html>'
"""What a gateway shows for a path it does not know."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An answer and how it travels.

    Attributes:
        status: 0 hangs up without an answer.
        body: whole; its length is what the headers announce.
        delay: real seconds before the first byte.
        drip: real seconds between one byte and the next, None to send all at once.
        cut: bytes of the body after which the connection is closed, None to send all.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    delay: float = 0.0
    drip: float | None = None
    cut: int | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a fault strikes.

    Attributes:
        url: the whole URL that was asked for.
        key: the simulator's key, "" when it wants none.
        refuse: writes a refusal as the provider writes them, from a status and a text.
    """

    url: str
    key: str
    refuse: Callable[[int, str], Reply]


def delivered(reply: Reply) -> Delivery:
    """A reply as bytes."""
    body = to_json(reply.json) if reply.text is None else reply.text.encode()
    return Delivery(reply.status, {"content-type": reply.media_type, **reply.headers}, body)


def _refused(text: str) -> Callable[[Fault, Scene], Delivery]:
    return lambda fault, scene: delivered(scene.refuse(fault.options["status"], text))


def _rate_limited(fault: Fault, scene: Scene) -> Delivery:
    delivery = _refused("您已达到请求数限制：1分钟内最多请求60次")(fault, scene)
    wait = fault.options["retry_after"]
    return delivery if wait is None else replace(delivery, headers={**delivery.headers, "retry-after": str(wait)})


def _page(fault: Fault, scene: Scene) -> Delivery:
    del scene
    reply = Reply(fault.options["status"], text=PAGE, media_type="text/html; charset=utf-8")
    return delivered(replace(reply, headers={"cache-control": "no-cache"}))


def _redirect(fault: Fault, scene: Scene) -> Delivery:
    """To the same server by its other name unless told: another host to a client, but one that hears what it sends."""
    parts = urlsplit(scene.url)
    elsewhere = urlunsplit(parts._replace(netloc=parts.netloc.replace("127.0.0.1", "localhost")))
    return Delivery(fault.options["status"], {"location": fault.options["to"] or elsewhere}, b"")


def _no_batch(fault: Fault, scene: Scene) -> Delivery:
    """404 in the gateways' words for an unknown URL, 405 with nothing, 200 with the web page."""
    if fault.options["status"] == 200:
        return _page(fault, scene)
    if fault.options["status"] == 405:
        return Delivery(405, {"allow": "GET"}, b"")
    return _refused(f"Invalid URL (POST {urlsplit(scene.url).path})")(fault, scene)


def _leak_key(fault: Fault, scene: Scene) -> Delivery:
    return _refused(f"该令牌额度已用尽 TokenStatusExhausted[{scene.key}]")(fault, scene)


def _reply(fault: Fault, scene: Scene) -> Delivery:
    del scene
    said = fault.options["body"]
    body = said.encode() if isinstance(said, str) else to_json(said)
    return Delivery(fault.options["status"], {"content-type": "application/json", **fault.options["headers"]}, body)


REPLACING: Mapping[str, Callable[[Fault, Scene], Delivery]] = MappingProxyType(
    {
        "hang_up": lambda fault, scene: Delivery(0, {}, b""),
        "redirect": _redirect,
        "html": _page,
        "rate_limited": _rate_limited,
        "server_error": _refused("system cpu overloaded"),
        "no_batch": _no_batch,
        "poison": _refused("Invalid request, one of the ids is malformed"),
        "empty": lambda fault, scene: Delivery(fault.options["status"], {}, b""),
        "leak_key": _leak_key,
        "reply": _reply,
    }
)

SHAPING: Mapping[str, Callable[[Fault, Delivery], Delivery]] = MappingProxyType(
    {
        "slow": lambda fault, delivery: replace(delivery, delay=fault.options["seconds"]),
        "drip": lambda fault, delivery: replace(delivery, drip=fault.options["seconds"]),
        "truncated": lambda fault, delivery: replace(delivery, body=delivery.body[: len(delivery.body) // 2]),
        "cut": lambda fault, delivery: replace(delivery, cut=_cut(fault.options["after"], len(delivery.body))),
    }
)


def _cut(after: int | None, size: int) -> int:
    return size // 2 if after is None else min(after, size)


def replacing(struck: Iterable[Fault], scene: Scene) -> Delivery | None:
    """The answer that takes the place of the right one, the fault set first going first; None when there is none."""
    fault = next((fault for fault in struck if fault.kind in REPLACING), None)
    return REPLACING[fault.kind](fault, scene) if fault else None


def shaped(delivery: Delivery, struck: Iterable[Fault]) -> Delivery:
    """`delivery` with all that spoils it on its way."""
    for fault in struck:
        if fault.kind in SHAPING:
            delivery = SHAPING[fault.kind](fault, delivery)
    return delivery


ON_ANSWERS = frozenset(REPLACING) | frozenset(SHAPING)
