"""A loopback server for benchmarks: Luma's two routes as a gateway serves them, with tasks that live and end.

Prints its port, then serves until its standard input closes. `GET /figures` tells what was asked since it was last
asked for; `GET /figures/anew` also forgets which tasks were asked about.
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from functools import cache

from lives import ID, life_of
from loopback import serve

# The gateway's own row around Luma's object; the bare object is what the route for one task answers.
_ROW = (
    '{{"id":13917,"created_at":"2024-07-01T07:35:13.568Z","updated_at":"2024-07-01T07:35:23.654Z","task_id":"{id}",'
    '"platform":"luma_free","action":"LUMA_VIDEO","status":"{status}","fail_reason":"","submit_time":{submitted},'
    '"start_time":{submitted},"finish_time":{finished},"progress":"{progress}%","data":{data}}}'
)
_OBJECT = (
    '{{"id":"{id}","liked":null,"state":"{state}","video":{video},"prompt":"cat dance",'
    '"created_at":"{created}","estimate_wait_seconds":null}}'
)
_VIDEO = '{{"url":"https://storage.example.com/{id}.mp4","width":1360,"height":752,"thumbnail":null}}'
_SINCE_EPOCH = time.time() - time.monotonic()

_life_of = cache(life_of)


def has_ended(task: str, step: int) -> bool:
    """Whether a task that has come so far is over."""
    return step == _life_of(task).steps


@cache
def row(task: str, step: int) -> str:
    """The gateway's row about a task that has come so far."""
    life, is_over = _life_of(task), has_ended(task, step)
    return _ROW.format(
        id=task,
        status="SUCCESS" if is_over else "IN_PROGRESS",
        submitted=int(life.began + _SINCE_EPOCH),
        finished=int(life.end + _SINCE_EPOCH) if is_over else 0,
        progress=step * 100 // life.steps,
        data=luma_object(task, step),
    )


@cache
def luma_object(task: str, step: int) -> str:
    """Luma's own object about a task that has come so far."""
    is_over = has_ended(task, step)
    return _OBJECT.format(
        id=task,
        state="completed" if is_over else "processing",
        video=_VIDEO.format(id=task) if is_over else "null",
        created=created(task),
    )


def created(task: str) -> str:
    """When it began, as makers write it."""
    return f"{datetime.fromtimestamp(_life_of(task).began + _SINCE_EPOCH, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


class Gateway:
    """Answers, and counts what it is asked."""

    def __init__(self) -> None:
        self._requests = self._looks = 0
        self._longest_gap = 0.0  # seconds between two looks at one task
        self._seen: dict[str, float] = {}

    def answer(self, method: str, path: str, body: bytes) -> bytes:
        if path.startswith("/figures"):
            return self._told(is_anew=path.endswith("/anew"))
        now = time.monotonic()
        tasks = json.loads(body)["ids"] if method == "POST" else [ID.search(path).group()]
        self._count(tasks, now)
        steps = [_life_of(task).step(now) for task in tasks]
        if method == "POST":
            return f'{{"code":"success","message":"","data":[{",".join(map(row, tasks, steps))}]}}'.encode()
        return self.one(path, tasks[0], steps[0]).encode()

    def one(self, path: str, task: str, step: int) -> str:
        """What the route for one task answers."""
        del path  # there is but this one
        return luma_object(task, step)

    def _count(self, tasks: list[str], now: float) -> None:
        self._requests += 1
        self._looks += len(tasks)
        for task in tasks:
            gap = now - self._seen.get(task, now)
            if gap > self._longest_gap:
                self._longest_gap = gap
            self._seen[task] = now

    def _told(self, *, is_anew: bool) -> bytes:
        seen = {} if is_anew else self._seen
        figures = {
            "requests": self._requests,
            "looks": self._looks,
            "tasks": len(self._seen),
            "longest_gap": self._longest_gap,
        }
        self._requests, self._looks, self._longest_gap, self._seen = 0, 0, 0.0, seen
        return json.dumps(figures).encode()


if __name__ == "__main__":
    asyncio.run(serve(Gateway().answer))
