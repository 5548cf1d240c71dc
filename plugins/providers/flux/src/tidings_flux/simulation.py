"""Flux for the simulator: as Black Forest Labs answer, as older gateways do, and as those that ask Replicate.

At its own address a task that is being worked on is still "Pending" by its word; only its progress tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tidings.testing.simulation import Reply, Route, SimulatedTask, Simulation, Stage, in_query

_LINK_SECONDS = 600.0
_FLUX = {
    "pending": "Pending",
    "running": "Pending",
    "reasoning": "Reasoning",
    "generating": "Generating",
    "succeeded": "Ready",
    "failed": "Error",
    "moderated_input": "Request Moderated",
    "moderated_output": "Content Moderated",
}
_REPLICATE = {
    "pending": "starting",
    "running": "processing",
    "reasoning": "processing",
    "generating": "processing",
    "moderated_input": "failed",
    "moderated_output": "failed",
}
_MODERATED = ("moderated_input", "moderated_output")
_FILTER = "Derivative Works Filter"


class FluxSimulation(Simulation):
    routes = (Route("GET", "/v1/get_result", ids=in_query("id")),)
    stages = (
        Stage("pending", 3),
        Stage("reasoning", 0),  # the words of newer models, not said unless asked for
        Stage("generating", 0),
        Stage("running", 12),
    )
    outcomes = ("succeeded", "failed", *_MODERATED)
    dialects = {"official": _FLUX, "gateway": _FLUX, "replicate": _REPLICATE}
    key_headers = ("x-key", "authorization")

    def render(self, task: SimulatedTask) -> Any:
        if task.dialect == "replicate":
            return _prediction(task)
        bare = {"id": task.id, "status": task.word, "result": _result(task)}
        return bare if task.dialect == "gateway" else {**bare, **self._newer(task)}

    def not_found(self, task_id: str, dialect: str) -> Reply:
        if not task_id:
            missing = {"type": "missing", "loc": ["query", "id"], "msg": "Field required", "input": None}
            return Reply(422, {"detail": [missing]})
        return Reply(404, {"id": task_id, "status": "Task not found", "result": None, "progress": None})

    def refusal(self, status: int, message: str) -> Reply:
        return Reply(status, {"detail": message})

    def key_problem(self, headers: Mapping[str, str], key: str) -> str | None:
        return super().key_problem(headers, key) and "Not authenticated - Invalid Authentication"

    def _newer(self, task: SimulatedTask) -> dict[str, Any]:
        has_begun = not task.is_done and task.stage != "pending"
        facts = {"progress": task.progress if has_begun else None, "details": self._details(task), "preview": None}
        return {**facts, "cost": 4.0} if task.has_succeeded else facts

    def _details(self, task: SimulatedTask) -> Any:
        """An object for what was moderated, a text for other errors."""
        if not task.has_failed:
            return None
        is_told = task.failure != self.failure
        return {"Moderation Reasons": [task.failure if is_told else _FILTER]} if _is_moderated(task) else task.failure


def _is_moderated(task: SimulatedTask) -> bool:
    return task.outcome in _MODERATED


def _file(task: SimulatedTask) -> str:
    return str(task.facts.get("file", "sample.jpeg"))


def _prompt(task: SimulatedTask) -> str:
    return str(task.facts.get("prompt", "ein fantastisches bild"))


def _result(task: SimulatedTask) -> dict[str, Any] | None:
    if not task.has_succeeded:
        return None
    start, end = _seconds(task.started_at), _seconds(task.finished_at)
    return {
        "seed": 42,
        "prompt": _prompt(task),
        "sample": task.link(_file(task), lifetime=_LINK_SECONDS),
        "duration": end - start,
        "start_time": start,
        "end_time": end,
    }


def _prediction(task: SimulatedTask) -> dict[str, Any]:
    refused = "NSFW content detected. Try running it again, or try a different prompt."
    return {
        "id": task.id,
        "model": "black-forest-labs/flux-kontext-max",
        "version": "hidden",
        "input": {"prompt": _prompt(task)},
        "logs": "",
        "output": [task.link(_file(task))] if task.has_succeeded else None,
        "data_removed": False,
        "error": (refused if _is_moderated(task) else task.failure) if task.has_failed else None,
        "status": task.word,
        "created_at": _iso(task.created_at),
        "started_at": _iso(task.started_at),
        "completed_at": _iso(task.finished_at),
    }


def _seconds(instant: datetime | None) -> float:
    return instant.timestamp() if instant else 0.0


def _iso(instant: datetime | None) -> str | None:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if instant else None
