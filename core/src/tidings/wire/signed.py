"""When a signed link dies, read from the link itself."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from tidings.wire.fields import as_time, dig

_Parameters = Mapping[str, str]


def _issued_and_lifetime(vendor: str) -> Callable[[_Parameters], datetime | None]:
    """AWS signature 4 and those who copied it: an issue date (20240701T073513Z) and a lifetime in seconds."""

    def read(parameters: _Parameters) -> datetime | None:
        issued = datetime.strptime(parameters[f"x-{vendor}-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return issued + timedelta(seconds=int(parameters[f"x-{vendor}-expires"]))

    return read


def _instant(name: str) -> Callable[[_Parameters], datetime | None]:
    """One parameter that is the instant itself, in unix seconds or ISO 8601."""
    return lambda parameters: as_time(parameters[name])


def _discord(parameters: _Parameters) -> datetime | None:
    """Discord's CDN: `ex` and `is` are hexadecimal unix seconds beside the signature `hm`."""
    return as_time(int(parameters["ex"], 16))


def _token(name: str) -> Callable[[_Parameters], datetime | None]:
    """A JSON web token, whose payload has the instant in `exp` (RFC 7519). Its signature is not ours to check."""

    def read(parameters: _Parameters) -> datetime | None:
        payload = parameters[name].split(".")[1]
        return as_time(dig(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))), "exp"))

    return read


# The parameters that mark a scheme (names in lower case), and how it is read. First match wins.
_SCHEMES: tuple[tuple[frozenset[str], Callable[[_Parameters], datetime | None]], ...] = (
    *(
        (frozenset({f"x-{vendor}-date", f"x-{vendor}-expires"}), _issued_and_lifetime(vendor))
        for vendor in ("amz", "goog", "tos", "oss")
    ),
    (frozenset({"expires", "signature"}), _instant("expires")),  # S3 v2, Google v2, CloudFront, Aliyun
    (frozenset({"se", "sig"}), _instant("se")),  # Azure shared access signatures
    (frozenset({"ex", "is", "hm"}), _discord),
    (frozenset({"x-expires"}), _instant("x-expires")),  # ByteDance's CDN
    (frozenset({"_jwt"}), _token("_jwt")),  # Runway
)


def signed_url_expiry(url: str) -> datetime | None:
    """The instant after which `url` stops working by its own parameters, None when it does not say."""
    try:
        query = urlsplit(url).query
        parameters = {name.lower(): value for name, value in parse_qsl(query)} if query else {}
    except ValueError:
        return None
    for names, read in _SCHEMES:
        if names <= parameters.keys():
            try:
                return read(parameters)
            except (ValueError, OverflowError, IndexError, RecursionError):
                return None
    return None


def link_expiry(url: str, *, lifetime: float | None = None, since: datetime | None = None) -> datetime | None:
    """When `url` stops working: what it says itself, else `lifetime` seconds after `since`, else None: not known.

    Args:
        lifetime: seconds, by the maker's rule (`Provider.url_lifetime`).
        since: when that time began, aware UTC.
    """
    own = signed_url_expiry(url)
    if own is not None or lifetime is None or since is None:
        return own
    try:
        return since + timedelta(seconds=lifetime)
    except OverflowError:  # the year 9999 is how some say "never"
        return None
