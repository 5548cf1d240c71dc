"""How Kling takes its keys: the new ones as they are, the older pairs as a token signed with them."""

from __future__ import annotations

from collections.abc import Mapping

import jwt

from tidings.errors import ConfigError
from tidings.provider import bearer

_LIVES = 1800  # seconds, what Kling's documentation signs for
_SKEW = 5  # seconds the server's clock may be behind ours


def authorization(key: str, now: float) -> Mapping[str, str]:
    """The header for a key: a pair `ACCESS|SECRET` signs a token (JWT, HS256), any other key is sent itself.

    Raises:
        ConfigError: half of the pair is missing.
    """
    if "|" not in key:
        return bearer(key, now)
    access, _, secret = (half.strip() for half in key.partition("|"))
    if not access or not secret:
        raise ConfigError(
            "the key for kling is half a pair: write ACCESS_KEY|SECRET_KEY, both from Kling's console, "
            "or the API key alone where you have one"
        )
    claims = {"iss": access, "exp": int(now) + _LIVES, "nbf": int(now) - _SKEW}
    return bearer(jwt.encode(claims, secret, algorithm="HS256"), now)
