"""The plugins of this process: each loaded when it is first needed, once, and never twice if it is broken."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

from tidings.errors import PluginError
from tidings.plugins.at_once import has_no_task
from tidings.plugins.claims import Claims, Quarantined, settle
from tidings.plugins.find import COMMANDS, EXTENSIONS, PROVIDERS, Finder, Origins, find_installed, find_uncached
from tidings.plugins.observers import Observers
from tidings.plugins.unknown import unknown_provider

if TYPE_CHECKING:
    import click
    import pluggy

    from tidings.provider import Provider
    from tidings.testing import Simulation

_log = logging.getLogger("tidings.plugins")


@dataclass(frozen=True, slots=True)
class Installed:
    """A provider that can be used, as `tidings providers` shows it.

    Attributes:
        distribution, version: of the package it was installed with, None when unknown.
        value: the module (or `module:object`) its entry point names.
        batch: most tasks in one request, of the route that takes most.
        routes: what may stand before an id.
        states: the maker's words and ours.
        includes: the names of its extras.
    """

    name: str
    title: str
    distribution: str | None
    version: str | None
    value: str
    batch: int
    routes: tuple[str, ...]
    states: Mapping[str, str]
    includes: tuple[str, ...]
    docs_url: str


@dataclass(frozen=True, slots=True)
class _Loaded:
    provider: Provider
    manager: pluggy.PluginManager


class Plugins:
    """Every installed plugin, found at once and loaded one by one.

    Safe to use from several threads. What a plugin breaks stays broken until the process ends.
    """

    def __init__(self, find: Finder = find_installed, *, find_again: Finder | None = None) -> None:
        """
        Args:
            find: from an entry point group to what is installed in it.
            find_again: asked before a name is called unknown, because `find` may answer from a cache that has missed
                an installation; by default what is on disk when `find` is ours, nothing when it is yours.
        """
        self._find = find
        self._find_again = find_again or (find_uncached if find is find_installed else find)
        self._origins = Origins()
        self._lock = threading.RLock()  # a plugin may ask for another one while it is being imported
        self._claims: dict[str, Claims] = {}
        self._providers: dict[str, _Loaded | Quarantined] = {}
        self._observers: Observers | None = None
        self._quarantined_observers: list[Quarantined] = []

    def renew_lock(self) -> None:
        """Start anew, in a forked child: the lock may have been held by a thread that stayed in the parent."""
        self._lock = threading.RLock()

    def names(self) -> list[str]:
        """The names of the installed providers, sorted. Loads none of them, so some may turn out broken."""
        return sorted(self._settled(PROVIDERS).kept)

    def provider(self, name: str) -> Provider:
        """The provider called `name` (`-` and `_` are the same), loaded on first use.

        Raises:
            UnknownProvider: nobody provides it; the message lists who does what, and the package to install.
            PluginError: its plugin is broken; the message says how.
        """
        return self._load(name).provider

    def simulation(self, name: str) -> type[Simulation] | None:
        """How the simulator plays this provider, None where its plugin does not say.

        Raises:
            UnknownProvider, PluginError: as `provider`; also when the hook itself fails.
        """
        from tidings.plugins.check import Flaw, guarded  # brings pluggy: paid when a plugin is loaded

        hook = self._load(name).manager.hook.tidings_simulation
        try:
            simulation: type[Simulation] | None = guarded(hook, doing="tidings_simulation")
        except Flaw as flaw:
            raise PluginError(f"the plugin {name!r} cannot be simulated: {flaw}", provider=name) from flaw
        return simulation

    def observers(self) -> Observers:
        """Those who want to be told what happens, loaded on first use. Broken ones are logged once and left out."""
        with self._lock:
            if self._observers is None:
                self._observers = Observers(self._load_extensions())
            return self._observers

    def commands(self) -> dict[str, Callable[[], click.Command]]:
        """From the names of further commands to what loads each. A loader raises `PluginError` for a broken one."""
        kept = self._settled(COMMANDS).kept
        return {name: partial(self._load_command, name, kept[name]) for name in sorted(kept)}

    def survey(self) -> list[Installed | Quarantined]:
        """Every provider, and every plugin of any group that cannot be used, by name. Loads all but the commands."""
        self.observers()
        rows: list[Installed | Quarantined] = [self._row(name) for name in self.names()]
        rows += self._quarantined_observers
        rows += [row for group in (PROVIDERS, COMMANDS) for row in self._settled(group).refused]
        return sorted(rows, key=lambda row: row.name)

    def _row(self, name: str) -> Installed | Quarantined:
        loaded = self._loaded(name)
        if isinstance(loaded, Quarantined):
            return loaded
        point, provider = self._settled(PROVIDERS).kept[name], loaded.provider
        distribution, version = self._origins.of(point)
        return Installed(
            name=name,
            title=provider.title,
            distribution=distribution,
            version=version,
            value=point.value,
            batch=max(limits.batch for limits in (provider.limits, *provider.route_limits.values())),
            routes=tuple(provider.routes),
            states={word: state.value for word, state in provider.states.items()},
            includes=tuple(provider.includes),
            docs_url=provider.docs_url,
        )

    def _load(self, name: str) -> _Loaded:
        loaded = self._providers.get(name) or self._loaded(_spelled(name))
        if isinstance(loaded, Quarantined):
            raise PluginError(str(loaded), provider=loaded.name)
        return loaded

    def _loaded(self, name: str) -> _Loaded | Quarantined:
        with self._lock:
            if name not in self._providers:
                point = self._point(name)
                _warn(row for row in self._settled(PROVIDERS).refused if row.name == name)
                self._providers[name] = self._open_provider(name, point)
            return self._providers[name]

    def _point(self, name: str) -> EntryPoint:
        if name not in self._settled(PROVIDERS).kept:
            self._claims[PROVIDERS] = self._settle(PROVIDERS, self._find_again)
        kept = self._settled(PROVIDERS).kept
        if name not in kept:
            raise has_no_task(name) or unknown_provider(name, sorted(kept))
        return kept[name]

    def _open_provider(self, name: str, point: EntryPoint) -> _Loaded | Quarantined:
        # The provider contract brings pydantic, and checking brings pluggy: both are paid when a plugin is loaded.
        from tidings.plugins.check import Flaw, guarded, open_plugin
        from tidings.plugins.provider_facts import vetted

        try:
            manager = open_plugin(point, name)
            if not manager.hook.tidings_provider.get_hookimpls():
                raise Flaw("it does not implement tidings_provider, which returns the provider class")
            returned = guarded(manager.hook.tidings_provider, doing="tidings_provider")
            return _Loaded(guarded(lambda: vetted(returned, name), doing="checking it"), manager)
        except Flaw as flaw:
            return self._quarantine(name, point, flaw)

    def _load_extensions(self) -> Mapping[str, pluggy.PluginManager]:
        claims = self._settled(EXTENSIONS)
        opened = {name: self._open_extension(name, point) for name, point in sorted(claims.kept.items())}
        broken = [found for found in opened.values() if isinstance(found, Quarantined)]
        self._quarantined_observers = [*broken, *claims.refused]
        _warn(self._quarantined_observers)
        return {name: found for name, found in opened.items() if not isinstance(found, Quarantined)}

    def _open_extension(self, name: str, point: EntryPoint) -> pluggy.PluginManager | Quarantined:
        from tidings.plugins.check import Flaw, observed, open_plugin  # brings pluggy: nobody may be listening

        try:
            manager = open_plugin(point, name)
            if not observed(manager):
                raise Flaw("it observes nothing: none of its hooks is one for extensions")
        except Flaw as flaw:
            return self._quarantine(name, point, flaw)
        return manager

    def _load_command(self, name: str, point: EntryPoint) -> click.Command:
        import click  # whoever runs a command has it; the core need not

        from tidings.plugins.check import Flaw, guarded  # brings pluggy: `--help` loads no command

        _warn(row for row in self._settled(COMMANDS).refused if row.name == name)
        try:
            command = guarded(point.load, doing="importing it")
            if not isinstance(command, click.Command):
                raise Flaw(f"its entry point names a {type(command).__name__}, not a click command")
        except Flaw as flaw:
            raise PluginError(str(self._quarantine(name, point, flaw))) from flaw
        return command

    def _quarantine(self, name: str, point: EntryPoint, flaw: Exception) -> Quarantined:
        return Quarantined(name, point.value, self._origins.of(point)[0], str(flaw), point.group)

    def _settled(self, group: str) -> Claims:
        with self._lock:
            if group not in self._claims:
                self._claims[group] = self._settle(group, self._find)
            return self._claims[group]

    def _settle(self, group: str, find: Finder) -> Claims:
        return settle(find(group), self._origins, spell=_spelled if group == PROVIDERS else str)


def _spelled(name: str) -> str:
    from tidings.model.ref import normalized  # brings pydantic, which listing commands need not pay

    return normalized(name)


def _warn(rows: Iterable[Quarantined]) -> None:
    for row in rows:
        _log.warning("%s", row)


@cache
def default_plugins() -> Plugins:
    """The plugins installed in this environment, shared by every client of the process."""
    return Plugins()


def command_entry_points() -> dict[str, Callable[[], click.Command]]:
    """The further commands installed in this environment, by name; see `Plugins.commands`."""
    return default_plugins().commands()
