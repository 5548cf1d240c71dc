"""Commands that plugins bring, names that nobody brings, completion."""

from __future__ import annotations

import importlib
import runpy
import sys

import click
import pytest

from tidings.cli import cli, group
from tidings.cli.group import LazyGroup, Listed
from tidings.errors import PluginError


@click.command()
@click.pass_context
def hello(context: click.Context) -> None:
    click.echo("hello")
    context.exit(7)


def broken() -> click.Command:
    raise PluginError("the plugin 'broken' cannot be used: it raised ImportError")


@pytest.fixture
def plugins(monkeypatch):
    """Two plugin commands: `hello`, and `broken`, which cannot be loaded."""
    monkeypatch.setattr(group, "_plugin_commands", lambda: {"hello": lambda: hello, "broken": broken})


def test_a_plugin_s_command_runs_and_its_exit_code_counts(plugins, tidings):
    result = tidings("hello")
    assert (result.code, result.out) == (7, "hello\n")


def test_a_broken_plugin_s_command_is_a_sentence(plugins, tidings):
    result = tidings("broken")
    assert result.code == 2
    assert "cannot be used" in result.err


def test_an_unknown_command_lists_all_there_are(plugins, tidings):
    result = tidings("fecth")
    assert result.code == 2
    assert "There is no command 'fecth'" in result.err
    assert "fetch, wait, watch, download" in result.err
    assert "hello" in result.err


@pytest.mark.parametrize("command", ["demo", "simulate"])
def test_the_simulator_s_commands_name_the_package_when_it_is_missing(tidings, monkeypatch, command):
    monkeypatch.setattr(group, "_plugin_commands", dict)
    result = tidings(command)
    assert result.code == 2
    assert "tidings[demo]" in result.err


def test_every_command_in_the_table_says_in_help_what_its_own_help_says(tidings):
    context = click.Context(cli)
    for name, listed in cli._listed.items():
        if listed.target is not None:
            command = cli.get_command(context, name)
            assert command is not None
            assert command.name == name
            assert listed.help.endswith(".")


@pytest.mark.parametrize(
    "command", ["fetch", "wait", "download", "explain", "providers", "doctor", "completion", "schema"]
)
def test_every_command_has_help_json_and_verbose(tidings, command):
    shown = tidings(command, "--help")
    assert shown.code == 0
    for option in ("--json", "-v, --verbose", "--help"):
        assert option in shown.out


def test_the_version_is_the_distribution_s(tidings):
    from importlib.metadata import version

    assert tidings("--version").out == f"tidings {version('tidings')}\n"


@pytest.mark.parametrize(
    ("shell", "sign"), [("bash", "complete -o"), ("zsh", "#compdef tidings"), ("fish", "complete ")]
)
def test_completion_prints_the_shell_s_script(tidings, shell, sign):
    result = tidings("completion", shell)
    assert result.code == 0
    assert sign in result.out
    assert "_TIDINGS_COMPLETE" in result.out


def test_completion_in_json_is_one_object(tidings):
    import json

    assert json.loads(tidings("completion", "zsh", "--json").out).keys() == {"shell", "script"}


def test_schema_prints_the_schema(tidings):
    import json

    from tidings.cli import lines

    assert json.loads(tidings("schema").out) == lines.schema()
    assert len(tidings("schema", "--json").lines) == 1


def completed(environ, capsys, words: str) -> list[str]:
    from tidings.cli import main

    environ.setenv("_TIDINGS_COMPLETE", "bash_complete")
    environ.setenv("COMP_WORDS", words)
    environ.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    main([])
    return [line.partition(",")[2] for line in capsys.readouterr().out.splitlines()]


def test_a_shell_is_offered_commands_and_options(plugins, environ, capsys):
    assert completed(environ, capsys, "tidings d") == ["download", "doctor", "demo"]
    assert completed(environ, capsys, "tidings h") == ["hello"]
    assert "--include" in completed(environ, capsys, "tidings fetch --")


def test_without_plugins_an_unknown_command_is_still_a_sentence(tidings):
    assert "There is no command 'nope'" in tidings("nope").err


def test_python_dash_m_is_the_same_program(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "tidings.cli.__main__", raising=False)  # runpy warns of what is imported already
    monkeypatch.setattr(sys, "argv", ["tidings", "--version"])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_module("tidings.cli", run_name="__main__")
    assert capsys.readouterr().out.startswith("tidings ")
    importlib.import_module("tidings.cli.__main__")  # to import it is not to run it
    assert capsys.readouterr().out == ""


def test_a_listed_command_is_imported_only_when_run():
    lazy = LazyGroup(listed={"x": Listed("no_such_module:x", "Nothing.")})
    context = click.Context(lazy)
    assert lazy.list_commands(context) == ["x"]
    assert "Nothing." in lazy.get_help(context)
    with pytest.raises(ModuleNotFoundError):
        lazy.get_command(context, "x")
