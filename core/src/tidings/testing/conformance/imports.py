"""Which modules a provider's own source files import, found without running them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path
from types import ModuleType

_IMPURE = frozenset(
    {
        *("asyncio", "socket", "ssl", "select", "selectors", "http.client", "urllib.request", "urllib3"),
        *("httpx", "httpx2", "aiohttp", "requests", "websockets", "anyio", "trio"),
        *("os", "io", "pathlib", "shutil", "tempfile", "subprocess", "threading", "multiprocessing", "concurrent"),
        *("time", "random", "secrets", "logging", "tidings.transport", "tidings.config", "tidings.plugins"),
        *("tidings.client", "tidings.lanes", "tidings.download", "tidings.testing", "tidings.clock", "tidings.cli"),
    }
)


def impure_imports(module: ModuleType | None) -> list[str]:
    """The modules that act and are imported by `module` or by its package's modules that it imports.

    Imports for type checkers do not count, nor do those inside hook implementations: the plugin's hooks may import the
    simulation where the provider may not.
    """
    todo, seen, found = [module] if module else [], set[str](), set[str]()
    while todo:
        current = todo.pop()
        seen.add(current.__name__)
        for name in _imports(current):
            found |= {impure for impure in _IMPURE if name == impure or name.startswith(f"{impure}.")}
            own = sys.modules.get(name)
            if own and name not in seen and _package(name) == _package(current.__name__):
                todo.append(own)
    return sorted(found)


def _package(name: str) -> str:
    return name.partition(".")[0]


def _imports(module: ModuleType) -> Iterator[str]:
    package = module.__name__ if hasattr(module, "__path__") else module.__name__.rpartition(".")[0]
    for node in _executed(ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module or ""
            yield from (base, *(f"{base}.{alias.name}" for alias in node.names))


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Every node inside `node`, without what only type checkers see and without hook implementations."""
    skipped = node.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) else []
    for child in ast.iter_child_nodes(node):
        if child not in skipped and not _is_hook(child):
            yield child
            yield from _executed(child)


def _is_hook(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any("hookimpl" in ast.unparse(mark) for mark in node.decorator_list)
