"""What is wrong with a status, whatever the provider read it from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tidings.errors import FetchError
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.testing.samples import RECORDED_AT
from tidings.wire import as_data_uri

# What must never be true of a status, and how to say it.
_RULES: tuple[tuple[Callable[[TaskStatus], bool], str], ...] = (
    (lambda it: it.observed_at != RECORDED_AT, "observed_at is not the response's received_at"),
    (lambda it: it.state is TaskState.failed and it.failure is None, "it failed, but has no failure"),
    (lambda it: it.state is not TaskState.failed and it.failure is not None, "it has a failure, but is {}"),
    (lambda it: _is_bare(it) and it.missing_outputs is None, "a success without outputs says why in missing_outputs"),
    (
        lambda it: it.missing_outputs is not None and not _is_bare(it),
        "missing_outputs is only for a success without outputs",
    ),
    (lambda it: not it.is_final and bool(it.primary), "it is {}, so its outputs are previews, none primary"),
    (lambda it: not it.is_final and it.finished_at is not None, "it is {}, but has a finished_at"),
    (
        lambda it: not all(_is_link(output.url) for output in it.outputs),
        "an output's url is no http(s) link, no data: URI, nor a path at the account's address",
    ),
)


def flaws(answer: Any, ref: TaskRef) -> Iterator[str]:
    """What is wrong with `answer` about `ref`, a line each. An error has none: what it says is tested elsewhere."""
    if isinstance(answer, FetchError):
        return
    if not isinstance(answer, TaskStatus):
        yield f"{ref}: the answer is {answer!r}, neither a TaskStatus nor a FetchError"
        return
    if answer.ref != ref:
        yield f"{ref}: the status is about {answer.ref}: give it the ref that was asked for"
    yield from (f"{ref}: {text.format(answer.state)}" for is_broken, text in _RULES if is_broken(answer))
    if TaskStatus.model_validate_json(answer.model_dump_json()) != answer:
        yield f"{ref}: it is another status after a journey through JSON"


def _is_bare(status: TaskStatus) -> bool:
    return status.state is TaskState.succeeded and not status.outputs


def _is_link(url: str | None) -> bool:
    is_path = url is not None and url.startswith("/") and not url.startswith("//")
    return url is None or is_path or url.startswith(("https://", "http://")) or as_data_uri(url) is not None
