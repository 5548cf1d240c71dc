"""Who has which name: two distributions that claim the same one cannot both have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint

from tidings.plugins.find import Origins

_OURS = "tidings"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A plugin that cannot be used, and why.

    Attributes:
        name: what it is called by.
        value: the module (or `module:object`) its entry point names.
        distribution: the package it was installed with, None when unknown.
        reason: what is wrong, a sentence without a full stop.
        group: the entry point group it was found in.
    """

    name: str
    value: str
    distribution: str | None
    reason: str
    group: str = "tidings.providers"

    def __str__(self) -> str:
        package = f", from {self.distribution}" if self.distribution else ""
        return f"the plugin {self.name!r} ({self.value}{package}) cannot be used: {self.reason}"


@dataclass(frozen=True, slots=True)
class Claims:
    """One group's names, settled: the entry point that has each name, and those that wanted a taken one."""

    kept: Mapping[str, EntryPoint]
    refused: Sequence[Quarantined]


def settle(points: Iterable[EntryPoint], origins: Origins, *, spell: Callable[[str], str] = str) -> Claims:
    """Give each name to one entry point: to Tidings' own distribution, else to the first by distribution name.

    We count for ourselves: stevedore sees a duplicate only when the two stand side by side in its list.

    Args:
        points: what was found, in any order.
        origins: asked only where there is a dispute, because asking is slow.
        spell: how a name is written, so that `my_maker` and `my-maker` are one.
    """
    claimants: dict[str, dict[str, EntryPoint]] = {}
    for point in points:
        claimants.setdefault(spell(point.name), {}).setdefault(point.value, point)
    kept: dict[str, EntryPoint] = {}
    refused: list[Quarantined] = []
    for name, by_value in claimants.items():
        winner, *losers = _ranked(list(by_value.values()), origins)
        kept[name] = winner
        refused.extend(_refusal(name, loser, winner, origins) for loser in losers)
    return Claims(kept, refused)


def _ranked(points: list[EntryPoint], origins: Origins) -> list[EntryPoint]:
    if len(points) == 1:
        return points

    def rank(point: EntryPoint) -> tuple[bool, str, str]:
        distribution = origins.of(point)[0] or "\uffff"  # a nameless one comes last
        return distribution.lower() != _OURS, distribution.lower(), point.value

    return sorted(points, key=rank)


def _refusal(name: str, loser: EntryPoint, winner: EntryPoint, origins: Origins) -> Quarantined:
    reason = (
        f"the name {name!r} is taken by {winner.value} (from {origins.of(winner)[0] or 'an unknown distribution'}), "
        f"so {loser.value} was set aside; uninstall one of the two"
    )
    return Quarantined(name, loser.value, origins.of(loser)[0], reason, loser.group)
