"""A loopback server that speaks the dialects of four makers beside Luma's, for the libraries that wait for them.

As `server.py`, with further routes for one task. `COMPLETED` at fal says only that there is a result to be read.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from loopback import serve
from server import Gateway, created, has_ended

_VIDEO = "https://storage.example.com/video.mp4"
Said = dict[str, object]


def _replicate(task: str, is_over: bool) -> Said:
    return {
        "id": task,
        "model": "minimax/video-01",
        "version": "hidden",
        "status": "succeeded" if is_over else "processing",
        "input": {"prompt": "cat dance"},
        "output": _VIDEO if is_over else None,
        "logs": "",
        "error": None,
        "metrics": {},
        "created_at": created(task),
        "started_at": created(task),
        "completed_at": created(task) if is_over else None,
        "urls": {},
    }


def _runway(task: str, is_over: bool) -> Said:
    said: Said = {"id": task, "createdAt": created(task), "status": "SUCCEEDED" if is_over else "RUNNING"}
    return {**said, **({"output": [_VIDEO]} if is_over else {"progress": 0.5})}


def _openai(task: str, is_over: bool) -> Said:
    return {
        "id": task,
        "object": "video",
        "model": "sora-2",
        "status": "completed" if is_over else "in_progress",
        "progress": 100 if is_over else 50,
        "created_at": 1719819313,
        "seconds": "4",
        "size": "720x1280",
    }


def _fal(task: str, is_over: bool) -> Said:
    return {"status": "COMPLETED" if is_over else "IN_PROGRESS", "request_id": task, "logs": [], "metrics": {}}


def _fal_result(task: str, is_over: bool) -> Said:
    assert is_over, task
    return {"video": {"url": _VIDEO}}


# First match wins: what begins a path, what ends it, and who answers there.
_ROUTES: tuple[tuple[str, str, Callable[[str, bool], Said]], ...] = (
    ("/v1/predictions/", "", _replicate),
    ("/v1/tasks/", "", _runway),
    ("/openai/videos/", "", _openai),
    ("/fal/", "/status", _fal),
    ("/fal/", "", _fal_result),
)


class Makers(Gateway):
    """Luma's gateway, and the makers themselves."""

    def one(self, path: str, task: str, step: int) -> str:
        path = path.partition("?")[0]
        for start, end, said in _ROUTES:
            if path.startswith(start) and path.endswith(end):
                return json.dumps(said(task, has_ended(task, step)))
        return super().one(path, task, step)


if __name__ == "__main__":
    asyncio.run(serve(Makers().answer))
