"""What kind of file a link leads to, by its looks: many makers list plain links and say no more."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Literal
from urllib.parse import unquote, urlsplit

from tidings.wire.data_uri import as_data_uri, is_data_uri

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
_TYPES: Mapping[str, MediaKind] = MappingProxyType(
    {"video": "video", "image": "image", "audio": "audio", "text": "text", "model": "model3d"}
)


def media_kind(url: str) -> MediaKind | None:
    """The kind of file `url` names by the suffix of its path, None where it has none that is known.

    A `data:` URI names it by its media type.
    """
    if is_data_uri(url):
        inside = as_data_uri(url)
        return type_kind(inside.media_type) if inside is not None else None
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    return _KINDS.get(PurePosixPath(unquote(path)).suffix.lower())


def type_kind(media_type: str | None) -> MediaKind | None:
    """The kind of files of this type (`image/png`, `application/json`), None where the type does not tell."""
    essence = _essence(media_type)
    return _TYPES.get(essence.partition("/")[0]) or _KINDS.get(media_suffix(essence) or "")


def media_suffix(media_type: str | None) -> str | None:
    """What names of files of this type end with (`.png`), None where nothing is usual."""
    essence = _essence(media_type)
    own = f".{essence.rpartition('/')[2]}"  # image/jpg, audio/wav: in no register, and yet often met
    return mimetypes.guess_extension(essence) or (own if own in _KINDS else None)


def _essence(media_type: str | None) -> str:
    return (media_type or "").partition(";")[0].strip().lower()
