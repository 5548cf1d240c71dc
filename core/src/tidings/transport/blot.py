"""Takes secrets out of what a server sent back, however it spelled them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_BLOT = "[key]"
_LONG = 8  # characters; from here on it is no word, and no part of one
# As many of it are looked for first. The pattern of a whole token takes 20 ms to make, and a token that is signed anew
# every second begins as the one before it did: only an answer that holds the beginning is worth it.
_BEGINNING = slice(_LONG)
_SHORT = 4  # characters; what is shorter yet keeps no one out
_BACKSLASHED = '"/'  # what JSON lets stand behind a backslash as itself
_WORD_STARTS = r"(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2}))"
_WORD_ENDS = r"(?![A-Za-z0-9])"


def blotted(body: bytes, secrets: Iterable[str]) -> bytes:
    """`body` with each of `secrets` blotted out: as it is, escaped for JSON (once or twice) or percent-encoded.

    A body that was JSON still is. A secret of 4 to 7 characters is blotted as a whole word, and only where it mixes
    letters and digits: a key like `test` would take the names of fields with it.
    """
    for secret in _longest_first(tuple(secrets)):
        start = secret[_BEGINNING]
        if _may_hold(body, start) and _in_bytes(start).search(body):
            body = _in_bytes(secret).sub(_blot_bytes, body)
    return body


def blotted_text(text: str, secrets: Iterable[str], *, ignore_case: bool = False) -> str:
    """The same for a header or a message. Hosts are told in lower case: there, ignore it."""
    for secret in _longest_first(tuple(secrets)):
        if _in_text(secret[_BEGINNING], ignore_case).search(text):
            text = _in_text(secret, ignore_case).sub(_BLOT, text)
    return text


def blotted_headers(headers: dict[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """The same for all headers of an answer, which hardly ever hold one."""
    secrets = tuple(secrets)
    together = "\n".join(headers.values()).encode("utf-8", "replace")
    if any(_may_hold(together, secret[_BEGINNING]) for secret in _longest_first(secrets)):
        return {name: blotted_text(value, secrets) for name, value in headers.items()}
    return headers


def _may_hold(body: bytes, start: str) -> bool:
    """Whether what begins like this may be in `body`, in whatever spelling: to look for all of them costs far more."""
    if start.encode("utf-8", "replace") in body:
        return True
    return (b"\\" in body or b"%" in body) and any(way.search(body) for way in _otherwise(start))


@lru_cache(maxsize=64)
def _longest_first(secrets: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted((secret for secret in secrets if _is_telling(secret)), key=len, reverse=True))


def _is_telling(secret: str) -> bool:
    is_mixed = any(char.isdigit() for char in secret) and any(char.isalpha() for char in secret)
    return len(secret) >= _LONG or (len(secret) >= _SHORT and is_mixed)


def _blot_bytes(match: re.Match[bytes]) -> bytes:
    """Where an odd backslash stands before it, the blot must not be what it escapes: JSON knows no `\\[`."""
    before = match.string[max(0, match.start() - 64) : match.start()]
    is_escaped = (len(before) - len(before.rstrip(b"\\"))) % 2
    return (b"/" if is_escaped else b"") + _BLOT.encode()


@lru_cache(maxsize=64)
def _otherwise(start: str) -> tuple[re.Pattern[bytes], ...]:
    """Match where one of these characters is spelled otherwise than as it is.

    Several, because each begins with a text of its own, which is found ten times faster than one of several characters.
    """
    units = {_any_case(char.encode("utf-16-be", "surrogatepass").hex()[:4]) for char in start}
    octets = {_any_case(f"{char.encode('utf-8', 'surrogatepass')[0]:02x}") for char in start}
    behind = {re.escape(char) for char in start if char in _BACKSLASHED + "\\"}
    ways = ((r"\\u", units), ("%", octets), (r"\\", behind))
    return tuple(re.compile(f"{sign}(?:{'|'.join(sorted(those))})".encode()) for sign, those in ways if those)


@lru_cache(maxsize=64)
def _in_bytes(secret: str) -> re.Pattern[bytes]:
    return re.compile(_pattern(secret).encode("utf-8", "replace"))


@lru_cache(maxsize=64)
def _in_text(secret: str, ignore_case: bool) -> re.Pattern[str]:
    return re.compile(_pattern(secret), re.IGNORECASE if ignore_case else re.NOFLAG)


def _pattern(secret: str) -> str:
    spelled = "".join(_spellings(char) for char in secret)
    return spelled if len(secret) >= _LONG else _WORD_STARTS + spelled + _WORD_ENDS


def _spellings(char: str) -> str:
    """All the ways one character is written; the backslashes of a JSON text within a JSON text are doubled."""
    plain = re.escape(char)
    if char == "\\":
        plain = r"(?:\\{4}|\\{2}|\\)"
    elif char in _BACKSLASHED:
        plain = r"\\{0,3}" + plain
    units = char.encode("utf-16-be", "surrogatepass").hex()
    escaped = "".join(r"\\{1,3}u" + _any_case(units[at : at + 4]) for at in range(0, len(units), 4))
    quoted = "".join("%" + _any_case(f"{byte:02x}") for byte in char.encode("utf-8", "surrogatepass"))
    return f"(?:{plain}|{escaped}|{quoted})"


def _any_case(digits: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)
