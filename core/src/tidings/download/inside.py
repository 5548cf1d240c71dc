"""Outputs that came inside the answer itself: a text, or a small file in a `data:` URI."""

from __future__ import annotations

from tidings.errors import DownloadError
from tidings.model import Artifact
from tidings.wire import as_data_uri

MAX_INSIDE = 100 * 1000**2  # characters; no answer is as large as that, but a status may come from elsewhere


def content_of(output: Artifact) -> bytes:
    """The bytes of an output that is a text or whose URL is a `data:` URI.

    Raises:
        DownloadError: the URI is broken, empty or too large. The message does not show it.
    """
    if output.url is None:
        return (output.text or "").encode()
    if len(output.url) > MAX_INSIDE:
        raise DownloadError(f"the {output.kind} inside the answer is larger than {MAX_INSIDE} characters")
    try:
        uri = as_data_uri(output.url)
        content = uri.decoded() if uri is not None else b""
    except ValueError as error:
        raise DownloadError(f"the {output.kind} inside the answer cannot be decoded: {error}") from error
    if not content:
        raise DownloadError(f"the {output.kind} inside the answer is empty, or in no form that is known")
    return content
