"""Luma behind an AI gateway: the provider that ships with Tidings, found like any stranger's plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidings.hookspecs import hookimpl

if TYPE_CHECKING:
    from tidings.provider import Provider
    from tidings.testing import Simulation


@hookimpl
def tidings_provider() -> type[Provider]:
    from tidings_luma.provider import Luma  # only on first use: listing providers stays cheap

    return Luma


@hookimpl
def tidings_simulation() -> type[Simulation]:
    from tidings_luma.simulation import LumaSimulation  # needs the testing kit: only the simulator and tests pay for it

    return LumaSimulation
