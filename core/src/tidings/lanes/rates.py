"""What a server's headers say of how many requests are left, and for how long. Pure; odd values say nothing.

Three ways are in use: `RateLimit: "default";r=50;t=30` (draft-ietf-httpapi-ratelimit-headers), the older
`RateLimit-Remaining` and `RateLimit-Reset`, and `X-RateLimit-Remaining` and `X-RateLimit-Reset`, whose reset is
seconds, a unix time, or, where OpenAI's are imitated, `X-RateLimit-Reset-Requests: 6m0s`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

_DRAFT = re.compile(r";\s*(?P<name>[rt])\s*=\s*(?P<value>\d{1,9})(?![\d.])")
_SPAN = re.compile(r"(?:(?P<h>\d{1,4})h)?(?:(?P<m>\d{1,6})m)?(?:(?P<s>\d{1,9}(?:\.\d{1,9})?)s)?(?:(?P<ms>\d{1,9})ms)?")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PAIRS = (
    ("ratelimit-remaining", "ratelimit-reset"),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
)
RATE_HEADERS = frozenset({"ratelimit", *(name for name, _ in _PAIRS)})
"""One of these is there where a server says anything about it."""
_LONGEST = 3600.0  # seconds; what is counted by the day is no pace to keep to
_UNIX = 1_000_000_000.0  # from here on a number is a date rather than a span


class Quota(NamedTuple):
    """How many requests are left for how many seconds."""

    remaining: int
    seconds: float


def quota_of(headers: Mapping[str, str], at: float) -> Quota | None:
    """What these headers (names in lower case) say at `at`, unix seconds; None when they say nothing of use."""
    draft = headers.get("ratelimit")
    if draft is not None:
        found = {match["name"]: float(match["value"]) for match in _DRAFT.finditer(draft.partition(",")[0])}
        return _quota(found.get("r"), found.get("t"))
    for remaining, reset in _PAIRS:
        if remaining in headers and reset in headers:
            return _quota(_number(headers[remaining]), _span(headers[reset], at))
    return None


def _quota(remaining: float | None, seconds: float | None) -> Quota | None:
    if remaining is None or seconds is None or not (remaining >= 0 and 0 < seconds <= _LONGEST):
        return None
    return Quota(int(min(remaining, 1e9)), seconds)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _span(text: str, at: float) -> float | None:
    """Seconds, however they are written."""
    number = _number(text)
    if number is not None:
        return number - at if number >= _UNIX else number
    match = _SPAN.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    return sum(float(match[unit]) * seconds for unit, seconds in _SECONDS.items() if match[unit])
