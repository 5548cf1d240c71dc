"""Replicate for the simulator: predictions and trainings, whose shapes its own client library can read.

The fact `output` of a task is what its model makes: any JSON; a list comes bit by bit while it runs. The fact `source`
may be "web": then nothing is removed an hour after the end.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tidings.testing.simulation import Reply, Route, SimulatedTask, Simulation, Stage

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_KEPT = timedelta(hours=1)
_STEPS = 50
_TITLES = {401: "Unauthenticated", 402: "Insufficient credit", 404: "Not found", 429: "Too many requests"}


class ReplicateSimulation(Simulation):
    routes = (
        Route("GET", "/v1/predictions/{id}"),
        Route("GET", "/v1/trainings/{id}", name="training", render="training"),
    )
    stages = (Stage("starting", 3), Stage("processing", 20))
    outcomes = ("succeeded", "failed", "canceled", "aborted")
    failure = "GPU out of memory"

    def render(self, task: SimulatedTask) -> Any:
        if task.route == "trainings":
            return self.not_found(task.id, task.dialect)
        is_removed = _is_removed(task)
        return {
            **_common(task, "predictions"),
            "logs": None if is_removed else _logs(task),
            "input": {} if is_removed else {"prompt": str(task.facts.get("prompt", "a corgi"))},
            "output": None if is_removed else _output(task),
            "data_removed": is_removed,
            "source": _source(task),
        }

    def training(self, task: SimulatedTask) -> Any:
        if task.route != "trainings":
            return self.not_found(task.id, task.dialect)
        weights = {"version": "acme/corgis:5c7d5dc6dd8bf75c", "weights": task.link("trained_model.tar")}
        return {
            **_common(task, "trainings"),
            "logs": _logs(task),
            "input": {"input_images": "https://replicate.delivery/pbxt/JMV5OrEWpBAC5gO8/data.zip"},
            "output": weights if task.has_succeeded else None,
            "webhook_completed": None,
        }

    def not_found(self, task_id: str, dialect: str) -> Reply:
        return _problem(404, "The requested resource could not be found.")

    def refusal(self, status: int, message: str) -> Reply:
        is_throttled = status == 429
        return _problem(status, "Request was throttled. Your rate limit resets in ~1s." if is_throttled else message)

    def key_problem(self, headers: Mapping[str, str], key: str) -> str | None:
        return super().key_problem(headers, key) and "You did not pass a valid authentication token"

    def new_id(self, number: int) -> str:
        return "".join(random.Random(number).choices(_ALPHABET, k=26))  # noqa: S311  # ids are no secrets


def _problem(status: int, detail: str) -> Reply:
    """RFC 7807, whose `status` is a number where a prediction's is a word."""
    body = {"title": _TITLES.get(status, "Error"), "detail": detail, "status": status}
    return Reply(status, body, media_type="application/problem+json")


def _common(task: SimulatedTask, kind: str) -> dict[str, Any]:
    address = f"https://api.replicate.com/v1/{kind}/{task.id}"  # also at gateways
    return {
        "id": task.id,
        "model": "stability-ai/sdxl",
        "version": "39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b",
        "error": task.failure if task.has_failed and task.outcome == "failed" else None,
        "status": task.word,
        "created_at": _instant(task.created_at),
        "started_at": _instant(task.started_at),
        "completed_at": _instant(task.finished_at),
        "metrics": _metrics(task),
        "urls": {"get": address, "cancel": f"{address}/cancel"},
    }


def _metrics(task: SimulatedTask) -> dict[str, float]:
    if task.started_at is None or task.finished_at is None:
        return {}
    return {"predict_time": (task.finished_at - task.started_at).total_seconds()}


def _source(task: SimulatedTask) -> str:
    return str(task.facts.get("source", "api"))


def _is_removed(task: SimulatedTask) -> bool:
    is_old = task.finished_at is not None and task.now - task.finished_at > _KEPT
    return is_old and _source(task) == "api"


def _output(task: SimulatedTask) -> Any:
    given = task.facts.get("output")
    if task.has_succeeded:
        return [task.link("out-0.png")] if given is None else given
    if isinstance(given, list) and task.stage == "processing":
        return given[: int(len(given) * task.progress)]
    return None


def _logs(task: SimulatedTask) -> str | None:
    if task.stage == "starting":
        return ""
    if task.outcome != "succeeded" and task.is_done:
        return None
    done = int(_STEPS * task.progress)
    return f"Using seed: 42069\n{done * 100 // _STEPS:3d}%|{'█' * (done // 5):10s}| {done}/{_STEPS} [00:03<00:00]\n"


def _instant(instant: datetime | None) -> str | None:
    """Nine digits behind the second, as Replicate's own database writes them."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%f000Z") if instant else None
