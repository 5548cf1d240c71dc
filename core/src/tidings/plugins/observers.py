"""Telling observers what happened, one by one: what one of them raises is its own trouble."""

from __future__ import annotations

import inspect
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pluggy

    from tidings.model import Change, Look
    from tidings.wire import Exchange

_log = logging.getLogger("tidings.plugins")
_REPORTS_PER_PLUGIN = 20  # distinct messages; a text with an id in it would otherwise be distinct for ever


class Observers:
    """The plugins that want to be told. Telling nobody costs nothing.

    Attributes:
        failures: how often each plugin raised, by plugin name. Only the first of equal messages is logged.
    """

    def __init__(self, managers: Mapping[str, pluggy.PluginManager]) -> None:
        """`managers`: by plugin name, each with that one plugin registered."""
        self.failures: Counter[str] = Counter()
        self._reported: dict[str, set[str]] = {name: set() for name in managers}
        self._on_exchange = _listeners(managers, "tidings_exchange")
        self._on_changed = _listeners(managers, "tidings_changed")
        self._on_looked = _listeners(managers, "tidings_looked")

    def __bool__(self) -> bool:
        """Whether anybody listens to exchanges."""
        return bool(self._on_exchange)

    @property
    def want_looks(self) -> bool:
        """Whether anybody listens to looks: they need not be made otherwise."""
        return bool(self._on_looked)

    def exchange(self, exchange: Exchange) -> None:
        """Tell that a request was sent and answered, or got no answer. Never raises, Ctrl-C aside."""
        for name, tell in self._on_exchange:
            self._tell(name, tell, exchange=exchange)

    def changed(self, changes: Sequence[Change]) -> None:
        """Tell that followed tasks changed. Never raises, Ctrl-C aside."""
        for name, tell in self._on_changed:
            self._tell(name, tell, changes=changes)

    def looked(self, looks: Sequence[Look]) -> None:
        """Tell that followed tasks were looked at. Never raises, Ctrl-C aside."""
        for name, tell in self._on_looked:
            self._tell(name, tell, looks=looks)

    def _tell(self, name: str, tell: Callable[..., Any], **facts: object) -> None:
        try:
            _refuse_coroutines(tell(**facts))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # sys.exit() in an observer must not end the program either
            self._report(name, error)

    def _report(self, name: str, error: BaseException) -> None:
        from tidings.plugins.check import describe  # brings pluggy, which is loaded if we get here

        self.failures[name] += 1
        text, reported = describe(error), self._reported[name]
        if text in reported or len(reported) >= _REPORTS_PER_PLUGIN:
            return
        reported.add(text)
        _log.warning("the observer %r %s (equal ones are only counted from here on)", name, text)
        _log.debug("the observer %r", name, exc_info=error)


def _listeners(
    managers: Mapping[str, pluggy.PluginManager], hook_name: str
) -> Sequence[tuple[str, Callable[..., Any]]]:
    hooks = ((name, getattr(manager.hook, hook_name)) for name, manager in managers.items())
    return [(name, hook) for name, hook in hooks if hook.get_hookimpls()]


def _refuse_coroutines(results: Sequence[object]) -> None:
    """A coroutine function behind a decorator is only seen now. Nobody awaits what it returns."""
    for result in results:
        if inspect.iscoroutine(result):
            result.close()
            raise TypeError("a hook returned a coroutine, which nobody awaits: write def instead of async def")
