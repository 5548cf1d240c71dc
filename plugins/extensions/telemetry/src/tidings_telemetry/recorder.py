"""From what observers are told to spans and metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from opentelemetry.metrics import Counter as MetricCounter
from opentelemetry.metrics import MeterProvider, get_meter
from opentelemetry.trace import SpanKind, Status, StatusCode, TracerProvider, get_tracer

from tidings.model import Change
from tidings.wire import Exchange

_NAME = "tidings"
_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_DELAY_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0)

_Key = tuple[str, str]


class Recorder:
    """Records a span per request, and metrics. No attribute names a task: there are too many, and a key stands in none.

    Args:
        tracers, meters: in place of the ones that the application set for the whole process.
    """

    def __init__(self, tracers: TracerProvider | None = None, meters: MeterProvider | None = None) -> None:
        self._tracer = get_tracer(_NAME, tracer_provider=tracers)
        meter = get_meter(_NAME, meter_provider=meters)
        self._asked = meter.create_counter("tidings.tasks.asked", "{task}", "Tasks that requests asked about")
        self._changes = meter.create_counter("tidings.changes", "{change}", "Changes of followed tasks, by new state")
        self._ends = meter.create_counter("tidings.ends", "{task}", "Followed tasks that ended, or were given up")
        self._duration = meter.create_histogram(
            "http.client.request.duration",
            "s",
            "From sending a request to its last byte",
            explicit_bucket_boundaries_advisory=_REQUEST_SECONDS,
        )
        self._delay = meter.create_histogram(
            "tidings.detection.delay",
            "s",
            "From the end of a task, by the provider's clock, to when we knew",
            explicit_bucket_boundaries_advisory=_DELAY_SECONDS,
        )

    def exchanged(self, exchange: Exchange) -> None:
        """A request was sent and answered, or got no answer."""
        whose = {"tidings.provider": exchange.provider, "tidings.account": exchange.account}
        http = _http_facts(exchange)
        self._asked.add(exchange.tasks, whose)
        self._duration.record(exchange.duration, {**whose, **http})
        span = self._tracer.start_span(
            f"{exchange.method} {exchange.provider}",
            kind=SpanKind.CLIENT,
            start_time=_nanoseconds(exchange, -exchange.duration),
            attributes={
                **whose,
                **http,
                "url.full": exchange.url,
                "tidings.tasks": exchange.tasks,
                "tidings.attempt": exchange.attempt,
            },
        )
        if "error.type" in http:
            span.set_status(Status(StatusCode.ERROR))
        span.end(end_time=_nanoseconds(exchange))

    def changed(self, changes: Sequence[Change]) -> None:
        """Followed tasks changed: counted per batch, once for each kind of change."""
        _add(self._changes, Counter(_state_of(change) for change in changes if change.error is None))
        _add(self._ends, Counter(_end_of(change) for change in changes if change.is_end))
        for change in changes:
            delay = detection_delay(change)
            if delay is not None:
                self._delay.record(delay, {"tidings.provider": change.ref.provider})


def detection_delay(change: Change) -> float | None:
    """Seconds from the task's end to when we knew; None where the provider does not say when, or says the future."""
    status = change.status
    if change.error is not None or status is None or not status.is_final or status.finished_at is None:
        return None
    delay = (change.at - status.finished_at).total_seconds()
    return delay if delay >= 0 else None


def _http_facts(exchange: Exchange) -> dict[str, str | int]:
    """By OpenTelemetry's semantic conventions for HTTP clients."""
    facts: dict[str, str | int] = {
        "http.request.method": exchange.method,
        "server.address": urlsplit(exchange.url).hostname or "",
    }
    if exchange.status is not None:
        facts["http.response.status_code"] = exchange.status
    if exchange.error is not None:
        facts["error.type"] = exchange.error
    elif exchange.status is not None and exchange.status >= 400:
        facts["error.type"] = str(exchange.status)
    return facts


def _nanoseconds(exchange: Exchange, shift: float = 0.0) -> int:
    return int((exchange.ended_at + timedelta(seconds=shift)).timestamp() * 1e9)


def _state_of(change: Change) -> _Key:
    return change.ref.provider, change.status.state.value if change.status is not None else "unknown"


def _end_of(change: Change) -> _Key:
    return (change.ref.provider, type(change.error).__name__) if change.error is not None else _state_of(change)


def _add(counter: MetricCounter, counted: Mapping[_Key, int]) -> None:
    for (provider, what), count in counted.items():
        counter.add(count, {"tidings.provider": provider, "tidings.outcome": what})
