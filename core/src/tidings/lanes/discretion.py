"""Keeps the key out of errors whose words are not ours: a plugin's, a library's, a transport's the user gave."""

from __future__ import annotations

from tidings.errors import TidingsError


def shows(error: BaseException, key: str) -> bool:
    """Whether `error`, or one that it came from, has the key in its words."""
    link: BaseException | None = error
    while link is not None:
        if _says(link, key):
            return True
        link = link.__cause__ or link.__context__
    return False


def without(error: Exception, key: str) -> TidingsError:
    """What to raise in its place, `from None`: the error itself when only its origin shows the key."""
    if isinstance(error, TidingsError) and not _says(error, key):
        return error
    return TidingsError(f"asking failed ({type(error).__name__}); what it says is left out, because it shows the key")


def _says(error: BaseException, key: str) -> bool:
    return key in str(error) or key in repr(error)
