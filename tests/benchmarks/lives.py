"""Tasks whose ids say when they begin and end, so that server and client agree on it without a word."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass

ID = re.compile(r"b015\d+-\d+-\d+-\d+")
NEVER = 10**12  # milliseconds of the monotonic clock: some thirty years after the machine was started


@dataclass(frozen=True, slots=True)
class Life:
    """When a task begins and ends: seconds of the monotonic clock, which all processes of a machine share.

    Attributes:
        steps: how often what is said of its progress changes; with the last one it is over.
    """

    began: float
    end: float
    steps: int

    def step(self, now: float) -> int:
        """How far it has come."""
        share = (now - self.began) / (self.end - self.began)
        return int(min(1.0, max(0.0, share)) * self.steps)


def life_of(task: str) -> Life:
    """What the id says."""
    _, began, end, steps = task.rsplit("-", 3)
    return Life(int(began) / 1000, int(end) / 1000, int(steps))


def tasks_ending(count: int, *, earliest: float, latest: float, seed: int, steps: int = 1) -> list[str]:
    """Ids of tasks that begin now and end at random (uniform) from `earliest` to `latest` seconds from now."""
    now, draw = time.monotonic(), random.Random(seed)
    return [_id(number, now, int((now + draw.uniform(earliest, latest)) * 1000), steps) for number in range(count)]


def endless_tasks(count: int) -> list[str]:
    """Ids of tasks that begin now and are open as long as anybody looks."""
    now = time.monotonic()
    return [_id(number, now, NEVER, 1) for number in range(count)]


def _id(number: int, began: float, end: int, steps: int) -> str:
    return f"b015{number:08d}-{int(began * 1000)}-{end}-{steps}"
