"""Asking lanes for no longer than the caller will wait."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tidings.client.outcomes import Answer
from tidings.clock import Clock
from tidings.errors import FetchError
from tidings.lanes import Lane
from tidings.model import TaskRef


@dataclass(frozen=True, slots=True)
class Limit:
    """How long the caller will wait, from now on: one for a whole verb, however many looks it takes.

    Attributes:
        seconds: as the caller gave them, None for no limit.
        deadline: when they are over, monotonic seconds.
    """

    seconds: float | None
    deadline: float | None

    @classmethod
    def starting(cls, seconds: float | None, clock: Clock) -> Limit:
        """`seconds` from now."""
        return cls(seconds, None if seconds is None else clock.monotonic() + seconds)

    def left(self, now: float) -> float | None:
        """Seconds until it is over, at least 0.0; None for no limit."""
        return None if self.deadline is None else max(0.0, self.deadline - now)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a lane: about a task, or for its extra called `include`."""

    lane: Lane
    task: TaskRef
    include: str | None = None

    def trouble(self) -> FetchError | None:
        """Why the last try failed, while it is still being asked."""
        return self.lane.trouble(self.task, include=self.include)


@dataclass(frozen=True, slots=True)
class TooLate:
    """There was no answer in time; `trouble` is why the last try failed, if one did."""

    trouble: FetchError | None


class AtMost:
    """As `asyncio.timeout`, and `trouble` is why the last try failed: the lane forgets it once nobody asks.

    Args:
        timeout: seconds, None for no limit.
    """

    def __init__(self, timeout: float | None, question: Question) -> None:
        self.trouble: FetchError | None = None
        self._timeout = timeout
        self._question = question
        self._scope = asyncio.timeout(None)
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        await self._scope.__aenter__()
        if self._timeout is not None:
            self._timer = asyncio.get_running_loop().call_later(self._timeout, self._strike)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self._scope.__aexit__(kind, error, traceback)

    def _strike(self) -> None:
        self.trouble = self._question.trouble()
        self._scope.reschedule(asyncio.get_running_loop().time())


async def answers(questions: Sequence[Question], timeout: float | None) -> list[Answer | TooLate]:
    """What is known of each after `timeout` seconds at most. The others are dropped then, as all are with a caller."""
    looks = [asyncio.create_task(asked.lane.answer(asked.task, include=asked.include)) for asked in questions]
    pending = set(looks)
    try:
        if pending:
            _, pending = await asyncio.wait(pending, timeout=timeout)
        # Before any is dropped: a lane forgets a question that nobody asks any more, its troubles included.
        late = {look: TooLate(asked.trouble()) for look, asked in zip(looks, questions, strict=True) if look in pending}
        return [late.get(look) or look.result() for look in looks]
    finally:
        for look in pending:
            look.cancel()
        if pending:
            await asyncio.wait(pending)
