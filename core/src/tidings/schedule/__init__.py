"""Pure decisions of a wait: look again and when, be content, or give up and why."""

from tidings.schedule.durations import Durations
from tidings.schedule.endings import timed_out
from tidings.schedule.judge import Done, GiveUp, judge, seen_again
from tidings.schedule.pace import next_look
from tidings.schedule.patience import Budgets, Patience
from tidings.schedule.reasons import REASONS, Reason
from tidings.schedule.usual import Usual
from tidings.schedule.waiting import Waiting, begin

__all__ = [
    "REASONS",
    "Budgets",
    "Done",
    "Durations",
    "GiveUp",
    "Patience",
    "Reason",
    "Usual",
    "Waiting",
    "begin",
    "judge",
    "next_look",
    "seen_again",
    "timed_out",
]
