"""The docs build without a warning, broken links included, and the built pages show everything there is."""

from __future__ import annotations

import html
import inspect
import json
import os
import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import click
import pytest
from sphinx.util.inventory import InventoryFile

import tidings
import tidings.testing
from tidings import errors, hookspecs
from tidings.cli import cli, exits, lines
from tidings.config.tables import AccountTable, SettingsTable
from tidings.model import TaskState
from tidings.plugins import PROVIDERS, Plugins, default_plugins

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with the built docs; built once for this file, by the very command of `make docs`."""
    out = tmp_path_factory.mktemp("html")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "--keep-going", "-b", "html", str(DOCS), str(out)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture
def text_of(built):
    """From a page's name to its text, tags taken out."""

    def read(page):
        source = (built / f"{page}.html").read_text()
        body = source.partition("<article")[2].partition("</article>")[0]
        return html.unescape(re.sub(r"<[^>]+>", "", body))

    return read


@pytest.fixture
def documented(built):
    """The full names of everything that has an entry, by page."""
    inventory = InventoryFile.loads((built / "objects.inv").read_bytes(), uri="")
    return {
        name: item.uri
        for kind, items in inventory.data.items()
        if kind.startswith("py:")
        for name, item in items.items()
    }


@pytest.mark.parametrize("name", tidings.__all__)
def test_every_public_name_has_an_entry(documented, name):
    home = "reference/errors" if name in vars(errors) else "reference/api"
    assert documented.get(f"tidings.{name}", "").startswith(home)


def test_every_name_of_the_testing_kit_has_an_entry(documented):
    last_names = {name.rpartition(".")[2] for name in documented}
    assert set(tidings.testing.__all__) <= last_names


@pytest.mark.parametrize("verb", ["fetch", "fetch_many", "wait", "download", "check"])
def test_every_verb_of_both_clients_has_an_entry(documented, verb):
    assert {f"tidings.AsyncClient.{verb}", f"tidings.Client.{verb}"} <= documented.keys()


def test_every_hook_has_an_entry_with_its_signature_and_an_example(documented, text_of):
    page = text_of("reference/hooks")
    hooks = [name for name in vars(hookspecs) if name.startswith("tidings_")]
    assert hooks
    for hook in hooks:
        assert f"tidings.hookspecs.{hook}" in documented
        assert f"@hookimpl\ndef {hook}(" in page


def drawn_parents(drawing):
    """From each class's name in a drawing to its parent's name, told by how far it is indented."""
    parents, path = {}, []
    for line in drawing:
        name = re.search(r"\w+", line)
        depth = name.start() // 4
        path[depth:] = [name.group()]
        parents[name.group()] = path[depth - 1] if depth else None
    return parents


def real_parents(kind=errors.TidingsError, parent=None):
    yield kind.__name__, parent
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from real_parents(child, kind.__name__)


def test_the_tree_of_errors_is_the_tree_of_classes(text_of):
    lines = text_of("reference/errors").splitlines()
    drawing = [line for line in lines if re.match(r"TidingsError$| *[│├└]", line)]
    assert drawn_parents(drawing) == dict(real_parents())


def commands():
    context = click.Context(cli, info_name="tidings")
    return {name: cli.get_command(context, name) for name in cli.list_commands(context)}


@pytest.mark.parametrize("name", cli.list_commands(click.Context(cli)))
def test_every_command_and_option_is_on_its_page(text_of, name):
    page = text_of("reference/cli")
    section = page.partition(f"tidings {name}#")[2] or page.partition(f"tidings {name}¶")[2]
    assert section, f"no section for tidings {name}"
    options = [parameter for parameter in commands()[name].params if isinstance(parameter, click.Option)]
    missing = [option.opts[-1] for option in options if option.opts[-1] not in section]
    assert missing == []


def test_every_exit_code_is_on_its_page(text_of):
    table = text_of("reference/cli").partition("Exit codes")[2]
    codes = {int(number) for number in re.findall(r"^(\d+)$", table, re.MULTILINE)}
    assert {code.value for code in exits.Exit} <= codes


def test_the_schema_in_the_docs_is_that_of_the_lines():
    assert json.loads((DOCS / "reference/status.schema.json").read_text()) == lines.schema()


