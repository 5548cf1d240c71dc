"""A request a provider wants sent and the response it is given: no sockets, no keys, no httpx."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from tidings.errors import UnexpectedResponse
from tidings.wire.fields import as_number, as_text, dig, shorten
from tidings.wire.payload import BOM, parse_json

T = TypeVar("T")

_HTML_STARTS = (b"<!doctype html", b"<html")
_JSON_STARTS = (b"{", b"[")
# Where the services behind and in front of the makers put a text and a code for what went wrong, most specific first.
_MESSAGE_PLACES: tuple[tuple[str | int, ...], ...] = (
    ("error", "message"),
    ("detail", "reason"),
    ("detail", "message"),
    ("detail", 0, "msg"),
    ("base_resp", "status_msg"),
    ("message",),
    ("msg",),
    ("detail",),
    ("error",),
    ("description",),
    ("title",),
)
_CODE_PLACES: tuple[tuple[str | int, ...], ...] = (
    ("error", "code"),
    ("code",),
    ("error", "type"),
    ("detail", "code"),
    ("base_resp", "status_code"),
)


def segment(text: str) -> str:
    """`text` quoted as one segment of a URL path: slashes, spaces and unicode cannot leave it."""
    return quote(text, safe="")


@dataclass(frozen=True, slots=True)
class Request:
    """What a provider wants asked.

    Attributes:
        path: from the slash on, task ids quoted with `segment`; appended to the account's base URL. A whole URL only
            where the provider declares its host in `Provider.hosts`.
        query: names and values, unquoted.
        json: the body, anything JSON can say; None sends none.
        headers: further headers. The key's own are added by the core: a provider never sees a key.
    """

    method: Literal["GET", "POST"]
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    """What came back, whole.

    Attributes:
        status: the HTTP status code.
        headers: names in lower case.
        body: decompressed bytes, empty when there was none.
        received_at: when it arrived, aware UTC.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @cached_property
    def is_html(self) -> bool:
        """Whether a web page was served, by its first bytes, or by its content type unless JSON follows."""
        start = self.body[:64].removeprefix(BOM).lstrip().lower()
        declared = "html" in self.headers.get("content-type", "").lower()
        return start.startswith(_HTML_STARTS) or (declared and not start.startswith(_JSON_STARTS))

    @cached_property
    def retry_after(self) -> float | None:
        """Seconds the server asks us to wait (Retry-After in seconds or as a date), None when it does not say."""
        value = self.headers.get("retry-after")
        seconds = as_number(value)
        if seconds is not None or value is None:
            return max(0.0, seconds) if seconds is not None else None
        try:
            return max(0.0, (parsedate_to_datetime(value) - self.received_at).total_seconds())
        except (ValueError, TypeError, OverflowError):  # no date; or one without an offset, which cannot be compared
            return None

    def json(self) -> Any:
        """The body as JSON. Its texts can be printed and encoded: half a surrogate pair comes as U+FFFD.

        Raises:
            UnexpectedResponse: it is a web page, empty, cut short or not JSON.
        """
        return self._parsed

    def read_as(self, kind: type[T]) -> T:
        """The body validated as `kind`, a pydantic model or any type pydantic knows.

        Raises:
            UnexpectedResponse: it does not fit; the message names the first field that does not.
        """
        try:
            return TypeAdapter(kind).validate_python(self.json())
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the whole"
            raise UnexpectedResponse(f"{where}: {first['msg']}", status_code=self.status) from error

    def error_text(self) -> str:
        """What the body says went wrong, on one line; empty when it says nothing readable."""
        if self.is_html or not self.body:
            return ""
        payload = self._payload_or_none
        if payload is None:
            return shorten(self.body.decode("utf-8", "replace"))
        texts = (as_text(dig(payload, *place)) for place in _MESSAGE_PLACES)
        return shorten(next((text for text in texts if text), ""))

    def error_codes(self) -> Sequence[str]:
        """The code words in the body, the most specific first."""
        payload = self._payload_or_none
        codes = (as_text(dig(payload, *place)) for place in _CODE_PLACES)
        return [code for code in codes if code]

    @cached_property
    def _parsed(self) -> Any:
        if not self.body.removeprefix(BOM).strip():
            raise UnexpectedResponse("the answer is empty", status_code=self.status, retryable=True)
        if self.is_html:
            raise UnexpectedResponse(
                "the answer is a web page, not data: check the URL, or this server does not have this route",
                status_code=self.status,
                no_route=True,
            )
        try:
            return parse_json(self.body)
        except ValueError as error:
            # Most often a body cut short by a proxy, which the next try may not be.
            raise UnexpectedResponse(
                f"the answer is not JSON ({shorten(str(error), 100)})", status_code=self.status, retryable=True
            ) from error

    @cached_property
    def _payload_or_none(self) -> Any:
        try:
            return self._parsed
        except UnexpectedResponse:
            return None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that was sent and what came of it, for tracing and metrics. Holds no key and no query.

    Attributes:
        url: scheme, host and path.
        status: the HTTP status, None when no answer came.
        error: the class name of our error, None when the answer was good.
        tasks: how many tasks it asked for.
        attempt: 1 for the first try.
        ended_at: aware UTC.
        duration: seconds.
        received: bytes of the body.
    """

    provider: str
    account: str
    method: str
    url: str
    status: int | None
    error: str | None
    tasks: int
    attempt: int
    ended_at: datetime
    duration: float
    received: int
