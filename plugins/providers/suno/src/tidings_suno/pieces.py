"""What a Suno task is made of: songs (Suno calls them clips) and lyrics, told apart by their fields."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from tidings import gateway
from tidings.model import Artifact, Role, TaskState
from tidings.reading import linked, measures, ranked
from tidings.wire import as_text, as_word, dig

Piece = Mapping[str, Any]
"""A song or lyrics, as Suno or a gateway's newer schema says it."""

STATES: Mapping[str, TaskState] = MappingProxyType(
    {
        **gateway.STATES,  # a song says submitted and queued, too
        "FAIL": TaskState.failed,
        "processing": TaskState.running,
        "running": TaskState.running,  # lyrics
        "streaming": TaskState.running,  # a song that can be listened to while it is made
        "complete": TaskState.succeeded,
        "succeeded": TaskState.succeeded,  # a song in the newer schema
        "error": TaskState.failed,
    }
)
"""The words of gateways, of crazyrouter, of a single song and of lyrics."""

_FOLDED: Mapping[str, TaskState] = {word.casefold(): state for word, state in STATES.items()}
_OPEN = frozenset({TaskState.pending, TaskState.queued, TaskState.running})
# As in Suno-API the slower one of a task's songs speaks for the task: while one is queued, the task is. One that failed
# fails the task. A word nobody knows must be heard, so it goes first.
_SLOWEST_FIRST = (
    TaskState.unknown,
    TaskState.pending,
    TaskState.queued,
    TaskState.running,
    TaskState.failed,
    TaskState.succeeded,
)
_STREAM = "//audiopipe."  # a live stream of an unfinished song: it ends with the song, and is no file
_RESULTS = frozenset({"audio_url", "text"})
_IMAGES = ("image_large_url", "image_url")
_REASONS = (("metadata", "error_message"), ("error_message",), ("msg",))
_ERROR_TYPES = (("metadata", "error_type"), ("error_type",))


def decoded(data: Any) -> Any:
    """`data` itself; what it says where a gateway has written its JSON into a text."""
    if isinstance(data, str) and data.lstrip().startswith(("[", "{")):
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            return data
    return data


def pieces(data: Any) -> tuple[Piece, ...]:
    """The songs or lyrics in a task's `data`: a list or a single object."""
    found = decoded(data)
    return tuple(item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict))


def word(piece: Piece) -> str:
    """Its own state word, "" where it has none."""
    return next((said for name in ("status", "state") if (said := as_word(piece.get(name)))), "")


def state(piece: Piece) -> TaskState | None:
    """What its own word means, None where it has none."""
    said = word(piece)
    return _FOLDED.get(said.casefold(), TaskState.unknown) if said else None


def is_open(piece: Piece) -> bool:
    """Whether it is not done yet, by its own word."""
    return state(piece) in _OPEN


def has_failed(piece: Piece) -> bool:
    """Whether nothing came of it, by its own word."""
    return state(piece) is TaskState.failed


def slowest_word(found: Iterable[Piece]) -> str:
    """The word of the one that is furthest from its end, "" where none says anything."""
    speaking = [piece for piece in found if word(piece)]
    slowest = min(speaking, key=lambda piece: _SLOWEST_FIRST.index(state(piece)), default=None)
    return "" if slowest is None else word(slowest)


def has_result(piece: Piece) -> bool:
    """Whether its main output is final: a song's file, or a text. A stream is not, though a video be beside it."""
    main = next(iter(made(piece)), None)
    return main is not None and main.role == "primary"


def is_promised(piece: Piece) -> bool:
    """Whether a result may be expected of it: a song or lyrics that did not fail, nothing that nobody has seen yet."""
    return not has_failed(piece) and (bool(word(piece)) or not piece.keys().isdisjoint(_RESULTS))


def audio_role(link: str | None) -> Role:
    """The role of an audio link."""
    return "preview" if link is not None and _STREAM in link.lower() else "primary"


def made(piece: Piece) -> tuple[Artifact, ...]:
    """Its outputs, the main one first: the audio, a video of it and cover images; or the lyrics.

    What a failed one still links to is no result.
    """
    own_id = as_text(piece.get("id")) or as_text(piece.get("clip_id"))
    if _is_lyrics(piece):
        return (Artifact(kind="text", text=piece["text"], id=own_id),)
    seconds = measures(piece.get("metadata"))["duration"] or measures(piece)["duration"]
    audio = as_text(piece.get("audio_url"))
    found = (
        linked(audio, "audio", role=audio_role(audio), id=own_id, duration=seconds),
        linked(piece.get("video_url"), "video", id=own_id, duration=seconds),
        *(linked(piece.get(name), "image", role="thumbnail", id=own_id) for name in _IMAGES),
    )
    links = {output.url: output for output in reversed(found) if output is not None}  # one under two names: the first
    outputs = tuple(links.values())[::-1]
    return ranked(outputs, TaskState.failed) if has_failed(piece) else outputs


def _is_lyrics(piece: Piece) -> bool:
    text = piece.get("text")
    is_song = piece.get("audio_url") is not None or piece.get("video_url")  # which may have a text, too
    return not is_song and isinstance(text, str) and bool(text.strip())


def why_failed(found: Iterable[Piece]) -> tuple[str | None, str | None]:
    """Suno's reason and its type of error: the first that any of them gives, each."""
    both = list(found)
    return _first(both, _REASONS), _first(both, _ERROR_TYPES)


def _first(found: Iterable[Piece], places: Iterable[tuple[str, ...]]) -> str | None:
    said = (as_text(dig(piece, *place)) for piece in found for place in places)
    return next((text for text in said if text), None)
