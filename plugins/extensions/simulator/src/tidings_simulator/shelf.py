"""Decides what a request for a file is answered with, as a store of the S3 family does."""

from __future__ import annotations

from urllib.parse import unquote
from xml.sax.saxutils import escape

from tidings.testing.simulation import Reply
from tidings_simulator.links import FILES
from tidings_simulator.log import SeenRequest
from tidings_simulator.media import file_for
from tidings_simulator.mishaps import ON_ANSWERS, Delivery, Scene, delivered, replacing, shaped
from tidings_simulator.player import Incoming, has_key
from tidings_simulator.world import World


def serve(incoming: Incoming, world: World) -> Delivery:
    """The file that `incoming` asks for, or why not. It is logged, and faults of the route `file` strike."""
    parts = [unquote(part) for part in incoming.path.removeprefix(FILES).split("/")]
    provider, task_id, name = parts if len(parts) == 3 else ("", "", "")
    struck = world.faults.strike(ON_ANSWERS, provider, "file", (task_id,))
    scene = Scene(world.base_url + incoming.path, world.key or "", _refused)
    delivery = shaped(replacing(struck, scene) or _file(incoming, provider, task_id, name, world), struck)
    seen = SeenRequest(
        provider, "file", incoming.method, incoming.path, (task_id,), delivery.status, has_key(incoming, world)
    )
    world.downloads.add(seen)
    return delivery


def _file(incoming: Incoming, provider: str, task_id: str, name: str, world: World) -> Delivery:
    problem = world.links.problem(incoming.path, incoming.query)
    if problem is not None:
        return delivered(_refused(403, problem))
    if world.tasks.get(provider, task_id) is None:
        return delivered(_refused(404, "The specified key does not exist."))
    media_type, content = file_for(name.rpartition(".")[2])
    return Delivery(200, {"content-type": media_type}, content)


def _refused(status: int, message: str) -> Reply:
    code = {403: "AccessDenied", 404: "NoSuchKey"}.get(status, "InternalError")
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return Reply(status, text=f'<?xml version="1.0" encoding="UTF-8"?>\n{error}', media_type="application/xml")
