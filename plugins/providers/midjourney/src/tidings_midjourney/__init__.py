"""Midjourney, through midjourney-proxy and gateways: a provider for Tidings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidings.hookspecs import hookimpl

if TYPE_CHECKING:
    from tidings.provider import Provider
    from tidings.testing import Simulation


@hookimpl
def tidings_provider() -> type[Provider]:
    from tidings_midjourney.provider import Midjourney  # only on first use: listing providers stays cheap

    return Midjourney


@hookimpl
def tidings_simulation() -> type[Simulation]:
    from tidings_midjourney.simulation import MidjourneySimulation  # needs the testing kit: only tests pay for it

    return MidjourneySimulation
