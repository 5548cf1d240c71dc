"""What a URL and a key must look like. The messages never show either: a key may hide in both."""

from __future__ import annotations

import ipaddress
import logging
from urllib.parse import SplitResult, urlsplit

_log = logging.getLogger("tidings.config")
_EXAMPLE = "write it like https://gateway.example.com"
_QUOTES = "\"'`“”‘’"
_warned: set[str] = set()


def checked_url(text: str) -> str:
    """The URL without spaces around it and slashes at its end.

    Raises:
        ValueError: it is no base URL; the message continues "NAME: ".
    """
    url = text.strip()
    if not url:
        raise ValueError(f"the URL is empty; {_EXAMPLE}")
    # urlsplit drops line breaks without a word, and browsers read \ as /: neither can be meant
    if "\\" in url or any(char.isspace() or not char.isprintable() for char in url):
        raise ValueError(f"the URL has spaces, backslashes or characters that cannot be printed in it; {_EXAMPLE}")
    parts = _parts(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("the URL has a user or a password in it; take it out and put the key where keys belong")
    if "?" in url or "#" in url:
        raise ValueError("the URL has a ? or # in it; leave that part out, paths are appended to this URL")
    return url.rstrip("/")


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"the URL's host or port makes no sense; {_EXAMPLE}") from None  # the cause shows the URL
    if parts.scheme not in {"https", "http"}:
        raise ValueError(f"the URL does not start with https:// (or http://); {_EXAMPLE}")
    if not host:
        raise ValueError(f"the URL has no host; {_EXAMPLE}")
    return parts


def checked_path(text: str) -> str:
    """A path to append to a base URL, without slashes at its end; "" for none.

    Raises:
        ValueError: it is no such path; the message continues "NAME: ".
    """
    path = text.strip()
    if any(char in "\\?#" or char.isspace() or not char.isprintable() for char in path):
        raise ValueError("the path has spaces, backslashes, a ? or a # in it; write it like /bfl")
    if path and not path.startswith("/"):
        raise ValueError("the path does not start with a slash; write it like /bfl")
    return path.rstrip("/")


def checked_key(text: str) -> str:
    """The key without spaces around it.

    Raises:
        ValueError: no header can carry it, or it was clearly pasted wrongly; the message continues "NAME: ".
    """
    key = text.strip()
    if not key:
        raise ValueError("the key is empty")
    if key[:7].lower() == "bearer ":
        raise ValueError("the key starts with 'Bearer '; leave that word out")
    if key[0] in _QUOTES or key[-1] in _QUOTES:
        raise ValueError("the key has quotation marks around it; leave them out")
    if not all("!" <= char <= "~" for char in key):
        raise ValueError("the key has spaces, line breaks or characters other than ASCII in it; copy it again")
    return key


def warn_of_plain_http(url: str, source: str) -> None:
    """Log once per URL that a key will travel unencrypted, unless it stays on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        warn_once(f"{source}: the URL is http://, not https://: the key travels to {parts.hostname} for all to read")


def warn_once(message: str) -> None:
    """Log `message`, but not again in this process."""
    if message not in _warned:
        _warned.add(message)
        _log.warning("%s", message)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
