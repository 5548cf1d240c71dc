"""Tells OpenTelemetry what Tidings asks and what it finds out. Found by every client once it is installed.

It uses OpenTelemetry's API alone: where the application has set up no SDK, nothing is recorded and little is spent.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache

from tidings.hookspecs import hookimpl
from tidings.model import Change
from tidings.wire import Exchange
from tidings_telemetry.recorder import Recorder

__all__ = ["Recorder"]

PORT = "TIDINGS_PROMETHEUS_PORT"
"""The variable that opens a port for Prometheus."""

if _port := os.environ.get(PORT, "").strip():
    from tidings_telemetry.prometheus import serve, valid_port  # the extra `prometheus`, for those who ask for it

    serve(valid_port(_port, PORT))


@cache
def _recorder() -> Recorder:
    return Recorder()


@hookimpl
def tidings_exchange(exchange: Exchange) -> None:
    """A request was sent and answered."""
    _recorder().exchanged(exchange)


@hookimpl
def tidings_changed(changes: Sequence[Change]) -> None:
    """Followed tasks changed or ended."""
    _recorder().changed(changes)
