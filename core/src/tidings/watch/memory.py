"""How long tasks usually take, kept from one run to the next in a file that a person can read and delete."""

from __future__ import annotations

import atexit
import logging
import os
import weakref
from pathlib import Path

from tidings.schedule import Durations, Usual
from tidings.watch import kept
from tidings.watch.kept import DURATIONS_FILE

__all__ = ["DURATIONS_FILE", "Memory"]

_log = logging.getLogger("tidings.watch")


class Memory:
    """What was learned before and in this run. It holds no task, no key and no address.

    Losing it costs some looks and nothing else: whatever is wrong with the file is told once, and never raised. What
    nobody saved is saved at the interpreter's end, because the client of `tidings.wait` is never closed.

    Args:
        path: the file; None keeps what is learned for this run only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._durations: Durations | None = None
        self._news = Durations()
        self._has_news = False
        self._has_complained = False

    @property
    def durations(self) -> Durations:
        """All that is known; read from the file when it is first asked for."""
        if self._durations is None:
            self._durations = self._read()
        return self._durations

    def learn(self, provider: str, action: str | None, seconds: float) -> None:
        """A task of this kind ended this long after it was submitted."""
        self.durations.learn(provider, action, seconds)
        if self.path is not None:
            self._news.learn(provider, action, seconds)
            if not self._has_news:
                self._has_news = True
                _with_news[id(self)] = self

    def usual(self, provider: str, action: str | None) -> Usual | None:
        """How long such tasks take, None where too few are known."""
        return self.durations.usual(provider, action)

    def save(self) -> None:
        """Add what was learned since the last time to the file as it is by now: other processes write it, too.

        Takes milliseconds, and two seconds where another process is stopped while it writes.
        """
        if self.path is None or not self._has_news:
            return
        news = self._news
        self._forget_news()  # before it is written: at the interpreter's end another thread may still learn
        try:
            kept.add(self.path, news)
        except OSError as error:
            self._complain(f"how long tasks take cannot be saved ({error.strerror or error})")
        except kept.Newer:
            self._complain("a newer Tidings wrote it, so nothing is added to it")
        else:
            return
        self._news.merge(news)
        self._has_news = True

    def _forget_news(self) -> None:
        self._news, self._has_news = Durations(), False

    def _read(self) -> Durations:
        if self.path is None:
            return Durations()
        try:
            return Durations.from_json(kept.read(self.path))
        except OSError as error:
            self._complain(f"how long tasks take cannot be read ({error.strerror or error})")
        except kept.Damaged:
            self._complain("this is no table of how long tasks take; it is begun anew")
        except kept.Newer:
            self._complain("a newer Tidings wrote it, so it is not used")
        return Durations()

    def _complain(self, problem: str) -> None:
        if not self._has_complained:
            self._has_complained = True
            _log.warning("%s: %s", self.path, problem)


_with_news: weakref.WeakValueDictionary[int, Memory] = weakref.WeakValueDictionary()
"""Those that learned something since they were last saved, and perhaps some others."""


def _save_what_is_left() -> None:
    for found in _with_news.valuerefs():  # a list of its own: another thread may still learn
        if (memory := found()) is not None:
            memory.save()


def _leave_it_to_the_parent() -> None:
    """What was learned before a fork is saved by one of both."""
    for found in _with_news.valuerefs():
        if (memory := found()) is not None:
            memory._forget_news()


atexit.register(_save_what_is_left)
os.register_at_fork(after_in_child=_leave_it_to_the_parent)
