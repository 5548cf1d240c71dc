"""Which files Runway's objects name: links of the feed, artifacts of the web application, a list of output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tidings.model import Artifact
from tidings.reading import Place, linked, measures, outputs_at
from tidings.wire import as_text, dig, media_kind

_VIDEOS = (
    Place("video", ("video_url",)),
    Place("video", ("result_url",)),  # of the gateway's record
    Place("video", ("raw_video_url",), "raw"),
)
_IMAGES = (
    Place("image", ("poster",), "thumbnail"),  # the first frame
    Place("image", ("last_frame",), "preview"),
)


def outputs_of(task: Any, record: Any) -> Sequence[Artifact]:
    """What Runway's object names, else what the gateway's record around it does. A link named twice is taken once."""
    found: dict[str | None, Artifact] = {}
    for output in (*(_videos(task) or _videos(record)), *outputs_at(task, _IMAGES), *_previews(task)):
        found.setdefault(output.url, output)
    return tuple(found.values())


def _videos(source: Any) -> Sequence[Artifact]:
    return (*outputs_at(source, _VIDEOS), *_listed(source), *_artifacts(source))


def _listed(source: Any) -> Iterator[Artifact]:
    """`output` as in Runway's developer API: plain links, whose looks say what they lead to."""
    for link in _list(dig(source, "output")):
        output = linked(link, media_kind(link) or "video") if isinstance(link, str) else None
        if output is not None:
            yield output


def _artifacts(source: Any) -> Iterator[Artifact]:
    for artifact in _list(dig(source, "artifacts")):
        link, name = (as_text(dig(artifact, field)) or "" for field in ("url", "filename"))
        kind = media_kind(link) or media_kind(name) or "video"
        output = linked(link, kind, id=as_text(dig(artifact, "id")), **_measured(dig(artifact, "metadata")))
        if output is not None:
            yield output


def _previews(source: Any) -> Iterator[Artifact]:
    """Stills of the artifacts."""
    for artifact in _list(dig(source, "artifacts")):
        stills = (linked(link, "image", role="preview") for link in _list(dig(artifact, "previewUrls")))
        yield from (still for still in stills if still is not None)


def _measured(metadata: Any) -> Mapping[str, Any]:
    """Width and height stand in `size` or as the two `dimensions`, the duration beside them."""
    width, height = (dig(metadata, "dimensions", index) for index in (0, 1))
    size = dig(metadata, "size") or {"width": width, "height": height}
    return {**measures(size), "duration": measures(metadata)["duration"]}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()
