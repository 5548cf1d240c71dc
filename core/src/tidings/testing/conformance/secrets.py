"""Standard test of the key: it travels in headers, and comes up in nothing that people or files see."""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import Any

import pytest

from tidings.client import AsyncClient
from tidings.errors import TidingsError
from tidings.testing.conformance.bodies import places, replaced
from tidings.testing.conformance.connected import settings
from tidings.testing.conformance.echo import EchoServer
from tidings.testing.conformance.kit import Kit

_STATUSES = (200, 400, 401, 404, 500, 429)


class SecretsConformance(Kit):
    """The key is a secret."""

    @pytest.mark.parametrize("status", _STATUSES)
    def test_the_key_is_seen_nowhere(self, status: int, caplog: pytest.LogCaptureFixture) -> None:
        """A real server repeats every header it got: no status, error, traceback, log or URL may show the key."""
        caplog.set_level(logging.DEBUG)
        with EchoServer(status=status, payload=self._all_texts_open()) as server:
            seen = asyncio.run(self._seen(server.url))
        assert server.requests, "no request arrived"
        leaks = [text for text in [*seen, *server.lines, caplog.text] if self.key in text]
        assert not leaks, f"the key is in: {leaks[0]}"

    async def _seen(self, url: str) -> list[str]:
        """Whatever a user may see of one look."""
        async with AsyncClient(**settings(self.provider, self.key, url=url)) as client:
            seen = [repr(client), repr(vars(client))]
            try:
                status = await client.fetch(self.ref("conformance0id"))
            except TidingsError as error:
                return [*seen, repr(error), str(error), repr(vars(error)), *traceback.format_exception(error)]
            return [*seen, repr(status), status.model_dump_json()]

    def _all_texts_open(self) -> Any:
        """A good answer in which every text is what the server was sent."""
        payload: Any = next((sample.exchanges[0].payload for sample in self.samples if sample.is_answered), {})
        for place, value in list(places(payload)):
            if isinstance(value, str):
                payload = replaced(payload, place, EchoServer.ECHO)
        return payload
