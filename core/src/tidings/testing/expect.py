"""Compares what was read with what a sample expects, and says where they part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidings.errors import FetchError, UnexpectedResponse
from tidings.model import Artifact, TaskStatus
from tidings.wire import as_time


def described(answer: object) -> dict[str, Any]:
    """An answer in the terms of a sample's `expect`: a status's fields, an error's class and facts, or an extra."""
    match answer:
        case TaskStatus():
            return answer.model_dump(mode="json")
        case FetchError():
            return {
                "error": type(answer).__name__,
                "message": answer.message,
                "retryable": answer.retryable,
                "retry_after": answer.retry_after,
                "status_code": answer.status_code,
                "no_route": answer.no_route if isinstance(answer, UnexpectedResponse) else False,
            }
        case Artifact():
            return {"extra": answer.model_dump(mode="json")}
        case _:
            return {"extra": answer}


def differences(expected: Any, actual: Any, *, where: str = "") -> list[str]:
    """Where `actual` is not what is expected, a line each.

    An expected object may leave fields out; an expected list is whole. Two texts that are the same instant are equal.
    """
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        parts = [(f"{where}.{name}".lstrip("."), want, actual.get(name, _ABSENT)) for name, want in expected.items()]
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        parts = [(f"{where}[{index}]", *pair) for index, pair in enumerate(zip(expected, actual, strict=True))]
    else:
        is_same = expected == actual or _is_same_instant(expected, actual)
        return [] if is_same else [f"{where or 'the whole'}: expected {expected!r}, found {_shown(actual)}"]
    return [line for place, want, found in parts for line in differences(want, found, where=place)]


_ABSENT = object()


def _shown(actual: Any) -> str:
    return "nothing" if actual is _ABSENT else repr(actual)


def _is_same_instant(expected: Any, actual: Any) -> bool:
    if not (isinstance(expected, str) and isinstance(actual, str)):
        return False
    instant = as_time(expected)
    return instant is not None and instant == as_time(actual)
