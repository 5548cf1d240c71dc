"""What goes over the wire and how its pieces are read: requests, responses, tolerant readers of foreign fields."""

from tidings.wire.data_uri import DataUri, as_data_uri, is_data_uri
from tidings.wire.fields import (
    as_int,
    as_number,
    as_progress,
    as_text,
    as_time,
    as_url,
    as_word,
    dig,
    shorten,
)
from tidings.wire.media import media_kind, media_suffix, type_kind
from tidings.wire.messages import Exchange, Request, Response, segment
from tidings.wire.signed import link_expiry, signed_url_expiry

__all__ = [
    "DataUri",
    "Exchange",
    "Request",
    "Response",
    "as_data_uri",
    "as_int",
    "as_number",
    "as_progress",
    "as_text",
    "as_time",
    "as_url",
    "as_word",
    "dig",
    "is_data_uri",
    "link_expiry",
    "media_kind",
    "media_suffix",
    "segment",
    "shorten",
    "signed_url_expiry",
    "type_kind",
]
