"""A run of `tidings.schedule` over tasks whose ends are drawn by chance, for the page on when to look."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean

from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.schedule import Durations, Patience, Usual, Waiting, begin, judge

TASKS = 2000
LEAST_PAUSE = 1.0  # seconds between two looks at a task, as a provider may ask for
_REFUSED = 0.08  # share of the tasks that end soon, because the prompt is refused
_SEED = 4
_PATIENCE = Patience()
_RUNNING = TaskStatus(
    ref=TaskRef.parse("luma:1"),
    state=TaskState.running,
    raw_state="processing",
    observed_at=datetime(2026, 1, 1, tzinfo=UTC),
)

Way = Callable[[float], list[float]]
"""From how long a task takes to the ages at which it is looked at; the last one finds it over."""


@dataclass(frozen=True)
class Outcome:
    """What one way of looking costs and brings, on average over all tasks.

    Attributes:
        name: what to call it.
        looks: at a task, until its end is seen.
        delay: seconds from the end until it is seen.
        example: seconds of age at which one slow task was looked at.
    """

    name: str
    looks: float
    delay: float
    example: Sequence[float]


@dataclass(frozen=True)
class Run:
    """Attributes:
    durations: seconds that each task took.
    outcomes: of a plain loop, of Tidings at first, and of Tidings that has learned.
    slow: seconds that the task of the examples took: only one in twenty takes longer.
    """

    durations: Sequence[float]
    outcomes: Sequence[Outcome]
    slow: float


def run() -> Run:
    """The same each time: what is learned comes from as many other tasks of the same kind."""
    chance = random.Random(_SEED)  # noqa: S311  # a simulation, not a secret
    usual = _usual([_duration(chance) for _ in range(TASKS)])
    durations = sorted(_duration(chance) for _ in range(TASKS))
    slow = durations[int(0.95 * TASKS)]
    learned = _outcome("after learning", lambda taken: looks(taken, usual), durations, slow)
    pause = 2 * learned.delay
    loop = _outcome(f"a loop, every {pause:.1f} s", lambda taken: _fixed(taken, pause), durations, slow)
    first = _outcome("before learning", lambda taken: looks(taken, None), durations, slow)
    return Run(durations, (loop, first, learned), slow)


def looks(duration: float, usual: Usual | None) -> list[float]:
    """The ages at which the schedule looks at a task that takes this long and is followed from its submission."""
    waiting, now, made = begin(0.0, least_pause=LEAST_PAUSE), 0.0, [0.0]
    while now < duration:
        verdict = judge(waiting, _RUNNING, now, _PATIENCE, usual=usual)
        assert isinstance(verdict, Waiting), "there is no deadline here"
        waiting, now = verdict, verdict.next_look
        made.append(now)
    return made


def _fixed(duration: float, pause: float) -> list[float]:
    made = [0.0]
    while made[-1] < duration:
        made.append(len(made) * pause)
    return made


def _outcome(name: str, way: Way, durations: Sequence[float], slow: float) -> Outcome:
    made = [way(taken) for taken in durations]
    delays = (ages[-1] - taken for ages, taken in zip(made, durations, strict=True))
    return Outcome(name, fmean(map(len, made)), fmean(delays), way(slow))


def _usual(durations: Sequence[float]) -> Usual:
    known = Durations()
    for taken in durations:
        known.learn("luma", "generate", taken)
    usual = known.usual("luma", "generate")
    assert usual is not None, "that many are enough"
    return usual


def _duration(chance: random.Random) -> float:
    """Seconds, as of a video: refused at once, or made in a time that has a long tail."""
    return chance.uniform(3.0, 8.0) if chance.random() < _REFUSED else chance.lognormvariate(4.3, 0.25)
