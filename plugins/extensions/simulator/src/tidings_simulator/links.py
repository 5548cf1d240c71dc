"""Links to the simulator's files: signed and expiring as the makers' are, and checked as theirs are."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qsl, quote, urlencode

from tidings.wire import signed_url_expiry

FILES = "/_simulator/files/"
_SIGNATURE = "X-Amz-Signature"


class Links:
    """Makes and checks links below one base URL.

    Args:
        base_url: scheme, host and port.
        now: the simulated wall clock.
        secret: what links are signed with.
    """

    def __init__(self, base_url: str, *, now: Callable[[], datetime], secret: bytes) -> None:
        self._base_url = base_url
        self._now = now
        self._secret = secret

    def make(self, provider: str, task_id: str, name: str, *, lifetime: float | None = None) -> str:
        """The URL of a task's file; with a `lifetime` in simulated seconds it is signed, and dies."""
        path = FILES + "/".join(quote(part, safe="") for part in (provider, task_id, name))
        if lifetime is None:
            return self._base_url + path
        query = urlencode(
            {
                "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
                "X-Amz-Date": self._now().strftime("%Y%m%dT%H%M%SZ"),
                "X-Amz-Expires": str(max(0, int(lifetime))),
                "X-Amz-SignedHeaders": "host",
            }
        )
        return f"{self._base_url}{path}?{query}&{_SIGNATURE}={self._sign(path, query)}"

    def problem(self, path: str, query: str) -> str | None:
        """Why a link is refused, in S3's words; None when it is good, as every link without a signature is."""
        signed, separator, signature = query.rpartition(f"&{_SIGNATURE}=")
        if not separator:
            return None
        if not hmac.compare_digest(signature, self._sign(path, signed)):
            return "The request signature we calculated does not match the signature you provided."
        expires_at = signed_url_expiry(f"{path}?{urlencode(parse_qsl(signed))}")
        return "Request has expired" if expires_at is None or expires_at <= self._now() else None

    def _sign(self, path: str, query: str) -> str:
        return hmac.new(self._secret, f"{path}?{query}".encode(), sha256).hexdigest()
