"""MiniMax (Hailuo), at its own API and at gateways: a provider for Tidings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidings.hookspecs import hookimpl

if TYPE_CHECKING:
    from tidings.provider import Provider
    from tidings.testing import Simulation


@hookimpl
def tidings_provider() -> type[Provider]:
    from tidings_minimax.provider import MiniMax  # only on first use: listing providers stays cheap

    return MiniMax


@hookimpl
def tidings_simulation() -> type[Simulation]:
    # Needs the testing kit: only the simulator and tests pay for it.
    from tidings_minimax.simulation import MiniMaxSimulation

    return MiniMaxSimulation
