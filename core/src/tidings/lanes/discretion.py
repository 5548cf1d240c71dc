"""Keeps the key out of errors whose words are not ours: a plugin's, a library's, a transport's the user gave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tidings.errors import FetchError, TidingsError

_SHORTEST = 8  # characters; a shorter key, like "test", stands in many a text that does not mean it


def shows(error: BaseException, secrets: Sequence[str]) -> bool:
    """Whether `error`, or one that it came from, has one of `secrets` in its words."""
    link: BaseException | None = error
    while link is not None:
        if _says(link, secrets):
            return True
        link = link.__cause__ or link.__context__
    return False


def without(error: Exception, secrets: Sequence[str]) -> TidingsError:
    """What to raise in its place, `from None`: the error itself when only its origin shows one of `secrets`."""
    if isinstance(error, TidingsError) and not _says(error, secrets):
        return error
    sentence = f"asking failed ({type(error).__name__}); what it says is left out, because it shows the key"
    if isinstance(error, FetchError):  # still the same kind of failure, to be tried again or not
        facts: dict[str, Any] = {
            "retryable": error.retryable,
            "retry_after": error.retry_after,
            "status_code": error.status_code,
        }
        return type(error)(sentence, **facts)
    return TidingsError(sentence)


def _says(error: BaseException, secrets: Sequence[str]) -> bool:
    said = f"{error}\n{error!r}"
    return any(secret in said for secret in secrets if len(secret) >= _SHORTEST)
