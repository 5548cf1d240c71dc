"""Luma's own API for the simulator, with the format that gateways serve at its path as a dialect, and that for agents.

A task that was added with `facts={"generation_type": "image"}` makes an image.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tidings.testing.simulation import Reply, Route, SimulatedTask, Simulation, Stage

_LINK_SECONDS = 3600.0  # how long the links of the API for agents and of the gateways' storage live
_MODELS = {"video": "ray-2", "image": "photon-1"}
_SIZE = {"width": 1360, "height": 752}
_GATEWAY = "gateway"


class LumaOfficialSimulation(Simulation):
    routes = (
        Route("GET", "/dream-machine/v1/generations/{id}"),
        Route("GET", "/v1/generations/{id}", name="agents", render="for_agents"),
    )
    stages = (
        Stage("queued", 5),
        Stage("dreaming", 40),
        Stage("linkless", 0),  # "completed" by its word, but the link comes later
    )
    outcomes = ("succeeded", "failed")
    words = {"linkless": "completed", "succeeded": "completed"}
    dialects = {"": {}, _GATEWAY: {"queued": "pending", "dreaming": "processing"}}
    failure = "Frame moderation failed"

    def render(self, task: SimulatedTask) -> Any:
        return _at_gateways(task) if task.dialect == _GATEWAY else _official(task)

    def for_agents(self, task: SimulatedTask) -> Any:
        word = "processing" if task.word == "dreaming" else task.word
        return {**_common(task, word), "type": _kind(task), "model": "uni-1", **_failed(task), "output": _listed(task)}

    def not_found(self, task_id: str, dialect: str) -> Reply:
        if dialect == _GATEWAY:
            return super().not_found(task_id, dialect)
        return self.refusal(404, "Generation not found")

    def refusal(self, status: int, message: str) -> Reply:
        return Reply(status, {"detail": message})

    def key_problem(self, headers: Mapping[str, str], key: str) -> str | None:
        return "Invalid API key is provided" if super().key_problem(headers, key) else None


def _official(task: SimulatedTask) -> dict[str, Any]:
    asked = {"generation_type": _kind(task), "model": _MODELS.get(_kind(task))}
    return {
        **_common(task, task.word),
        **asked,
        "failure_reason": task.failure if task.has_failed else None,
        "assets": _assets(task),
        "request": {**asked, "prompt": _prompt(task)},
    }


def _assets(task: SimulatedTask) -> dict[str, Any] | None:
    if not task.has_succeeded:
        return None
    if _kind(task) == "image":
        return {"image": task.link("image.jpg")}
    return {"video": task.link("video.mp4"), "progress_video": task.link("progress.mp4")}


def _at_gateways(task: SimulatedTask) -> dict[str, Any]:
    video = {"url": task.link("watermarked.mp4"), "download_url": task.link("video.mp4", lifetime=_LINK_SECONDS)}
    return {
        **_common(task, task.word),
        "liked": None,
        "prompt": _prompt(task),
        "video": {**video, **_SIZE} if task.has_succeeded else None,
        "video_raw": {"url": task.link("raw.mp4"), **_SIZE} if task.has_succeeded else None,
        "thumbnail": {"url": task.link("thumbnail.jpg"), **_SIZE} if task.has_succeeded else None,
        "last_frame": {"url": task.link("last_frame.jpg"), **_SIZE} if task.has_succeeded else None,
        "queue_state": None,
        "estimate_wait_seconds": None if task.is_done else 30,
        "failure_reason": task.failure if task.has_failed else None,
    }


def _listed(task: SimulatedTask) -> list[dict[str, Any]]:
    kind = _kind(task)
    name = "image.png" if kind == "image" else "video.mp4"
    return [{"type": kind, "url": task.link(name, lifetime=_LINK_SECONDS)}] if task.has_succeeded else []


def _failed(task: SimulatedTask) -> dict[str, Any]:
    return {
        "failure_code": "content_moderated" if task.has_failed else None,
        "failure_reason": task.failure if task.has_failed else None,
    }


def _common(task: SimulatedTask, word: str) -> dict[str, Any]:
    return {"id": task.id, "state": word, "created_at": _iso(task.created_at)}


def _kind(task: SimulatedTask) -> str:
    return str(task.facts.get("generation_type", "video"))


def _prompt(task: SimulatedTask) -> str:
    return str(task.facts.get("prompt", "A serene lake surrounded by mountains at sunset"))


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
