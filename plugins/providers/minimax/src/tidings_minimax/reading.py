"""Takes MiniMax's answers apart: the maker's own task inside whatever is around it, its file, its link, its failure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tidings import gateway
from tidings.errors import UnexpectedResponse
from tidings.model import Artifact, Failure
from tidings.reading import FailureTable, failure_from, linked, measures
from tidings.wire import Response, as_int, as_text, as_url, dig

LIFETIME = 9 * 3600.0
"""Seconds a template's link lives, counted from the answer that holds it. A file's link says itself when it dies."""

# Only the gateway's record has any of these: they tell it from MiniMax's object, which has `task_id` and `status` too.
_ROW_FIELDS = frozenset({"data", "action", "fail_reason", "submit_time", "progress"})
_TEMPLATE_LINK = ("video_url",)
# The backup is the same file elsewhere: it is taken where the other one is missing, not beside it.
_LINKS: tuple[tuple[str, ...], ...] = (
    ("file", "download_url"),
    ("file", "backup_download_url"),
    ("content", "url"),
    _TEMPLATE_LINK,
)
# What an answer has that is more than a refusal.
_ANSWERS: tuple[tuple[str, ...], ...] = (("status",), ("task", "status"), ("file", "download_url"))
_BARE_LINK = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?", re.ASCII)  # MiniMax's pages show one without https://
_DIGITS = re.compile(r"\d+", re.ASCII)
# Codes of `base_resp` stand before the text, so they end in a space.
_FAILURES: FailureTable = (
    ("1026 ", Failure(code="moderated_input")),
    ("1027 ", Failure(code="moderated_output")),
    ("1008 ", Failure(code="quota")),
    ("1028 ", Failure(code="quota")),
    ("1030 ", Failure(code="quota")),
    ("1001 ", Failure(code="timed_out")),
    ("2013 ", Failure(code="invalid_request")),
    ("input new_sensitive", Failure(code="moderated_input")),
    ("input sensitive", Failure(code="moderated_input")),
    ("output new_sensitive", Failure(code="moderated_output")),
    ("output sensitive", Failure(code="moderated_output")),
)


def is_row(item: Any) -> bool:
    """Whether `item` is the gateway's record of a task."""
    return gateway.is_task_row(item) and not _ROW_FIELDS.isdisjoint(item)


def opened(item: Any) -> gateway.Opened:
    """The gateway's record, empty where there is none, and MiniMax's own object, of V2 what is inside `task`."""
    row, inner = gateway.opened(item) if is_row(item) else gateway.opened(None)._replace(inner=item)
    task = dig(inner, "task")
    return gateway.Opened(row, task if isinstance(task, dict) else inner)


def refusal(response: Response) -> str | None:
    """The code of a request that was refused with status 200; None for an answer about a task or a file.

    Beside a state, the code is the task's: that is how a failed generation gives its reason.
    """
    try:
        payload = response.json()
    except UnexpectedResponse:
        return None  # whoever reads it says so better
    code = _code(payload)
    is_answer = any(as_text(dig(payload, *place)) for place in _ANSWERS)
    return None if is_answer else code


def file_id(item: Any) -> str | None:
    """The id of a success's file, which some gateways put into `fail_reason`; None when it is not told."""
    row, task = opened(item)
    reason = row.fail_reason or ""
    return as_text(dig(task, "file_id")) or (reason if _DIGITS.fullmatch(reason) else None)


def with_file(item: Any, file: Any) -> Any:
    """`item` with the file's record where gateways merge it. Its id is not compared: the docs show a placeholder."""
    if not is_row(item):
        return {**item, "file": file}
    inner = item.get("data")
    return {**item, "data": {**(inner if isinstance(inner, dict) else {}), "file": file}}


def video(row: gateway.TaskRow, task: Any, *, since: datetime) -> Artifact | None:
    """The task's video, None when no link leads to it."""
    places = ((place, _link(task, place)) for place in _LINKS)
    place, link = next(((place, link) for place, link in places if link), ((), row.result_url))
    return linked(
        link,
        "video",
        lifetime=LIFETIME if place == _TEMPLATE_LINK else None,
        since=since,
        width=as_int(dig(task, "video_width")) or None,
        height=as_int(dig(task, "video_height")) or None,
        duration=measures(task)["duration"],
    )


def failure(row: gateway.TaskRow, task: Any) -> Failure:
    """Why the task failed: V2's `error`, else `base_resp` where that is no success, else the gateway's words."""
    code = as_text(dig(task, "error", "code")) or _code(task)
    texts = (as_text(dig(task, "error", "message")), as_text(dig(task, "base_resp", "status_msg")), row.fail_reason)
    said = next((text for text in texts if text and text.lower() != "success"), None)
    return failure_from(said, _FAILURES, provider_code=code)


def _code(source: Any) -> str | None:
    """`base_resp.status_code`, None for 0, which is success."""
    code = as_text(dig(source, "base_resp", "status_code"))
    return None if code == "0" else code


def _link(source: Any, place: tuple[str, ...]) -> str | None:
    text = as_text(dig(source, *place))
    if text is not None and _BARE_LINK.fullmatch(text):
        return f"https://{text}"
    return as_url(text)
