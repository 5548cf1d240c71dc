"""Where a video endpoint's answer says its result is: in one of many places, in none, or behind the account's key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tidings import gateway
from tidings.model import Artifact, TaskRef, TaskState
from tidings.reading import measures
from tidings.wire import as_int, as_number, as_text, as_time, as_url, dig, link_expiry, media_kind, segment

_Place = tuple[str | int, ...]

# In the gateway's own object, the best first. After them comes the `fail_reason` of a success, where gateways kept the
# link until early 2026.
_PLACES: tuple[_Place, ...] = (("result_url",), ("url",), ("video_url",), ("output_url",), ("metadata", "url"))
# In the object of whatever maker is behind the gateway, in which nobody knows his way: only names that mean the result.
_MAKERS_PLACES: tuple[_Place, ...] = (
    ("result_url",),
    ("task_result", "videos"),
    ("file", "download_url"),
    ("content", "video_url"),
    ("content", "url"),
    ("assets", "video"),
    ("video", "download_url"),
    ("video", "url"),
    ("video_url",),
    ("output_url",),
    ("download_url",),
    ("output", "video_url"),
    ("output",),
    ("creations",),
    ("videos",),
    ("result", "sample"),
    ("metadata", "url"),
    ("url",),
)
_WRAPPERS: tuple[_Place, ...] = ((), ("data",), ("task",))
_SIZE = re.compile(r"(\d{1,5})\s*[x*×]\s*(\d{1,5})", re.IGNORECASE)


def outputs(item: dict[str, Any], row: gateway.TaskRow, ref: TaskRef, state: TaskState) -> tuple[Artifact, ...]:
    """What the task made, as far as it can have made something.

    Before its end, and of a failure, the fields for links hold the place where the result will be, or the reason.

    A success that names no link (rc.30's row, OpenAI's own object) lies where the gateway serves every video by its
    task's id, whatever route the task was asked for by: `/v1/videos/{id}/content`, for whoever shows the key.
    """
    if state not in {TaskState.succeeded, TaskState.unknown}:
        return ()
    links = _links(item, row)
    if not links and state is TaskState.succeeded:
        links = [f"/v1/videos/{segment(ref.id)}/content"]
    expires_at, facts = as_time(item.get("expires_at")), _facts(item)
    return tuple(
        Artifact(
            kind="video",
            url=link,
            needs_key=gateway.needs_key(link),
            expires_at=link_expiry(link) or expires_at,
            **facts,
        )
        for link in links
    )


def _links(item: dict[str, Any], row: gateway.TaskRow) -> list[str]:
    """The first of the gateway's places that holds a link; else all that the maker's object lists in one place."""
    told = (_link(value) for value in (*(dig(item, *place) for place in _PLACES), row.fail_reason))
    first = next((link for link in told if link is not None), None)
    return _makers_links(row.data) if first is None else [first]


def _makers_links(data: Any) -> list[str]:
    for wrapper in _WRAPPERS:
        for place in _MAKERS_PLACES:
            links = [link for link in _listed(dig(data, *wrapper, *place)) if media_kind(link) in {None, "video"}]
            if links:
                return list(dict.fromkeys(links))
    return []


def _listed(value: Any) -> Iterator[str]:
    """The links in a text, or in a list of texts or of objects with a `url`."""
    for one in value if isinstance(value, list) else [value]:
        link = as_url(one) or as_url(dig(one, "url"))
        if link is not None:
            yield link


def _link(value: Any) -> str | None:
    """A link, or the gateway's own path, which some gateways give without their host."""
    text = as_text(value) or ""
    return text if gateway.is_content(text) else as_url(value)


def _facts(item: dict[str, Any]) -> dict[str, Any]:
    """Size and length: from `metadata`, or OpenAI's `size` ("1280x720") and `seconds` ("8")."""
    facts = dict(measures(item.get("metadata")))
    size = _SIZE.fullmatch(as_text(item.get("size")) or "")
    if size is not None:
        facts["width"], facts["height"] = (as_int(number) or None for number in size.groups())
    seconds = as_number(item.get("seconds"))
    if seconds is not None and seconds >= 0:
        facts["duration"] = seconds
    return facts
