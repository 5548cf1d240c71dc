"""Built distributions and clean environments that hold only them, made once for all packaging tests."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All in one worker of pytest-xdist, so that each distribution is built once; a file may ask for one of its own."""
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group("packaging"))


def run(*command: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """What the command prints; its whole output in the failure when it fails."""
    ran = subprocess.run(command, cwd=cwd, env=env, check=False, capture_output=True, text=True, encoding="utf-8")
    assert ran.returncode == 0, f"{command} ended with {ran.returncode}:\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


@dataclass(frozen=True)
class Venv:
    """An environment of its own, without pip: what is in it was put there by `install`."""

    path: Path

    @property
    def bin(self) -> Path:
        return self.path / "bin"

    @property
    def packages(self) -> Path:
        """Where what is installed lies."""
        return Path(sysconfig.get_path("purelib", "venv", {"base": str(self.path)}))

    def pip(self, *arguments: str | Path) -> str:
        """Our pip, acting on that environment."""
        return run(sys.executable, "-m", "pip", "--python", self.bin / "python", *arguments)

    def install(self, *what: str | Path) -> None:
        """Wheels, and what they need from the index in the versions the suite runs on."""
        self.pip("install", "--quiet", "-c", ROOT / "constraints.txt", *what)

    def run(self, program: str, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program of that environment, away from the checkout and from what the tests set."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV", "PYTEST"))}
        return subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.path,
            env={**env, **variables},
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], list[Path]]:
    """`build(folder)`: the sdist made from a project's folder, and the wheel made from that sdist."""

    def build_both(project: Path) -> list[Path]:
        out = tmp_path_factory.mktemp("dist")
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, project)
        return sorted(out.iterdir())

    return build_both


@pytest.fixture(scope="session")
def core_dist(build: Callable[[Path], list[Path]]) -> tuple[Path, Path]:
    """The core's sdist and wheel."""
    found = build(ROOT)
    (sdist,) = (path for path in found if path.name.endswith(".tar.gz"))
    (wheel,) = (path for path in found if path.suffix == ".whl")
    return sdist, wheel


@pytest.fixture(scope="session")
def core_wheel(core_dist: tuple[Path, Path]) -> Path:
    """The core's wheel."""
    return core_dist[1]


@pytest.fixture(scope="session")
def provider_dist(build: Callable[[Path], list[Path]]) -> Callable[[str], tuple[Path, Path]]:
    """`provider_dist(name)`: the sdist and wheel of that provider."""

    @cache
    def dist_of(name: str) -> tuple[Path, Path]:
        wheel, sdist = sorted(build(ROOT / "plugins/providers" / name), key=lambda path: path.suffix != ".whl")
        return sdist, wheel

    return dist_of


@pytest.fixture(scope="session")
def new_venv(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Venv]:
    """`new_venv(wheel, …)`: a clean environment with only these and what they need.

    `over=` another one: what lies there is installed here too, and takes no time to install again.
    """

    def make(*what: str | Path, over: Venv | None = None) -> Venv:
        venv = Venv(tmp_path_factory.mktemp("venv"))
        run(sys.executable, "-m", "venv", "--without-pip", venv.path)
        if over is not None:
            (venv.packages / "over.pth").write_text(f"{over.packages}\n")
        venv.install(*what)
        return venv

    return make


@pytest.fixture(scope="session")
def wheel_venv(new_venv: Callable[..., Venv], core_wheel: Path) -> Venv:
    """A clean environment with only the core's wheel. Do not install into it: it is shared."""
    return new_venv(core_wheel)
