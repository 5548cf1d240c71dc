"""MiniMax for the simulator: V1 in two calls, templates, V2, and V1 wrapped by a gateway that has merged the file.

Which API a task belongs to is told by the address it is asked at. The dialect `wrapped` is the gateway's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tidings.testing.simulation import Asked, Reply, Route, SimulatedTask, Simulation, Stage, in_query

_LINK_SECONDS = 9 * 3600.0
_GOOD = {"status_code": 0, "status_msg": "success"}
_V1 = {"pending": "Preparing", "queued": "Queueing", "running": "Processing", "succeeded": "Success", "failed": "Fail"}
# V1 has no words for these two; asked for all the same, such a task says V2's.
_ENDS = {"canceled": "cancelled", "expired": "expired"}
_V2 = {"pending": "queued", **_ENDS}
_GATEWAY = {
    "pending": "NOT_START",
    "queued": "QUEUED",
    "running": "IN_PROGRESS",
    "succeeded": "SUCCESS",
    "failed": "FAILURE",
}
_CODES = {"input new_sensitive": 1026, "output new_sensitive": 1027, "insufficient balance": 1008}
_REFUSALS = {401: 1004, 429: 1002, 400: 2013}


def _file_id(task_id: str) -> str:
    """An id for the task's file, made so that the task can be told from it."""
    return f"{task_id}1"


def _task_of_file(asked: Asked) -> Sequence[str]:
    return [file_id[:-1] for file_id in asked.query.get("file_id", ())]


class MiniMaxSimulation(Simulation):
    routes = (
        Route("GET", "/v1/query/video_generation", ids=in_query("task_id")),
        Route("GET", "/v1/files/retrieve", name="retrieve", ids=_task_of_file, render="file"),
        Route(
            "GET", "/v1/query/video_template_generation", name="template", ids=in_query("task_id"), render="template"
        ),
        Route("GET", "/v2/query/video_generation/{id}", name="v2", render="v2"),
    )
    stages = (Stage("pending", 5), Stage("queued", 0), Stage("running", 60))
    outcomes = ("succeeded", "failed", "canceled", "expired")
    words = _ENDS
    dialects = {"official": _V1, "wrapped": _GATEWAY}
    failure = "output new_sensitive"

    def render(self, task: SimulatedTask) -> Any:
        return self._row(task) if task.dialect == "wrapped" else self._v1(task)

    def file(self, task: SimulatedTask) -> Any:
        if not task.has_succeeded:
            return _refused(2013, "invalid params, file not found")
        return {"file": _file(task), "base_resp": _GOOD}

    def template(self, task: SimulatedTask) -> Any:
        link = task.link("video.mp4", lifetime=_LINK_SECONDS) if task.has_succeeded else ""
        return {
            "task_id": task.id,
            "status": self._said(task, _V1),
            "video_url": link,
            "base_resp": _reason(task),
        }

    def v2(self, task: SimulatedTask) -> Any:
        said: dict[str, Any] = {
            "id": task.id,
            "model": "MiniMax-H3",
            "status": self._said(task, _V2),
            "created_at": _seconds(task.created_at),
            "updated_at": _seconds(task.now),
            "resolution": "2K",
            "ratio": "16:9",
            "task_type": "generation",
            "modality": "video",
        }
        if task.has_succeeded:
            said |= {"content": {"url": task.link("video.mp4")}, "duration": 5}
        if task.is_done and task.outcome == "failed":
            said["error"] = {"code": _code(task), "message": task.failure}
        return {"task": said}

    def not_found(self, task_id: str, dialect: str) -> Reply:
        if dialect == "wrapped":
            return super().not_found(task_id, dialect)
        return Reply(json=_refused(2013, "invalid params, task not found"))

    def refusal(self, status: int, message: str) -> Reply:
        """MiniMax refuses with status 200 and a code; what its servers do not get to answer keeps its status."""
        code = _REFUSALS.get(status)
        return Reply(status if code is None else 200, _refused(code or 1000, message))

    def new_id(self, number: int) -> str:
        return str(176_843_862_716_480 + number)

    def _v1(self, task: SimulatedTask) -> dict[str, Any]:
        said: dict[str, Any] = {"task_id": task.id, "status": self._said(task, _V1), "file_id": ""}
        if task.has_succeeded:
            said |= {"file_id": _file_id(task.id), "video_width": 1366, "video_height": 768}
        return {**said, "base_resp": _reason(task)}

    def _row(self, task: SimulatedTask) -> dict[str, Any]:
        """The gateway's record: on success the file is merged, and its id stands in `fail_reason`."""
        inner = self._v1(task)
        reason = ""
        if task.has_succeeded:
            inner["file"], reason = _file(task), inner["file_id"]
        elif task.has_failed:
            reason = task.failure
        row = {
            "task_id": task.id,
            "action": "video_generation",
            "status": task.word,
            "fail_reason": reason,
            "submit_time": _seconds(task.created_at),
            "start_time": _seconds(task.started_at),
            "finish_time": _seconds(task.finished_at),
            "progress": f"{int(task.progress * 100)}%",
            "data": inner,
        }
        return {"code": "success", "message": "", "data": row}

    def _said(self, task: SimulatedTask, words: dict[str, str]) -> str:
        """The task's word in another API's words. One that was put into its mouth is the same in all."""
        is_its_own = task.word == self.word(task.stage, task.dialect)
        return words.get(task.stage) or self.words.get(task.stage, task.stage) if is_its_own else task.word


def _file(task: SimulatedTask) -> dict[str, Any]:
    link = task.link("video.mp4", lifetime=_LINK_SECONDS)
    return {
        "file_id": _file_id(task.id),
        "bytes": 0,
        "created_at": _seconds(task.finished_at),
        "filename": "output.mp4",
        "purpose": "video_generation",
        "download_url": link,
        "backup_download_url": link,
    }


def _reason(task: SimulatedTask) -> dict[str, Any]:
    if not (task.is_done and task.outcome == "failed"):
        return _GOOD
    return {"status_code": _code(task), "status_msg": task.failure}


def _code(task: SimulatedTask) -> int:
    return _CODES.get(task.failure, 1000)


def _refused(code: int, message: str) -> dict[str, Any]:
    return {"task_id": "", "status": "", "file_id": "", "base_resp": {"status_code": code, "status_msg": message}}


def _seconds(instant: datetime | None) -> int:
    return int(instant.timestamp()) if instant else 0
