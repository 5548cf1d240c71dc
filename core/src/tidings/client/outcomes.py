"""What an answer means for the caller: pure, from values to values and errors."""

from __future__ import annotations

import asyncio
from typing import Any

from tidings.errors import TidingsError, WaitTimeout
from tidings.model import Artifact, TaskRef, TaskStatus
from tidings.schedule import Waiting

Answer = TaskStatus | TidingsError


def status_of(answer: Answer) -> TaskStatus:
    """The status; an error is raised."""
    if isinstance(answer, TidingsError):
        raise answer
    return answer


def outcome(asked: asyncio.Future[Any], task: TaskRef, timeout: float | None) -> Answer:
    """The answer in a future that is done, or the error that says that it came too late."""
    if asked.cancelled():
        return no_answer(task, timeout)
    answer: Answer = asked.result()
    return answer


def no_answer(task: TaskRef, timeout: float | None) -> WaitTimeout:
    """One look took longer than the caller would wait."""
    return WaitTimeout(f"no answer within {timeout:g} s", ref=task)


def timed_out(task: TaskRef, timeout: float | None, waiting: Waiting) -> WaitTimeout:
    """A whole wait took longer than the caller would wait: what was last seen, and what last went wrong."""
    last = waiting.last_status
    seen = f"it was last seen {last.state} ({last.raw_state or 'no word'})" if last else "it was never seen"
    trouble = f"; the last look failed: {waiting.last_error.message}" if waiting.last_error else ""
    advice = "The task goes on: wait again to hear of its end" if last else "Whether the task goes on is not known"
    return WaitTimeout(f"stopped waiting after {timeout:g} s; {seen}{trouble}. {advice}", ref=task, last_status=last)


def with_extra(status: TaskStatus, name: str, extra: Any) -> TaskStatus:
    """The status and what was found under `name`: an artifact joins the outputs, all else goes to `extras`."""
    if isinstance(extra, Artifact):
        others = tuple(output for output in status.outputs if output.url != extra.url)
        return status.model_copy(update={"outputs": (extra, *others)})
    value = error_record(extra) if isinstance(extra, TidingsError) else extra
    return status.model_copy(update={"extras": {**status.extras, name: value}})


def error_record(error: TidingsError) -> dict[str, Any]:
    """The error as JSON says it: in `extras`, and in a `--json` line of the command line."""
    facts: dict[str, Any] = {
        "type": type(error).__name__,
        "message": error.message,
        "retryable": error.retryable,
        "retry_after": error.retry_after,
    }
    return {"error": facts}
