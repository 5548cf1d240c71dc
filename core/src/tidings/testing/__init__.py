"""The kit for plugin authors and for users' own tests. Names load on first use: a simulation needs no pytest."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidings.testing.simulation import Simulation

# The public names and the modules they come from.
_NAMES = {
    "Simulation": "tidings.testing.simulation",
}

__all__ = ["Simulation"]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_NAMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES})
