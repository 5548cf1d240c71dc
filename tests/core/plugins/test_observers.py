"""Observers: each is told, whatever the others do."""

from __future__ import annotations

import logging
import sys

import pytest

from tidings.plugins import EXTENSIONS

HEAD = "from tidings.hookspecs import hookimpl\nheard = []\n"
LISTENER = HEAD + "@hookimpl\ndef tidings_exchange(exchange):\n    heard.append(exchange)\n"


def observer(body: str) -> str:
    return f"{HEAD}@hookimpl\ndef tidings_exchange(exchange):\n    {body}\n"


@pytest.mark.parametrize("body", ["raise RuntimeError('no')", "raise SystemExit(2)", "raise GeneratorExit", "1 / 0"])
def test_one_that_raises_is_reported_and_those_around_it_still_hear(shelf, caplog, body):
    first = shelf.put("a", LISTENER, group=EXTENSIONS)
    shelf.put("b", observer(body), group=EXTENSIONS)
    last = shelf.put("c", LISTENER, group=EXTENSIONS)
    observers = shelf.plugins.observers()
    observers.exchange("x")
    assert sys.modules[first].heard == sys.modules[last].heard == ["x"]
    assert observers.failures == {"b": 1}
    assert "'b'" in caplog.text


def test_equal_failures_are_logged_once_and_counted(shelf, caplog):
    shelf.put("ears", observer("raise RuntimeError('no')"), group=EXTENSIONS)
    observers = shelf.plugins.observers()
    for _ in range(5):
        observers.exchange("x")
    assert len(caplog.records) == 1
    assert observers.failures["ears"] == 5


def test_failures_that_never_repeat_do_not_fill_the_log(shelf, caplog):
    shelf.put("ears", observer("heard.append(1); raise RuntimeError(len(heard))"), group=EXTENSIONS)
    observers = shelf.plugins.observers()
    for _ in range(1000):
        observers.exchange("x")
    assert len(caplog.records) == 20
    assert observers.failures["ears"] == 1000


def test_the_traceback_is_there_for_the_plugins_author(shelf, caplog):
    shelf.put("ears", observer("1 / 0"), group=EXTENSIONS)
    with caplog.at_level(logging.DEBUG, "tidings.plugins"):
        shelf.plugins.observers().exchange("x")
    assert "Traceback" in caplog.text


def test_ctrl_c_in_an_observer_passes_through(shelf):
    shelf.put("ears", observer("raise KeyboardInterrupt"), group=EXTENSIONS)
    with pytest.raises(KeyboardInterrupt):
        shelf.plugins.observers().exchange("x")


def test_an_observer_may_take_fewer_arguments(shelf):
    source = HEAD + "@hookimpl\ndef tidings_exchange():\n    heard.append('something')\n"
    module = shelf.put("ears", source, group=EXTENSIONS)
    shelf.plugins.observers().exchange("x")
    assert sys.modules[module].heard == ["something"]


def test_a_coroutine_behind_a_decorator_is_reported_when_it_is_called(shelf, caplog):
    source = (
        HEAD + "def quietly(function):\n    return lambda exchange: function(exchange)\n"
        "async def wait(exchange):\n    pass\n"
        "tidings_exchange = hookimpl(quietly(wait))\n"
    )
    shelf.put("ears", source, group=EXTENSIONS)
    observers = shelf.plugins.observers()
    observers.exchange("x")
    assert observers.failures["ears"] == 1
    assert "nobody awaits" in caplog.text


def test_nobody_listening_is_false_and_says_nothing(shelf):
    observers = shelf.plugins.observers()
    assert not observers
    observers.exchange("x")
    assert observers.failures == {}


def test_extensions_are_loaded_once_for_all_clients(shelf):
    shelf.put("ears", LISTENER, group=EXTENSIONS)
    plugins = shelf.plugins
    assert plugins.observers() is plugins.observers()


def test_loading_a_provider_loads_no_extension(shelf):
    module = shelf.put("ears", LISTENER, group=EXTENSIONS)
    shelf.maker()
    shelf.plugins.provider("maker")
    assert module not in sys.modules


@pytest.mark.parametrize(("hook", "argument"), [("tidings_changed", "changes"), ("tidings_looked", "looks")])
def test_news_of_followed_tasks_reaches_everyone_but_who_breaks(shelf, caplog, hook, argument):
    listener = f"{HEAD}@hookimpl\ndef {hook}({argument}):\n    heard.append({argument})\n"
    first = shelf.put("a", listener, group=EXTENSIONS)
    shelf.put("b", f"{HEAD}@hookimpl\ndef {hook}({argument}):\n    1 / 0\n", group=EXTENSIONS)
    last = shelf.put("c", listener, group=EXTENSIONS)
    observers = shelf.plugins.observers()
    getattr(observers, hook.removeprefix("tidings_"))(["x", "y"])
    assert sys.modules[first].heard == sys.modules[last].heard == [["x", "y"]]
    assert observers.failures == {"b": 1}
    assert "'b'" in caplog.text


@pytest.mark.parametrize("listens", [True, False])
def test_looks_are_wanted_only_where_somebody_listens_to_them(shelf, listens):
    ears = f"{HEAD}@hookimpl\ndef tidings_looked(looks):\n    pass\n" if listens else LISTENER
    shelf.put("ears", ears, group=EXTENSIONS)
    assert shelf.plugins.observers().want_looks is listens
