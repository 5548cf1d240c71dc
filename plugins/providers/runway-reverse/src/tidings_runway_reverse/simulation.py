"""Runway's web application as gateways offer it, for the simulator: the feed, wrapped or not, and its task route.

A task's dialect says how the feed speaks about it; below `/runway/tasks` every task looks as in the web application.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tidings.testing.simulation import Route, SimulatedTask, Simulation, Stage, in_body

_FEED = {"pending": "0", "throttled": "0", "running": "1", "failed": "2", "succeeded": "3"}
_GATEWAY = {
    "pending": "NOT_START",
    "throttled": "QUEUED",
    "running": "IN_PROGRESS",
    "failed": "FAILURE",
    "succeeded": "SUCCESS",
}
_PLACE_IN_LINE = 3
_WAIT_SECONDS = 12.5
_STILLS = ("preview1.jpg", "preview2.jpg")


class RunwayReverseSimulation(Simulation):
    """`feed` and `wrapped` are its dialects. A task's facts may be a `prompt`."""

    routes = (
        Route("POST", "/runway/feed", ids=in_body("task_id")),
        Route("POST", "/runway/v1/feed", ids=in_body("task_id")),
        Route("GET", "/runway/tasks/{id}", render="web"),
        Route("GET", "/pro/runway/tasks/{id}", render="web"),
    )
    stages = (Stage("pending", 5), Stage("throttled", 0), Stage("running", 40))
    outcomes = ("succeeded", "failed")
    words = {stage: stage.upper() for stage in _FEED}  # what the web application says
    dialects = {"feed": _FEED, "wrapped": _GATEWAY}
    failure = "generation failed"

    def render(self, task: SimulatedTask) -> Any:
        if task.dialect == "wrapped":
            return {"code": "success", "message": "", "data": _record(task, self._web_word(task))}
        return {"code": 200, "msg": "成功", "data": _fed(task), "exec_time": 0.028943}

    def web(self, task: SimulatedTask) -> Any:
        """The answer of the task route."""
        return {"task": _web(task, self._web_word(task))}

    def _web_word(self, task: SimulatedTask) -> str:
        """The web application's own word. One that was put into a task's mouth, which nobody knows, is the same."""
        is_its_own = task.word == self.word(task.stage, task.dialect)
        return self.words[task.stage] if is_its_own else task.word


def _fed(task: SimulatedTask) -> dict[str, Any]:
    has_files = task.has_succeeded
    return {
        "task_id": task.id,
        "state": "",
        "status": task.word,
        "prompt": _prompt(task),
        "prompt_en": None,
        "video_url": task.link("video.mp4") if has_files else None,
        "raw_video_url": task.link("raw.mp4") if has_files else None,
        "poster": task.link("poster.jpg") if has_files else None,
        "last_frame": task.link("last_frame.jpg") if has_files else None,
        "msg": task.failure if task.has_failed else None,
        "point": "200",
        "refund": "1" if task.has_failed else "0",
        "create_time": str(_seconds(task.created_at)),
        "update_time": str(_seconds(task.now)),
    }


def _record(task: SimulatedTask, word: str) -> dict[str, Any]:
    """The gateway's record around an object as in Runway's developer API."""
    result = {"output": [task.link("video.mp4")]} if task.has_succeeded else {}
    return {
        "task_id": task.id,
        "action": "IMAGE_TO_VIDEO",
        "status": task.word,
        "fail_reason": task.failure if task.has_failed else "",
        "submit_time": _seconds(task.created_at),
        "start_time": _seconds(task.started_at),
        "finish_time": _seconds(task.finished_at),
        "progress": f"{task.progress:.0%}",
        "data": {"id": task.id, "status": word, "createdAt": _iso(task.created_at), **result},
    }


def _web(task: SimulatedTask, word: str) -> dict[str, Any]:
    is_waiting = task.started_at is None or task.stage == "throttled"
    return {
        "id": task.id,
        "name": "Gen-3",
        "image": None,
        "createdAt": _iso(task.created_at),
        "updatedAt": _iso(task.now),
        "taskType": "gen3a",
        "options": {"name": "Gen-3", "seconds": 5, "text_prompt": _prompt(task)},
        "status": word,
        "error": None,
        "progressText": task.failure if task.has_failed else None,
        "progressRatio": f"{task.progress:.2f}",
        "placeInLine": _PLACE_IN_LINE if is_waiting else None,
        "estimatedTimeToStartSeconds": _WAIT_SECONDS if is_waiting else None,
        "artifacts": [_artifact(task)] if task.has_succeeded else [],
        "sharedAsset": None,
    }


def _artifact(task: SimulatedTask) -> dict[str, Any]:
    return {
        "id": f"artifact-{task.number}",
        "taskId": task.id,
        "filename": "Gen-3.mp4",
        "url": task.link("video.mp4"),
        "fileSize": "100000",
        "previewUrls": [task.link(name) for name in _STILLS],
        "metadata": {
            "frameRate": 24,
            "duration": 5.2,
            "dimensions": [1280, 768],
            "size": {"width": 1280, "height": 768},
        },
    }


def _prompt(task: SimulatedTask) -> str:
    return str(task.facts.get("prompt", "A little cat"))


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _seconds(instant: datetime | None) -> int:
    return int(instant.timestamp()) if instant else 0
