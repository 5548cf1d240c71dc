"""When to look next, and why: the rules in their order."""

from __future__ import annotations

from tidings.schedule.patience import Patience
from tidings.schedule.reasons import Reason
from tidings.schedule.usual import Usual
from tidings.schedule.waiting import Waiting

_NEARER = 0.6  # of the time left by the provider's estimate: it is checked on the way, estimates being what they are
_NEAR = 10.0  # least pauses: so much of a way is gone at once
_PUT_OFF = 6.0  # least pauses that a hint may put a look off by: estimates are rough, and a wrong one must cost little
_PER_PLACE = 0.5  # seconds that each task before ours in the provider's queue takes at least


def next_look(
    waiting: Waiting,
    now: float,
    patience: Patience,
    *,
    usual: Usual | None = None,
    at_least: float = 0.0,
    is_failing: bool = False,
) -> tuple[float, Reason]:
    """The instant of the next look, and the rule that decided.

    Never sooner than the provider's least pause or the server asked, except for a last look before the deadline, which
    keeps half of that pause. Never later than `Patience.longest_pause` says, except while nothing can have ended yet.

    Args:
        usual: how long such tasks take, None when that is not known.
        at_least: seconds the server asked us to wait.
        is_failing: whether the look that was just made failed; what is usual says nothing about when trouble ends.
    """
    if is_failing:
        pause, reason = min(patience.longest_pause, patience.growth * (now - waiting.began)), Reason.failing
    else:
        pause, reason = _wanted(waiting, now, patience, usual)
    if pause <= waiting.least_pause:
        pause, reason = waiting.least_pause, Reason.failing if is_failing else Reason.interval
    if at_least >= pause and at_least > 0.0:
        pause, reason = at_least, Reason.asked
    if waiting.deadline is not None and now + pause >= waiting.deadline:
        return _last_look(waiting, now, waiting.deadline, at_least) or (now + pause, reason)
    return now + pause, reason


def _wanted(waiting: Waiting, now: float, patience: Patience, usual: Usual | None) -> tuple[float, Reason]:
    """The pause that is worth it, whatever is allowed."""
    if waiting.is_batched:
        return min(patience.longest_pause, patience.batch_growth * (now - waiting.began)), Reason.batch
    if usual is not None:
        age = waiting.age(now)
        pause = usual.pause(age, least_pause=waiting.least_pause, looks=patience.looks)
        if pause is not None:
            return min(pause, _farthest(usual.earliest - age, waiting, patience)), Reason.usual
    pause, reason = patience.growth * (now - waiting.began), Reason.sparse
    most = _PUT_OFF * waiting.least_pause
    if waiting.expected is not None and (hint := min(most, _NEARER * (waiting.expected - now))) > pause:
        pause, reason = hint, Reason.estimate
    status = waiting.last_status
    if status is not None and status.queue_position and (hint := min(most, _PER_PLACE * status.queue_position)) > pause:
        pause, reason = hint, Reason.queue
    return min(patience.longest_pause, pause), reason


def _farthest(rest: float, waiting: Waiting, patience: Patience) -> float:
    """The longest pause where `rest` seconds are left in which such tasks never ended yet.

    Far from the first end seen so far, half of the way: what was learned may be wrong for this task, or by now.
    """
    if rest <= 0.0:
        return patience.longest_pause
    return max(min(patience.longest_pause, _NEAR * waiting.least_pause), rest / 2)


def _last_look(waiting: Waiting, now: float, deadline: float, at_least: float) -> tuple[float, Reason] | None:
    """A look just before the deadline, None when it would follow this one too soon."""
    last_chance = deadline - min(waiting.least_pause / 2, 1.0)
    is_worth_it = last_chance - now >= max(waiting.least_pause / 2, at_least)
    return (last_chance, Reason.deadline) if is_worth_it else None
