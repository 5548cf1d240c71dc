"""What can go wrong below HTTP, said in one sentence: the libraries' own words may hold URLs, headers and addresses."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import aiohttp
import httpx
from aiohttp.http_exceptions import HttpProcessingError

from tidings.errors import Unreachable
from tidings.transport.blot import blotted_text

# httpx-aiohttp translates most of aiohttp's errors, not all: a malformed status line arrives as aiohttp's own.
# ValueError is what a URL or header that cannot be sent raises on its way down (a host too long, a key with “quotes”).
TRANSPORT_ERRORS: tuple[type[Exception], ...] = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.CookieConflict,
    httpx.StreamError,
    aiohttp.ClientError,
    HttpProcessingError,
    OSError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What `types` among an error and its causes mean; the host's name stands before `meaning`."""

    types: tuple[type[Exception], ...]
    meaning: str
    is_retryable: bool = True


# First match wins, whatever depth it is found at. An error and its causes often belong to several rows, because
# httpx-aiohttp calls whatever happens to a connection a ConnectTimeout: the more telling row stands above.
_KINDS = (
    _Kind(
        (ssl.SSLCertVerificationError, aiohttp.ClientConnectorCertificateError, aiohttp.ServerFingerprintMismatch),
        "has a certificate that is not trusted: if a company's own authority signed it, set SSL_CERT_FILE to its file",
        is_retryable=False,
    ),
    _Kind(
        (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError, httpx.ProxyError),
        "could not be reached through the proxy that the environment names",
    ),
    _Kind((socket.gaierror, aiohttp.ClientConnectorDNSError), "has no address: check its name and the network"),
    _Kind((ConnectionRefusedError,), "refused the connection"),
    _Kind((ssl.SSLError, aiohttp.ClientSSLError), "could not agree on encryption: check the URL's scheme and port"),
    _Kind(
        (
            ValueError,
            httpx.InvalidURL,
            httpx.UnsupportedProtocol,
            httpx.LocalProtocolError,
            aiohttp.NonHttpUrlClientError,
        ),
        "cannot be asked: the URL or the key has something in it that HTTP cannot carry",
        is_retryable=False,
    ),
    _Kind((httpx.DecodingError,), "sent an answer that could not be decompressed"),
    _Kind(
        (
            ConnectionError,
            aiohttp.ServerDisconnectedError,
            aiohttp.ClientPayloadError,
            httpx.ReadError,
            httpx.WriteError,
        ),
        "hung up before the answer was whole",
    ),
    _Kind((TimeoutError,), "did not answer in time"),
    _Kind((aiohttp.ClientConnectionError, httpx.NetworkError, OSError), "could not be reached"),
    _Kind((httpx.TimeoutException,), "did not answer in time"),
    _Kind((aiohttp.ClientResponseError, HttpProcessingError, httpx.ProtocolError), "does not answer in proper HTTP"),
)
_OTHER = _Kind((Exception,), "could not be asked")


def unreachable(error: Exception, url: str, *, secrets: Iterable[str] = ()) -> Unreachable:
    """Our error for theirs. A certificate that does not fit and a URL that is none stay so: no use in trying again.

    Args:
        secrets: texts that are not shown where a redirect put them into the host's name.
    """
    chain = tuple(_with_causes(error))
    kind = next((kind for kind in _KINDS if any(isinstance(link, kind.types) for link in chain)), _OTHER)
    host = blotted_text(host_of(url), secrets, ignore_case=True)
    return Unreachable(f"{host} {kind.meaning}{_detail(chain)}", retryable=kind.is_retryable)


class Unsaid(Exception):
    """Stands for an error of a library whose words show a secret: only the kind of each is said."""


def discreet(error: Exception, secrets: Iterable[str]) -> Exception:
    """`error`, to be chained as a cause; where it or one before it shows one of `secrets`, a stand-in without words."""
    links = list(_with_causes(error, contexts=True))
    told = "\n".join(map(_words, links))
    if blotted_text(told, secrets) == told:
        return error
    kinds = ", from ".join(type(link).__name__ for link in links)
    return Unsaid(f"{kinds}: what they say is left out, because it shows the key")


def _words(error: BaseException) -> str:
    try:
        return f"{error}\n{error!r}"
    except Exception:  # noqa: BLE001  # foreign code; a traceback cannot show what cannot be put in words
        return ""


def host_of(url: str) -> str:
    """The host's name, for messages; never the rest of the URL, which may be signed."""
    try:
        return httpx.URL(url).host or "the server"
    except (httpx.InvalidURL, ValueError):
        return "the server"


def _detail(chain: tuple[BaseException, ...]) -> str:
    """What a certificate lacks, or the system's words for an error number."""
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError) and hasattr(link, "verify_message"):
            return f" ({link.verify_message})"
        if type(link) is OSError and link.errno is not None and link.errno > 0:
            return f" ({os.strerror(link.errno)})"
    return ""


def _with_causes(error: BaseException | None, *, contexts: bool = False) -> Iterator[BaseException]:
    """What it came from, one by one; with `contexts` also what was merely being handled, which a traceback shows."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (error.__context__ if contexts else None)
