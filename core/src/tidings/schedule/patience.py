"""What a wait bears and for how long: settings, in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a wait bears what. All in seconds, but for the shares and the number of looks.

    Attributes:
        growth: the pause between two looks as a share of the time waited so far: what was not done after ten minutes
            will hardly be done in the next five seconds.
        longest_pause: most seconds between two looks, once the task may have ended.
        outage: how long looks may fail in a row before the last error is raised. Rate limits do not count: they end.
        not_found: how long a task may be unknown after the wait began: gateways need a moment to know a new one.
        unknown: how long a state we do not know may stand before `UnknownState` is raised.
        batch_growth: as `growth`, where looks share a request with many others and cost next to nothing.
        looks: how many looks a task is worth where it is known how long such tasks take: they are laid where the end is
            likely.
    """

    growth: float = 0.05
    longest_pause: float = 30.0
    outage: float = 300.0
    not_found: float = 60.0
    unknown: float = 600.0
    batch_growth: float = 0.01
    looks: float = 20.0


@dataclass(frozen=True, slots=True)
class Budgets:
    """How long one task may take before we stop waiting for it. In seconds; None for as long as it takes.

    None of them is set unless you set it: a task that stands in a queue for hours is not lost.

    Attributes:
        task: from when following it began.
        queued: in a row in the queue (`pending` or `queued`), from the first look that found it there.
        running: in a row at work (`running`), from the first look that found it so.
    """

    task: float | None = None
    queued: float | None = None
    running: float | None = None


NO_BUDGETS = Budgets()
