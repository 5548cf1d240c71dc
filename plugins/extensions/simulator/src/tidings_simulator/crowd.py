"""A mixed crowd of tasks to begin with: every provider, dialect and outcome in turn."""

from __future__ import annotations

from itertools import cycle, islice, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tidings_simulator.server import Simulator
    from tidings_simulator.tasks import Record

_OUTCOMES = ("succeeded", "succeeded", "failed", "succeeded")
_APART = 3.0  # simulated seconds between two tasks' beginnings
_OLDEST = 60.0


def add_crowd(simulator: Simulator, count: int) -> list[Record]:
    """Add `count` tasks, the first of them some way along already."""
    voices = [(name, dialect) for name in simulator.providers for dialect in simulator.dialects(name)]
    parts = islice(cycle(product(_OUTCOMES, voices)), count if voices else 0)
    return [
        simulator.add(provider, outcome=outcome, dialect=dialect, age=max(0.0, _OLDEST - _APART * index))
        for index, (outcome, (provider, dialect)) in enumerate(parts)
    ]
