"""How an account's key travels: the headers that carry it, the texts that give it away, the servers it may go to."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tidings.errors import ConfigError, DownloadError
from tidings.lanes.discretion import shows
from tidings.provider import Auth, Provider
from tidings.transport.redirects import is_same_server

if TYPE_CHECKING:
    from tidings.config import Account

_SHORTEST_PART = 8  # characters; a shorter half of a key stands in many a text that does not mean it
_ALPHABETS = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
_OTHERWISE = str.maketrans("".join(_ALPHABETS), "".join(letters[1:] + letters[0] for letters in _ALPHABETS))


@dataclass(frozen=True, slots=True)
class Signature:
    """What goes along with one request.

    Attributes:
        headers: those that carry the key.
        secrets: texts that must not come back: the key, the parts of a key of several, and what was made from them.
    """

    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


def signed(provider: Provider, account: Account, now: float, *, last: Signature | None = None) -> Signature:
    """The signature for one request at `now`, unix seconds. Raises what the provider's `auth` raises.

    Args:
        last: the one of the request before, which is returned when it still holds.
    """
    key, auth = account.key.get_secret_value(), _auth(provider, account)
    headers = auth(key, now)
    if last is not None and last.headers == headers:
        return last
    return Signature(dict(headers), (*parts_of(key), *_made_from(key, headers, auth, now)))


def signed_for_file(url: str, provider: Provider, account: Account, now: float) -> Signature:
    """The signature for getting a file from `url`, which some answer named.

    Raises:
        DownloadError: that is not the account's own server, so the key does not go there.
    """
    if not _is_at_home(url, provider, account):
        raise DownloadError(
            f"the file needs the key, and the key for {_server(account.base_url)} does not go to {_server(url)}: "
            "if that is the account's server by another name, give the account that address as its url"
        )
    return signed(provider, account, now)


def check_key(provider: Provider, account: Account) -> None:
    """See whether the key can be signed with at all, before anything is sent. Its form is the same at any time.

    Raises:
        ConfigError: the provider says that it has not the form of its keys; names where the key was found.
    """
    key = account.key.get_secret_value()
    problem = None
    try:
        _auth(provider, account)(key, 0.0)
    except ConfigError as error:
        problem = "this is no key of the form that is expected" if shows(error, parts_of(key)) else error.message
    except Exception:  # noqa: BLE001  # foreign code broke; whoever asks is told, as of every break of a plugin
        return
    if problem is not None:  # out here: the cause may show the key
        raise ConfigError(f"{account.key_source}: {problem}", provider=provider.name)


def check_link(url: str, provider: Provider, account: Account) -> None:
    """See whether the key may go to a polling URL: only a key of the maker's own, and only to the maker's own.

    Raises:
        ConfigError: it may not.
    """
    if not (provider.owns_url(url) and provider.owns_url(account.base_url)):
        raise ConfigError(
            f"the key for {account.base_url} does not go to {_server(url)}: "
            "use an account there, or the task's id in place of the link",
            provider=provider.name,
        )


def parts_of(key: str) -> tuple[str, ...]:
    """The key, and its parts where it is written as several: `ACCESS|SECRET`."""
    parts = key.split("|") if "|" in key else ()
    return (key, *(part for part in parts if len(part) >= _SHORTEST_PART))


def _auth(provider: Provider, account: Account) -> Auth:
    kind = type(provider)
    return kind.gateway_auth if account.is_gateway else kind.auth


def _made_from(key: str, headers: Mapping[str, str], auth: Auth, now: float) -> Iterator[str]:
    """What stands in `headers` in place of the key, as a signed token does, without the scheme's word before it.

    Not all that does not hold the key was made from it: to blot out the version of an API would spoil dates in answers.
    What was made from the key is what comes out otherwise for another one.
    """
    unlike = {name: value for name, value in headers.items() if key not in value}
    if unlike:
        others = _headers_for(_another(key), auth, now)
        yield from (value.rpartition(" ")[2] for name, value in unlike.items() if others.get(name) != value)


def _headers_for(key: str, auth: Auth, now: float) -> Mapping[str, str]:
    try:
        return auth(key, now)
    except Exception:  # noqa: BLE001  # foreign code, and no key that anyone has; then all is taken for a secret
        return {}


def _another(key: str) -> str:
    """A key of the same form that is not this one: letters for letters, digits for digits."""
    return key.translate(_OTHERWISE)


def _is_at_home(url: str, provider: Provider, account: Account) -> bool:
    if is_same_server(account.base_url, url):
        return True
    return provider.owns_url(account.base_url) and provider.owns_url(url)


def _server(url: str) -> str:
    """The scheme, host and port: keys stay away from another port and from http as they do from another host."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # http://[ is enough
        return "nowhere"
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.hostname else "nowhere"
