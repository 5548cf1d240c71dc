"""Loading one plugin, and telling in a sentence why it cannot be used.

Each plugin gets a pluggy manager of its own. So a registration that fails half-way leaves nothing behind, a misspelled
hook is found in the plugin that has it, and no plugin is skipped because another one raised.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import EntryPoint
from typing import TypeVar

import pluggy
from pluggy import HookImpl

from tidings import hookspecs
from tidings.wire import shorten

T = TypeVar("T")

_MARK = "mark it with @tidings.hookspecs.hookimpl"


class Flaw(Exception):  # never leaves this room: it carries a reason, not an error
    """Why a plugin cannot be used, as a sentence for people."""


def guarded(act: Callable[[], T], *, doing: str) -> T:
    """What `act` returns; a `Flaw` for whatever it raises. Ctrl-C passes through.

    `SystemExit` counts, and so does any other `BaseException`: extension modules written in Rust panic with one.
    """
    try:
        return act()
    except (KeyboardInterrupt, Flaw):
        raise
    except BaseException as error:
        raise Flaw(f"{doing} {describe(error)}") from error


def describe(error: BaseException) -> str:
    """What was raised, on one line: the rest of a sentence that starts with who raised it."""
    if isinstance(error, SystemExit):
        return f"exited with {error.code!r} instead of returning"
    try:
        text = shorten(str(error))
    except Exception:  # noqa: BLE001  # a stranger's __str__ can be broken, too
        text = ""
    return f"raised {type(error).__name__}{': ' if text else ''}{text}"


def open_plugin(point: EntryPoint, name: str) -> pluggy.PluginManager:
    """A manager that holds the plugin behind `point`, checked, and nothing else.

    Raises:
        Flaw: it cannot be imported, has no hooks, or has one that is none of ours, of another shape, or a coroutine.
    """
    plugin = guarded(point.load, doing="importing it")
    return guarded(lambda: register(plugin, name), doing="registering it")


def register(plugin: object, name: str) -> pluggy.PluginManager:
    """A manager with just this plugin in it. Raises `Flaw`, see `open_plugin`."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, name=name)
    except pluggy.PluginValidationError as error:
        raise Flaw(f"a hook has the wrong shape: {shorten(str(error).partition(chr(10))[2] or str(error))}") from error
    _check_names(manager)
    _check_marks(manager, plugin)
    for hook_name, implementation in implementations(manager):
        _check_shape(hook_name, implementation)
    return manager


def implementations(manager: pluggy.PluginManager) -> Iterator[tuple[str, HookImpl]]:
    """Every hook the manager's plugin implements, with the function."""
    for plugin in manager.get_plugins():
        for hook in manager.get_hookcallers(plugin) or ():
            for implementation in hook.get_hookimpls():
                yield hook.name, implementation


def observed(manager: pluggy.PluginManager) -> list[str]:
    """The hooks by which the manager's plugin is told something; the others ask it for one answer."""
    told = {name for name in _hook_names(manager) if not _options(manager, name).get("firstresult")}
    return [name for name, _ in implementations(manager) if name in told]


def _options(manager: pluggy.PluginManager, name: str) -> Mapping[str, object]:
    options: Mapping[str, object] | None = manager.parse_hookspec_opts(hookspecs, name)
    return options or {}


def _hook_names(manager: pluggy.PluginManager) -> list[str]:
    return [name for name in dir(hookspecs) if manager.parse_hookspec_opts(hookspecs, name) is not None]


def _check_names(manager: pluggy.PluginManager) -> None:
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        known = _hook_names(manager)
        wrong = sorted({name for name, _ in implementations(manager)} - set(known))
        close = difflib.get_close_matches(wrong[0], known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"the hooks are {', '.join(known)}"
        raise Flaw(f"{', '.join(wrong)} is not a hook of this version of Tidings; {hint}") from error


def _check_marks(manager: pluggy.PluginManager, plugin: object) -> None:
    implemented = {name for name, _ in implementations(manager)}
    for name in _hook_names(manager):
        if name not in implemented and inspect.isfunction(inspect.getattr_static(plugin, name, None)):
            raise Flaw(f"its function {name} would never be called: {_MARK}")
    if inspect.isclass(plugin) and not implemented:
        raise Flaw("its entry point names a class; let it name the module whose tidings_provider returns that class")
    if not implemented:
        raise Flaw(f"it implements no hook; write a function called tidings_… and {_MARK}")


def _check_shape(hook_name: str, implementation: HookImpl) -> None:
    function = implementation.function
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise Flaw(f"{hook_name} is a coroutine function, which nobody awaits: write def instead of async def")
    is_wrapper = implementation.wrapper or implementation.hookwrapper
    if inspect.isgeneratorfunction(function) and not is_wrapper:
        raise Flaw(f"{hook_name} is a generator function, whose body would never run: take the yield out of it")
