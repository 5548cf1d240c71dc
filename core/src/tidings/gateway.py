"""What the gateways of the one-api and new-api family share: the envelope, the task row, its words and its times.

For every provider that is reached through such a gateway, bundled or not. The facts were read in the gateways' sources
(new-api `model/task.go`, `dto/task.go`, `relay/relay_task.go`; one-hub `types/task.go`) and in their hosts' pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from tidings.errors import FetchError, TaskNotFound, UnexpectedResponse
from tidings.model import TaskState
from tidings.wire import as_progress, as_text, as_time, as_url, as_word, shorten

STATES: Mapping[str, TaskState] = MappingProxyType(
    {
        "": TaskState.pending,  # a row not refreshed yet
        "NOT_START": TaskState.pending,
        "SUBMITTED": TaskState.queued,
        "QUEUED": TaskState.queued,
        "IN_PROGRESS": TaskState.running,
        "SUCCESS": TaskState.succeeded,
        "FAILURE": TaskState.failed,
        "UNKNOWN": TaskState.unknown,
    }
)
"""The gateway's own status words. Some gateways let a provider's words through: add those to your own table."""

_SUCCESS = "success"
_ROW_NAMES = frozenset({"task_id", "status", "fail_reason"})  # of the last, no maker's own object is known to have one
# Where a gateway serves a task's file, with or without its host. Newer builds may put a pass into the link.
_CONTENT = re.compile(
    r"(?:https?://[^\s?#]+)?/v1/(?:videos/[^\s/?#]+|tasks/[^\s/?#]+/artifacts/[^\s/?#]+)/content(?:\?(?P<query>\S*))?",
    re.IGNORECASE,
)
_ERRORS: Mapping[str, type[FetchError]] = MappingProxyType({"task_not_exist": TaskNotFound})


class TaskRow(NamedTuple):
    """The gateway's record of one task, around the provider's own object.

    Attributes:
        task_id: the id the task is asked for by, None when the row has none.
        status: the gateway's word, "" when missing.
        fail_reason: why it failed; on a SUCCESS some gateways keep the result's URL here (see `result_url`).
        progress: 0.0 to 1.0 or None.
        submitted_at, started_at, finished_at: aware UTC; the row's 0 is None.
        result_url: where the result lies, when the row itself says so: in `result_url`, or in the `fail_reason` of a
            SUCCESS.
        data: the provider's own object, None before the first refresh.
    """

    task_id: str | None
    status: str
    action: str | None
    fail_reason: str | None
    progress: float | None
    submitted_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    result_url: str | None
    data: Any


def is_enveloped(payload: Any) -> bool:
    """Whether `payload` is the gateway's envelope, told by `code` being a text: makers' own codes are numbers."""
    return isinstance(payload, dict) and isinstance(payload.get("code"), str)


def is_foreign_envelope(payload: Any) -> bool:
    """Whether `payload` looks like an envelope, but is not this family's: a `code` that is no text, beside `data`."""
    return isinstance(payload, dict) and {"code", "data"} <= payload.keys() and not is_enveloped(payload)


def unwrap(payload: Any) -> Any:
    """What is inside the envelope; `payload` itself when it is in none.

    Raises:
        TaskNotFound: the envelope says so.
        UnexpectedResponse: the envelope reports another error, with a 2xx status.
    """
    if not is_enveloped(payload):
        return payload
    code = payload["code"]
    if code.lower() == _SUCCESS:
        return payload.get("data")
    message = as_text(payload.get("message"))
    said = f"{code}: {message}" if message else code
    raise _ERRORS.get(code, UnexpectedResponse)(shorten(f"the gateway answered {said}"))


def is_task_row(value: Any) -> bool:
    """Whether `value` is the gateway's record of a task rather than the provider's own object.

    Told by two of three names, so that a row without a status yet, or one that does not repeat its id, is still one.
    """
    return isinstance(value, dict) and len(_ROW_NAMES & value.keys()) >= 2


def read_task_row(row: Mapping[str, Any]) -> TaskRow:
    """Read a row of `/luma/tasks`, `/suno/fetch` or `/v1/video/generations/{id}`. Never raises: odd fields are None."""
    status = as_word(row.get("status"))
    fail_reason = as_text(row.get("fail_reason"))
    is_link = fail_reason is not None and status.upper() == "SUCCESS"  # of a FAILURE, the text only mentions a link
    return TaskRow(
        task_id=as_text(row.get("task_id")),
        status=status,
        action=as_text(row.get("action")),
        fail_reason=fail_reason,
        progress=as_progress(row.get("progress")),
        submitted_at=as_time(row.get("submit_time")),
        started_at=as_time(row.get("start_time")),
        finished_at=as_time(row.get("finish_time") or row.get("finished_at")),
        result_url=as_url(row.get("result_url")) or (as_url(fail_reason) if is_link else None),
        data=row.get("data"),
    )


def has_given_up(state: TaskState, progress: float | None, fail_reason: Any) -> bool:
    """Whether a gateway gave up on an open task: it enters a reason and 100 %, refunds, and never looks again.

    It leaves the status as it was at that moment, so nothing else will ever say that the task failed.
    """
    is_open = not state.is_final and state is not TaskState.unknown
    return is_open and progress == 1.0 and as_text(fail_reason) is not None


class Opened(NamedTuple):
    """One task of a gateway's answer, taken apart.

    Attributes:
        row: the gateway's record; all of it None or "" where the provider's object came bare.
        inner: the provider's own object, None before the first refresh.
    """

    row: TaskRow
    inner: Any

    def word(self, own: Any) -> Any:
        """The state word that counts: the gateway's, which it bills by; `own` where the gateway has none."""
        has_none = self.row.status.upper() in _NO_WORDS
        return own if has_none and as_text(own) else self.row.status


_NO_WORDS = frozenset({"", "UNKNOWN"})
_NO_ROW = read_task_row({})


def opened(item: Any) -> Opened:
    """The gateway's record and what is inside it; a provider's bare object is all inside. `unwrap` the envelope first.

    A wrapped answer and a bare one are then read alike:

        opened = gateway.opened(gateway.unwrap(response.json()))
        state, raw_state = self.read_state(opened.word(dig(opened.inner, "status")))
    """
    if not is_task_row(item):
        return Opened(_NO_ROW, item)
    row = read_task_row(item)
    return Opened(row, row.data)


def is_content(link: str) -> bool:
    """Whether a gateway itself serves what `link` leads to; it may be a path alone, to be read at the account's URL."""
    return _CONTENT.fullmatch(link) is not None


def needs_key(link: str) -> bool:
    """Whether `link` leads to a file that a gateway gives only to whoever shows the key."""
    content = _CONTENT.fullmatch(link)
    return content is not None and "access=" not in (content["query"] or "")
