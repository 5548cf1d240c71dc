"""The files of a finished task: Kling's lists of videos, images and audios, or a gateway's single link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, get_args

from tidings.model import Artifact, Kind, Role
from tidings.reading import linked, measures
from tidings.wire import as_text, dig, media_kind
from tidings_kling.shapes import Found

LIFETIME = 30 * 86_400.0
"""Seconds until Kling clears a file."""

# The lists in `task_result`, and what they hold.
_LISTS: Mapping[str, Kind] = MappingProxyType(
    {"videos": "video", "images": "image", "audios": "audio", "voices": "audio"}
)
# The links in an entry of a list; a text-to-audio task has its sound in two formats.
_LINKS: tuple[tuple[str, Role], ...] = (
    ("url", "primary"),
    ("url_mp3", "primary"),
    ("url_wav", "raw"),
    ("trial_url", "primary"),
    ("watermark_url", "watermarked"),
)
# Where gateways put the one link they show, in the order in which they are to be believed.
_FLAT = (("result_url",), ("url",), ("video_url",), ("output_url",), ("metadata", "url"))
_KINDS: Mapping[Any, Kind] = MappingProxyType({kind: kind for kind in get_args(Kind)})


def outputs(found: Found, kind: Kind, since: datetime | None) -> tuple[Artifact, ...]:
    """All files, each link once.

    Args:
        kind: of a link that says nothing about itself.
        since: when the task was finished, from which on its files live for `LIFETIME`.
    """
    listed: dict[str, Artifact] = {}
    for entry, entry_kind in _entries(found.task, kind):
        for output in _in_entry(entry, entry_kind, since):
            listed.setdefault(output.url or "", output)
    return tuple(listed.values()) or tuple(_flat(found, kind, since))


def _entries(task: Any, kind: Kind) -> Iterator[tuple[Mapping[str, Any], Kind]]:
    """What Kling lists, in both of its forms: by kind in `task_result`, or in `outputs` with a type each."""
    for name, kind_of_list in _LISTS.items():
        yield from ((entry, kind_of_list) for entry in _listed(dig(task, "task_result", name)))
    for entry in _listed(dig(task, "outputs")):
        said = _KINDS.get(as_text(entry.get("type")))
        yield entry, said or media_kind(str(entry.get("url"))) or kind


def _listed(value: Any) -> list[Mapping[str, Any]]:
    entries = value if isinstance(value, list) else [value]
    return [entry if isinstance(entry, dict) else {"url": entry} for entry in entries]


def _in_entry(entry: Mapping[str, Any], kind: Kind, since: datetime | None) -> Iterator[Artifact]:
    duration = entry.get("duration") or entry.get("duration_mp3") or entry.get("duration_wav")
    facts = {**measures({**entry, "duration": duration}), "id": _id(entry)}
    for name, role in _LINKS:
        output = linked(entry.get(name), kind, role=role, lifetime=LIFETIME, since=since, **facts)
        if output is not None:
            yield output


def _id(entry: Mapping[str, Any]) -> str | None:
    names = (as_text(entry.get(field)) for field in ("id", "index", "voice_id"))
    return next((name for name in names if name), None)


def _flat(found: Found, kind: Kind, since: datetime | None) -> Iterator[Artifact]:
    """The first link that a gateway's own object holds. Where a link belongs there may stand a failure's text."""
    places = [found.row.result_url, *(dig(source, *path) for source in (found.item, found.task) for path in _FLAT)]
    facts = measures(dig(found.item, "metadata"))
    for place in places:
        output = linked(place, kind, lifetime=LIFETIME, since=since, **facts)
        if output is not None:
            yield output
            return
