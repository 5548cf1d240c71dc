"""A stranger's words for the terminal: on one line, of bounded length, and unable to steer it."""

from __future__ import annotations

_WIDTH = 1000  # characters; longer than any sentence of ours


def printable(text: str) -> str:
    """`text` on one line, without control characters: a provider's words must not steer the terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def shortened(text: str, width: int = _WIDTH) -> str:
    """`printable` text of at most `width` characters; of a longer one the beginning."""
    line = printable(text)
    return line if len(line) <= width else f"{line[: width - 1]}…"
