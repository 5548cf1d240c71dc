"""Recorded conversations with a maker, one per file: what a provider is tested, simulated and documented with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tidings.errors import PluginError, UnexpectedResponse
from tidings.model import TaskRef
from tidings.testing.sample_file import ExchangeForm, read_sample_file
from tidings.wire import Request, Response

RECORDED_AT = datetime(2025, 1, 1, tzinfo=UTC)
"""When every recorded response arrives, so that what is read from a sample is the same on every day."""


@dataclass(frozen=True)
class RecordedExchange:
    """One request and the response it got.

    Attributes:
        method, path, query: as the provider asks; the path from the slash on, or a whole URL, without its query.
        body: the request's JSON, None when it has none.
        status, headers, content: the response; header names in lower case, `content` the whole body in bytes.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return self.response().is_success

    @property
    def payload(self) -> Any:
        """The response's body as JSON, None when it is not JSON."""
        try:
            return self.response().json()
        except UnexpectedResponse:
            return None

    def response(self, *, received_at: datetime = RECORDED_AT) -> Response:
        """What a provider is given to read."""
        return Response(status=self.status, headers=self.headers, body=self.content, received_at=received_at)

    def answering(self, payload: Any) -> RecordedExchange:
        """The same exchange with another JSON body in its response."""
        return replace(self, content=json.dumps(payload).encode())

    def differences(self, request: Request, *, prefix: str = "") -> list[str]:
        """What sets `request` apart from the recorded one, a line each; empty when it is the same question.

        Args:
            request: what the provider asks.
            prefix: the provider's `gateway_path`, which stands before its path in what was recorded at a gateway.
        """
        path, query = split_query(request.path)
        pairs = (
            ("method", self.method, request.method),
            ("path", self.path, self.path if self.path == prefix + path else path),
            ("query", dict(self.query), {**query, **request.query}),
            ("body", self.body, request.json),
        )
        return [f"{what}: the sample has {said!r}, the provider {ours!r}" for what, said, ours in pairs if said != ours]


@dataclass(frozen=True)
class Sample:
    """A conversation and what is to be read from it.

    Attributes:
        name: the file's name without its suffix.
        source: where it was seen, or what it was constructed from.
        exchanges: in order; most makers need one.
        expect: per task asked for: a partial `TaskStatus` in JSON terms, `{"error": "TaskNotFound"}`, or, for an
            include, `{"extra": ...}`.
        include: the name of the include it records, None when it records a look at the task itself.
    """

    name: str
    source: str
    exchanges: tuple[RecordedExchange, ...]
    expect: Mapping[TaskRef, Mapping[str, Any]]
    include: str | None = None

    @property
    def refs(self) -> tuple[TaskRef, ...]:
        """The tasks asked for, in the order of the file."""
        return tuple(self.expect)

    @property
    def is_answered(self) -> bool:
        """Whether every response is a good one, with JSON in it."""
        return all(exchange.is_success and exchange.payload is not None for exchange in self.exchanges)

    def exchange_for(self, request: Request, *, prefix: str = "") -> RecordedExchange | None:
        """The recorded exchange that asks what `request` asks, None when there is none."""
        return next((found for found in self.exchanges if not found.differences(request, prefix=prefix)), None)

    def with_exchange(self, index: int, exchange: RecordedExchange) -> Sample:
        """The same sample with one of its exchanges replaced."""
        return replace(self, exchanges=(*self.exchanges[:index], exchange, *self.exchanges[index + 1 :]))

    def __str__(self) -> str:
        return self.name


def load_samples(where: str | Path) -> tuple[Sample, ...]:
    """Read all samples of a provider, sorted by name.

    Args:
        where: the name of the provider's package, whose folder `samples` holds them; or a folder.

    Raises:
        PluginError: there are none, or one is malformed: the message names the file and the field.
    """
    folder = where if isinstance(where, Path) else _samples_folder(where)
    files = [file for file in folder.iterdir() if file.name.endswith(".json")] if folder.is_dir() else []
    if not files:
        raise PluginError(f"{where} has no samples: put one .json file per recorded exchange into its folder samples/")
    return tuple(_sample(file) for file in sorted(files, key=lambda file: file.name))


def split_query(path: str) -> tuple[str, dict[str, str]]:
    """A path without the query that may be written behind it, and that query."""
    bare, _, query = path.partition("?")
    return bare, dict(parse_qsl(query, keep_blank_values=True))


def _samples_folder(package: str) -> Traversable:
    try:
        return resources.files(package) / "samples"
    except ModuleNotFoundError as error:
        raise PluginError(f"there is no package {package!r} to load samples from") from error


def _sample(file: Traversable) -> Sample:
    form = read_sample_file(file.read_bytes(), str(file))
    return Sample(
        name=file.name.removesuffix(".json"),
        source=form.source,
        exchanges=tuple(_exchange(exchange) for exchange in form.conversation),
        expect=form.expect,
        include=form.include,
    )


def _exchange(form: ExchangeForm) -> RecordedExchange:
    path, query = split_query(form.request.path)
    said = form.response
    headers = {name.lower(): value for name, value in said.headers.items()}
    if said.has_json:
        headers.setdefault("content-type", "application/json")
    return RecordedExchange(
        method=form.request.method,
        path=path,
        query={**query, **form.request.query},
        body=form.request.body,
        status=said.status,
        headers=headers,
        content=json.dumps(said.payload).encode() if said.has_json else (said.text or "").encode(),
    )
