"""Udio as gateways serve it, for the simulator.

A task makes two songs, the first of which is there before the task is done. One on the route `query` is itself a song.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tidings.testing.simulation import Route, SimulatedTask, Simulation, Stage, in_query

_REFUSED = "Moderation: the lyrics were refused"
_SECONDS = 32.8106666666667
_IDS = in_query("ids", separator=",")


class UdioSimulation(Simulation):
    routes = (
        Route("GET", "/udio/fetch/{id}"),
        Route("GET", "/udio/query", name="query", ids=_IDS, many=True),
    )
    stages = (
        Stage("pending", 5),
        Stage("queued", 5),
        Stage("running", 30),
        Stage("half", 10),  # one of two songs is there
        Stage("unlisted", 0),  # done by its word, but without songs
    )
    outcomes = ("succeeded", "failed")
    words = {
        "pending": "NOT_START",
        "queued": "QUEUED",
        "running": "IN_PROGRESS",
        "half": "IN_PROGRESS",
        "unlisted": "SUCCESS",
        "succeeded": "SUCCESS",
        "failed": "FAILURE",
    }
    dialects = {"nested": {}, "flat": {}}
    failure = _REFUSED

    def render(self, task: SimulatedTask) -> Any:
        return {"code": "success", "message": "", "data": _ROWS[task.dialect](task)}

    def render_batch(self, tasks: Sequence[SimulatedTask], dialect: str) -> Any:
        del dialect
        return {"songs": [_song(task, task.id, is_there=task.has_succeeded) for task in tasks]}


def _nested(task: SimulatedTask) -> dict[str, Any]:
    songs = _songs(task)
    return {**_row(task), "notify_hook": "", "data": {"songs": songs} if songs else None}


def _flat(task: SimulatedTask) -> dict[str, Any]:
    return {**_row(task), "songs": _songs(task)}


_ROWS = {"nested": _nested, "flat": _flat}


def _row(task: SimulatedTask) -> dict[str, Any]:
    return {
        "task_id": task.id,
        "action": "udio-generate",
        "status": task.word,
        "fail_reason": task.failure if task.has_failed else "",
        "submit_time": _seconds(task.created_at),
        "start_time": _seconds(task.started_at),
        "finish_time": _seconds(task.finished_at),
        "progress": "100%" if task.is_done else f"{int(task.progress * 100)}%",
    }


def _songs(task: SimulatedTask) -> list[dict[str, Any]]:
    """None before the first is there; the second is slower."""
    if task.stage not in {"half", "succeeded"}:
        return []
    ids = [str(uuid.uuid5(uuid.NAMESPACE_URL, f"{task.id}/{number}")) for number in (1, 2)]
    return [_song(task, ids[0], is_there=True), _song(task, ids[1], is_there=task.has_succeeded)]


def _song(task: SimulatedTask, song_id: str, *, is_there: bool) -> dict[str, Any]:
    errors: Mapping[str, Any] = {"error_type": "generation", "error_detail": task.failure} if task.has_failed else {}
    return {
        "artist": "IntenseOud7926",
        "artist_image": task.link("artist.png"),
        "created_at": task.created_at.isoformat(),
        "duration": _SECONDS if is_there else None,
        "error_code": None,
        "error_detail": errors.get("error_detail"),
        "error_id": None,
        "error_type": errors.get("error_type"),
        "finished": is_there,
        "generation_id": task.id,
        "id": song_id,
        "image_path": task.link(f"{song_id}.png"),
        "lyrics": "[Verse]\nDancing in the neon light" if is_there else "",
        "prompt": str(task.facts.get("prompt", "mandopop")),
        "published_at": None,
        "replaced_tags": {},
        "song_path": task.link(f"{song_id}.mp3") if is_there else None,
        "tags": ["mandopop"],
        "title": "The Untitled" if is_there else "",
        "video_path": None,
    }


def _seconds(instant: datetime | None) -> int:
    return int(instant.timestamp()) if instant else 0
