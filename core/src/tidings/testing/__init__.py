"""The kit for plugin authors and for users' own tests. Names load on first use: a simulation needs no pytest."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidings.testing.conformance import ProviderConformance, deviation
    from tidings.testing.fake import FakeTransport, respond
    from tidings.testing.samples import RecordedExchange, Sample, load_samples
    from tidings.testing.simulation import Simulation
    from tidings.testing.virtual import VirtualClock, in_virtual_time, run_virtual

# The public names and the modules they come from.
_NAMES = {
    "FakeTransport": "tidings.testing.fake",
    "ProviderConformance": "tidings.testing.conformance",
    "RecordedExchange": "tidings.testing.samples",
    "Sample": "tidings.testing.samples",
    "Simulation": "tidings.testing.simulation",
    "VirtualClock": "tidings.testing.virtual",
    "deviation": "tidings.testing.conformance",
    "load_samples": "tidings.testing.samples",
    "respond": "tidings.testing.fake",
    "in_virtual_time": "tidings.testing.virtual",
    "run_virtual": "tidings.testing.virtual",
}

__all__ = [
    "FakeTransport",
    "ProviderConformance",
    "RecordedExchange",
    "Sample",
    "Simulation",
    "VirtualClock",
    "deviation",
    "in_virtual_time",
    "load_samples",
    "respond",
    "run_virtual",
]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_NAMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES})
