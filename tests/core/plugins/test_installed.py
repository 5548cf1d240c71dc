"""Plugins from real distributions on disk, found by stevedore."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from importlib.metadata import Distribution
from pathlib import Path

import click
import pytest

from tidings.errors import UnknownProvider
from tidings.plugins import COMMANDS, EXTENSIONS, PROVIDERS, Installed, Plugins, find_installed, find_uncached
from tidings.plugins.find import identity

PROVIDER = """
from tidings.hookspecs import hookimpl
from tidings_luma.provider import Luma


class Maker(Luma):
    name = "stranger"
    title = "A stranger's maker"


@hookimpl
def tidings_provider():
    return Maker
"""
OBSERVER = """
from tidings.hookspecs import hookimpl

heard = []


@hookimpl
def tidings_exchange(exchange):
    heard.append(exchange)
"""
COMMAND = """
import click


@click.command()
def hello():
    click.echo("hello")
"""


def test_an_installed_provider_is_found_loaded_and_shown_with_its_version(shelf, stevedore_cache):
    shelf.install("tidings-stranger", {PROVIDERS: {"stranger": shelf.write(PROVIDER)}}, version="3.1")
    plugins = Plugins()
    assert "stranger" in plugins.names()
    assert plugins.provider("stranger").title == "A stranger's maker"
    (row,) = (row for row in plugins.survey() if row.name == "stranger")
    assert isinstance(row, Installed)
    assert (row.distribution, row.version, row.batch, row.includes) == (
        "tidings-stranger",
        "3.1",
        100,
        ("unwatermarked",),
    )
    assert row.states["processing"] == "running"


def test_an_installed_extension_hears_every_exchange(shelf, stevedore_cache):
    module = shelf.write(OBSERVER)
    shelf.install("tidings-ears", {EXTENSIONS: {"ears": module}})
    observers = Plugins().observers()
    observers.exchange("an exchange")
    assert observers
    assert sys.modules[module].heard == ["an exchange"]


def test_an_installed_command_is_listed_without_loading_and_loaded_when_asked_for(shelf, stevedore_cache):
    module = shelf.write(COMMAND)
    shelf.install("tidings-hello", {COMMANDS: {"hello": f"{module}:hello"}})
    load = Plugins().commands()["hello"]
    assert module not in sys.modules
    assert isinstance(load(), click.Command)


def test_luma_comes_in_through_its_entry_point_like_any_other(stevedore_cache):
    (row,) = (row for row in Plugins().survey() if row.name == "luma")
    assert isinstance(row, Installed)
    assert (row.distribution, row.batch, row.value) == ("tidings", 100, "tidings_luma")


def test_what_was_installed_after_the_list_was_cached_is_found_all_the_same(shelf, stevedore_cache):
    find_installed(PROVIDERS)  # stevedore remembers this list for the whole process
    shelf.install("tidings-stranger", {PROVIDERS: {"stranger": shelf.write(PROVIDER)}})
    assert "stranger" not in [point.name for point in find_installed(PROVIDERS)]
    assert Plugins().provider("stranger").name == "stranger"


def test_an_edit_that_stevedores_cache_on_disk_missed_is_found_all_the_same(shelf, stevedore_cache):
    module = shelf.write(PROVIDER)
    shelf.install("tidings-stranger", {PROVIDERS: {"before": module}})
    Plugins().names()
    assert list(stevedore_cache.iterdir())
    entry_points = next(shelf.folder.glob("*.dist-info")) / "entry_points.txt"
    entry_points.write_text(entry_points.read_text().replace("before", "stranger"))
    plugins = Plugins()
    assert plugins.provider("stranger").name == "stranger"
    with pytest.raises(UnknownProvider):
        plugins.provider("before")


def test_one_unreadable_distribution_does_not_hide_the_others(shelf, stevedore_cache, caplog):
    shelf.install("tidings-stranger", {PROVIDERS: {"stranger": shelf.write(PROVIDER)}})
    shelf.install("foreign-thing", {"console_scripts": {"a": "b"}})
    (shelf.folder / "foreign_thing-2.0.dist-info" / "entry_points.txt").write_text("[console_scripts]\nnot a pair\n")
    assert {"luma", "stranger"} <= set(Plugins().names())
    assert "foreign-thing" in caplog.text
    assert "reinstall it" in caplog.text


def test_a_distribution_without_metadata_still_provides(shelf, stevedore_cache):
    shelf.install("tidings-stranger", {PROVIDERS: {"stranger": shelf.write(PROVIDER)}})
    (shelf.folder / "tidings_stranger-2.0.dist-info" / "METADATA").unlink()
    (row,) = (row for row in Plugins().survey() if row.name == "stranger")
    assert isinstance(row, Installed)
    assert row.distribution is None


def test_a_distribution_whose_metadata_cannot_be_read_has_no_name():
    class Locked(Distribution):
        def read_text(self, filename: str) -> str:
            raise PermissionError(filename)

        def locate_file(self, path: object) -> Path:
            return Path(str(path))

    assert identity(Locked()) == (None, None)


def test_the_earlier_of_two_installations_of_one_distribution_counts(shelf, stevedore_cache, monkeypatch, tmp_path):
    old, new = shelf.write(PROVIDER), shelf.write(PROVIDER)
    shelf.install("tidings-stranger", {PROVIDERS: {"stranger": old}}, version="1.0")
    shelf.folder = tmp_path / "front"
    shelf.folder.mkdir()
    shelf.install("tidings-stranger", {PROVIDERS: {"stranger": new}}, version="2.0")
    monkeypatch.syspath_prepend(shelf.folder)
    for find in (find_installed, find_uncached):
        (row,) = (row for row in Plugins(find).survey() if row.name == "stranger")
        assert (row.value, row.version) == (new, "2.0")


def test_stevedore_failing_altogether_is_not_the_end(shelf, monkeypatch, caplog):
    def broken(*args: object, **options: object) -> None:
        raise OSError("the cache is a folder")

    shelf.install("tidings-stranger", {PROVIDERS: {"stranger": shelf.write(PROVIDER)}})
    monkeypatch.setattr("stevedore.NamedExtensionManager.list_entry_points", broken)
    with caplog.at_level(logging.DEBUG, "tidings.plugins"):
        assert "stranger" in Plugins().names()
    assert "the cache is a folder" in caplog.text


def test_importing_the_room_imports_neither_stevedore_nor_pluggy_nor_pydantic():
    heavy = {"stevedore", "pluggy", "pydantic", "click"}
    code = f"import sys, tidings.plugins; print({heavy}.intersection(sys.modules) or 'none')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "none"


def test_listing_commands_needs_no_pydantic():
    code = "import sys, tidings.plugins as p; p.command_entry_points(); print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_forked_child_is_not_held_up_by_a_lock_its_parent_held():
    plugins = Plugins(find=lambda group: [])
    holder = threading.Thread(target=plugins._lock.acquire)  # never released, as by a thread that is gone after a fork
    holder.start()
    holder.join()
    plugins.renew_lock()
    assert plugins.names() == []
