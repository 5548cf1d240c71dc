"""What OpenTelemetry is told, with its own SDK listening."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pluggy
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import tidings
from tidings import hookspecs
from tidings.errors import ConfigError, WaitTimeout
from tidings.hookspecs import hookimpl
from tidings.model import Change, TaskRef, TaskStatus
from tidings.plugins import Observers, default_plugins
from tidings_simulator import Simulator
from tidings_telemetry import Recorder
from tidings_telemetry.prometheus import valid_port
from tidings_telemetry.recorder import detection_delay

AT = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "sk-telemetry-0123456789"


class Heard:
    """A recorder, and what came of it."""

    def __init__(self) -> None:
        self.spans = InMemorySpanExporter()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        self.reader = InMemoryMetricReader()
        self.recorder = Recorder(tracers, MeterProvider([self.reader]))

    @property
    def observers(self) -> Observers:
        recorder = self.recorder

        class Ears:
            @hookimpl
            def tidings_exchange(self, exchange):
                recorder.exchanged(exchange)

            @hookimpl
            def tidings_changed(self, changes):
                recorder.changed(changes)

        manager = pluggy.PluginManager(hookspecs.PROJECT)
        manager.add_hookspecs(hookspecs)
        manager.register(Ears())
        return Observers({"ears": manager})

    def points(self, name: str) -> list:
        data = self.reader.get_metrics_data()
        metrics = [m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics]
        return [point for metric in metrics if metric.name == name for point in metric.data.data_points]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def client(heard):
    with Simulator(speed=0, key=KEY) as simulator:
        for name in ("a", "b"):
            simulator.add("luma", name, age=100)
        observers = heard.observers
        plugins = SimpleNamespace(provider=default_plugins().provider, observers=lambda: observers)
        with tidings.Client(gateway_url=simulator.url, gateway_key=KEY, plugins=plugins) as client:
            yield client


def test_a_request_is_a_span_with_the_conventional_attributes(heard, client):
    client.fetch_many(["luma:a", "luma:b"])
    [span] = heard.spans.get_finished_spans()
    facts = dict(span.attributes)
    assert (span.name, span.kind.name) == ("POST luma", "CLIENT")
    assert facts.pop("url.full").endswith("/luma/tasks")
    assert facts == {
        "tidings.provider": "luma",
        "tidings.account": "",
        "tidings.tasks": 2,
        "tidings.attempt": 1,
        "http.request.method": "POST",
        "server.address": "127.0.0.1",
        "http.response.status_code": 200,
    }
    assert 0 < span.end_time - span.start_time < 60e9
    assert KEY not in repr(span.to_json())


def test_a_refused_request_is_an_error_span(heard, client):
    with pytest.raises(tidings.TaskNotFound):
        client.fetch("luma:nobody")
    [span] = heard.spans.get_finished_spans()
    assert (span.status.is_ok, span.attributes["error.type"]) == (
        False,
        str(span.attributes["http.response.status_code"]),
    )


def test_a_wait_is_counted_to_its_end(heard, client):
    client.wait_many(["luma:a", "luma:b"])
    [asked] = heard.points("tidings.tasks.asked")
    [ends] = heard.points("tidings.ends")
    assert (asked.value, ends.value) == (2, 2)
    assert dict(ends.attributes) == {"tidings.provider": "luma", "tidings.outcome": "succeeded"}
    [delay] = heard.points("tidings.detection.delay")
    assert delay.count == 2
    [duration] = heard.points("http.client.request.duration")
    assert duration.count == 1


def change(*, state="succeeded", finished=None, error=None, is_end=True) -> Change:
    ref = TaskRef("luma", "a")
    finished_at = AT - timedelta(seconds=finished) if finished is not None else None
    status = TaskStatus(ref=ref, state=state, finished_at=finished_at, observed_at=AT)
    return Change(ref, status, None, error, is_end, AT)


@pytest.mark.parametrize(
    ("news", "delay"),
    [
        (change(finished=7.5), 7.5),
        (change(finished=-3), None),
        (change(), None),
        (change(state="running", is_end=False), None),
        (change(finished=1, error=WaitTimeout("late")), None),
    ],
)
def test_a_delay_is_told_only_where_it_is_known(news, delay):
    assert detection_delay(news) == delay


def test_what_was_given_up_is_counted_by_the_error_and_not_as_a_change(heard):
    heard.recorder.changed([change(error=WaitTimeout("late")), change(state="running", is_end=False)])
    assert [dict(point.attributes)["tidings.outcome"] for point in heard.points("tidings.ends")] == ["WaitTimeout"]
    assert [dict(point.attributes)["tidings.outcome"] for point in heard.points("tidings.changes")] == ["running"]


@pytest.mark.parametrize("text", ["0", "65536", "soon", "-1", "１"])
def test_a_port_that_is_none_is_told(text):
    with pytest.raises(ConfigError, match="TIDINGS_PROMETHEUS_PORT: a port is a number"):
        valid_port(text, "TIDINGS_PROMETHEUS_PORT")


_SCRAPED = """
import os, socket, urllib.request
with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
os.environ["TIDINGS_PROMETHEUS_PORT"] = str(port)
import tidings
from tidings_simulator import Simulator
with Simulator(speed=0) as simulator:
    simulator.add("luma", "a", age=100)
    with tidings.Client(gateway_url=simulator.url, gateway_key=simulator.key) as client:
        client.wait("luma:a")
        print(urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode())
"""
_BAD_PORT = """
import os
os.environ["TIDINGS_PROMETHEUS_PORT"] = "soon"
import tidings
from tidings_simulator import Simulator
with Simulator(speed=0) as simulator:
    simulator.add("luma", "a", age=100)
    with tidings.Client(gateway_url=simulator.url, gateway_key=simulator.key) as client:
        print(client.wait("luma:a").state)
"""


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False, env={**os.environ}
    )


def test_an_installed_extension_serves_prometheus_when_a_port_is_named():
    done = run(_SCRAPED)
    assert done.returncode == 0, done.stderr
    assert "tidings_ends_total{" in done.stdout
    assert 'tidings_outcome="succeeded"' in done.stdout


def test_a_bad_port_is_told_and_the_wait_goes_on():
    done = run(_BAD_PORT)
    assert (done.returncode, done.stdout) == (0, "succeeded\n")
    assert "TIDINGS_PROMETHEUS_PORT" in done.stderr
