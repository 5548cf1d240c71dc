"""What a trace says about one task in the end: how long, how many looks, what ended it. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tidings.cli.story import clause, count, moment, span, state_of
from tidings.model import Event, Look, TaskState

_NOTABLE = 0.05  # seconds; shown as 0.1 s
_OPEN = frozenset({Event.changed, Event.unchanged})  # looks that found the task not over


@dataclass(frozen=True, slots=True)
class Verdict:
    """How following a task came out, the last time where it was followed more than once.

    Attributes:
        seconds: from when following began to the last event.
        looks: how many were answered, or failed for good.
        retries: requests that failed and were sent once more.
        end: the event that ended it, None where the trace ends before.
        state: as last seen, None when it never was.
        late: seconds by which the last answer came after its look was due.
        text: all this in words.
    """

    seconds: float
    looks: int
    retries: int
    end: Event | None
    state: TaskState | None
    late: float
    text: str


def verdict_on(looks: Sequence[Look]) -> Verdict:
    """The verdict on at least one look at a task."""
    times = sum(look.event is Event.followed for look in looks)
    course = _last_course(looks)
    last = course[-1]
    events = Counter(look.event for look in course)
    text = _CLOSING.get(last.event, _still_open)(course)
    return Verdict(
        seconds=last.waited,
        looks=_answered(events),
        retries=events[Event.retried],
        end=last.event if last.event in _CLOSING else None,
        state=last.state,
        late=last.late,
        text=f"It was followed {times} times; this is about the last. {text}" if times > 1 else text,
    )


def _last_course(looks: Sequence[Look]) -> Sequence[Look]:
    begins = [index for index, look in enumerate(looks) if look.event is Event.followed]
    return looks[begins[-1] :] if begins else looks


def _answered(events: Mapping[Event, int]) -> int:
    return sum(events[event] for event in (Event.changed, Event.unchanged, Event.failed, Event.ended))


def _effort(course: Sequence[Look]) -> str:
    """`5 looks`, and what went wrong with them."""
    events = Counter(look.event for look in course)
    trouble = {
        f"{events[Event.failed]:,} failed": events[Event.failed],
        f"{count(events[Event.retried], 'request')} sent once more": events[Event.retried],
    }
    told = ", ".join(text for text, number in trouble.items() if number)
    return count(_answered(events), "look") + (f" ({told})" if told else "")


def _ended(course: Sequence[Look]) -> str:
    last = course[-1]
    end = "it wants input" if last.state is TaskState.input_required else f"it ended, {state_of(last)}"
    came = f"{span(last.late)} after the look was due" if last.late >= _NOTABLE else "in time"
    parts = (f"After {span(last.waited)} and {_effort(course)} {end}; the answer came {came}.", _when_it_ended(course))
    return " ".join(part for part in parts if part)


def _when_it_ended(course: Sequence[Look]) -> str:
    """Between which looks the end lies."""
    last = course[-1]
    before = next((look for look in reversed(course) if look.event in _OPEN), None)
    if before is None:
        return "It was over when it was seen first."
    return f"It was last seen open at {moment(before.waited)}, {span(last.waited - before.waited)} before."


def _gave_up(course: Sequence[Look]) -> str:
    last = course[-1]
    why = f": {clause(last.detail)}" if last.detail else ""
    return f"After {span(last.waited)} and {_effort(course)} it was followed no more{why}."


def _left(course: Sequence[Look]) -> str:
    last = course[-1]
    return f"After {span(last.waited)} and {_effort(course)} it was taken out or handed over, {state_of(last)}."


def _still_open(course: Sequence[Look]) -> str:
    last = course[-1]
    due = f"; the next look was due at {moment(last.waited + last.due)}" if last.due is not None else ""
    return (
        f"The trace ends at {moment(last.waited)}, after {_effort(course)}, with the task open, {state_of(last)}{due}."
    )


_CLOSING: Mapping[Event, Callable[[Sequence[Look]], str]] = MappingProxyType(
    {Event.ended: _ended, Event.gave_up: _gave_up, Event.left: _left}
)
