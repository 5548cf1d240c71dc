"""What an answer means for the caller: pure, from values to values and errors."""

from __future__ import annotations

from typing import Any

from tidings.errors import FetchError, TidingsError, WaitTimeout
from tidings.model import Artifact, TaskRef, TaskStatus

Answer = TaskStatus | TidingsError


def status_of(answer: Answer) -> TaskStatus:
    """The status; an error is raised."""
    if isinstance(answer, TidingsError):
        raise answer
    return answer


def no_answer(task: TaskRef, timeout: float | None, trouble: FetchError | None) -> WaitTimeout:
    """One look took longer than the caller would wait: why the last try failed, if there was an answer at all."""
    tried = f"; the last try failed: {_clause(trouble)}" if trouble else ""
    return WaitTimeout(f"no answer within {_number(timeout)} s{tried}", ref=task)


def _clause(error: FetchError) -> str:
    return error.message.rstrip(".")


def _number(seconds: float | None) -> str:
    """As the caller gave it, without a needless `.0`."""
    return f"{seconds:.15g}"


def with_extra(status: TaskStatus, name: str, extra: Any) -> TaskStatus:
    """The status and what was found under `name`: an artifact joins the outputs, all else goes to `extras`."""
    if isinstance(extra, Artifact):
        mine = extra if extra.id else extra.model_copy(update={"id": name})  # and so a file name of its own
        others = tuple(_beside(output, mine) for output in status.outputs if output.url != mine.url)
        return status.model_copy(update={"outputs": (mine, *others)})
    value = error_record(extra) if isinstance(extra, TidingsError) else extra
    return status.model_copy(update={"extras": {**status.extras, name: value}})


def _beside(output: Artifact, extra: Artifact) -> Artifact:
    """An output that was primary until a better one of its kind was asked for is one no more."""
    is_outdone = extra.role == output.role == "primary" and extra.kind == output.kind
    return output.model_copy(update={"role": "preview"}) if is_outdone else output


def error_record(error: TidingsError) -> dict[str, Any]:
    """The error as JSON says it: in `extras`, and in a `--json` line of the command line."""
    facts: dict[str, Any] = {
        "type": type(error).__name__,
        "message": error.message,
        "retryable": error.retryable,
        "retry_after": error.retry_after,
    }
    return {"error": facts}
