"""Where the files of a new provider go: into a distribution of its own, or to their places in a checkout of Tidings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template
from types import MappingProxyType

from tidings.cli.new_provider.names import Names

_TEMPLATES = resources.files(__package__) / "templates"
_PACKAGE = (
    "__init__.py",
    "provider.py",
    "simulation.py",
    "py.typed",
    "samples/processing.json",
    "samples/done.json",
    "samples/done_long_ago.json",
    "samples/broken.json",
    "samples/no_such_job.json",
)


@dataclass(frozen=True)
class Layout:
    """One way to lay a provider out; in all texts a `$word` stands for one of its names.

    Attributes:
        files: from each template to where its file goes.
        own: what must not exist before: the folders and files that are the new provider's alone.
        hints: what to do next, each a command and what it is for.
    """

    files: Mapping[str, str]
    own: tuple[str, ...]
    hints: tuple[tuple[str, str], ...]


def _package_in(folder: str) -> dict[str, str]:
    return {file: f"{folder}/src/$package/{file}" for file in _PACKAGE}


_FILL_IN = "what to fill in: the words, the fields and real answers of your maker"

ALONE = Layout(
    files=MappingProxyType(
        {
            "pyproject.toml": "$distribution/pyproject.toml",
            "README.md": "$distribution/README.md",
            **_package_in("$distribution"),
            "test.py": "$distribution/tests/test_$module.py",
        }
    ),
    own=("$distribution",),
    hints=(
        ("pip install -e '.[test]' && pytest", "in that folder; it passes as it stands"),
        ("grep -rn TODO .", _FILL_IN),
        ("tidings providers", "lists it now; ${variable}_KEY is where its key goes"),
    ),
)
"""A distribution that needs nothing but Tidings."""

IN_CHECKOUT = Layout(
    files=MappingProxyType(
        {
            "checkout/pyproject.toml": "plugins/providers/$name/pyproject.toml",
            "checkout/README.md": "plugins/providers/$name/README.md",
            **_package_in("plugins/providers/$name"),
            "test.py": "tests/plugins/providers/$name/test_$module.py",
            "checkout/page.md": "docs/reference/providers/$name.md",
            "checkout/fragment.md": "changelog.d/+$name.feature.md",
        }
    ),
    own=(
        "plugins/providers/$name",
        "tests/plugins/providers/$name",
        "docs/reference/providers/$name.md",
        "changelog.d/+$name.feature.md",
    ),
    hints=(
        ("make .venv/.dev && .venv/bin/pytest tests/plugins/providers/$name", "it passes as it stands"),
        ("grep -rn TODO plugins/providers/$name changelog.d", _FILL_IN),
        ("make test", "checks the rest; ${variable}_KEY is where its key goes"),
    ),
)
"""As every provider of this project lies: tests, docs page and changelog fragment at their places."""


def layout_in(folder: Path) -> tuple[Layout, Path]:
    """How to lay out a provider that is asked for in `folder`, and what the layout's paths are relative to."""
    providers = folder.resolve()
    root = providers.parent.parent
    if providers == root / "plugins/providers" and (root / "core/src/tidings").is_dir():
        return IN_CHECKOUT, root
    return ALONE, folder


def rendered(layout: Layout, names: Names) -> dict[str, str]:
    """The text of every file by its relative path."""
    return {filled(path, names): filled(template(file), names) for file, path in layout.files.items()}


def template(file: str) -> str:
    """The text of a template."""
    return _TEMPLATES.joinpath(f"{file}.tmpl").read_text(encoding="utf-8")


def filled(text: str, names: Names) -> str:
    """`text` with the names in their places."""
    return Template(text).substitute(names.as_mapping())
