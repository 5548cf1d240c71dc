"""Nimbus for Tidings: the hooks by which it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidings.hookspecs import hookimpl

if TYPE_CHECKING:
    from tidings.provider import Provider
    from tidings.testing import Simulation


@hookimpl
def tidings_provider() -> type[Provider]:
    from tidings_nimbus.provider import Nimbus  # on first use

    return Nimbus


@hookimpl
def tidings_simulation() -> type[Simulation]:
    from tidings_nimbus.simulation import NimbusSimulation

    return NimbusSimulation
