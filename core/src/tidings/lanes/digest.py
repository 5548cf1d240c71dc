"""An answer that is what it was the last time costs no status: rows and bodies are compared by their digests."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Generator, Mapping, Sequence
from enum import Enum, auto
from typing import Any, Final

from tidings.errors import FetchError
from tidings.model import TaskRef
from tidings.provider import Provider
from tidings.wire import Request, Response

_VERSION = 2  # of the format: later ones write one value in several ways, depending on how often it is referred to


class Unchanged(Enum):
    """The type of `UNCHANGED`."""

    unchanged = auto()

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED: Final = Unchanged.unchanged
"""In place of a status: the task is what it was when everybody who asks was last given a status."""

IsKnown = Callable[[TaskRef, int | None], bool]
"""Is told the digest of what was read about a task; whether everybody who waits for it knows just that."""


def digest_of(row: Any) -> int | None:
    """A number for this row, about 1 µs. Equal rows may differ in it; None where it would say nothing of their content.

    It holds within this process only.
    """
    try:
        return hash(marshal.dumps(row, _VERSION))
    except ValueError:  # there is an object in it that a plugin made
        return None


def status_flow(
    provider: Provider, refs: Sequence[TaskRef], is_known: IsKnown
) -> Generator[Request, Response, Mapping[TaskRef, Any]]:
    """`provider.flow(refs)`, which answers `UNCHANGED` where it is the default one and `is_known` says so.

    Raises as `provider.flow`.
    """
    kind = type(provider)
    if kind.flow is not Provider.flow:
        return provider.flow(refs)
    if len(refs) == 1:
        return _single(provider, refs[0], is_known)
    if kind.parse_batch is Provider.parse_batch:
        return _batch(provider, refs, is_known)
    return provider.flow(refs)


def _single(provider: Provider, ref: TaskRef, is_known: IsKnown) -> Generator[Request, Response, Mapping[TaskRef, Any]]:
    response = provider.checked((yield provider.request(ref)))
    if is_known(ref, hash((response.status, response.body))):
        return {ref: UNCHANGED}
    return {ref: provider.parse(response, ref)}


def _batch(
    provider: Provider, refs: Sequence[TaskRef], is_known: IsKnown
) -> Generator[Request, Response, Mapping[TaskRef, Any]]:
    response = provider.checked((yield provider.batch_request(refs)))
    answers: dict[TaskRef, Any] = {}
    for ref, row in provider.rows(response, refs).items():
        answers[ref] = UNCHANGED if is_known(ref, digest_of(row)) else _row_answer(provider, row, ref, response)
    return answers


def _row_answer(provider: Provider, row: Any, ref: TaskRef, response: Response) -> Any:
    try:
        return provider.parse_row(row, ref, response)
    except FetchError as error:
        return error
