"""Tells an output from what storage sends in its place with a 200: an error page, by its first bytes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from tidings.errors import DownloadError
from tidings.model import Artifact, Kind
from tidings.transport import Download

MAX_FILE = 20 * 1000**3  # bytes; an hour of film in the best quality is a tenth of it
_START = 512  # bytes that are looked at
_FREE = frozenset({"text", "file"})  # may be anything
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # in no text, and in the head of every film, sound and picture
_LOOKS = (
    ("a web page", re.compile(rb"<(!doctype html|html|head|body)\b", re.IGNORECASE)),
    ("an error in XML", re.compile(rb"(<\?xml[^>]*>)?\s*<(\w+:)?error\b", re.IGNORECASE)),
    ("a picture in SVG", re.compile(rb"(<.*)?<svg\b", re.IGNORECASE | re.DOTALL)),
    ("XML", re.compile(rb"<\?xml\b", re.IGNORECASE)),
    ("JSON", re.compile(rb"\{\s*[\"}]|\[\s*[\[\]{\"]")),
)
_SAYS = (
    ("a web page", re.compile(r"text/html|application/xhtml\+xml")),
    ("JSON", re.compile(r"application/([\w.-]+\+)?json")),
    ("XML", re.compile(r"application/xml")),
    ("text", re.compile(r"text/")),
)
# A glTF model is JSON, COLLADA and 3MF are XML, OBJ is text.
_LEGITIMATE = {"image": {"a picture in SVG"}, "model3d": {"JSON", "XML", "text"}}


async def genuine(download: Download, output: Artifact) -> AsyncIterator[bytes]:
    """The file's bytes, the first of them held back until they show that it is the file, and none beyond all measure.

    Raises:
        DownloadError: it is something else, or larger than `MAX_FILE`.
    """
    start, size, is_checked = b"", 0, False
    async for chunk in download.chunks:
        size += len(chunk)
        if size > MAX_FILE:
            raise DownloadError(f"the {output.kind} is larger than {MAX_FILE} bytes")
        if is_checked:
            yield chunk
            continue
        start += chunk
        if len(start) >= _START:
            is_checked = True
            yield _checked(start, download, output)
    if not is_checked:
        yield _checked(start, download, output)


def _checked(start: bytes, download: Download, output: Artifact) -> bytes:
    other = impostor(output.kind, download.headers.get("content-type", ""), start[:_START])
    if other is not None and start:
        raise DownloadError(f"there is {other} where the {output.kind} should be")
    return start


def impostor(kind: Kind, content_type: str, start: bytes) -> str | None:
    """What stands where an output of `kind` should be, None when it may well be the output.

    The first `_START` bytes decide; the content type only where they are text: much storage names it wrong.
    """
    if kind in _FREE or _CONTROL.search(start):
        return None
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    found = next((name for name, look in _LOOKS if look.match(text)), None)
    found = found or next((name for name, says in _SAYS if says.match(content_type.strip().lower())), None)
    return None if found in _LEGITIMATE.get(kind, set()) else found
