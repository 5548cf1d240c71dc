"""The path of a thing predicts the path of its test: rooms, providers and extensions all have one shape."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROVIDERS = sorted(path for path in (ROOT / "plugins/providers").iterdir() if (path / "src").is_dir())
EXTENSIONS = sorted(path for path in (ROOT / "plugins/extensions").glob("*") if (path / "src").is_dir())
ROOMS = sorted(
    {
        path.stem
        for path in (ROOT / "core/src/tidings").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    - {"__init__", "__main__"}
)


def package(plugin: Path) -> Path:
    return plugin / "src" / f"tidings_{plugin.name.replace('-', '_')}"


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda path: path.name)
class TestProvider:
    @pytest.mark.parametrize("name", ["__init__.py", "provider.py", "simulation.py", "py.typed"])
    def test_it_has_the_same_files_as_its_siblings(self, provider, name):
        assert (package(provider) / name).is_file()

    def test_its_samples_lie_inside_the_package_where_the_wheel_takes_them(self, provider):
        assert list((package(provider) / "samples").glob("*.json"))

    def test_its_package_implements_both_hooks_of_a_provider(self, provider):
        tree = ast.parse((package(provider) / "__init__.py").read_text())
        marked = {
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and "hookimpl" in map(ast.unparse, node.decorator_list)
        }
        assert {"tidings_provider", "tidings_simulation"} <= marked

    def test_it_has_a_conformance_test_at_the_same_path(self, provider):
        tests = ROOT / "tests" / provider.relative_to(ROOT)
        assert list(tests.glob("test_*.py")), f"write {tests.relative_to(ROOT)}/test_{provider.name}.py"
        assert any("ProviderConformance" in path.read_text() for path in tests.glob("test_*.py"))

    def test_it_has_a_page_in_the_docs(self, provider):
        assert (ROOT / "docs/reference/providers" / f"{provider.name}.md").is_file()

    def test_its_entry_point_bears_its_name(self, provider):
        project = project_of(provider)
        assert project["entry-points"]["tidings.providers"][provider.name] == package(provider).name


@pytest.mark.parametrize("extension", EXTENSIONS, ids=lambda path: path.name)
def test_an_extension_is_a_typed_distribution_with_tests_at_the_same_path(extension):
    assert project_of(extension)["name"] == f"tidings-{extension.name}"
    assert (package(extension) / "py.typed").is_file()
    assert list((ROOT / "tests" / extension.relative_to(ROOT)).glob("test_*.py"))


def project_of(plugin: Path) -> dict:
    """The plugin's project table; the core's for Luma, which ships with it."""
    own = plugin / "pyproject.toml"
    return tomllib.loads((own if own.is_file() else ROOT / "pyproject.toml").read_text())["project"]


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_of_the_core_has_its_tests(room):
    tests = ROOT / "tests/core"
    found = [*tests.glob(f"test_{room}.py"), *tests.glob(f"test_{room}_*.py"), *(tests / room).glob("test_*.py")]
    assert found, f"write tests/core/test_{room}.py"


def layers() -> list[list[str]]:
    """The picture the linter enforces, from the top: the rooms of each line, those to come in brackets."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    return [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]


def test_every_room_stands_in_the_picture():
    drawn = {name.strip("()") for layer in layers() for name in layer}
    assert set(ROOMS) <= drawn


def test_contributing_draws_the_picture_that_is_enforced():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    block = text.partition("A room may import those below it")[2].split("\n\n")[1]
    drawn = [re.split(r" {3,}", line.strip())[0].split() for line in block.splitlines()]
    assert drawn == layers()
