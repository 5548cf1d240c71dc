"""Reads JSON as makers really send it: strictly and fast first, patiently when that fails."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import from_json

BOM = b"\xef\xbb\xbf"
_DEEPEST = 100  # what is nested deeper is cut: no maker's field lies there, and it could not be written as JSON again
_CUT = "…"


def parse_json(body: bytes) -> Any:
    """The value that `body` says, made of texts that can be printed and of what can be written as JSON again.

    One task's text must not cost its neighbours in a batch their answers. So half of an emoji, which backends in
    JavaScript and Python cut, becomes U+FFFD, as do bytes that are no UTF-8; a number of thousands of digits becomes a
    text; what is nested absurdly deep is left out.

    Raises:
        ValueError: it is not JSON, or not all of it.
    """
    body = body.removeprefix(BOM)
    try:
        return from_json(body)
    except ValueError as error:
        try:
            return _mended(json.loads(body.decode("utf-8", "replace"), parse_int=_whole_number), _DEEPEST)
        except (ValueError, RecursionError):
            raise error from None  # the other one's error holds the whole body


def _whole_number(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts
        return digits


def _mended(value: Any, depth: int) -> Any:
    """`value` without lone surrogates in its texts and without what lies deeper than `depth`."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not isinstance(value, dict | list):
        return value
    if depth == 0:
        return _CUT
    if isinstance(value, list):
        return [_mended(item, depth - 1) for item in value]
    return {_mended(name, depth): _mended(item, depth - 1) for name, item in value.items()}
