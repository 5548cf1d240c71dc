"""Who may import whom: the layers, the one door to HTTP, the purity of providers, the lightness of `import tidings`."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

HTTP = {"httpx", "httpx2", "httpx_aiohttp", "httpcore", "aiohttp", "requests", "urllib3"}
WORLD = {"asyncio", "io", "os", "pathlib", "random", "shutil", "socket", "subprocess", "threading", "time", "uuid"}
# Files that may import httpx all the same, each with its reason. The list may only shrink.
ALLOWED = {
    "plugins/extensions/simulator/src/tidings_simulator/demo.py": "hands the client an httpx client, as any user may",
}
CLOCKS = {"now", "utcnow", "today"}


def is_below(module: str, tops: set[str]) -> bool:
    return module.partition(".")[0] in tops


def test_the_rooms_keep_their_order(root):
    lint = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        check=False,
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert lint.returncode == 0, lint.stdout + lint.stderr


def test_a_plugin_is_imported_by_its_own_package_alone(root, python_files, imports):
    """The core finds even Luma by its entry point; what providers share stands in the core, not in one of them."""
    offenders = [
        f"{path.relative_to(root)}:{line} imports {module}"
        for path in python_files("core/src", "plugins", "examples")
        if "/src/" in path.as_posix()
        for line, module in imports(path)
        if (package := module.partition(".")[0]).startswith("tidings_") and package not in path.parts
    ]
    assert offenders == []


def test_only_the_transport_knows_httpx_and_aiohttp(root, python_files, imports):
    transport = root / "core/src/tidings/transport"
    offenders = [
        f"{path.relative_to(root)}:{line} imports {module}"
        for path in python_files("core/src", "plugins", "examples")
        if transport not in path.parents and path.relative_to(root).as_posix() not in ALLOWED
        for line, module in imports(path)
        if is_below(module, HTTP)
    ]
    assert offenders == [], "HTTP has one door, tidings.transport; import for typing under TYPE_CHECKING"


def test_every_exception_to_the_one_door_is_still_needed(root, imports):
    unused = [name for name in ALLOWED if not any(is_below(module, HTTP) for _, module in imports(root / name))]
    assert unused == [], "strike it from ALLOWED"


def provider_files(python_files) -> list[Path]:
    """Every module of every provider but its simulation, which plays a server and may do what servers do."""
    return [path for path in python_files("plugins/providers", "examples") if path.name != "simulation.py"]


def test_providers_touch_neither_the_network_nor_the_machine(root, python_files, imports):
    offenders = [
        f"{path.relative_to(root)}:{line} imports {module}"
        for path in provider_files(python_files)
        if "/src/" in path.as_posix()
        for line, module in imports(path)
        if is_below(module, HTTP | WORLD) or module.startswith(("urllib.request", "http.client", "tidings.transport"))
    ]
    assert offenders == [], "a provider says what to ask and reads the answer, see tidings.provider"


def test_providers_ask_no_clock_and_open_no_file(root, python_files):
    offenders = [
        f"{path.relative_to(root)}:{node.lineno} calls {ast.unparse(node.func)}"
        for path in provider_files(python_files)
        if "/src/" in path.as_posix()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS)
            or (isinstance(node.func, ast.Name) and node.func.id in {"open", "print", "input"})
        )
    ]
    assert offenders == [], "take the time from Response.received_at"


HEAVY = ["httpx", "aiohttp", "pydantic", "asyncio", "pluggy", "stevedore", "click", "rich", "platformdirs"]


@pytest.mark.parametrize("statement", ["import tidings", "import tidings; dir(tidings)"])
def test_importing_tidings_loads_nothing_heavy_until_a_name_is_used(statement):
    code = f"{statement}\nimport sys, json; print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == []
