"""A trace: every look of a wait as a line of JSON in a file, written as it happens and read again by `explain`."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from io import FileIO

import click

from tidings.cli.words import shortened
from tidings.errors import ConfigError, InvalidRef
from tidings.model import Event, Look, TaskRef, TaskState

Tell = Callable[[Sequence[Look]], None]
"""Is given the looks of each batch."""

_PRIVATE = 0o600  # what a server said is nobody else's business
_DIGITS = 3  # of seconds: a millisecond


@contextmanager
def open_trace(path: str | None) -> Iterator[Tell | None]:
    """What writes looks to the file at `path`, which is emptied now; None where there is no path.

    A new file may be read by its owner only. Each batch is handed to the system before the wait goes on: what is there
    can be read at any time, and survives us. When the disk is full, that is said once and the wait goes on untraced.

    Raises:
        ConfigError: the file cannot be written to.
    """
    if path is None:
        yield None
        return
    writer = _Writer(_opened(path), path)
    try:
        yield writer
    finally:
        writer.close()


def written(look: Look) -> str:
    """The line of a look. What is None, empty or zero is left out, `waited` aside."""
    fields = {
        "ref": str(look.ref),
        "event": look.event.value,
        "at": look.at.isoformat(timespec="milliseconds"),
        "waited": round(look.waited, _DIGITS),
    }
    more = {
        "state": look.state.value if look.state is not None else None,
        "detail": shortened(look.detail),
        "reason": str(look.reason),
        "late": round(look.late, _DIGITS),
    }
    fields |= {name: value for name, value in more.items() if value}
    if look.due is not None:
        fields["due"] = round(look.due, _DIGITS)
    return json.dumps(fields, ensure_ascii=False)


def read(line: str, *, about: TaskRef) -> Look | TaskRef:
    """The look of a line, or only the task it is about where that is not `about`. Unknown fields are passed over.

    Raises:
        ValueError: it is no such line.
    """
    try:
        fields = json.loads(line)
        ref = _ref(fields["ref"])
        return _look_of(ref, fields) if ref == about else ref
    except (LookupError, TypeError, OverflowError, RecursionError, InvalidRef) as error:
        raise ValueError(f"this is no look: {error}") from error


@lru_cache(maxsize=1 << 18)  # a trace names each task many times
def _ref(text: str) -> TaskRef:
    return TaskRef.parse(_text(text))


def _look_of(ref: TaskRef, fields: dict[str, object]) -> Look:
    state, due = fields.get("state"), fields.get("due")
    return Look(
        ref=ref,
        event=Event(_text(fields["event"])),
        at=datetime.fromisoformat(_text(fields["at"])).astimezone(UTC),
        waited=_seconds(fields["waited"]),
        state=None if state is None else TaskState(_text(state)),
        detail=shortened(_text(fields.get("detail", ""))),
        due=None if due is None else _seconds(due),
        reason=shortened(_text(fields.get("reason", ""))),
        late=_seconds(fields.get("late", 0.0)),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("that is no text")
    return value


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("that is no number of seconds")
    if not math.isfinite(value):
        raise ValueError("that number has no end")
    return float(value)


class _Writer:
    """Writes batches of looks, until that fails."""

    def __init__(self, file: FileIO, path: str) -> None:
        self._file = file
        self._path = path

    def __call__(self, looks: Sequence[Look]) -> None:
        if self._file.closed:
            return
        try:
            self._write("".join(f"{written(look)}\n" for look in looks).encode())
        except OSError as error:
            self.close()
            click.echo(
                f"Warning: the trace ends early, {shortened(self._path)!r} cannot be written to any more "
                f"({error.strerror or error}). The wait goes on.",
                err=True,
            )

    def close(self) -> None:
        with suppress(OSError):  # what was written is out already
            self._file.close()

    def _write(self, data: bytes) -> None:
        """All of it: one call may write less when the disk is nearly full, and the next one then says why."""
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) or 0 :]


def _opened(path: str) -> FileIO:
    try:
        return FileIO(path, "w", opener=lambda name, flags: os.open(name, flags, _PRIVATE))
    except OSError as error:
        raise ConfigError(f"cannot write the trace to {path!r}: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in the name
        raise ConfigError(f"{path!r} is not a file's name") from error
