"""Which providers this checkout has, which of them the core offers, and what `tidings providers` must say of them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROVIDERS = {path.parent.name: path.parent for path in sorted(ROOT.glob("plugins/providers/*/pyproject.toml"))}
"""The folders of those that have a distribution of their own, by name."""


def extras() -> dict[str, list[str]]:
    """The core's extras, each with what it brings."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


def offered() -> set[str]:
    """The providers with an extra of their own."""
    alone = {name for name, brings in extras().items() if brings == [f"tidings-{name}"]}
    return {name for name in alone if not (ROOT / "plugins/extensions" / name).is_dir()}


def assert_listed(lines: str, *, installed: set[str]) -> None:
    """The output of `tidings providers --json` says that these are installed and that the other offered ones can be."""
    rows = {row["name"]: row for row in map(json.loads, lines.splitlines())}
    installable = {name: row["distribution"] for name, row in rows.items() if row["status"] == "installable"}

    assert {name for name, row in rows.items() if row["status"] == "installed"} == installed
    assert installable == {name: f"tidings-{name}" for name in offered() - installed}
    assert rows.keys() == installed | installable.keys()
