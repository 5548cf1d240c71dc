"""How Kling takes its keys: the new ones as they are, the older pairs as a token signed with them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from jwt.algorithms import HMACAlgorithm
from jwt.api_jws import PyJWS

from tidings.errors import ConfigError
from tidings.provider import bearer

_LIVES = 1800  # seconds, what Kling's documentation signs for
_SKEW = 5  # seconds the server's clock may be behind ours


class _AnyLength(HMACAlgorithm):
    """HS256 with whatever secret Kling gave out: how long it is was theirs to judge, and no user can change it."""

    def check_key_length(self, key: bytes) -> None:
        """Without a warning, which would reach the user of every look."""


_SIGNER = PyJWS(algorithms=[])
_SIGNER.register_algorithm("HS256", _AnyLength(HMACAlgorithm.SHA256))


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
    return bearer(_SIGNER.encode(json.dumps(claims).encode(), secret, algorithm="HS256"), now)
