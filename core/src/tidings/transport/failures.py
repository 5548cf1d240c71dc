"""What can go wrong below HTTP, said in one sentence without the URL's query, which may be signed."""

from __future__ import annotations

import re
import ssl

import aiohttp
import httpx

from tidings.errors import Unreachable
from tidings.wire import shorten

# httpx-aiohttp translates most of aiohttp's errors, not all: a malformed status line arrives as aiohttp's own.
TRANSPORT_ERRORS: tuple[type[Exception], ...] = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    aiohttp.ClientError,
    OSError,
)

_QUERY = re.compile(r"\?[^\s'\"]*")


def unreachable(error: Exception, url: str) -> Unreachable:
    """Our error for theirs. A certificate that does not fit and a URL that is none stay so: no use in trying again."""
    is_hopeless = isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol) or _is_about_certificates(error)
    reason = shorten(_QUERY.sub("", str(error)), 160) or type(error).__name__
    return Unreachable(f"{_host(url)} could not be reached: {reason}", retryable=not is_hopeless)


def _is_about_certificates(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError | aiohttp.ClientConnectorCertificateError):
            return True
        error = error.__cause__
    return False


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host or "the server"
    except httpx.InvalidURL:
        return "the server"
