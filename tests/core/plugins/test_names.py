"""Names: what is loaded for which, who gets a disputed one, and what an unknown one is answered."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import EntryPoint

import click
import pytest

from tidings.errors import PluginError, UnknownProvider
from tidings.plugins import (
    ANSWERS_AT_ONCE,
    COMMANDS,
    EXTENSIONS,
    INSTALLABLE,
    Installed,
    Plugins,
    Quarantined,
    default_plugins,
)
from tidings.plugins.find import Origins


def test_a_hundred_providers_are_listed_without_loading_and_one_is_loaded_alone(shelf):
    modules = [shelf.maker(f"maker-{number:03}") for number in range(100)]
    plugins = shelf.plugins
    assert len(plugins.names()) == 100
    assert not [module for module in modules if module in sys.modules]
    plugins.provider("maker-042")
    assert [module for module in modules if module in sys.modules] == [modules[42]]


def test_dashes_and_underscores_and_case_are_the_same_in_a_name(shelf):
    shelf.maker("my_maker")
    plugins = shelf.plugins
    assert plugins.names() == ["my-maker"]
    assert plugins.provider("my_maker") is plugins.provider("my-maker") is plugins.provider("My-Maker")


def test_a_provider_is_loaded_once_however_many_threads_ask(shelf, tmp_path):
    log = tmp_path / "log"
    shelf.maker(more=f"with open({str(log)!r}, 'a') as log:\n    log.write('x')")
    plugins, start = shelf.plugins, threading.Barrier(8)

    def ask(_: int) -> object:
        start.wait()
        return plugins.provider("maker")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert log.read_text() == "x"


def test_a_plugin_may_ask_for_another_while_it_is_imported(shelf, monkeypatch):
    shelf.maker("inner")
    shelf.maker("outer", more="from tidings.plugins import default_plugins\ndefault_plugins().provider('inner')")
    plugins = shelf.plugins
    monkeypatch.setattr("tidings.plugins.default_plugins", lambda: plugins)
    assert plugins.provider("outer").name == "outer"


@pytest.mark.parametrize("order", [("tidings-b", "x", "tidings-a"), ("tidings-a", "tidings-b", "x")])
def test_a_name_claimed_twice_goes_to_the_first_distribution_by_name_wherever_it_stands(shelf, order, caplog):
    """stevedore sees the two only when they stand side by side: in the first order they do not."""
    modules = {package: shelf.maker("maker" if package != "x" else "other", package=package) for package in order}
    plugins = shelf.plugins
    rows = {row.value: row for row in plugins.survey()}
    assert isinstance(rows[modules["tidings-a"]], Installed)
    refused = rows[modules["tidings-b"]]
    assert isinstance(refused, Quarantined)
    assert modules["tidings-a"] in refused.reason
    assert modules["tidings-b"] in refused.reason
    assert refused.distribution == "tidings-b"
    assert plugins.provider("maker").name == "maker"
    assert [record.getMessage() for record in caplog.records] == [str(refused)]
    assert modules["tidings-b"] not in sys.modules


def test_nobody_takes_a_name_from_tidings_itself(shelf):
    shelf.maker(package="a-thief")
    ours = shelf.maker(package="tidings")
    assert type(shelf.plugins.provider("maker")).__module__ == ours


def test_two_spellings_of_one_name_are_one_name(shelf):
    ours = shelf.maker("my_maker", package="a")
    shelf.maker("my-maker", package="b")
    plugins = shelf.plugins
    assert plugins.names() == ["my-maker"]
    assert type(plugins.provider("my-maker")).__module__ == ours


def test_a_claimant_without_distribution_comes_last(shelf):
    shelf.maker()
    ours = shelf.maker(package="zebra")
    assert type(shelf.plugins.provider("maker")).__module__ == ours


def test_the_same_plugin_listed_twice_disputes_nothing(shelf):
    shelf.maker(package="tidings-maker")
    point = shelf.points[0]
    shelf.points.append(EntryPoint(point.name, point.value, point.group))
    (row,) = shelf.plugins.survey()
    assert isinstance(row, Installed)


def test_extensions_and_commands_claim_names_by_the_same_rule(shelf, caplog):
    hook = "from tidings.hookspecs import hookimpl\n@hookimpl\ndef tidings_exchange(exchange):\n    pass"
    command = "import click\n@click.command()\ndef run():\n    pass"
    for package in ("b", "a"):
        shelf.put("ears", hook, group=EXTENSIONS, package=package)
        shelf.put("run", command, group=COMMANDS, package=package, attr=":run")
    plugins = shelf.plugins
    assert isinstance(plugins.commands()["run"](), click.Command)
    refused = [row for row in plugins.survey() if isinstance(row, Quarantined)]
    assert sorted((row.group, row.distribution) for row in refused) == [(COMMANDS, "b"), (EXTENSIONS, "b")]
    assert len(caplog.records) == 2


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module", "importing it raised ModuleNotFoundError"),
        ("raise SystemExit(1)", "importing it exited with 1"),
        ("def run(): pass", "names a function, not a click command"),
    ],
)
def test_a_broken_command_is_listed_and_fails_when_it_is_run(shelf, source, reason):
    shelf.put("run", source, group=COMMANDS, attr=":run")
    load = shelf.plugins.commands()["run"]
    with pytest.raises(PluginError, match=reason):
        load()


def test_an_unknown_name_lists_the_known_ones_and_names_the_package(shelf):
    shelf.maker()
    with pytest.raises(UnknownProvider) as caught:
        shelf.plugins.provider("suno")
    assert "install the package that provides it: tidings-suno" in str(caught.value)
    assert "Installed: maker" in str(caught.value)
    assert "midjourney" in str(caught.value)
    assert caught.value.provider == "suno"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("makers", "did you perhaps mean maker."),
        ("midjurney", "did you perhaps mean midjourney (in the package tidings-midjourney)."),
        ("zzzzzz", "check its name, or install the package that provides it."),
    ],
)
def test_an_unknown_name_is_answered_with_what_was_probably_meant(shelf, name, advice):
    shelf.maker()
    with pytest.raises(UnknownProvider) as caught:
        shelf.plugins.provider(name)
    assert advice in str(caught.value)


def test_an_environment_without_any_provider_says_so(shelf):
    with pytest.raises(UnknownProvider, match=r"Installed: none at all \(reinstall tidings"):
        shelf.plugins.provider("luma")


def test_every_installable_provider_has_a_package_of_its_name():
    assert all(package == f"tidings-{name}" for name, package in INSTALLABLE.items())
    assert "luma" not in INSTALLABLE


def test_a_name_is_looked_for_again_before_it_is_called_unknown(shelf):
    shelf.maker()
    plugins = Plugins(lambda group: [], find_again=shelf.find)
    assert plugins.names() == []
    assert plugins.provider("maker").name == "maker"
    assert plugins.names() == ["maker"]


def test_what_a_second_look_finds_does_not_replace_what_was_loaded(shelf):
    shelf.maker()
    plugins = shelf.plugins
    provider = plugins.provider("maker")
    with pytest.raises(UnknownProvider):
        plugins.provider("other")
    assert plugins.provider("maker") is provider


def test_the_first_of_two_equal_entry_points_names_the_distribution(shelf):
    shelf.maker(package="first")
    point = shelf.points[0]
    forgetful, second = (EntryPoint(point.name, point.value, point.group) for _ in range(2))
    shelf.points.append(second._for(type(point.dist)("second")))
    assert Origins(shelf.find).of(forgetful) == ("first", "1.5")


def test_the_default_plugins_are_shared():
    assert default_plugins() is default_plugins()


@pytest.mark.parametrize("name", ["ideogram", "dall-e", "dalle", "chat", "Embeddings"])
def test_what_answers_at_once_is_told_from_what_is_unknown(name):
    with pytest.raises(UnknownProvider, match=r"has no tasks: gateways answer .* at once"):
        Plugins().provider(name)


def test_nothing_that_answers_at_once_is_offered_as_a_package():
    assert not ANSWERS_AT_ONCE.keys() & {"luma", *INSTALLABLE}
