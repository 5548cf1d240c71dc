"""How long tasks usually take, kept from one run to the next in a file that a person can read and delete."""

from __future__ import annotations

import logging
from pathlib import Path

from tidings.schedule import Durations, Usual
from tidings.watch import kept
from tidings.watch.kept import DURATIONS_FILE

__all__ = ["DURATIONS_FILE", "Memory"]

_log = logging.getLogger("tidings.watch")


class Memory:
    """What was learned before and in this run. It holds no task, no key and no address.

    Losing it costs some looks and nothing else: whatever is wrong with the file is told once, and never raised.

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
            self._has_news = True

    def usual(self, provider: str, action: str | None) -> Usual | None:
        """How long such tasks take, None where too few are known."""
        return self.durations.usual(provider, action)

    def save(self) -> None:
        """Add what was learned since the last time to the file as it is by now: other processes write it, too.

        Takes milliseconds, and two seconds where another process is stopped while it writes.
        """
        if self.path is None or not self._has_news:
            return
        try:
            kept.add(self.path, self._news)
        except OSError as error:
            self._complain(f"how long tasks take cannot be saved ({error.strerror or error})")
        except kept.Newer:
            self._complain("a newer Tidings wrote it, so nothing is added to it")
        else:
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
