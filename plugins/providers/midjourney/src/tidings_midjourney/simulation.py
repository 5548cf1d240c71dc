"""Midjourney for the simulator: as gateways relay it, as midjourney-proxy serves it, and as trueai's does.

A task asked to pass the stage `modal` waits there for a person, as an inpainting does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from tidings.testing.simulation import Reply, Route, SimulatedTask, Simulation, Stage, in_body

_LINK_SECONDS = 86_400.0  # Discord's links live for a day
_NOT_FOUND: Mapping[str, Reply] = MappingProxyType(
    {
        "gateway": Reply(400, {"description": "task_no_found ", "type": "upstream_error", "code": 4}),
        "native": Reply(200, text=""),
        "trueai": Reply(204, text=""),
    }
)
_NATIVE = {"pending": "NOT_START"}


class MidjourneySimulation(Simulation):
    routes = (
        Route("POST", "/mj/task/list-by-condition", name="batch", ids=in_body("ids"), many=True),
        Route("GET", "/mj/task/{id}/fetch"),
        Route("GET", "/mj-{route}/mj/task/{id}/fetch"),
        Route("GET", "/mj/task/{id}/image-seed", name="seed", render="seed"),
        Route("GET", "/mj-{route}/mj/task/{id}/image-seed", name="seed", render="seed"),
    )
    stages = (Stage("pending", 5), Stage("modal", 0), Stage("queued", 5), Stage("running", 40))
    words = {
        "pending": "",  # a row that the gateway has not refreshed yet
        "modal": "MODAL",
        "queued": "SUBMITTED",
        "running": "IN_PROGRESS",
        "succeeded": "SUCCESS",
        "failed": "FAILURE",
        "canceled": "CANCEL",
    }
    dialects = {"gateway": {}, "native": _NATIVE, "trueai": _NATIVE}
    key_headers = ("authorization", "mj-api-secret")
    failure = "Banned prompt detected"

    def render(self, task: SimulatedTask) -> Any:
        return _OBJECTS[task.dialect](task)

    def seed(self, task: SimulatedTask) -> Any:
        if not task.has_succeeded:
            return Reply(400, {"code": 4, "description": "关联任务状态错误", "result": None, "properties": {}})
        return {"code": 1, "description": "成功", "properties": None, "result": _seed(task)}

    def not_found(self, task_id: str, dialect: str) -> Reply:
        del task_id
        return _NOT_FOUND[dialect]

    def new_id(self, number: int) -> str:
        """The milliseconds of the submission and three digits."""
        return str(1_730_621_826_053_000 + number)


def _native(task: SimulatedTask) -> dict[str, Any]:
    """Unset values are null; the progress is what stands in parentheses on Discord."""
    has_begun = task.stage not in {"pending", "modal", "queued"}
    return {
        "id": task.id,
        "properties": _texts(task) or {},
        "action": _action(task),
        "status": task.word,
        "prompt": _prompt(task),
        "promptEn": _prompt(task),
        "description": f"/{_action(task).lower()} {_prompt(task)}",
        "state": None,
        "submitTime": _milliseconds(task.created_at),
        "startTime": _milliseconds(task.started_at),
        "finishTime": _milliseconds(task.finished_at),
        "imageUrl": _image(task),
        "progress": _progress(task) if has_begun else "Waiting to start",
        "failReason": task.failure if task.has_failed else None,
    }


def _gateway(task: SimulatedTask) -> dict[str, Any]:
    """Every field is there; unset ones are "" or 0."""
    native = _native(task)
    times = {name: native[name] or 0 for name in ("submitTime", "startTime", "finishTime")}
    return {
        **native,
        **times,
        "customId": "",
        "botType": "",
        "description": "提交成功",
        "state": str(task.facts.get("state", "")),
        "imageUrl": native["imageUrl"] or "",
        "progress": _progress(task),
        "failReason": native["failReason"] or "",
        "buttons": _buttons(task) or None,
        "maskBase64": "",
        "properties": _texts(task),
    }


def _trueai(task: SimulatedTask) -> dict[str, Any]:
    has_images = task.has_succeeded and not _texts(task)
    names = [str(number) for number in range(4)] if has_images else []
    return {
        **_native(task),
        "buttons": _buttons(task),
        "parentId": None,
        "seed": _seed(task) if task.has_succeeded else None,
        "mode": (task.route or "fast").upper(),
        "imageUrls": [
            {"url": task.link(f"{name}.png"), "thumbnail": task.link(f"{name}_thumbnail.jpg")} for name in names
        ],
        "thumbnailUrl": task.link("grid_thumbnail.jpg") if has_images else None,
        "videoUrl": None,
        "videoUrls": None,
    }


_OBJECTS = {"gateway": _gateway, "native": _native, "trueai": _trueai}


def _image(task: SimulatedTask) -> str | None:
    """The grid; while the task runs, what can be seen of it so far."""
    if task.has_succeeded:
        return task.link("grid.png", lifetime=_LINK_SECONDS)
    return task.link("preview.png", lifetime=_LINK_SECONDS) if task.stage == "running" else None


def _texts(task: SimulatedTask) -> dict[str, str] | None:
    """What a task with the fact `action` DESCRIBE or SHORTEN makes."""
    if not task.has_succeeded or _action(task) not in {"DESCRIBE", "SHORTEN"}:
        return None
    return {"finalPrompt": "1️⃣ a lighthouse --ar 3:2", "finalZhPrompt": "1️⃣ 一座灯塔 --ar 3:2"}


def _buttons(task: SimulatedTask) -> list[dict[str, Any]]:
    labels = ["U1", "U2", "U3", "U4"] if task.has_succeeded else []
    return [
        {"customId": f"MJ::JOB::upsample::{label[1]}::{task.id}", "emoji": "", "label": label, "type": 2, "style": 2}
        for label in labels
    ]


def _progress(task: SimulatedTask) -> str:
    return "100%" if task.is_done else f"{int(task.progress * 100)}%"


def _action(task: SimulatedTask) -> str:
    return str(task.facts.get("action", "IMAGINE"))


def _prompt(task: SimulatedTask) -> str:
    return str(task.facts.get("prompt", "pig --v 6.1"))


def _seed(task: SimulatedTask) -> str:
    return str(636_646_138 + task.number)


def _milliseconds(instant: datetime | None) -> int | None:
    return int(instant.timestamp() * 1000) if instant else None
