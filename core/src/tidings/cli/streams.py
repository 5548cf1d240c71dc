"""The standard streams, of which a shell may have closed any (`>&-`): Python then has None in their place."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def somewhere_to_complain() -> Iterator[None]:
    """Meanwhile let standard error, where it is closed, lead nowhere: the exit code still tells."""
    if sys.stderr is not None:
        yield
        return
    # pragma below: tested in a process of its own, where the stream is really closed
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123  # pragma: no cover  # see above; no pathlib
        sys.stderr = nowhere
        try:
            yield
        finally:
            sys.stderr = None


def check_output() -> None:
    """Make sure that answers will reach somebody.

    Raises:
        click.UsageError: standard output is closed.
    """
    if sys.stdout is None:  # pragma: no cover  # tested in a process of its own
        raise click.UsageError("standard output is closed: send it to /dev/null if you want the exit code only")
