"""A gateway's video endpoints for the simulator, with the files themselves behind the key at `/v1/videos/{id}/content`.

A dialect is how `/v1/video/generations/{id}` answers: `row` as new builds do, `older` with the link in `fail_reason`,
`simple` as for Gemini, `flat` as in the docs, `rc30` without any link. `/v1/videos/{id}` always answers in OpenAI's
shape; in the dialect `rc30` it names no link either, as OpenAI itself does not.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tidings.testing.simulation import Reply, Route, SimulatedTask, Simulation, Stage

_ROW = {
    "pending": "NOT_START",
    "queued": "QUEUED",
    "running": "IN_PROGRESS",
    "succeeded": "SUCCESS",
    "failed": "FAILURE",
}
_SIMPLE = {"pending": "processing", "running": "processing"}  # a task that has not started is said to be worked on, too
_OPENAI = {"pending": "unknown", "running": "in_progress", "succeeded": "completed"}
_ENDS = {"canceled": "cancelled", "expired": "expired"}
_SIZE = {"width": 1280, "height": 720}


class GatewayVideoSimulation(Simulation):
    routes = (
        Route("GET", "/v1/video/generations/{id}"),
        Route("GET", "/v1/videos/{id}", name="videos", render="openai"),
        Route("GET", "/v1/videos/{id}/content", name="content", render="content"),
    )
    stages = (Stage("pending", 5), Stage("queued", 10), Stage("running", 60))
    outcomes = ("succeeded", "failed", "canceled", "expired")
    words = _ENDS
    dialects = {"row": _ROW, "older": _ROW, "simple": _SIMPLE, "flat": _SIMPLE, "rc30": _ROW}
    failure = "input sensitive"

    def render(self, task: SimulatedTask) -> Any:
        match task.dialect:
            case "rc30":
                return _flat_row(task)
            case "flat":
                return _simple(task)
            case "simple":
                return _enveloped(_simple(task))
            case _:
                return _enveloped(_row(task))

    def openai(self, task: SimulatedTask) -> Any:
        has_not_started = task.stage == "pending"
        said: dict[str, Any] = {
            "id": task.id,
            "task_id": task.id,
            "object": "video",
            "model": "sora-2",
            "status": self._said(task, _OPENAI),
            "progress": 0 if has_not_started else int(task.progress * 100),
            "created_at": _seconds(task.created_at),
            "completed_at": _seconds(task.finished_at or task.now),  # the row's last update: there while running, too
            "seconds": "5",
            "size": "1280x720",
        }
        if task.has_succeeded and task.dialect != "rc30":
            said["metadata"] = {"url": task.link("video.mp4")}
        if task.has_failed:
            said |= {"error": {"message": task.failure, "code": ""}, "metadata": {"url": task.failure}}
        return said

    def content(self, task: SimulatedTask) -> Any:
        """The file: a redirect to where the simulator keeps it, for a reply of a simulation holds no bytes."""
        if not task.has_succeeded:
            message = f"Task is not completed yet, current status: {self._said(task, _ROW)}"
            return Reply(400, {"error": {"message": message, "type": "invalid_request_error"}})
        return Reply(302, text="", headers={"location": task.link("video.mp4")})

    def new_id(self, number: int) -> str:
        return f"task_{uuid.UUID(super().new_id(number)).hex}"

    def _said(self, task: SimulatedTask, words: Mapping[str, str]) -> str:
        """The task's word among other words. One that was put into its mouth is the same in all."""
        is_its_own = task.word == self.word(task.stage, task.dialect)
        return words.get(task.stage) or self.words.get(task.stage, task.stage) if is_its_own else task.word


def _enveloped(data: Any) -> dict[str, Any]:
    return {"code": "success", "message": "", "data": data}


def _row(task: SimulatedTask) -> dict[str, Any]:
    link = task.link("video.mp4") if task.has_succeeded else ""
    reason = task.failure if task.has_failed else ""
    row = {
        "task_id": task.id,
        "action": "textGenerate",
        "status": task.word,
        "fail_reason": link if task.dialect == "older" and link else reason,
        "submit_time": _seconds(task.created_at),
        "start_time": _seconds(task.started_at),
        "finish_time": _seconds(task.finished_at),
        "progress": _percent(task),
        "data": None,
    }
    newer = {"id": task.number, "created_at": _seconds(task.created_at), "platform": "50", "result_url": link}
    return row if task.dialect == "older" else {**row, **newer}


def _flat_row(task: SimulatedTask) -> dict[str, Any]:
    return {
        "created_at": _seconds(task.created_at),
        "fail_reason": task.failure if task.has_failed else "",
        "finished_at": _seconds(task.finished_at),
        "platform": "50",
        "progress": _percent(task),
        "status": task.word,
        "task_id": task.id,
    }


def _simple(task: SimulatedTask) -> dict[str, Any]:
    return {
        "error": {"code": 400, "message": task.failure} if task.has_failed else None,
        "format": "mp4",
        "metadata": {"duration": 5, "fps": 30, **_SIZE, "seed": 1} if task.has_succeeded else None,
        "status": task.word,
        "task_id": task.id,
        "url": task.link("video.mp4") if task.has_succeeded else "",
    }


def _percent(task: SimulatedTask) -> str:
    return f"{int(task.progress * 100)}%"


def _seconds(instant: datetime | None) -> int:
    return int(instant.timestamp()) if instant else 0
