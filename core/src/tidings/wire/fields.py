"""Reads single values from foreign JSON: what fits is converted, what does not is None, nothing raises.

A finished render must not be lost because its thumbnail's width came as text.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

_MILLISECONDS = 1e11  # seconds beyond it are after the year 5138, milliseconds below it before March 1973
_MICROSECONDS = 1e14
_LONGEST_WORD = 200  # characters; longer is no word but a mishap, and goes to every log line about the task
_FIRST_YEAR = 1980  # before it lie only the many spellings of "not set": 0, year 1, 1970


def dig(value: Any, *path: str | int) -> Any:
    """The value at `path` inside nested objects and lists, None where the path ends early."""
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None
    return value


def as_text(value: Any) -> str | None:
    """A text that is not empty. Whole numbers count: some makers send ids and codes as numbers."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def as_word(value: Any) -> str:
    """A state word: "" when there is none. What is no word (a list, true) is shown as text, which no table knows.

    A word of more than 200 characters is cut.
    """
    if value is None:
        return ""
    word = value.strip() if isinstance(value, str) else as_text(value) or shorten(repr(value), 60)
    return word if len(word) <= _LONGEST_WORD else shorten(word, _LONGEST_WORD)


def as_url(value: Any) -> str | None:
    """An http or https URL, None for everything else, such as the failure text some gateways put in its place."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    is_url = text[:8].lower().startswith(("https://", "http://")) and not any(char.isspace() for char in text)
    return text if is_url else None


def as_number(value: Any) -> float | None:
    """A finite number, also when it comes as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def as_int(value: Any) -> int | None:
    """A whole number of zero or more, such as a width in pixels or a place in a queue."""
    number = as_number(value)
    return int(number) if number is not None and number >= 0 and number == int(number) else None


def as_progress(value: Any, *, scale: float = 100.0) -> float | None:
    """Progress from 0.0 to 1.0: `"65%"`, or a number of which `scale` is the whole. None for "Waiting to start"."""
    if isinstance(value, str) and value.strip().endswith("%"):
        value, scale = value.strip()[:-1], 100.0
    number = as_number(value)
    if number is None or number < 0:
        return None
    return min(number / scale, 1.0)


def as_time(value: Any) -> datetime | None:
    """An instant in UTC: ISO 8601 text, or unix seconds, milliseconds or microseconds told apart by magnitude.

    0, an empty text and the year 1 (Go's zero time) mean "not set" and are None; a text without an offset is UTC.
    """
    if not value:  # most instants of most tasks
        return None
    try:
        number = _number_of(value)
        if number is not None:
            instant = datetime.fromtimestamp(_seconds(number), UTC)
        elif isinstance(value, str):
            instant = _from_iso(value.strip())
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return instant if instant.year >= _FIRST_YEAR else None


def _number_of(value: Any) -> float | None:
    """The number an instant is written as, None for a date. Most are told by their looks, which is fast."""
    if type(value) is int:
        return value
    is_date = isinstance(value, str) and value[4:5] == "-"
    return None if is_date else as_number(value)


def _from_iso(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def _seconds(number: float) -> float:
    if number >= _MICROSECONDS:
        return number / 1e6
    return number / 1e3 if number >= _MILLISECONDS else number


def shorten(text: str, limit: int = 300) -> str:
    """The text on one line of at most `limit` characters, fit for an error message."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
