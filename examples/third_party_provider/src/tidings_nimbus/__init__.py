"""Nimbus for Tidings: the hooks by which it is found."""

from tidings.hookspecs import hookimpl


@hookimpl
def tidings_provider() -> type:
    from tidings_nimbus.provider import Nimbus  # only on first use

    return Nimbus


@hookimpl
def tidings_simulation() -> type:
    from tidings_nimbus.simulation import NimbusSimulation  # only for the simulator

    return NimbusSimulation
