"""Kling for the simulator: as it answers itself, and as gateways show it in their rows and flat objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import jwt

from tidings.testing.simulation import Reply, Route, SimulatedTask, Simulation, Stage, in_query

_LIFETIME = 30 * 86_400.0
_KLING = {"succeeded": "succeed"}
_SECONDS = "seconds"
_ROW = "row"
_FLAT = "flat"
_ROW_WORDS = {
    "pending": "NOT_START",
    "submitted": "SUBMITTED",
    "queued": "QUEUED",
    "processing": "IN_PROGRESS",
    "succeeded": "SUCCESS",
    "failed": "FAILURE",
}
_FLAT_WORDS = {
    "pending": "queued",
    "submitted": "queued",
    "processing": "in_progress",
    "succeeded": "completed",
}
_KLING_WORDS = {"pending": "submitted", "queued": "submitted", **_KLING}
# From an HTTP status to the code that Kling sends with it.
_CODES = {400: 1201, 401: 1002, 403: 1103, 404: 1203, 429: 1303, 500: 5000, 503: 5001, 504: 5002}
_FILES = {"images": ("images", "image.png"), "audio": ("audios", "sound.mp3"), "general": ("voices", "voice.mp3")}


class KlingSimulation(Simulation):
    routes = (
        Route("GET", "/tasks", name="tasks", ids=in_query("task_ids", separator=","), many=True),
        Route("GET", "/v1/videos/{route:path}/{id}"),
        Route("GET", "/v1/{route:path}/{id}"),
        Route("GET", "/{route:path}/{id}", name="by_model", render="by_model"),
    )
    stages = (Stage("pending", 0), Stage("submitted", 5), Stage("queued", 0), Stage("processing", 60))
    outcomes = ("succeeded", "failed")
    dialects = {"": _KLING_WORDS, _SECONDS: _KLING_WORDS, _ROW: _ROW_WORDS, _FLAT: _FLAT_WORDS}
    default_route = "text2video"
    failure = "Failure to pass the risk control system"

    def render(self, task: SimulatedTask) -> Any:
        if task.dialect == _ROW:
            return {"code": "success", "message": "", "data": _row(task, self.word(task.stage, ""))}
        if task.dialect == _FLAT:
            return _flat(task)
        return _answer(task.id, _kling(task, task.word))

    def by_model(self, task: SimulatedTask) -> Any:
        """A task of Kling 3.0, whose fields have shorter names; gateways wrap it as any other."""
        is_bare = task.dialect not in {_ROW, _FLAT}
        return _answer(task.id, _newer(task)) if is_bare else self.render(task)

    def render_batch(self, tasks: Sequence[SimulatedTask], dialect: str) -> Any:
        del dialect
        return _answer("tasks", [_newer(task) for task in tasks])

    def not_found(self, task_id: str, dialect: str) -> Reply:
        if dialect in {_ROW, _FLAT}:
            return super().not_found(task_id, dialect)
        return self.refusal(404, "The requested resource does not exist")

    def refusal(self, status: int, message: str) -> Reply:
        return Reply(status, {"code": _CODES.get(status, 5000), "message": message, "request_id": "simulated"})

    def key_problem(self, headers: Mapping[str, str], key: str) -> str | None:
        """A pair ACCESS|SECRET comes as a token that it signed, every other key as it is."""
        if "|" not in key:
            return super().key_problem(headers, key)
        access, _, secret = key.partition("|")
        token = headers.get("authorization", "").rpartition(" ")[2]
        try:  # the simulated clock is not the one that the token was signed by
            jwt.decode(token, secret, ["HS256"], issuer=access, options={"verify_exp": False, "verify_nbf": False})
        except jwt.InvalidTokenError:
            return "Authorization is invalid"
        return None

    def new_id(self, number: int) -> str:
        return str(867_283_741_759_111_000 + number)


def _answer(request_id: str, data: Any) -> dict[str, Any]:
    return {"code": 0, "message": "SUCCEED", "request_id": f"request-{request_id}", "data": data}


def _kling(task: SimulatedTask, word: str) -> dict[str, Any]:
    scale = 1 if task.dialect == _SECONDS else 1000
    return {
        "task_id": task.id,
        "task_status": word,
        "task_status_msg": task.failure if task.has_failed else "",
        "task_info": {"external_task_id": ""},
        "task_result": _result(task) if task.has_succeeded else {},
        "created_at": _stamp(task.created_at) * scale,
        "updated_at": _stamp(task.finished_at or task.now) * scale,
    }


def _newer(task: SimulatedTask) -> dict[str, Any]:
    [files] = _result(task).values()
    return {
        "id": task.id,
        "status": "succeeded" if task.word == "succeed" else task.word,
        "message": task.failure if task.has_failed else "",
        "outputs": [{"type": "video", **files[0]}] if task.has_succeeded else [],
        "create_time": _stamp(task.created_at) * 1000,
        "update_time": _stamp(task.finished_at or task.now) * 1000,
    }


def _result(task: SimulatedTask) -> dict[str, Any]:
    family = (task.route or "").partition("/")[0]
    name, file = _FILES.get(family, ("videos", "video.mp4"))
    url = task.link(file, lifetime=_LIFETIME)
    if name == "images":
        return {name: [{"index": 0, "url": url}]}
    if name == "voices":
        return {name: [{"voice_id": f"voice-{task.number}", "trial_url": url}]}
    entry = {"id": f"file-{task.number}", "url": url, "duration": "5.0"}
    if name == "videos":
        entry["watermark_url"] = task.link("watermarked.mp4", lifetime=_LIFETIME)
    return {name: [entry]}


def _row(task: SimulatedTask, kling_word: str) -> dict[str, Any]:
    """The gateway's record around Kling's answer. Its `id` is the database's number."""
    [files] = _result(task).values()
    link = files[0].get("url") or files[0].get("trial_url")
    return {
        "id": task.number,
        "task_id": task.id,
        "platform": "50",
        "action": "textGenerate",
        "status": task.word,
        "fail_reason": task.failure if task.has_failed else "",
        "result_url": link if task.has_succeeded else "",
        "submit_time": _stamp(task.created_at),
        "start_time": _stamp(task.started_at),
        "finish_time": _stamp(task.finished_at),
        "progress": f"{task.progress:.0%}",
        "data": _answer(task.id, {**_kling(task, kling_word), "task_id": f"867{task.number:015}"}),
    }


def _flat(task: SimulatedTask) -> dict[str, Any]:
    return {
        "task_id": task.id,
        "status": task.word,
        "url": task.link("video.mp4", lifetime=_LIFETIME) if task.has_succeeded else "",
        "format": "mp4",
        "metadata": {"duration": 5, "fps": 30, "width": 1280, "height": 720, "seed": task.number},
        "error": {"code": 1, "message": task.failure} if task.has_failed else None,
    }


def _stamp(instant: datetime | None) -> int:
    return int(instant.timestamp()) if instant else 0
