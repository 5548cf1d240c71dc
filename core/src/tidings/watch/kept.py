"""The file that what was learned is kept in: one writer at a time, and replaced as a whole."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tidings.schedule import Durations

DURATIONS_FILE = "durations.json"
"""Its name, in the state folder."""

_EMPTY = Durations().to_json()
_MAX_SIZE = 10_000_000  # bytes; ours has a few for each provider and kind of work
_LONGEST_WAIT = 2.0  # seconds for another writer, who needs some milliseconds
_PAUSE = 0.01


class Damaged(Exception):
    """What is there is no table of durations, so nothing is lost by beginning anew."""


class Newer(Exception):
    """The table is one of a later version of Tidings. It is left as it is."""


def read(path: Path) -> Mapping[str, object]:
    """What is there, for `Durations.from_json`; an empty table where there is no file.

    Raises:
        OSError: it cannot be read.
        Damaged, Newer
    """
    try:
        text = _bytes(path)
        content = json.loads(text) if text is not None else _EMPTY
    except (ValueError, RecursionError) as error:
        raise Damaged from error
    version, ours = content.get("version") if isinstance(content, dict) else None, _EMPTY["version"]
    if isinstance(version, int) and isinstance(ours, int) and version > ours:
        raise Newer
    if version != ours:
        raise Damaged
    return content


def _bytes(path: Path) -> bytes | None:
    """None where there is no file. A pipe or a device is none: reading it might never end."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_SIZE:
        raise Damaged
    return path.read_bytes()


def add(path: Path, news: Durations) -> None:
    """Add to what is there by now, also by other processes. The folder is made, and only its owner may look into it.

    Raises:
        OSError: that cannot be.
        Newer
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(path):
        try:
            whole = Durations.from_json(read(path))
        except Damaged:
            whole = Durations()
        whole.merge(news)
        _replace(path, whole.to_json())


def forget(path: Path, providers: Iterable[str] | None = None) -> None:
    """Delete what is known of these providers; without any named, the file.

    Raises:
        OSError: that cannot be.
        Damaged, Newer: where providers are named.
    """
    if not path.parent.is_dir():
        return
    with _alone(path):
        if providers is None:
            path.unlink(missing_ok=True)
            return
        gone = {*providers}
        _replace(path, {name: known for name, known in read(path).items() if name not in gone})


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other process writes meanwhile.

    The lock is a file of its own, because the table itself is replaced; it goes when the writer has done.
    """
    lock = path.with_name(f".{path.name}.lock")
    handle = _locked(lock)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _locked(lock: Path) -> int:
    """The lock's file, open. It is let go by closing it, also where the process is killed."""
    end = time.monotonic() + _LONGEST_WAIT
    while True:
        handle = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still(handle, lock):
                return handle
        except BlockingIOError as error:
            if time.monotonic() >= end:
                os.close(handle)
                raise TimeoutError(0, "another process is writing and does not come to its end") from error
            time.sleep(_PAUSE)
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _is_still(handle: int, lock: Path) -> bool:
    """Whether others will find the file we hold: whoever had it before has taken it away."""
    try:
        return os.path.samestat(os.fstat(handle), lock.stat())
    except FileNotFoundError:
        return False


def _replace(path: Path, content: Mapping[str, object]) -> None:
    """Write all of it or nothing; only its owner may read it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=1) + "\n")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
