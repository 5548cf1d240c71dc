"""Finding plugins: which entry points are installed, read without importing any of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import metadata

PROVIDERS = "tidings.providers"
EXTENSIONS = "tidings.extensions"
COMMANDS = "tidings.commands"

Finder = Callable[[str], Sequence[metadata.EntryPoint]]
"""From an entry point group to what is installed in it, nothing loaded."""

_log = logging.getLogger("tidings.plugins")


def find_installed(group: str) -> Sequence[metadata.EntryPoint]:
    """The entry points of `group` by stevedore, whose cache spares opening every installed distribution.

    They know no distribution: the cache forgets it (see `Origins`). The cache can also be out of date for a while.
    """
    from stevedore import NamedExtensionManager  # 60 ms that only those who look for plugins pay

    try:
        return NamedExtensionManager[object](group, names=[]).list_entry_points()
    except Exception:  # noqa: BLE001  # one distribution with a malformed entry_points.txt spoils the list for all
        _log.debug("stevedore could not list %s", group, exc_info=True)
        return find_uncached(group)


def find_uncached(group: str) -> Sequence[metadata.EntryPoint]:
    """The entry points of `group` as they are on disk now: slower, and no unreadable distribution spoils the others."""
    found = (entry_point for points in _each_readable() for entry_point in points if entry_point.group == group)
    return list(_first_of_each_distribution(found))


def _each_readable() -> Iterator[Iterable[metadata.EntryPoint]]:
    for distribution in metadata.distributions():
        try:
            yield distribution.entry_points
        except Exception as error:  # noqa: BLE001  # whatever is wrong with it, it is not our plugin that fails
            name = identity(distribution)[0] or "an unnamed distribution"
            _log.warning("the entry points of %s cannot be read (%s): reinstall it", name, error)


def _first_of_each_distribution(points: Iterable[metadata.EntryPoint]) -> Iterator[metadata.EntryPoint]:
    """Leave out a distribution that another of the same name, earlier on the path, hides."""
    firsts: dict[str | None, metadata.Distribution | None] = {}
    for point in points:
        name = identity(point.dist)[0]
        if name is None or firsts.setdefault(name, point.dist) is point.dist:
            yield point


def identity(distribution: metadata.Distribution | None) -> tuple[str | None, str | None]:
    """The name and version of a distribution, None where its metadata does not say."""
    if distribution is None:
        return None, None
    try:
        return distribution.metadata["Name"], distribution.metadata["Version"]
    except Exception:  # noqa: BLE001  # a folder without METADATA raises several kinds, by Python version
        return None, None


class Origins:
    """From an entry point to its distribution, which the cached ones have lost. The first lookup reads the group."""

    def __init__(self, find: Finder = find_uncached) -> None:
        self._find = find
        self._groups: dict[str, dict[tuple[str, str], metadata.Distribution | None]] = {}

    def of(self, point: metadata.EntryPoint) -> tuple[str | None, str | None]:
        """The name and version of the distribution that declares `point`, None where nobody knows."""
        if point.dist is not None:
            return identity(point.dist)
        return identity(self._group(point.group).get((point.name, point.value)))

    def _group(self, group: str) -> dict[tuple[str, str], metadata.Distribution | None]:
        if group not in self._groups:
            points = reversed(self._find(group))  # the first of two equal ones is the one that gets imported
            self._groups[group] = {(point.name, point.value): point.dist for point in points}
        return self._groups[group]
