"""Small files that travel inside an answer instead of behind a link: `data:` URIs (RFC 2397)."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

_SCHEME = "data:"
_HEAD = re.compile(r"data:(?P<type>[\w.+-]+/[\w.+-]+)?(?P<parameters>(?:;[^;,\s]{1,200})*),", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class DataUri:
    """A file that is its own link.

    Attributes:
        media_type: as it is stated, in lower case and without parameters; None where it is not.
        is_base64: whether `payload` is base64, rather than percent-encoded.
        payload: the file, encoded.
    """

    media_type: str | None
    is_base64: bool
    payload: str = field(repr=False)

    def decoded(self) -> bytes:
        """The file.

        Raises:
            ValueError: its base64 is broken or cut short.
        """
        content = unquote_to_bytes(self.payload)
        if not self.is_base64:
            return content
        packed = b"".join(content.split())  # some encoders break lines, some leave the padding out
        return b64decode(packed + b"=" * (-len(packed) % 4), validate=True)


def is_data_uri(text: str) -> bool:
    """Whether `text` begins like one; whether it is one only `as_data_uri` tells."""
    return text[: len(_SCHEME)].lower() == _SCHEME


def as_data_uri(value: Any) -> DataUri | None:
    """A `data:` URI that states its type or is base64, None for everything else, such as prose about "data: this"."""
    text = value.strip() if isinstance(value, str) else ""
    head = _HEAD.match(text)
    if head is None:
        return None
    media_type, parameters = head["type"], head["parameters"].lower()
    is_base64 = parameters.endswith(";base64")
    if media_type is None and not is_base64:
        return None
    return DataUri(media_type.lower() if media_type else None, is_base64, text[head.end() :])
