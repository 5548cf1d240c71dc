"""The outcome of all configuration: one address, one key, and where both came from."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Account:
    """Whom to ask, and with which key.

    Attributes:
        name: as in the ref (`luma@studio:…`), None for the default account.
        base_url: what paths are appended to, without a slash at its end; at a gateway with the provider's path.
        key: hidden in repr.
        is_gateway: whether the key travels as `Provider.gateway_auth` says.
        url_source, key_source: where they were found, for people: "TIDINGS_GATEWAY_URL", "tidings.toml, line 3".
        per_second, concurrency, batch, interval: what the user set in place of the provider's limits (requests per
            second, requests at a time, tasks in one request, seconds between two looks), None where nothing was set.
    """

    name: str | None
    base_url: str
    key: SecretStr
    is_gateway: bool
    url_source: str
    key_source: str
    per_second: float | None = None
    concurrency: int | None = None
    batch: int | None = None
    interval: float | None = None
