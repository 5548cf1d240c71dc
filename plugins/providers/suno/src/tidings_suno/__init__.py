"""Suno songs and lyrics, at gateways and at Suno-API: a provider for Tidings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidings.hookspecs import hookimpl

if TYPE_CHECKING:
    from tidings.provider import Provider
    from tidings.testing import Simulation


@hookimpl
def tidings_provider() -> type[Provider]:
    from tidings_suno.provider import Suno  # only on first use: listing providers stays cheap

    return Suno


@hookimpl
def tidings_simulation() -> type[Simulation]:
    from tidings_suno.simulation import SunoSimulation  # needs the testing kit: only the simulator and tests pay for it

    return SunoSimulation
