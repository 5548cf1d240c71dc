"""A `--json` line: a status, or why there is none. The models here are also where its JSON schema comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tidings.errors import TidingsError
from tidings.model import TaskRef, TaskStatus

_CLOSED = ConfigDict(frozen=True, extra="forbid")


class ErrorFacts(BaseModel):
    """What went wrong: the error's class, a sentence, whether asking again can help, and after how many seconds."""

    model_config = _CLOSED

    type: str = Field(examples=["TaskNotFound"])
    message: str
    retryable: bool
    retry_after: float | None


class ErrorLine(BaseModel):
    """We could not find out what became of a task."""

    model_config = _CLOSED

    ref: TaskRef
    error: ErrorFacts


class LateErrorLine(ErrorLine):
    """We stopped waiting, or could no longer find out; `last_status` is what was seen last."""

    last_status: TaskStatus


class SavedStatus(TaskStatus):
    """A status whose outputs were downloaded: `paths` are the files."""

    paths: tuple[Path, ...]


Line = TaskStatus | SavedStatus | LateErrorLine | ErrorLine


def line_of(ref: TaskRef, answer: TaskStatus | TidingsError) -> Line:
    """What `--json` prints for this answer about `ref`."""
    if isinstance(answer, TaskStatus):
        return answer
    facts = ErrorFacts(
        type=type(answer).__name__,
        message=answer.message,
        retryable=answer.retryable,
        retry_after=answer.retry_after,
    )
    if answer.last_status is None:
        return ErrorLine(ref=ref, error=facts)
    return LateErrorLine(ref=ref, error=facts, last_status=answer.last_status)


def saved(status: TaskStatus, paths: list[Path]) -> SavedStatus:
    """`status` with the files its outputs were saved to."""
    return SavedStatus(**dict(status), paths=tuple(paths))


def schema() -> dict[str, Any]:
    """The JSON schema of one line of `fetch`, `wait`, `watch` or `download` with `--json`."""
    described = TypeAdapter(Line).json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of tidings --json",
        **described,
    }
