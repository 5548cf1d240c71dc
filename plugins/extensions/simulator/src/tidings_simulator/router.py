"""From a request's method and raw path to the provider and the route it means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from tidings.testing.simulation import Route, Simulation

OFFICIAL = "/_official"
"""Below `/_official/NAME` lies a provider's own address; everything else is a gateway."""

_BRACES = re.compile(r"\{(\w+)(:path)?\}")


@dataclass(frozen=True, slots=True)
class Played:
    """A provider as the simulator plays it.

    Attributes:
        gateway_path: what stands before its paths at a gateway, None when no gateway serves it.
    """

    name: str
    simulation: Simulation
    gateway_path: str | None
    dialect: str


@dataclass(frozen=True, slots=True)
class Match:
    """What a request means."""

    played: Played
    route: Route
    params: Mapping[str, str]


class Router:
    """Finds routes by the path as it was sent: an id's quoted slash must not become a real one."""

    def __init__(self, providers: Iterable[Played]) -> None:
        self._table: list[tuple[str, re.Pattern[str], Played, Route]] = []
        for played in providers:
            bases = [f"{OFFICIAL}/{played.name}", *([] if played.gateway_path is None else [played.gateway_path])]
            for base in bases:
                self._table += [
                    (route.method, _pattern(base + route.path), played, route) for route in played.simulation.routes
                ]

    def match(self, method: str, raw_path: str) -> Match | None:
        """The first route that fits, None when no provider has one."""
        for allowed, pattern, played, route in self._table:
            found = pattern.fullmatch(raw_path) if allowed == method else None
            if found is not None:
                params = {name: unquote(value) for name, value in found.groupdict().items()}
                return Match(played, route, params)
        return None


def _pattern(path: str) -> re.Pattern[str]:
    """A route's path as a pattern: `{id}` is one segment, `{route:path}` one or more."""
    parts, end = [], 0
    for braces in _BRACES.finditer(path):
        parts.append(re.escape(path[end : braces.start()]))
        parts.append(f"(?P<{braces[1]}>{'.+' if braces[2] else '[^/]+'})")
        end = braces.end()
    return re.compile("".join([*parts, re.escape(path[end:])]))
