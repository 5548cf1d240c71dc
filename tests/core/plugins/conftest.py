"""A shelf of plugins: small modules on disk, found through entry points that are handed over or really installed."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path

import pytest

from tidings.plugins import PROVIDERS, Plugins

PROVIDER = """
from tidings.hookspecs import hookimpl
from tidings.model import TaskState
from tidings.provider import Include, Limits, Provider
from tidings.wire import Request


class Maker(Provider):
    name = "maker"
    title = "A maker"
    docs_url = "https://maker.example/docs"
    states = {"done": TaskState.succeeded}
    official_url = "https://maker.example"

    def request(self, ref):
        return Request("GET", f"/{ref.id}")

    def parse(self, response, ref):
        raise NotImplementedError


@hookimpl
def tidings_provider():
    return Maker
"""

_numbers = itertools.count()


class NamedDistribution(Distribution):
    """A distribution of which only the name and the version are known."""

    def __init__(self, name: str) -> None:
        self._text = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n"

    def read_text(self, filename: str) -> str | None:
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: object) -> Path:
        return Path(str(path))


class Shelf:
    """Plugins to be found, in the order in which they were put here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.points: list[EntryPoint] = []

    def put(self, name: str, source: str, *, group: str = PROVIDERS, package: str | None = None, attr: str = "") -> str:
        """Write a module and an entry point for it; returns the module's name."""
        module = self.write(source)
        point = EntryPoint(name, module + attr, group)
        self.points.append(point if package is None else point._for(NamedDistribution(package)))
        return module

    def maker(self, name: str = "maker", *, facts: str = "", more: str = "", **options: str) -> str:
        """Put a provider's plugin; `facts` are lines that overrule the class's, `more` are lines of the module."""
        override = "".join(f"\nMaker.{line}" for line in facts.splitlines())
        source = PROVIDER.replace('"maker"', f'"{name.replace("_", "-")}"')
        return self.put(name, f"{source}{override}\n{more}\n", **options)

    def write(self, source: str) -> str:
        module = f"shelved_{next(_numbers):05}"
        (self.folder / f"{module}.py").write_text(source)
        importlib.invalidate_caches()  # a folder that was just read is not looked at again within its mtime's step
        return module

    def install(self, package: str, entry_points: Mapping[str, Mapping[str, str]], *, version: str = "2.0") -> None:
        """Put a real distribution's metadata on the path: by group, from names to sources."""
        info = self.folder / f"{package.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        sections = (
            "\n".join([f"[{group}]", *(f"{name} = {value}" for name, value in points.items())])
            for group, points in entry_points.items()
        )
        (info / "entry_points.txt").write_text("\n\n".join(sections) + "\n")

    def find(self, group: str) -> list[EntryPoint]:
        return [point for point in self.points if point.group == group]

    @property
    def plugins(self) -> Plugins:
        return Plugins(self.find)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield Shelf(folder)
    for name in set(sys.modules) - before:
        if name.startswith("shelved_"):
            del sys.modules[name]


@pytest.fixture
def stevedore_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """stevedore with three empty caches of its own, the one on disk in this folder."""
    from stevedore import ExtensionManager, _cache

    folder = tmp_path / "entry-point-cache"
    monkeypatch.setattr(ExtensionManager, "ENTRY_POINT_CACHE", {})
    monkeypatch.setattr(_cache._c, "_internal", {})
    monkeypatch.setattr(_cache._c, "_dir", str(folder))
    monkeypatch.setattr(_cache._c, "_disable_caching", False)
    return folder
