"""Udio's songs, which say what became of them in fields rather than in a word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tidings.model import Artifact, TaskState
from tidings.reading import linked, measures, ranked
from tidings.wire import as_text, as_url, dig

Song = Mapping[str, Any]

FINISHED, UNFINISHED, ERROR = "finished", "unfinished", "error"
"""The words we give to what a song's fields say."""

_SLOWEST_FIRST = (UNFINISHED, ERROR, FINISHED)
_PLACES = (("data", "songs"), ("songs",), ("data",), ())  # gateways nest them differently
_ERRORS = ("error_detail", "error_type", "error_code", "error_id")  # the most telling first
_TELLING = frozenset({"finished", "song_path", *_ERRORS})


def listed(task: Any) -> list[Any] | None:
    """The list of songs in a gateway's row, in what it holds or in a bare answer; None where there is none.

    A row may have a place for each nesting and songs in one of them.
    """
    lists = [value for place in _PLACES if isinstance(value := dig(task, *place), list)]
    return max(lists, key=len, default=None)


def songs(task: Any) -> Sequence[Song]:
    """What in that list is a song."""
    return [song for song in listed(task) or () if isinstance(song, dict)]


def word(song: Song) -> str:
    """What its fields say, "" where they say nothing. A song that is finished, but has no file yet, is unfinished."""
    if song.keys().isdisjoint(_TELLING):
        return ""
    if any(song.get(name) for name in _ERRORS):
        return ERROR
    return FINISHED if _is_true(song.get("finished")) and as_url(song.get("song_path")) else UNFINISHED


def slowest_word(found: Iterable[Song]) -> str:
    """What is said of the task by its songs: it is done when all of them are."""
    words = {word(song) for song in found}
    return next((each for each in _SLOWEST_FIRST if each in words), "")


def is_awaited(song: Song) -> bool:
    """Whether its file is still to come, of a task that is done by its own word."""
    is_open = "finished" in song and song["finished"] is not None and not _is_true(song["finished"])
    return word(song) != ERROR and (is_open or as_url(song.get("song_path")) is None)


def made(song: Song) -> tuple[Artifact, ...]:
    """Its outputs: the audio, a video of it, its cover and the words it is sung to. Without the audio none is final."""
    own_id, seconds = as_text(song.get("id")), measures(song)["duration"]
    lyrics = song.get("lyrics")
    found = (
        linked(song.get("song_path"), "audio", id=own_id, duration=seconds),
        linked(song.get("video_path"), "video", id=own_id, duration=seconds),
        linked(song.get("image_path"), "image", role="thumbnail", id=own_id),
        Artifact(kind="text", text=lyrics, id=own_id) if _is_text(lyrics) else None,
    )
    outputs = tuple(output for output in found if output is not None)
    return ranked(outputs, TaskState.running) if found[0] is None else outputs


def why_failed(found: Iterable[Song]) -> tuple[str | None, str | None]:
    """The first text, and the first type or code, that any song gives as its error."""
    failed = [song for song in found if word(song) == ERROR]
    texts = (_said(song.get(name)) for song in failed for name in _ERRORS)
    codes = (as_text(song.get(name)) for song in failed for name in _ERRORS[1:])
    return next((text for text in texts if text), None), next((code for code in codes if code), None)


def _said(value: Any) -> str | None:
    return as_text(value) or as_text(dig(value, "message")) or as_text(dig(value, "detail"))


def _is_true(value: Any) -> bool:
    return value is True or (as_text(value) or "").lower() in {"true", "1"}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
