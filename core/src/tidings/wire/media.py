"""What kind of file a link leads to, by its looks: many makers list plain links and say no more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Literal
from urllib.parse import unquote, urlsplit

MediaKind = Literal["video", "image", "audio", "text", "model3d", "file"]

_SUFFIXES: Mapping[MediaKind, str] = MappingProxyType(
    {
        "video": "mp4 webm mov mkv m4v avi mpg mpeg ogv",
        "image": "png jpg jpeg webp gif avif svg bmp tif tiff heic",
        "audio": "mp3 wav flac ogg oga m4a aac opus aiff mid",
        "text": "txt md json csv srt vtt",
        "model3d": "glb gltf obj fbx usdz usd stl ply 3mf",
    }
)
_KINDS: Mapping[str, MediaKind] = MappingProxyType(
    {f".{suffix}": kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
)


def media_kind(url: str) -> MediaKind | None:
    """The kind of file `url` names by the suffix of its path, None where it has none that is known."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    return _KINDS.get(PurePosixPath(unquote(path)).suffix.lower())
