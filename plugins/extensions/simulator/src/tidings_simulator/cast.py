"""Who is played: every installed provider whose plugin says how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from tidings.errors import TidingsError
from tidings.provider import Provider
from tidings.testing.simulation import Simulation
from tidings_simulator.router import Played


class Plugins(Protocol):
    """What the simulator needs of `tidings.plugins.Plugins`."""

    def names(self) -> list[str]: ...

    def provider(self, name: str) -> Provider: ...

    def simulation(self, name: str) -> type[Simulation] | None: ...


def installed(
    plugins: Plugins, *, names: Iterable[str] | None, dialects: Mapping[str, str]
) -> tuple[dict[str, Played], dict[str, str]]:
    """The providers to play, by name, and why the others are not played.

    Args:
        names: only these; all installed when left out. One of them that cannot be played is an error.
        dialects: the dialect each provider's tasks speak where they say nothing themselves.

    Raises:
        TidingsError: a provider that was named is unknown or broken.
        ValueError: a provider that was named has no simulation, or `dialects` names one it does not have.
    """
    played, skipped = {}, {}
    for name in plugins.names() if names is None else names:
        try:
            played[name] = _played(plugins, name, dialects.get(name))
        except (TidingsError, _CannotBePlayed) as error:
            if names is not None:
                raise
            skipped[name] = str(error)
    if unused := sorted(dialects.keys() - played.keys()):
        raise ValueError(f"dialects names {', '.join(unused)}, which is not played here; played: {', '.join(played)}")
    return played, skipped


class _CannotBePlayed(ValueError):
    """Its plugin does not say how."""


def _played(plugins: Plugins, name: str, dialect: str | None) -> Played:
    provider = plugins.provider(name)
    kind = plugins.simulation(name)
    if kind is None:
        raise _CannotBePlayed(f"{name} has no simulation: its plugin does not implement tidings_simulation")
    simulation = kind()
    spoken = simulation.default_dialect if dialect is None else dialect
    check_dialect(simulation, spoken)
    return Played(name, simulation, provider.gateway_path, spoken)


def check_dialect(simulation: Simulation, dialect: str) -> None:
    """
    Raises:
        ValueError: the provider speaks no such dialect; the message lists those it speaks.
    """
    if dialect not in simulation.dialects:
        raise ValueError(f"there is no dialect {dialect!r}; there are {', '.join(map(repr, simulation.dialects))}")
