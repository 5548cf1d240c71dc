"""Flux of Black Forest Labs, at their own API and at gateways: a provider for Tidings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidings.hookspecs import hookimpl

if TYPE_CHECKING:
    from tidings.provider import Provider
    from tidings.testing import Simulation


@hookimpl
def tidings_provider() -> type[Provider]:
    from tidings_flux.provider import Flux  # only on first use: listing providers stays cheap

    return Flux


@hookimpl
def tidings_simulation() -> type[Simulation]:
    from tidings_flux.simulation import FluxSimulation  # needs the testing kit: only the simulator and tests pay for it

    return FluxSimulation
