"""What the architecture tests look at: the files of this checkout, and what stands in them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_NOT_OURS = {".git", ".venv", "__pycache__", "build", "dist", "_build", "out"}


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file of the project, relative to its root: what git tracks or would, or all there is without git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=False,  # an export has no repository
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        names = {Path(name) for name in listed.stdout.split("\0") if name}
    else:
        names = {path.relative_to(ROOT) for path in ROOT.rglob("*") if not _NOT_OURS & set(path.parts)}
    return sorted(name for name in names if (ROOT / name).is_file())


@pytest.fixture(scope="session")
def python_files(tracked: list[Path]) -> Callable[..., list[Path]]:
    """`python_files("core/src", "plugins")`: the Python files below these folders, as absolute paths."""

    def below(*folders: str) -> list[Path]:
        return [ROOT / name for name in tracked if name.suffix == ".py" and name.as_posix().startswith(folders)]

    return below


@pytest.fixture(scope="session")
def imports() -> Callable[[Path], list[tuple[int, str]]]:
    """`imports(path)`: line and name of each module it imports at run time, wherever in the file."""
    return lambda path: list(_imports(ast.parse(path.read_text())))


def _imports(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
        return  # only the type checker imports these
    if isinstance(node, ast.Import):
        yield from ((node.lineno, alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.lineno, node.module
        yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)
