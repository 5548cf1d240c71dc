"""Where a redirect may lead: a request that carries a key to the same server, one for a file anywhere on the web."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from tidings.errors import UnexpectedResponse, Unreachable
from tidings.transport.blot import blotted_text

_DEFAULT_PORTS = {"http": 80, "https": 443}
_KEEP_METHOD = frozenset({307, 308})


def is_redirect(status: int) -> bool:
    """304 and 300 are none: they name no other place."""
    return status in {301, 302, 303, 307, 308}


def redirected(method: str, url: str, status: int, location: str, *, secrets: Iterable[str] = ()) -> str:
    """The URL to ask instead. None of `secrets` is shown where the server put it into a host's name.

    Raises:
        UnexpectedResponse: it leads to another host, down from https, or would turn a POST into a GET.
    """
    try:
        target = urljoin(url, location)
        host = urlsplit(target).hostname or "nowhere"
    except ValueError:  # http://[ is enough
        location, target, host = "", "", "nowhere"
    if not location or not is_same_server(url, target):
        host = blotted_text(host, secrets, ignore_case=True)  # a host is told in lower case
        raise UnexpectedResponse(
            f"the server redirects to {host}; the key was not sent there. Check the URL that is configured",
            status_code=status,
            no_route=True,
        )
    if method != "GET" and status not in _KEEP_METHOD:
        raise UnexpectedResponse(f"the server redirects a {method} ({status})", status_code=status, no_route=True)
    return target


def sent_on(url: str, location: str) -> str:
    """The URL to ask for a file instead: no key goes along, so any host will do.

    Raises:
        Unreachable: there is no such URL, or none of the web. No use in trying again.
    """
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
    except ValueError:  # http://[ is enough
        location = ""
    if not location:
        raise Unreachable("the link redirects, but names no place to go to", retryable=False)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise Unreachable("the link redirects out of the web, to where no file is fetched from", retryable=False)
    return target


def is_same_server(url: str, target: str) -> bool:
    """The same scheme, host and port; or the same host from http up to https on their usual ports."""
    try:
        here, there = _origin(url), _origin(target)
    except ValueError:  # a port that is no number, a user
        return False
    is_upgrade = here == ("http", here[1], 80) and there == ("https", here[1], 443)
    return here == there or is_upgrade


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    if "@" in parts.netloc:  # a name before it has no use here but to be read as the host by someone else
        raise ValueError("a user in the URL")
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
