"""Replicate's prediction, as some gateways hand it out in place of Flux's own answer: only what an image needs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from tidings.model import Artifact, Failure, TaskState
from tidings.reading import FailureTable, inlined, linked
from tidings.wire import as_time, dig

STATES: Mapping[str, TaskState] = {
    "starting": TaskState.queued,
    "processing": TaskState.running,
    "succeeded": TaskState.succeeded,
    "failed": TaskState.failed,
    "canceled": TaskState.canceled,
    "aborted": TaskState.canceled,
}
FAILURES: FailureTable = (("nsfw", Failure(code="moderated_output")),)
_LIFETIME = 3600.0  # seconds; then Replicate removes what it made


class Times(NamedTuple):
    """When it was submitted, started and finished: aware UTC or None."""

    submitted_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


def times(prediction: Any) -> Times:
    """The instants of a prediction; none in an answer of Flux's own."""
    return Times(*(as_time(dig(prediction, name)) for name in ("created_at", "started_at", "completed_at")))


def outputs(prediction: Any) -> Iterator[Artifact]:
    """The files of a prediction: `output` is any JSON with files in it. Without a file it is given as text."""
    output, finished_at = dig(prediction, "output"), times(prediction).finished_at
    found = (linked(text, lifetime=_LIFETIME, since=finished_at) or inlined(text) for text in _texts(output))
    files = {file.url: file for file in found if file is not None}
    yield from files.values()
    if not files and output not in (None, "", [], {}):
        yield Artifact(kind="text", text=output if isinstance(output, str) else json.dumps(output, ensure_ascii=False))


def why_missing(prediction: Any) -> Literal["expired", "none"]:
    """Why a success has no outputs."""
    return "expired" if dig(prediction, "data_removed") is True else "none"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _texts(child)
