"""Decides what every request to a provider is answered with: keys, tasks at this moment, faults. Without a socket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from pydantic_core import from_json

from tidings.testing.simulation import Asked, Link, Reply, SimulatedTask
from tidings_simulator.faults import Fault
from tidings_simulator.log import SeenRequest
from tidings_simulator.mishaps import ON_ANSWERS, PAGE, Delivery, Scene, delivered, replacing, shaped
from tidings_simulator.router import Match
from tidings_simulator.tasks import Record, moment
from tidings_simulator.world import World

_ON_TASKS = frozenset({"late", "unknown_word", "drop", "expire_links"})
_API_PATHS = ("/v1", "/api", "/assets")  # below these a gateway answers JSON, elsewhere with its web page


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came: the path and the query still quoted, header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def answer(incoming: Incoming, world: World) -> Delivery:
    """What `incoming` is answered with. It is logged, and the faults that struck are counted."""
    match = world.router.match(incoming.method, incoming.path)
    provider, route, task_ids = "", "", tuple[str, ...]()
    if match is None:
        delivery = delivered(_no_such_route(incoming))
    else:
        asked = Asked(match.params, parse_qs(incoming.query), _json_or_none(incoming.body))
        provider, route, task_ids = match.played.name, match.route.name, tuple(match.route.ids(asked))
        delivery = _played(incoming, match, task_ids, world)
    world.requests.add(
        SeenRequest(
            provider, route, incoming.method, incoming.path, task_ids, delivery.status, has_key(incoming, world)
        )
    )
    return delivery


def has_key(incoming: Incoming, world: World) -> bool:
    """Whether the simulator's key stands anywhere in the headers."""
    return world.key is not None and any(world.key in value for value in incoming.headers.values())


def _played(incoming: Incoming, match: Match, task_ids: Sequence[str], world: World) -> Delivery:
    """First the key, then what goes wrong instead, then the answer, then what goes wrong on its way."""
    simulation = match.played.simulation
    problem = simulation.key_problem(incoming.headers, world.key) if world.key is not None else None
    if problem is not None:
        return delivered(simulation.refusal(401, problem))
    struck = world.faults.strike(ON_ANSWERS, match.played.name, match.route.name, task_ids)
    scene = Scene(world.base_url + incoming.path, world.key or "", simulation.refusal)
    return shaped(replacing(struck, scene) or delivered(_reply(match, task_ids, world)), struck)


def _reply(match: Match, task_ids: Sequence[str], world: World) -> Reply:
    played, route = match.played, match.route
    records = world.tasks.found(played.name, task_ids, match.params.get("route"))
    elapsed = world.clock.elapsed()
    seen = [task for task in (_look(record, match, elapsed, world) for record in records) if task is not None]
    if route.many:
        return _as_reply(played.simulation.render_batch(seen, played.dialect))
    if not seen:
        return played.simulation.not_found(task_ids[0] if task_ids else "", played.dialect)
    return _as_reply(getattr(played.simulation, route.render)(seen[0]))


def _look(record: Record, match: Match, elapsed: float, world: World) -> SimulatedTask | None:
    """The task at this moment, None when a fault hides it."""
    struck = world.faults.strike(_ON_TASKS, record.provider, match.route.name, (record.id,))
    faults = {fault.kind: fault for fault in struck}
    is_late = "late" in faults and elapsed - record.created < faults["late"].options["seconds"]
    if is_late or "drop" in faults:
        return None
    task = moment(
        record,
        match.played.simulation,
        elapsed=elapsed,
        at=world.clock.at,
        dialect=match.played.dialect,
        link=_link(record, faults.get("expire_links"), world),
    )
    unknown = faults.get("unknown_word")
    return replace(task, word=unknown.options["word"]) if unknown else task


def _link(record: Record, expiring: Fault | None, world: World) -> Link:
    make = partial(world.links.make, record.provider, record.id)
    if expiring is None:
        return make
    seconds: float = expiring.options["seconds"]

    def expiring_link(name: str, /, *, lifetime: float | None = None) -> str:
        return make(name, lifetime=seconds if lifetime is None else min(seconds, lifetime))

    return expiring_link


def _no_such_route(incoming: Incoming) -> Reply:
    """As the gateways answer: a web page with status 200, but an error below the paths of their own API."""
    if not incoming.path.startswith(_API_PATHS):
        return Reply(text=PAGE, media_type="text/html; charset=utf-8", headers={"cache-control": "no-cache"})
    message = f"Invalid URL ({incoming.method} {incoming.path})"
    return Reply(404, {"error": {"message": message, "type": "invalid_request_error", "param": "", "code": ""}})


def _as_reply(rendered: Any) -> Reply:
    return rendered if isinstance(rendered, Reply) else Reply(json=rendered)


def _json_or_none(body: bytes) -> Any:
    if not body:
        return None
    try:
        return from_json(body)
    except ValueError:
        return None
