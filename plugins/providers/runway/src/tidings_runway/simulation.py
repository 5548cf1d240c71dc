"""Runway as it answers itself and as gateways wrap it, for the simulator; Runway's own client reads the first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tidings.testing.simulation import Reply, Route, SimulatedTask, Simulation, Stage

_LINK_SECONDS = 24 * 3600.0
_CREDITS = 25
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OFFICIAL = {
    "pending": "PENDING",
    "throttled": "THROTTLED",
    "running": "RUNNING",
    "succeeded": "SUCCEEDED",
    "failed": "FAILED",
    "moderated": "FAILED",
    "canceled": "CANCELLED",
}
_GATEWAY = {
    "pending": "QUEUED",
    "throttled": "QUEUED",
    "running": "IN_PROGRESS",
    "succeeded": "SUCCESS",
    "failed": "FAILURE",
    "moderated": "FAILURE",
    "canceled": "CANCELLED",  # the gateways have no word of their own for it
}
_FAILURE_CODES = {"failed": "INTERNAL.BAD_OUTPUT.CODE01", "moderated": "SAFETY.INPUT.TEXT"}

_MODERATED = "The prompt was rejected by content moderation."


class RunwaySimulation(Simulation):
    """Its dialects are `official` and `gateway`. A task's facts may be `files` (names), `failureCode`, `progress`."""

    routes = (Route("GET", "/v1/tasks/{id}"),)
    stages = (Stage("pending", 5), Stage("throttled", 0), Stage("running", 40))
    outcomes = ("succeeded", "failed", "moderated", "canceled")
    dialects = {"official": _OFFICIAL, "gateway": _GATEWAY}
    failure = "An unexpected error occurred."

    def render(self, task: SimulatedTask) -> Any:
        if task.dialect == "official":
            return _official(task, task.word)
        is_its_own = task.word == self.word(task.stage, "gateway")  # else it was put into its mouth
        inner = _official(task, self.word(task.stage, "official") if is_its_own else task.word)
        return {"code": "success", "message": "", "data": _record(task, inner)}

    def not_found(self, task_id: str, dialect: str) -> Reply:
        if dialect != "official":
            return super().not_found(task_id, dialect)
        if not _UUID.fullmatch(task_id):
            return self.refusal(400, "id: The id specified in this URL must be a UUID")
        return self.refusal(404, "Not found")

    def refusal(self, status: int, message: str) -> Reply:
        return Reply(status, {"error": message})

    def key_problem(self, headers: Mapping[str, str], key: str) -> str | None:
        return "Unauthorized" if super().key_problem(headers, key) else None


def _official(task: SimulatedTask, word: str) -> dict[str, Any]:
    cost = "cost" if task.is_done else "estimatedCost"
    return {
        "id": task.id,
        "status": word,
        "createdAt": _iso(task.created_at),
        cost: {"credits": _CREDITS if task.has_succeeded or not task.is_done else 0},
        **_result(task),
    }


def _result(task: SimulatedTask) -> dict[str, Any]:
    """What only an object in this state has."""
    if task.stage == "running":
        return {"progress": task.facts.get("progress", round(task.progress, 3))}
    if task.has_succeeded:
        names = task.facts.get("files", ["video.mp4"])
        return {"output": [task.link(name, lifetime=_LINK_SECONDS) for name in names]}
    if task.stage in _FAILURE_CODES:
        return {"failure": _why(task), "failureCode": task.facts.get("failureCode", _FAILURE_CODES[task.stage])}
    return {}


def _why(task: SimulatedTask) -> str:
    is_told = task.failure != RunwaySimulation.failure
    return _MODERATED if task.stage == "moderated" and not is_told else task.failure


def _record(task: SimulatedTask, inner: dict[str, Any]) -> dict[str, Any]:
    """The gateway's record around Runway's object."""
    return {
        "task_id": task.id,
        "action": "IMAGE_TO_VIDEO",
        "status": task.word,
        "fail_reason": _why(task) if task.has_failed else "",
        "submit_time": _seconds(task.created_at),
        "start_time": _seconds(task.started_at),
        "finish_time": _seconds(task.finished_at),
        "progress": f"{task.progress:.0%}",
        "data": inner,
    }


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _seconds(instant: datetime | None) -> int:
    return int(instant.timestamp()) if instant else 0
