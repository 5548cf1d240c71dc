"""Suno as gateways, Suno-API and Suno itself serve it, for the simulator.

A task makes two songs, the second of which is slower. One with the fact `action` LYRICS makes lyrics, one on the route
`feed` or `lyrics` is itself a song or lyrics.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tidings.testing.simulation import Asked, Reply, Route, SimulatedTask, Simulation, Stage, in_body

_GATEWAY = {
    "not_started": "NOT_START",
    "submitted": "SUBMITTED",
    "queued": "QUEUED",
    "streaming": "IN_PROGRESS",
    "linkless": "SUCCESS",
    "succeeded": "SUCCESS",
    "failed": "FAILURE",
}
_CRAZYROUTER = {
    "not_started": "submitted",
    "queued": "submitted",
    "streaming": "processing",
    "linkless": "complete",
    "succeeded": "complete",
    "failed": "error",
}
_SONG = {"not_started": "submitted", "linkless": "complete", "succeeded": "complete", "failed": "error"}
_LYRICS = {"not_started": "running", "submitted": "running", "queued": "running", "streaming": "running"}
_NOT_FOUND: Mapping[str, Reply] = {
    "one-hub": Reply(404, {"code": "task_not_exist", "message": ""}),
    "suno-api": Reply(400, {"code": "invalid_request", "message": "task not exist", "data": None}),
}
_FAILURE = "Song Description contained artist name"
_TEXT = "[Verse]\nDancing in the neon light\n[Chorus]\nElectric fantasy"
_SECONDS = 128.92


def _ids_in_path(asked: Asked) -> Sequence[str]:
    return asked.params["ids"].split(",")


class SunoSimulation(Simulation):
    routes = (
        Route("POST", "/suno/fetch", name="batch", ids=in_body("ids"), many=True),
        Route("POST", "/suno/submit/fetch", name="batch", ids=in_body("ids"), many=True),
        Route("GET", "/suno/fetch/{id}"),
        Route("GET", "/suno/feed/{ids}", name="feed", ids=_ids_in_path, many=True),
        Route("GET", "/suno/lyrics/{id}", name="lyrics", render="lyrics"),
    )
    stages = (
        Stage("not_started", 5),
        Stage("submitted", 0),
        Stage("queued", 5),
        Stage("streaming", 40),
        Stage("linkless", 0),  # done by its word, but still streaming
    )
    outcomes = ("succeeded", "failed")
    dialects = {
        "new-api": _GATEWAY,
        "newest": _GATEWAY,
        "one-hub": _GATEWAY,
        "suno-api": _GATEWAY,
        "crazyrouter": _CRAZYROUTER,
    }
    failure = _FAILURE

    def render(self, task: SimulatedTask) -> Any:
        data = self._data(task) if task.dialect == "suno-api" else self._row(task)
        return _enveloped(data, task.dialect)

    def render_batch(self, tasks: Sequence[SimulatedTask], dialect: str) -> Any:
        if tasks and tasks[0].route == "feed":
            return [_song(task, task.id, self._own(task, _SONG)) for task in tasks]
        return _enveloped([self._row(task) for task in tasks] or None, dialect)  # a gateway's empty list is null

    def lyrics(self, task: SimulatedTask) -> Any:
        return _lyrics(task, self._own(task, _SONG | _LYRICS))

    def not_found(self, task_id: str, dialect: str) -> Reply:
        return _NOT_FOUND.get(dialect) or super().not_found(task_id, dialect)

    def _row(self, task: SimulatedTask) -> dict[str, Any]:
        """The gateway's record; nothing in it before the first look at Suno."""
        data = None if task.stage == "not_started" else self._data(task)
        if task.dialect == "crazyrouter":
            return {"task_id": task.id, "status": task.word, "data": data or []}
        row = {
            "task_id": task.id,
            "notify_hook": "",
            "action": _action(task),
            "status": task.word,
            "fail_reason": task.failure if task.has_failed else "",
            "submit_time": _seconds(task.created_at),
            "start_time": _seconds(task.started_at),
            "finish_time": _seconds(task.finished_at),
            "progress": "100%" if task.is_done else "0%",
            "data": data,
        }
        return row if task.dialect != "newest" else {**_newer(task), **row}

    def _data(self, task: SimulatedTask) -> Any:
        if _action(task) == "LYRICS":
            return _lyrics(task, self._own(task, _SONG | _LYRICS))
        word = self._own(task, _SONG)
        return [_song(task, str(uuid.uuid5(uuid.NAMESPACE_URL, f"{task.id}/{number}")), word) for number in (1, 2)]

    def _own(self, task: SimulatedTask, words: Mapping[str, str]) -> str:
        """Suno's own word, where nobody put another one into its mouth."""
        is_its_own = task.word == self.word(task.stage, task.dialect)
        return words.get(task.stage, task.stage) if is_its_own else task.word


def _enveloped(data: Any, dialect: str) -> dict[str, Any]:
    return {"code": 1, "data": data} if dialect == "crazyrouter" else {"code": "success", "message": "", "data": data}


def _newer(task: SimulatedTask) -> dict[str, Any]:
    """What the newest gateways write beside the rest. The `id` is the database's number."""
    return {
        "id": 100 + task.number,
        "created_at": _seconds(task.created_at),
        "updated_at": _seconds(task.now),
        "platform": "suno",
        "user_id": 1,
        "group": "default",
        "channel_id": 1,
        "quota": 0,
        "properties": {"input": "", "upstream_model_name": "chirp-v4", "origin_model_name": "chirp-v4"},
    }


def _song(task: SimulatedTask, song_id: str, word: str) -> dict[str, Any]:
    is_there = task.has_succeeded
    streams = task.stage in {"streaming", "linkless"}
    stream = f"https://audiopipe.suno.invalid/?item_id={song_id}"  # nothing of the simulator's may lead outside
    is_refused = task.has_failed and task.failure == _FAILURE
    return {
        "id": song_id,
        "title": "Electric Dance Party",
        "status": word,
        "metadata": {
            "tags": "club banger high-energy edm",
            "prompt": str(task.facts.get("prompt", "miku dance")),
            "duration": _SECONDS if is_there else None,
            "error_type": "moderation_failure" if is_refused else None,
            "error_message": task.failure if task.has_failed else None,
        },
        "audio_url": task.link(f"{song_id}.mp3") if is_there else stream if streams else "",
        "video_url": task.link(f"{song_id}.mp4") if is_there else "",
        "image_url": task.link(f"image_{song_id}.jpeg") if is_there or streams else "",
        "image_large_url": task.link(f"image_large_{song_id}.jpeg") if is_there or streams else "",
        "created_at": task.created_at.isoformat(),
        "model_name": "chirp-v3",
        "major_model_version": "v3",
    }


def _lyrics(task: SimulatedTask, word: str) -> dict[str, Any]:
    return {
        "id": task.id,
        "text": _TEXT if task.has_succeeded else "",
        "title": "Electric Fantasy" if task.has_succeeded else "",
        "status": word,
        "error_message": task.failure if task.has_failed else "",
    }


def _action(task: SimulatedTask) -> str:
    return str(task.facts.get("action", "MUSIC"))


def _seconds(instant: datetime | None) -> int:
    return int(instant.timestamp()) if instant else 0
