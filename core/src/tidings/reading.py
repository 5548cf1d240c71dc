"""From the pieces of a maker's answer to outputs and failures: what most plugins need, and none has to use.

A plugin says in a table where links may lie and what failure texts mean; these functions read by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tidings import gateway
from tidings.errors import UnexpectedResponse
from tidings.model import Artifact, Failure, Kind, Role, TaskRef, TaskState
from tidings.wire import (
    as_data_uri,
    as_int,
    as_number,
    as_text,
    as_url,
    dig,
    link_expiry,
    media_kind,
    shorten,
    type_kind,
)

_COPIES: frozenset[Role] = frozenset({"primary", "raw", "watermarked"})

FailureTable = Sequence[tuple[str, Failure]]
"""Words in a failure's text, in lower case, and what they mean; the most specific first."""


class Place(NamedTuple):
    """Where in a maker's object a link may lie, and to what: `Place("video", ("assets", "video"))`."""

    kind: Kind
    path: tuple[str | int, ...]
    role: Role = "primary"


def linked(
    url: Any,
    kind: Kind | None = None,
    *,
    role: Role = "primary",
    lifetime: float | None = None,
    since: datetime | None = None,
    **facts: Any,
) -> Artifact | None:
    """The output behind `url`, None when that is no http or https link.

    Args:
        kind: by the link's looks when None, `file` when they do not tell.
        lifetime, since: how long the link lives, where it does not say so itself; see `link_expiry`.
        facts: further fields of `Artifact`.

    A link to a gateway's own copy needs the key, see `gateway.needs_key`.
    """
    link = as_url(url)
    if link is None:
        return None
    facts = {
        "kind": kind or media_kind(link) or "file",
        "expires_at": link_expiry(link, lifetime=lifetime, since=since),
        "needs_key": gateway.needs_key(link),
        **facts,
    }
    return Artifact(url=link, role=role, **facts)


def inlined(value: Any, kind: Kind | None = None, **facts: Any) -> Artifact | None:
    """The output that is inside the answer itself, as a `data:` URI; None when `value` is no such URI.

    Args:
        kind: by its media type when None, `file` when that does not tell.
        facts: further fields of `Artifact`.
    """
    uri = as_data_uri(value)
    if uri is None:
        return None
    kind = kind or type_kind(uri.media_type) or "file"
    return Artifact(kind=kind, url=value.strip(), media_type=uri.media_type, **facts)


def outputs_at(
    source: Any, places: Sequence[Place], *, lifetime: float | None = None, since: datetime | None = None
) -> tuple[Artifact, ...]:
    """What lies at `places` in `source`, with the size and duration that stand beside a link.

    A link that several places hold is taken once, as the first of them says.
    """
    found: dict[str, Artifact] = {}
    for place in places if isinstance(source, dict) else ():
        if source.get(place.path[0]) is None:
            continue  # most tasks, most of the time, have made nothing yet
        beside = measures(dig(source, *place.path[:-1]))
        output = linked(dig(source, *place.path), place.kind, role=place.role, lifetime=lifetime, since=since, **beside)
        if output is not None and output.url is not None:
            found.setdefault(output.url, output)
    return tuple(found.values())


def measures(source: Any) -> Mapping[str, Any]:
    """The fields `width`, `height` (pixels) and `duration` (seconds) of an `Artifact`, as far as `source` has them."""
    duration = as_number(dig(source, "duration"))
    return {
        "width": as_int(dig(source, "width")) or None,
        "height": as_int(dig(source, "height")) or None,
        "duration": duration if duration is not None and duration >= 0 else None,
    }


def ranked(outputs: Sequence[Artifact], state: TaskState) -> tuple[Artifact, ...]:
    """The outputs in the roles that their task's state leaves them.

    Of a success the best copy counts as what the person asked for, though it bear a watermark: the first one becomes
    primary where none is. Of anything else a copy is but a preview, so that nobody takes it for the result.
    """
    if state is not TaskState.succeeded:
        return tuple(_as(output, "preview") if output.role in _COPIES else output for output in outputs)
    if any(output.role == "primary" for output in outputs):
        return tuple(outputs)
    best = next((index for index, output in enumerate(outputs) if output.role in _COPIES), None)
    return tuple(_as(output, "primary") if index == best else output for index, output in enumerate(outputs))


def _as(output: Artifact, role: Role) -> Artifact:
    return output.model_copy(update={"role": role})


def failure_from(reason: Any, table: FailureTable = (), *, provider_code: Any = None) -> Failure:
    """Why a task failed, from the maker's words: the first row of `table` that they hold, else the provider's error.

    Args:
        provider_code: the maker's own code, kept as text; rows are looked for in it, too.
    """
    message, code = as_text(reason) or "", as_text(provider_code)
    said = f"{code or ''} {message}".lower()
    known = next((failure for words, failure in table if words in said), Failure(code="provider_error"))
    return known.model_copy(update={"message": message, "provider_code": code})


def check_about(ref: TaskRef, *ids: Any) -> None:
    """Refuse an answer about another task: it must not be taken for this one's.

    Args:
        ids: by which the answer may call its task (the gateway's, the maker's own); one of them must be the ref's.
            Capitals make no difference, as in UUIDs. An answer without any is taken to be about the task that was
            asked for, and so is any at a polling URL.

    Raises:
        UnexpectedResponse: it is about others only; the message names them.
    """
    said = [task_id for task_id in map(as_text, ids) if task_id is not None]
    if said and ref.id.casefold() not in map(str.casefold, said) and not ref.is_url:
        others = shorten(", ".join(dict.fromkeys(said)), 100)
        raise UnexpectedResponse(f"the answer is not about this task, but about {others}", ref=ref)


__all__ = [
    "FailureTable",
    "Place",
    "check_about",
    "failure_from",
    "inlined",
    "linked",
    "measures",
    "outputs_at",
    "ranked",
]
