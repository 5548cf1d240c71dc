"""Clients around the provider under test, with a sample's responses at the other end."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tidings.clock import SystemClock
from tidings.config import Config
from tidings.errors import UnknownProvider
from tidings.flow import Retry
from tidings.plugins import Plugins
from tidings.provider import Provider
from tidings.testing.conformance.asking import answering, batch_flow, is_batch
from tidings.testing.expect import described
from tidings.testing.fake import FakeTransport
from tidings.testing.samples import RECORDED_AT, Sample, split_query
from tidings.transport import Outgoing
from tidings.wire import Request, Response

ONE_TRY = Retry(attempts=1)
"""No retries: a test asks once."""

_MADE_UP_HOST = re.compile(r"https://host\d+\.invalid(?=/)")
_numbers = itertools.count(1)  # a host of its own for each client, since pacing is shared by all who ask one host


class OnePlugin(Plugins):
    """A registry that knows the provider under test and nothing else, whatever is installed."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(lambda _group: [])
        self._only = provider

    def provider(self, name: str) -> Provider:
        if name != self._only.name:
            raise UnknownProvider(f"this test knows only {self._only.name}, not {name}")
        return self._only


class RecordingTime(SystemClock):
    """The machine's clock, but every answer comes when the samples were recorded."""

    def now(self) -> datetime:
        return RECORDED_AT


def settings(provider: Provider, key: str, *, url: str | None = None) -> dict[str, Any]:
    """Arguments for a client that asks this provider, with this key, once and of nobody else.

    Args:
        url: whom to ask; a host that does not exist when left out, for use with a `FakeTransport`.
    """
    name = provider.name.upper().replace("-", "_")
    address = url or f"https://host{next(_numbers)}.invalid"
    nowhere = Path("/nonexistent")  # no file of the author's own may have a say
    config = Config.load(
        env={f"TIDINGS_{name}_URL": address, f"TIDINGS_{name}_KEY": key}, cwd=nowhere, user_dir=nowhere
    )
    return {"config": config, "plugins": OnePlugin(provider), "retry": ONE_TRY}


def seen(answer: object) -> dict[str, Any]:
    """What a client answered, described; with the path that the provider gave where the client made a whole link."""
    said = described(answer)
    for output in said.get("outputs", ()):
        if output["url"] is not None:
            output["url"] = _MADE_UP_HOST.sub("", output["url"], count=1)
    return said


def playing(provider: Provider, sample: Sample) -> FakeTransport:
    """A transport that answers with the sample's responses, over and over."""
    numbers = itertools.cycle(range(1, len(sample.exchanges) + 1))

    def answer(outgoing: Outgoing) -> Response:
        return answering(provider, sample, as_request(outgoing), next(numbers)).response()

    return FakeTransport(answer, clock=RecordingTime())


def as_request(outgoing: Outgoing) -> Request:
    """What was sent, as the provider had said it."""
    address, query = split_query(outgoing.url)
    path = "/" + address.partition("://")[2].partition("/")[2]
    body = json.loads(outgoing.body) if outgoing.body is not None else None
    return Request("POST" if outgoing.method == "POST" else "GET", path, query=query, json=body)


def asked_as_in(provider: Provider, sample: Sample) -> Provider:
    """The provider, made to use its batch call also for one task where the sample records a batch."""
    if not is_batch(provider, sample):
        return provider
    flow: Callable[[Provider, Sequence[Any]], Any] = batch_flow
    batching: type[Provider] = type("Batching", (type(provider),), {"flow": flow})
    return batching()
