"""A file that appears whole or not at all."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def whole_or_nothing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write into, which takes the name `path` when the block ends well and disappears when it does not.

    Whoever has written it calls `settle` before the block ends, in a thread where others must not wait for the disk.

    Raises:
        OSError: the disk is full, the folder may not be written to.
    """
    temporary = path.with_name(f".{uuid.uuid4().hex}.part")  # in the same folder: a rename must not cross disks
    try:
        with temporary.open("xb") as file:
            yield file
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def settle(file: IO[bytes]) -> None:
    """Return when the bytes are on the disk: a name must not outlive a power cut that they did not.

    Raises:
        OSError: the disk is full.
    """
    file.flush()
    os.fsync(file.fileno())
