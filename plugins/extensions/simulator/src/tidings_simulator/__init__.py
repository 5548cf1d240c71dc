"""A real HTTP server on loopback that plays every installed provider, faults included, for tests and the demo.

Names load on first use: pytest imports this package for its fixture in every run, also where no test asks for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidings_simulator.faults import Fault, Faults
    from tidings_simulator.log import RequestLog, SeenRequest
    from tidings_simulator.server import DEFAULT_KEY, Simulator
    from tidings_simulator.tasks import Record

_MODULES = {
    "DEFAULT_KEY": "server",
    "Fault": "faults",
    "Faults": "faults",
    "Record": "tasks",
    "RequestLog": "log",
    "SeenRequest": "log",
    "Simulator": "server",
}

__all__ = ["DEFAULT_KEY", "Fault", "Faults", "Record", "RequestLog", "SeenRequest", "Simulator"]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
