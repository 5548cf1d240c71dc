"""From the looks at one task to plain sentences: what was seen, when it was looked at next and why. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from types import MappingProxyType

from tidings.model import Event, Look, TaskState

_NOTABLE = 0.5  # seconds: what an answer may be early or late by before it is worth a word
_FEWEST = 3  # as many alike in a row become one sentence
_EVEN = 0.1  # gaps that differ by this share, or by this many seconds, are one gap


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happened at one moment, or over and over for a while.

    Attributes:
        start, end: seconds since following began; the same for one moment.
        event: what happened.
        times: how often.
    """

    start: float
    end: float
    event: Event
    times: int
    text: str


@dataclass(frozen=True, slots=True)
class _Step:
    """A look with what is to be known of those before it.

    Attributes:
        before: the state before, None when it had never been seen.
        early: seconds by which the answer came before its look was due, 0.0 for what is no answer.
    """

    look: Look
    before: TaskState | None
    early: float


_ANSWERS = frozenset({Event.changed, Event.unchanged, Event.failed, Event.ended})


def told(looks: Sequence[Look], reasons: Mapping[str, str], *, every: bool = False) -> list[Sentence]:
    """The looks at one task in sentences, in order; many alike in a row become one, unless `every` is set.

    Args:
        looks: at one task, as they happened.
        reasons: why a next look is when it is: from the key in the trace to words. A key that is not in it is shown.
    """
    sentences = []
    for _, group in groupby(_steps(looks), _kind):
        steps = list(group)
        if every or len(steps) < _FEWEST or steps[0].look.event not in _SUMMARIES:
            sentences += [_single(step, reasons) for step in steps]
        else:
            sentences.append(_summary(steps, reasons))
    return sentences


def moment(seconds: float) -> str:
    """An instant, counted from when following began: `+12.3 s`."""
    return f"{seconds:+,.1f} s"


def span(seconds: float) -> str:
    """How long: `5 s`, `0.3 s`."""
    return f"{seconds:,.1f} s".replace(".0 s", " s")


def count(number: int, what: str) -> str:
    """`1 look`, `2 looks`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def clause(text: str) -> str:
    """A sentence as part of a longer one: without its full stop."""
    return text.rstrip(". ")


def _steps(looks: Sequence[Look]) -> Iterator[_Step]:
    before, planned = None, None
    for look in looks:
        if look.event is Event.followed:
            before, planned = None, None
        early = planned - look.waited if planned is not None and look.event in _ANSWERS else 0.0
        yield _Step(look, before, max(0.0, early))
        before = look.state
        if look.due is not None and look.event is not Event.retried:  # that one is part of a look under way
            planned = look.waited + look.due


def _kind(step: _Step) -> tuple[object, ...]:
    """Equal for steps that one sentence can sum up."""
    look = step.look
    before = step.before if look.event is Event.changed else None
    detail = look.detail if look.event is not Event.unchanged else ""
    return look.event, before, look.state, look.reason, detail


def _single(step: _Step, reasons: Mapping[str, str]) -> Sentence:
    look = step.look
    parts = (_TOLD[look.event](step), _punctuality(step), _plan(look, reasons))
    return Sentence(look.waited, look.waited, look.event, 1, _joined(parts))


def _summary(steps: Sequence[_Step], reasons: Mapping[str, str]) -> Sentence:
    first, last = steps[0].look, steps[-1].look
    what = _SUMMARIES[first.event]
    when = f"{count(len(steps), what.noun)} until {moment(last.waited)}, {_gaps(steps)} apart"
    parts = (f"{when}, {what.say(steps[-1])}", _punctualities(steps), _plan(last, reasons))
    return Sentence(first.waited, last.waited, first.event, len(steps), _joined(parts))


def _joined(parts: Sequence[str]) -> str:
    return " ".join(f"{clause(part)}." for part in parts if part)


def _gaps(steps: Sequence[_Step]) -> str:
    gaps = [after.look.waited - before.look.waited for before, after in pairwise(steps)]
    least, most = min(gaps), max(gaps)
    if most - least <= max(_EVEN, _EVEN * abs(most)):
        return span((steps[-1].look.waited - steps[0].look.waited) / len(gaps))
    return f"{span(least)} to {span(most)}"


def _plan(look: Look, reasons: Mapping[str, str]) -> str:
    """When the task is looked at next, and why."""
    if look.due is None:
        return ""
    what = "It is sent once more" if look.event is Event.retried else "Next look"
    when = f"at {moment(look.waited + look.due)}" if look.due > 0 else "at once"
    why = reasons.get(look.reason, look.reason)
    return f"{what} {when}: {why}" if why else f"{what} {when}"


def _punctuality(step: _Step) -> str:
    if step.early > _NOTABLE:
        return f"It came {span(step.early)} before it was due: another request brought it along"
    late = step.look.late
    return f"The answer came {span(late)} after the look was due" if late > _NOTABLE else ""


def _punctualities(steps: Sequence[_Step]) -> str:
    along = sum(step.early > _NOTABLE for step in steps)
    late = max(step.look.late for step in steps)
    notes = (
        f"{along:,} of them came before they were due: other requests brought them along" if along else "",
        f"the latest answer came {span(late)} after its look was due" if late > _NOTABLE else "",
    )
    return "; ".join(note for note in notes if note).capitalize()


def state_of(look: Look) -> str:
    """The task's state in words."""
    return look.state.value.replace("_", " ") if look.state is not None else "not seen yet"


