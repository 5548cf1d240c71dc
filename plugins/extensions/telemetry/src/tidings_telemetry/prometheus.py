"""A port that Prometheus can scrape. Needs the extra: `tidings-telemetry[prometheus]`."""

from __future__ import annotations

from opentelemetry import metrics
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import start_http_server

from tidings.errors import ConfigError


def serve(port: int = 9464, addr: str = "127.0.0.1") -> None:
    """Collect the process's metrics, and serve them at http://ADDR:PORT/metrics for as long as it lives.

    Raises:
        ConfigError: the port cannot be opened.
    """
    try:
        start_http_server(port, addr)
    except OSError as error:
        raise ConfigError(f"metrics cannot be served at {addr}:{port}: {error.strerror or error}") from error
    metrics.set_meter_provider(MeterProvider([PrometheusMetricReader()]))


def valid_port(text: str, source: str) -> int:
    """The port that `text`, found in `source`, names.

    Raises:
        ConfigError: it names none.
    """
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ConfigError(f"{source}: a port is a number from 1 to 65535, for example 9464")
    return int(text)
