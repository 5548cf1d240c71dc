"""Answers on their way to the reader: in the order asked or as they come, each in every place it was asked for."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from tidings.cli.exits import Exit
from tidings.errors import TidingsError
from tidings.model import TaskRef, TaskStatus

Answer = TaskStatus | TidingsError
Judge = Callable[[Answer], Exit]
Shown = TypeVar("Shown")
"""An answer, or how it will be shown."""


class InOrder(Generic[Shown]):
    """Shows answers in the order asked, each as soon as all before it are known."""

    def __init__(self, refs: Iterable[TaskRef], *, show: Callable[[TaskRef, Shown], None]) -> None:
        self._due = deque(refs)
        self._left = Counter(self._due)
        self._known: dict[TaskRef, Shown] = {}
        self._show = show

    def __call__(self, ref: TaskRef, answer: Shown) -> None:
        self._known[ref] = answer
        while self._due and self._due[0] in self._known:
            self._show_next()

    def close(self) -> None:
        """Show what is known behind a gap that will not be filled any more."""
        while self._due:
            if self._due[0] in self._known:
                self._show_next()
            else:
                self._due.popleft()

    def _show_next(self) -> None:
        ref = self._due.popleft()
        self._left[ref] -= 1
        # Kept only until its last place: it may hold the provider's whole object.
        answer = self._known[ref] if self._left[ref] else self._known.pop(ref)
        self._show(ref, answer)


class AsFinished(Generic[Shown]):
    """Shows answers as they come; one that was asked for twice, twice."""

    def __init__(self, refs: Iterable[TaskRef], *, show: Callable[[TaskRef, Shown], None]) -> None:
        self._times = Counter(refs)
        self._show = show

    def __call__(self, ref: TaskRef, answer: Shown) -> None:
        for _ in range(self._times[ref]):
            self._show(ref, answer)

    def close(self) -> None:
        """Nothing is held back."""


class Score:
    """The exit code that the answers so far lead to, and how many tasks they were about."""

    def __init__(self, judge: Judge) -> None:
        self.code = Exit.OK
        self.answered = 0
        self._judge = judge

    def count(self, answer: Answer) -> None:
        """Take one more answer into account: the gravest code stands."""
        self.answered += 1
        self.code = max(self.code, self._judge(answer))
