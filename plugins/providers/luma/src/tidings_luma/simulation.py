"""Luma as the gateways serve it, in its dialects A to F, for the simulator.

A task's dialect says how it looks alone (C to F) or in a batch (A in the gateway's envelope, B as a bare list). Asked
for in the other way it looks as on the gateways where that dialect was seen: A and B alone like C, C to F in a batch
like A.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tidings.testing.simulation import Reply, Route, SimulatedTask, Simulation, Stage, in_body

_SIZE = {"width": 1360, "height": 752}
_LINK_SECONDS = 3600.0  # what the gateways' R2 links carry as X-Amz-Expires
_LUMA = {"linkless": "completed", "succeeded": "completed"}
_GATEWAY = {
    "pending": "NOT_START",
    "queued": "QUEUED",
    "processing": "IN_PROGRESS",
    "linkless": "SUCCESS",
    "succeeded": "SUCCESS",
    "failed": "FAILURE",
}
_MINIMAL = {"pending": "queued", "processing": "dreaming", **_LUMA}


class LumaSimulation(Simulation):
    routes = (
        Route("POST", "/luma/tasks", name="batch", ids=in_body("ids"), many=True),
        Route("GET", "/luma/generations/{id}"),
        Route("GET", "/luma/generations/{id}/download_video_url", name="unwatermarked", render="unwatermarked"),
    )
    stages = (
        Stage("pending", 5),
        Stage("queued", 0),
        Stage("processing", 40),
        Stage("linkless", 0),  # "completed" by its word, but the link comes later
    )
    outcomes = ("succeeded", "failed")
    dialects = {"A": _GATEWAY, "B": _LUMA, "C": _LUMA, "D": _LUMA, "E": _LUMA, "F": _MINIMAL}
    failure = "Frame moderation failed"

    def render(self, task: SimulatedTask) -> Any:
        return _OBJECTS[task.dialect](task, self._inner_word(task))

    def render_batch(self, tasks: Sequence[SimulatedTask], dialect: str) -> Any:
        spoken = tasks[0].dialect if tasks else dialect
        if spoken == "B":
            return [self.render(task) for task in tasks]
        rows = [_row(task, self._said(task, "A"), self._inner_word(task)) for task in tasks]
        return {"code": "success", "message": "", "data": rows or None}  # a gateway's empty list is null

    def unwatermarked(self, task: SimulatedTask) -> Any:
        if not task.has_succeeded:
            return Reply(400, {"detail": {"reason": "generation is not completed", "code": 1}})
        return {"url": task.link("video.mp4", lifetime=_LINK_SECONDS)}

    def _inner_word(self, task: SimulatedTask) -> str:
        """Luma's own word; in dialect A, whose word is the gateway's, the one inside its row."""
        return self._said(task, "C" if task.dialect == "A" else task.dialect)

    def _said(self, task: SimulatedTask, dialect: str) -> str:
        """The task's word in `dialect`. One that was put into its mouth, a word nobody knows, is the same in all."""
        is_its_own = task.word == self.word(task.stage, task.dialect)
        return self.word(task.stage, dialect) if is_its_own else task.word


def _row(task: SimulatedTask, word: str, inner: str) -> dict[str, Any]:
    """The gateway's record around Luma's object. Its `id` is the database's number."""
    return {
        "id": 13_900 + task.number,
        "created_at": _iso(task.created_at),
        "updated_at": _iso(task.now),
        "task_id": task.id,
        "platform": "luma_free",
        "action": "LUMA_VIDEO",
        "status": word,
        "fail_reason": task.failure if task.has_failed else "",
        "submit_time": _seconds(task.created_at),
        "start_time": _seconds(task.started_at),
        "finish_time": _seconds(task.finished_at),
        "data": _older(task, inner),
    }


def _newer(task: SimulatedTask, word: str) -> dict[str, Any]:
    raw = {"url": task.link("raw.mp4", lifetime=_LINK_SECONDS), **_SIZE} if task.has_succeeded else None
    return {
        **_common(task, word),
        "request": {"prompt": _prompt(task), "aspect_ratio": "16:9"},
        "artifact": {"created_at": "0001-01-01T00:00:00Z", "video_raw": raw} if raw else None,  # Go's "not set"
        "video": {"url": task.link("watermarked.mp4"), **_SIZE} if task.has_succeeded else None,
        "video_raw": raw,
        "thumbnail": _image(task, "thumbnail.jpg"),
        "last_frame": _image(task, "last_frame.jpg"),
    }


def _older(task: SimulatedTask, word: str) -> dict[str, Any]:
    return {
        **_common(task, word),
        "liked": None,
        "prompt": _prompt(task),
        "user_id": "",
        "batch_id": "",
        "video": _video(task),
        "video_raw": {"url": task.link("raw.mp4"), **_SIZE} if task.has_succeeded else None,
        "thumbnail": _image(task, "thumbnail.jpg"),
        "last_frame": _image(task, "last_frame.jpg"),
        "queue_state": None,
        "estimate_wait_seconds": None if task.is_done else 30,
    }


def _hybrid(task: SimulatedTask, word: str) -> dict[str, Any]:
    return {
        **_older(task, word),
        "assets": {"video": task.link("video.mp4", lifetime=_LINK_SECONDS)} if task.has_succeeded else None,
        "media_request": {"prompt": _prompt(task), "type": "media_create"},
        "failure_reason": task.failure if task.has_failed else None,
    }


def _minimal(task: SimulatedTask, word: str) -> dict[str, Any]:
    links = (
        {"url": task.link("watermarked.mp4"), "download_url": task.link("video.mp4")} if task.has_succeeded else None
    )
    return {**_common(task, word), "video": links}


_OBJECTS = {"A": _newer, "B": _newer, "C": _newer, "D": _older, "E": _hybrid, "F": _minimal}


def _common(task: SimulatedTask, word: str) -> dict[str, Any]:
    return {"id": task.id, "state": word, "created_at": task.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}


def _video(task: SimulatedTask) -> dict[str, Any] | None:
    if not task.has_succeeded:
        return None
    return {
        "url": task.link("watermarked.mp4"),
        "download_url": task.link("video.mp4", lifetime=_LINK_SECONDS),
        "thumbnail": task.link("thumbnail.jpg"),
        **_SIZE,
    }


def _image(task: SimulatedTask, name: str) -> dict[str, Any] | None:
    return {"url": task.link(name), **_SIZE} if task.has_succeeded else None


def _prompt(task: SimulatedTask) -> str:
    return str(task.facts.get("prompt", "cat dance"))


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _seconds(instant: datetime | None) -> int:
    return int(instant.timestamp()) if instant else 0