def _provider_s_word(look: Look) -> str:
    return f"; the provider says {look.detail!r}" if look.detail else ""


def _quoted(look: Look) -> str:
    return f" ({clause(look.detail)})" if look.detail else ""


def _followed(step: _Step) -> str:
    return f"Following began ({step.look.at:%Y-%m-%d %H:%M:%S} UTC)"


def _changed(step: _Step) -> str:
    look = step.look
    if step.before is None:
        return f"Seen for the first time: {state_of(look)}{_provider_s_word(look)}"
    if step.before is not look.state:
        return f"Changed from {step.before.value.replace('_', ' ')} to {state_of(look)}{_provider_s_word(look)}"
    return f"Still {state_of(look)}, with something new: progress, an output or the like{_provider_s_word(look)}"


def _unchanged(step: _Step) -> str:
    return f"Nothing new: {state_of(step.look)}"


def _retried(step: _Step) -> str:
    return f"The request failed{_quoted(step.look)}, the look goes on"


def _failed(step: _Step) -> str:
    seen = f", {state_of(step.look)} when last seen" if step.look.state is not None else ""
    return f"The look failed{_quoted(step.look)}, which is borne for now{seen}"


def _ended(step: _Step) -> str:
    ended = "It wants input" if step.look.state is TaskState.input_required else f"It ended: {state_of(step.look)}"
    return f"{ended}{_provider_s_word(step.look)}"


def _gave_up(step: _Step) -> str:
    return f"Followed no more: {step.look.detail}" if step.look.detail else "Followed no more"


def _left(step: _Step) -> str:
    del step
    return "Taken out or handed over: followed no more here"


_TOLD: Mapping[Event, Callable[[_Step], str]] = MappingProxyType(
    {
        Event.followed: _followed,
        Event.changed: _changed,
        Event.unchanged: _unchanged,
        Event.retried: _retried,
        Event.failed: _failed,
        Event.ended: _ended,
        Event.gave_up: _gave_up,
        Event.left: _left,
    }
)


@dataclass(frozen=True, slots=True)
class _Summed:
    """How events of one kind in a row are told: what they are counted as, and what is said of all."""

    noun: str
    say: Callable[[_Step], str]


_SUMMARIES: Mapping[Event, _Summed] = MappingProxyType(
    {
        Event.changed: _Summed("look", lambda step: f"with something new each time, {state_of(step.look)}"),
        Event.unchanged: _Summed("look", lambda step: f"with nothing new, {state_of(step.look)}"),
        Event.retried: _Summed("failed request", lambda step: f"while the look goes on{_quoted(step.look)}"),
        Event.failed: _Summed("failed look", lambda step: f"borne for now{_quoted(step.look)}"),
    }
)
