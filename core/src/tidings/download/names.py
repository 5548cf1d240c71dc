"""What a saved output is called: a plain name inside the folder, whatever a provider answers."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from tidings.model import Artifact, TaskRef

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}")
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
    """`provider-[route-]id[-role][-number].suffix`, for example `luma-9d4b7516.mp4`.

    An id that has to be changed to be a safe name gets a few digits of its hash, so that two stay two.
    """
    parts = [ref.provider, ref.route, ref.id, None if output.role == "primary" else output.role]
    stem = "-".join(part for part in parts if part)
    safe = _UNSAFE.sub("_", stem)[:_LONGEST_STEM]
    if safe != stem:
        safe += "-" + hashlib.sha256(str(ref).encode()).hexdigest()[:8]
    return f"{safe}{f'-{number}' if number > 1 else ''}{_suffix(output)}"


def _suffix(output: Artifact) -> str:
    """From the link's path, else from the media type, else the usual one for its kind."""
    if output.url is not None:
        suffix = PurePosixPath(unquote(urlsplit(output.url).path)).suffix
        if _SUFFIX.fullmatch(suffix):
            return suffix.lower()
    guessed = mimetypes.guess_extension(output.media_type) if output.media_type else None
    return guessed or _BY_KIND[output.kind]
