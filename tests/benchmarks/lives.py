"""Tasks whose ids say when they begin and end, so that server and client agree on it without a word."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass

ID = re.compile(r"b015\d+-\d+-\d+")
NEVER = 10**12  # milliseconds of the monotonic clock: some thirty years after the machine was started


@dataclass(frozen=True, slots=True)
class Life:
    """When a task begins and ends: seconds of the monotonic clock, which all processes of a machine share."""

    began: float
    end: float

    def share(self, now: float) -> float:
        """How much of it is over, from 0.0 to 1.0."""
        return min(1.0, max(0.0, (now - self.began) / (self.end - self.began)))


def life_of(task: str) -> Life:
    """What the id says."""
    _, began, end = task.rsplit("-", 2)
    return Life(int(began) / 1000, int(end) / 1000)


def tasks_ending(count: int, *, earliest: float, latest: float, seed: int) -> list[str]:
    """Ids of tasks that begin now and end at random (uniform) from `earliest` to `latest` seconds from now."""
    now, draw = time.monotonic(), random.Random(seed)
    return [_id(number, now, int((now + draw.uniform(earliest, latest)) * 1000)) for number in range(count)]


def endless_tasks(count: int) -> list[str]:
    """Ids of tasks that begin now and are open as long as anybody looks."""
    now = time.monotonic()
    return [_id(number, now, NEVER) for number in range(count)]


def _id(number: int, began: float, end: int) -> str:
    return f"b015{number:08d}-{int(began * 1000)}-{end}"
