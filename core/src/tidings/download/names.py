"""What a saved output is called: a plain name inside the folder, whatever a provider answers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from tidings.model import Artifact, TaskRef
from tidings.wire import as_data_uri, media_suffix

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}")
_LONGEST_OWN = 60  # characters of an output's own id
_LONGEST_STEM = 120  # characters; file systems take 255 bytes
_BY_KIND: Mapping[str, str] = MappingProxyType(
    {"video": ".mp4", "image": ".png", "audio": ".mp3", "text": ".txt", "model3d": ".glb", "file": ".bin"}
)


def file_names(ref: TaskRef, outputs: Sequence[Artifact]) -> list[str]:
    """A name for each output, different from each other and the same every time."""
    names: list[str] = []
    for output in outputs:
        number = 1
        while (name := file_name(ref, output, number=number)) in names:
            number += 1
        names.append(name)
    return names


def file_name(ref: TaskRef, output: Artifact, *, number: int = 1) -> str:
    """`provider-id[.hash][.output][.role][.number].suffix`, as in `luma-9d4b7516.mp4` or `luma-9d4b7516.thumbnail.jpg`.

    Where provider and id alone do not tell one task from every other (an account, a route), or cannot stand in a name
    as they are, a few digits of the whole ref's hash do. An id that stands as it is has no dot, so nothing else looks
    like it.
    """
    readable = "-".join(part for part in (ref.provider, ref.account, ref.route, ref.id) if part)
    safe = _UNSAFE.sub("_", readable)[:_LONGEST_STEM]
    is_telling = safe == readable and not (ref.account or ref.route or "-" in ref.provider)
    digest = None if is_telling else hashlib.sha256(str(ref).encode()).hexdigest()[:8]
    role = None if output.role == "primary" else output.role
    own = _UNSAFE.sub("_", output.id)[:_LONGEST_OWN] if output.id else None
    parts = (safe, digest, own, role, str(number) if number > 1 else None)
    return ".".join(part for part in parts if part) + _suffix(output)


def _suffix(output: Artifact) -> str:
    """From the link's path, else from the media type, else the usual one for its kind."""
    inside = as_data_uri(output.url)
    suffix = PurePosixPath(unquote(_path(output.url))).suffix if inside is None else ""
    if _SUFFIX.fullmatch(suffix):
        return suffix.lower()
    media_type = output.media_type or (inside.media_type if inside is not None else None)
    return media_suffix(media_type) or _BY_KIND[output.kind]


def _path(url: str | None) -> str:
    try:
        return urlsplit(url or "").path
    except ValueError:  # http://[ is enough
        return ""
