"""From a provider's request to the wire and back: address, key, log line, observers."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tidings.clock import Clock
from tidings.errors import FetchError
from tidings.lanes.discretion import shows, without
from tidings.lanes.signing import Signature, check_link, parts_of, signed
from tidings.provider import Provider
from tidings.transport import Outgoing, Transport
from tidings.wire import Exchange, Request, Response

if TYPE_CHECKING:
    from tidings.config import Account
    from tidings.plugins import Observers

_log = logging.getLogger("tidings.http")


class Sender:
    """Sends for one provider with one account.

    Args:
        timeout: seconds for one request, from connecting to the last byte.
    """

    def __init__(
        self,
        provider: Provider,
        account: Account,
        *,
        transport: Transport,
        clock: Clock,
        observers: Observers,
        timeout: float,
    ) -> None:
        self._provider = provider
        self._account = account
        self._transport = transport
        self._clock = clock
        self._observers = observers
        self._timeout = timeout
        self._parts = parts_of(account.key.get_secret_value())
        self._signature: Signature | None = None

    @property
    def base_url(self) -> str:
        """What paths are appended to."""
        return self._account.base_url

    async def send(self, request: Request, *, tasks: int, attempt: int) -> Response:
        """Send `request`, which asks for `tasks` tasks for the `attempt`-th time. Raises as `Transport.send`.

        No error that leaves here shows the key, though a plugin signed with it and a foreign transport carried it.
        """
        secrets = self._parts
        try:
            outgoing = self._outgoing(request)
            secrets = outgoing.secrets
            return await self._send(outgoing, tasks, attempt)
        except Exception as error:
            if shows(error, secrets):
                raise without(error, secrets) from None
            raise

    async def _send(self, outgoing: Outgoing, tasks: int, attempt: int) -> Response:
        began = self._clock.monotonic()
        try:
            response = await self._transport.send(outgoing)
        except FetchError as error:
            self._tell(outgoing, None, error, tasks, attempt, began)
            raise
        self._tell(outgoing, response, None, tasks, attempt, began)
        return response

    def _outgoing(self, request: Request) -> Outgoing:
        now = self._clock.now().timestamp()
        signature = self._signature = signed(self._provider, self._account, now, last=self._signature)
        headers = {**request.headers, **signature.headers}
        body = None
        if request.json is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(request.json, ensure_ascii=False, separators=(",", ":")).encode()
        return Outgoing(request.method, self._url(request), headers, body, self._timeout, signature.secrets)

    def _url(self, request: Request) -> str:
        if request.path.startswith("/"):
            url = self._account.base_url + request.path
        else:
            check_link(request.path, self._provider, self._account)
            url = request.path
        joint = "&" if "?" in url else "?"
        return f"{url}{joint}{urlencode(request.query)}" if request.query else url

    def _tell(
        self,
        outgoing: Outgoing,
        response: Response | None,
        error: FetchError | None,
        tasks: int,
        attempt: int,
        began: float,
    ) -> None:
        """Log the exchange and let observers know, where anyone listens."""
        if not self._observers and not _log.isEnabledFor(logging.INFO):
            return
        duration = self._clock.monotonic() - began
        exchange = Exchange(
            provider=self._provider.name,
            account=self._account.name or "",
            method=outgoing.method,
            url=outgoing.url.partition("?")[0],
            status=response.status if response else None,
            error=type(error).__name__ if error else None,
            tasks=tasks,
            attempt=attempt,
            ended_at=self._clock.now(),
            duration=duration,
            received=len(response.body) if response else 0,
        )
        outcome = exchange.status or exchange.error
        _log.info("%s %s -> %s in %.0f ms", exchange.method, exchange.url, outcome, duration * 1000)
        self._observers.exchange(exchange)
