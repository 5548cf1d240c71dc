"""Where the files of a generation may lie, in each of the formats that Luma and the gateways use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from tidings.gateway import TaskRow
from tidings.model import Artifact, Kind, TaskState
from tidings.reading import Place, linked, outputs_at, ranked
from tidings.wire import as_text, dig

# What was asked for, the best copy first: Luma's own place, then those of the gateways' format.
_RESULTS = (
    Place("video", ("video", "download_url")),
    Place("video", ("assets", "video")),
    Place("image", ("assets", "image")),
    Place("video", ("video_raw", "url"), "raw"),
    Place("video", ("artifact", "video_raw", "url"), "raw"),
    Place("video", ("video", "url"), "watermarked"),
)
_AT_THE_GATEWAY = (Place("video", ("result_url",)),)  # only the gateway's own row holds it
_PREVIEWS = (
    Place("video", ("assets", "progress_video"), "preview"),
    Place("image", ("thumbnail", "url"), "thumbnail"),
    Place("image", ("thumbnail",), "thumbnail"),
    Place("image", ("video", "thumbnail"), "thumbnail"),
    Place("image", ("last_frame", "url"), "preview"),
)
_KINDS: dict[str | None, Kind] = {kind: kind for kind in get_args(Kind)}


def results(generation: Any, row: TaskRow) -> tuple[Artifact, ...]:
    """The files that the task was for, and copies of them; none while it is not done."""
    found = outputs_at(generation, _RESULTS) or tuple(_in_list(generation))
    return found or outputs_at(row._asdict(), _AT_THE_GATEWAY)


def outputs(found: tuple[Artifact, ...], generation: Any, state: TaskState) -> tuple[Artifact, ...]:
    """All files in the roles that the task's state leaves them: `found`, which `results` found, and previews."""
    known = {output.url for output in found}
    previews = (output for output in outputs_at(generation, _PREVIEWS) if output.url not in known)
    return (*ranked(found, state), *previews)


def _in_list(generation: Any) -> Iterator[Artifact]:
    """What the API for agents lists: each file with its type. Its links say themselves how long they live."""
    files = dig(generation, "output")
    for file in files if isinstance(files, list) else ():
        output = linked(dig(file, "url"), _KINDS.get(as_text(dig(file, "type"))))
        if output is not None:
            yield output