def test_every_provider_of_this_repository_has_a_page_with_its_states(text_of):
    names = [folder.name for folder in (ROOT / "plugins/providers").iterdir() if (folder / "src").is_dir()]
    assert "luma" in names
    for name in names:
        page = text_of(f"reference/providers/{name}")
        provider = default_plugins().provider(name)
        words = [line.strip() for line in page.partition("States")[2].partition("Samples")[0].splitlines()]
        assert [word for word in provider.states if word and word not in words] == []
        first_line = (sys.modules[type(provider).__module__].__doc__ or "").partition("\n")[0]
        first_words = first_line.partition("`")[0]
        assert first_words in page.partition("Facts")[0]


def test_every_state_is_explained(text_of):
    page = text_of("explanation/states")
    assert [state for state in TaskState if not re.search(rf"^{state}$", page, re.MULTILINE)] == []


def test_every_setting_of_the_file_is_in_the_reference():
    page = (DOCS / "reference/configuration.md").read_text()
    settings = [*AccountTable.model_fields, *SettingsTable.model_fields]
    assert [name for name in settings if f"| `{name}` |" not in page] == []


def test_every_fault_of_the_simulator_is_listed_with_its_options():
    from tidings_simulator.faults import KINDS

    page = (DOCS / "howto/testing.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) ?\|", page, re.MULTILINE))
    shown = {kind: ", ".join(f"`{name}={json_like(value)}`" for name, value in KINDS[kind].items()) for kind in KINDS}
    assert rows == shown


def json_like(value):
    return f'"{value}"' if isinstance(value, str) else repr(value)


def links(page):
    """What a page links to, outside of code."""
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(), flags=re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", text)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_links_outside_of_the_docs_lead_somewhere(page):
    """Sphinx watches over the links inside the docs; nobody else watches over these."""
    targets = [link.partition("#")[0] for link in links(ROOT / page) if "://" not in link]
    assert [target for target in targets if target and not (ROOT / target).exists()] == []


@pytest.mark.parametrize("value", ["TaskRef", "TaskStatus", "Artifact", "Failure"])
def test_every_field_of_a_value_is_named_with_its_type(text_of, value):
    entry = text_of("reference/api").partition(f"class {value}")[2].partition("\nclass ")[0]
    fields = [name for name in inspect.get_annotations(getattr(tidings, value)) if not name.startswith(("_", "model_"))]
    assert fields
    assert [name for name in fields if f"{name} (" not in entry] == []


@pytest.fixture
def extension(monkeypatch):
    """The folder of our Sphinx extension can be imported from."""
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))


def test_a_strangers_provider_gets_the_same_page(extension, monkeypatch):
    """The page is made from facts every provider has, and knows none by name."""
    from tidings_docs import providers

    monkeypatch.syspath_prepend(str(ROOT / "examples/third_party_provider/src"))
    point = EntryPoint("nimbus", "tidings_nimbus", PROVIDERS)
    plugins = Plugins(lambda group: [point] if group == PROVIDERS else [])
    monkeypatch.setattr(providers, "default_plugins", lambda: plugins)
    page = providers.ProviderDirective.__new__(providers.ProviderDirective)
    page.arguments = ["nimbus"]
    lines = list(page.lines())
    assert "| `drifting` | `running` |  |" in lines
    assert "| `rained` | `succeeded` | yes |" in lines
    assert any(line.startswith("| `rained` | `succeeded` | ") and "yes" not in line for line in lines), "its samples"
    assert not any("## Extras" in line for line in lines)


def test_docstrings_are_reworked_for_sphinx(extension):
    """What shares a description is told apart; what stands in single backticks is code, a plural's s included."""
    from tidings_docs.docstrings import before_napoleon

    text = inspect.cleandoc(
        """
        Reads `Thing`s.

            an example

        Args:
            a, b: both
                of them.
        """
    ).splitlines()
    before_napoleon(None, "function", "name", None, None, text)
    assert text[:1] == ["Reads ``Thing``\\ s."]
    assert ".. code-block:: none" in text
    assert text[-4:] == ["    a: both", "        of them.", "    b: both", "        of them."]
