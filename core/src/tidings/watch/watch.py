"""Follows a set of tasks that grows and shrinks, over any lanes, each to its end.

There is no loop that walks the tasks. Each open task has one question in its lane's queue, which knows what is due; the
answer is judged, and the task is put into the queue again. So a look costs the same however many tasks are followed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from tidings.clock import Clock
from tidings.errors import FetchError, TidingsError
from tidings.lanes import UNCHANGED
from tidings.model import Change, Event, Look, TaskRef, TaskStatus
from tidings.schedule import Budgets, Done, GiveUp, Patience, Usual, Waiting, begin, judge, seen_again, timed_out
from tidings.watch.course import CourseOf, head_start
from tidings.watch.deadlines import Deadlines
from tidings.watch.entry import Entry
from tidings.watch.followed import Followed, resumed, stopped
from tidings.watch.lessons import duration_of
from tidings.watch.memory import Memory
from tidings.watch.news import News, is_news, slim
from tidings.watch.record import Record

_NO_BUDGETS = Budgets()
_Verdict = Waiting | Done | GiveUp


class Watch:
    """Belongs to the event loop it is made on.

    Args:
        course_of: from a task, which has been checked, to how it is followed.
        news: who is told.
        memory: how long tasks usually take; learns from those that end.
    """

    def __init__(self, course_of: CourseOf, clock: Clock, *, news: News, memory: Memory, patience: Patience) -> None:
        self._course_of = course_of
        self._clock = clock
        self._news = news
        self._memory = memory
        self._patience = patience
        self._records: dict[TaskRef, Record] = {}
        self._deadlines = Deadlines(clock, self._out_of_time)
        self._emptied = asyncio.Event()

    def __len__(self) -> int:
        """How many tasks are open."""
        return len(self._records)

    def __contains__(self, ref: TaskRef) -> bool:
        """Whether this task is open."""
        return ref in self._records

    @property
    def is_idle(self) -> bool:
        """Whether no task is open, and everything about those that were has been told."""
        return not self._records and not self._news.is_due

    def follow(self, refs: Iterable[TaskRef], *, until: float | None = None, budgets: Budgets = _NO_BUDGETS) -> None:
        """Follow these, too. One that is followed already goes on as it is.

        Args:
            until: when to stop, monotonic seconds; None for never.
            budgets: how long each may take.
        """
        now = self._clock.monotonic()  # one for all of them: they are given the same time
        for ref in refs:
            if ref not in self._records:
                self._start(self._new(ref, now, until, budgets))

    def leave(self, refs: Iterable[TaskRef]) -> None:
        """Follow these no more; nobody is told of a change. A request that serves nobody else is cancelled."""
        for ref in refs:
            record = self._records.get(ref)
            if record is not None:
                self._drop(record)
                self._note(record, Event.left)

    def hand_over(self) -> list[Followed]:
        """Stop, and return where each open task stands: `take_over` goes on from there, here or elsewhere.

        What was seen before is told before this returns. The watch may be used again.
        """
        now, at = self._clock.monotonic(), self._clock.now()
        handed = [stopped(record.ref, record.waiting, now, at) for record in self._records.values()]
        self.leave(list(self._records))
        self._deadlines.close()
        self._news.tell_now()
        return handed

    async def run(self, seconds: float) -> list[Followed]:
        """Follow for so long, or until none is open, and `hand_over` the rest: one slice of a longer watch."""
        self._emptied.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                if self._records:
                    await self._emptied.wait()
        return self.hand_over()

    def take_over(
        self, tasks: Iterable[Followed], *, until: float | None = None, budgets: Budgets = _NO_BUDGETS
    ) -> None:
        """Go on following what another watch handed over. Arguments as in `follow`."""
        now, at = self._clock.monotonic(), self._clock.now()
        for task in tasks:
            if task.ref not in self._records:
                record = self._new(task.ref, now, until, budgets)
                record.waiting = resumed(record.waiting, task, now, at)
                self._start(record)

    def entries(self) -> list[Entry]:
        """The open tasks as they stand at this moment. Costs a few microseconds for each."""
        return [self._entry(record) for record in self._records.values()]

    def answered(self, record: Record, answer: Any) -> None:
        """A lane's answer about an open task."""
        now, at = self._clock.monotonic(), self._clock.now()
        before = record.waiting
        if before.is_batched != record.course.is_batched:  # the account turned out to have no batch call, or fewer
            before = replace(before, is_batched=record.course.is_batched)
        seen = answer if isinstance(answer, TaskStatus) else before.last_status
        usual = None if before.is_batched else self._usual(record.ref, seen)
        verdict: _Verdict
        if answer is UNCHANGED:
            verdict = seen_again(before, now, self._patience, usual=usual, at=at)
        elif isinstance(answer, TaskStatus | FetchError):
            verdict = judge(before, _kept(answer), now, self._patience, usual=usual, at=at)
        else:  # the client was closed, or there is no way to ask
            verdict = GiveUp(answer)
        if isinstance(verdict, Waiting):
            self._go_on(record, verdict, answer, usual)
        elif isinstance(verdict, Done):
            self._finish(record, verdict.status)
        else:
            self._give_up(record, verdict.error)

    def retried(self, record: Record, error: FetchError, delay: float) -> None:
        """A request for an open task failed and goes out once more."""
        self._note(record, Event.retried, _words(error), due=delay, reason="asked" if error.retry_after else "failing")

    def _new(self, ref: TaskRef, now: float, until: float | None, budgets: Budgets) -> Record:
        course = self._course_of(ref)
        waiting = begin(now, least_pause=course.least_pause, is_batched=course.is_batched, until=until, budgets=budgets)
        return Record(ref, course, waiting, self)

    def _start(self, record: Record) -> None:
        self._records[record.ref] = record
        self._note_plan(record, Event.followed)
        self._ask(record, None)
        self._deadlines.set(record)

    def _ask(self, record: Record, usual: Usual | None) -> None:
        waiting = record.waiting
        ahead = head_start(waiting.age(self._clock.monotonic()), usual)
        record.course.lane.ask(record.ref, record, due=waiting.next_look, ahead=ahead)

    def _go_on(self, record: Record, waiting: Waiting, answer: Any, usual: Usual | None) -> None:
        """The task is open: tell what is new, and look again."""
        before = record.waiting
        record.waiting = waiting
        event, detail = Event.unchanged, ""
        if isinstance(answer, TaskStatus):
            detail = answer.raw_state
            if is_news(before.last_status, answer):
                event = Event.changed
                self._tell(record, before, None, is_end=False)
        elif isinstance(answer, FetchError):
            event, detail = Event.failed, _words(answer)
        if self._news.wants_looks:
            self._note_plan(record, event, detail, late=self._clock.monotonic() - before.next_look)
        self._deadlines.set(record)
        self._ask(record, usual)

    def _finish(self, record: Record, status: TaskStatus) -> None:
        """The task ended, or wants input."""
        before, now = record.waiting, self._clock.monotonic()
        seconds = duration_of(status, before, now)
        if seconds is not None:
            self._memory.learn(status.ref.provider, status.action, seconds)
        record.waiting = replace(before, last_status=status)
        self._drop(record)
        self._note(record, Event.ended, status.raw_state, late=now - before.next_look)
        self._tell(record, before, None, is_end=True)

    def _give_up(self, record: Record, error: TidingsError) -> None:
        self._drop(record)
        self._note(record, Event.gave_up, _words(error))
        self._tell(record, record.waiting, error, is_end=True)

    def _out_of_time(self, record: Record) -> None:
        """A deadline is over: say what was seen last, and what went wrong with the look under way."""
        trouble = record.course.lane.trouble(record.ref)
        self._give_up(record, timed_out(record.ref, record.waiting, self._clock.monotonic(), trouble))

    def _drop(self, record: Record) -> None:
        """The record is over. Its lane is told last, so that what follows from it finds it gone."""
        record.is_open = False
        del self._records[record.ref]
        if not self._records:
            self._emptied.set()
        record.course.lane.leave(record.ref, record)

    def _tell(self, record: Record, before: Waiting, error: TidingsError | None, *, is_end: bool) -> None:
        previous = before.last_status.state if before.last_status is not None else None
        status = record.waiting.last_status
        self._news.change(Change(record.ref, status, previous, error, is_end, self._clock.now()))

    def _usual(self, ref: TaskRef, status: TaskStatus | None) -> Usual | None:
        return self._memory.usual(ref.provider, status.action if status is not None else None)

    def _note_plan(self, record: Record, event: Event, detail: str = "", late: float = 0.0) -> None:
        """Note an event after which the task is looked at again."""
        waiting = record.waiting
        due = max(0.0, waiting.next_look - self._clock.monotonic())
        self._note(record, event, detail, due=due, reason=waiting.reason, late=late)

    def _note(
        self,
        record: Record,
        event: Event,
        detail: str = "",
        *,
        due: float | None = None,
        reason: str = "",
        late: float = 0.0,
    ) -> None:
        if not self._news.wants_looks:
            return
        waiting = record.waiting
        state = waiting.last_status.state if waiting.last_status is not None else None
        waited = self._clock.monotonic() - waiting.began
        at = self._clock.now()
        self._news.look(Look(record.ref, event, at, waited, state, detail, due, reason, max(0.0, late)))

    def _entry(self, record: Record) -> Entry:
        now, waiting = self._clock.monotonic(), record.waiting
        usual = self._usual(record.ref, waiting.last_status)
        return Entry(
            ref=record.ref,
            status=waiting.last_status,
            error=waiting.last_error,
            age=waiting.age(now),
            usual=usual.quantile(0.5) if usual is not None else None,
            next_look=max(0.0, waiting.next_look - now),
            reason=waiting.reason,
            trouble=record.course.lane.governor.trouble(now),
        )


def _kept(answer: TaskStatus | FetchError) -> TaskStatus | FetchError:
    """The answer as it is kept: while a task is open, without the provider's whole object."""
    return slim(answer) if isinstance(answer, TaskStatus) and not answer.is_final else answer


def _words(error: TidingsError) -> str:
    return f"{type(error).__name__}: {error.message}"
