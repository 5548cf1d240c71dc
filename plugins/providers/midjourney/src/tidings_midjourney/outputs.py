"""What a Midjourney task made: pictures, videos or a text, and which of them the person asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tidings.model import Artifact, Role, TaskState
from tidings.reading import linked, ranked
from tidings.wire import as_text, dig, media_kind

# A single link, or a list of links or of {"url", "thumbnail"}. The names with underscores are cometapi's.
_VIDEOS = ("videoUrl", "video_url", "videoUrls", "video_urls")
_IMAGES = ("imageUrl", "image_url", "imageUrls", "image_urls")
_TEXTS = (("finalPrompt", None), ("finalZhPrompt", "zh"))
_TEXT_ACTIONS = frozenset({"DESCRIBE", "SHORTEN"})


def outputs_of(task: Mapping[str, Any], state: TaskState) -> tuple[Artifact, ...]:
    """All outputs, the main one first. While the task runs a picture is a blurred preview.

    Beside a video a picture is but its thumbnail; beside a text it is what was described. The grid of four and its
    single pictures are both what was asked for; the single ones have their number as id.
    """
    action = (as_text(task.get("action")) or "").upper()
    texts = tuple(_texts(task, action)) if action in _TEXT_ACTIONS and state is TaskState.succeeded else ()
    videos = _files(task, _VIDEOS, "primary")
    role: Role = "preview" if action in _TEXT_ACTIONS else "thumbnail" if videos else "primary"
    files = {**videos, **_without(videos, _files(task, _IMAGES, role))}
    files |= _without(files, _thumbnails(task))
    return texts + ranked(tuple(files.values()), state)


def _files(task: Mapping[str, Any], names: tuple[str, ...], role: Role) -> dict[str, Artifact]:
    """The links in these fields, each once: as its first place says."""
    found: dict[str, Artifact] = {}
    for item, number in _items(task, names):
        url = dig(item, "url") if isinstance(item, dict) else item
        is_video = names is _VIDEOS or (isinstance(url, str) and media_kind(url) == "video")
        file = linked(url, "video" if is_video else "image", role=role, id=number)
        if file is not None and file.url is not None:
            found.setdefault(file.url, file)
    return found


def _thumbnails(task: Mapping[str, Any]) -> dict[str, Artifact]:
    places: list[tuple[Any, str | None]] = [(task.get("thumbnailUrl"), None)]
    places += [(dig(item, "thumbnail"), number) for item, number in _items(task, _IMAGES)]
    files = (linked(url, "image", role="thumbnail", id=number) for url, number in places)
    return {file.url: file for file in files if file is not None and file.url is not None}


def _without(known: Mapping[str, Artifact], files: Mapping[str, Artifact]) -> dict[str, Artifact]:
    return {url: file for url, file in files.items() if url not in known}


def _items(task: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[tuple[Any, str | None]]:
    """What stands in these fields; what stands in a list, with its number from 1."""
    for name in names:
        value = task.get(name)
        if isinstance(value, list):
            yield from ((item, str(number)) for number, item in enumerate(value, 1))
        else:
            yield value, None


def _texts(task: Mapping[str, Any], action: str) -> Iterator[Artifact]:
    """The text in the properties, and its Chinese translation; at some gateways the text is in `promptEn` instead.

    There a SHORTEN may also keep what was to be shortened, which is no result.
    """
    texts = [(as_text(dig(task, "properties", name)), text_id) for name, text_id in _TEXTS]
    if not any(text for text, _ in texts):
        text = as_text(task.get("promptEn"))
        is_result = action == "DESCRIBE" or text != as_text(task.get("prompt"))
        texts = [(text if is_result else None, None)]
    yield from (Artifact(kind="text", text=text, id=text_id) for text, text_id in texts if text)
