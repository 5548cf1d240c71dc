"""What a prediction made. Its `output` is any JSON, as the model likes: what it is can only be told by its looks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tidings.model import Artifact
from tidings.reading import inlined, linked
from tidings.wire import as_data_uri, as_url

_OWN = "replicate.delivery"  # Replicate's own files lie here and on its subdomains


class _File(NamedTuple):
    """A link or a `data:` URI, and the names of the fields that lead to it."""

    uri: str
    name: str | None


def read_outputs(output: Any, *, lifetime: float | None, since: datetime | None) -> tuple[Artifact, ...]:
    """The files and texts in `output`.

    Every link is a file, wherever it lies, and so is every `data:` URI, a small file inside the answer itself. Texts
    beside it in the outermost object are outputs of their own. Where there is no file, all of it is one text: the
    chunks of a streaming model joined, anything but texts as JSON.

    Args:
        lifetime, since: how long files of Replicate's own live; others say so themselves or not at all.
    """
    if _is_blank(output):
        return ()
    files: dict[str, _File] = {}
    for file in () if _is_prose(output) else _files(output):
        files.setdefault(file.uri, file)
    if not files:
        return (_text(output),)
    found = (_artifact(file, lifetime if _is_own(file.uri) else None, since) for file in files.values())
    return (*(artifact for artifact in found if artifact is not None), *_texts_beside(output))


def _is_blank(output: Any) -> bool:
    return output is None or output in ("", [], {}) or (isinstance(output, list) and all(map(_is_blank, output)))


def _is_prose(output: Any) -> bool:
    """Whether it is a text in chunks. One may look like a link by chance, but not like one of Replicate's own files."""
    if not _is_texts(output):
        return False
    files = [chunk for chunk in output if _is_file(chunk)]
    return len(files) < len(output) and not any(_is_own(file) or as_data_uri(file) for file in files)


def _is_texts(output: Any) -> bool:
    return isinstance(output, list) and all(isinstance(chunk, str) for chunk in output)


def _is_file(value: Any) -> bool:
    return as_url(value) is not None or as_data_uri(value) is not None


def _files(value: Any, name: str | None = None) -> Iterator[_File]:
    if _is_file(value):
        yield _File(value.strip(), name)
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _files(child, f"{name}.{key}" if name else key or None)
    elif isinstance(value, list):
        for child in value:
            yield from _files(child, name)


def _artifact(file: _File, lifetime: float | None, since: datetime | None) -> Artifact | None:
    return linked(file.uri, lifetime=lifetime, since=since, id=file.name) or inlined(file.uri, id=file.name)


def _texts_beside(output: Any) -> Iterator[Artifact]:
    """A transcript beside its subtitles, a training's `version` beside its weights."""
    for name, value in output.items() if isinstance(output, dict) else ():
        if isinstance(value, str) and value.strip() and not _is_file(value):
            yield Artifact(kind="text", text=value, id=name or None)


def _text(output: Any) -> Artifact:
    if isinstance(output, str):
        return Artifact(kind="text", text=output)
    if _is_texts(output):
        return Artifact(kind="text", text="".join(output))
    return Artifact(kind="text", text=json.dumps(output, ensure_ascii=False), media_type="application/json")


def _is_own(uri: str) -> bool:
    try:
        host = urlsplit(uri).hostname or ""
    except ValueError:  # http://[ is enough
        return False
    return host == _OWN or host.endswith(f".{_OWN}")
