"""The hooks: the markers are ours, and pluggy takes every specification as it stands."""

from __future__ import annotations

import pluggy
import pytest

import tidings_luma
from tidings import hookspecs
from tidings_luma.provider import Luma


@pytest.fixture
def manager() -> pluggy.PluginManager:
    made = pluggy.PluginManager(hookspecs.PROJECT)
    made.add_hookspecs(hookspecs)
    return made


def hooks(manager: pluggy.PluginManager) -> dict[str, pluggy.HookCaller]:
    return {name: hook for name, hook in vars(manager.hook).items() if name.startswith(f"{hookspecs.PROJECT}_")}


def test_every_public_function_is_a_hook_with_our_prefix(manager):
    functions = {
        name for name, value in vars(hookspecs).items() if getattr(value, "__module__", "") == hookspecs.__name__
    }
    assert functions == set(hooks(manager))


def test_a_plugin_marked_with_our_marker_is_heard_and_fits_its_specification(manager):
    manager.register(tidings_luma)
    manager.check_pending()
    assert manager.hook.tidings_provider() is Luma


def test_hooks_that_return_a_class_stop_at_the_first_answer(manager):
    first = {name for name, hook in hooks(manager).items() if hook.spec and hook.spec.opts["firstresult"]}
    assert first == {"tidings_provider", "tidings_simulation"}


def test_observers_all_hear_the_same_exchange(manager):
    heard = []

    class Observer:
        @hookspecs.hookimpl
        def tidings_exchange(self, exchange):
            heard.append(exchange)

    manager.register(Observer())
    manager.register(Observer())
    manager.hook.tidings_exchange(exchange="the exchange")
    assert heard == ["the exchange", "the exchange"]
