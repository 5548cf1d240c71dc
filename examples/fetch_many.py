"""Looks once at each task named in a file, a ref a line, and counts states: `python fetch_many.py FILE`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import tidings


def main(file: str) -> None:
    refs = Path(file).read_text().split()
    answers = tidings.fetch_many(refs, return_exceptions=True)  # for Luma one request per hundred refs
    for what, count in Counter(map(outcome, answers)).most_common():
        print(f"{count:6} {what}")


def outcome(answer: tidings.TaskStatus | tidings.TidingsError) -> str:
    """The state, or the error that stands in its place."""
    return type(answer).__name__ if isinstance(answer, tidings.TidingsError) else str(answer.state)


if __name__ == "__main__":
    main(sys.argv[1])
