"""Each provider's wheel is complete, and enough: alone beside the core's in a clean environment it keeps the rules."""

from __future__ import annotations

import re
import shutil
import tarfile
import zipfile
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

import pytest
from offered import PROVIDERS, ROOT, assert_listed


@pytest.fixture(
    scope="module",
    # Each may run in a worker of its own: most of the time goes into the conformance tests.
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"wheel-of-{name}")) for name in PROVIDERS],
)
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def package(name) -> str:
    return f"tidings_{name.replace('-', '_')}"


@pytest.fixture(scope="module")
def sdist(provider_dist, name) -> Path:
    return provider_dist(name)[0]


@pytest.fixture(scope="module")
def wheel(provider_dist, name) -> Path:
    return provider_dist(name)[1]


def source_files(name: str, package: str) -> set[str]:
    """What the package holds, as it is named in a wheel."""
    source = PROVIDERS[name] / "src"
    files = (path for path in (source / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(source).as_posix() for path in files}


def metadata_of(wheel: Path) -> Message:
    return HeaderParser().parsestr(in_dist_info(wheel, "METADATA"))


def in_dist_info(wheel: Path, file: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        (found,) = (path for path in archive.namelist() if path.endswith(f".dist-info/{file}"))
        return archive.read(found).decode()


class TestContents:
    def test_the_wheel_holds_its_package_with_samples_and_types_and_nothing_else(self, wheel, name, package):
        with zipfile.ZipFile(wheel) as archive:
            packed = {path for path in archive.namelist() if ".dist-info/" not in path}

        assert packed == source_files(name, package)
        assert f"{package}/py.typed" in packed
        assert any(path.startswith(f"{package}/samples/") for path in packed)

    def test_the_sdist_holds_the_package_and_what_describes_it(self, sdist, name, package):
        with tarfile.open(sdist) as archive:
            packed = {path.partition("/")[2] for path in archive.getnames()}

        sources = {f"src/{path}" for path in source_files(name, package)}
        assert packed - sources <= {"PKG-INFO", "pyproject.toml", ".gitignore", "README.md"}
        assert sources <= packed

    def test_the_wheel_says_what_it_is_and_needs(self, wheel, name):
        metadata = metadata_of(wheel)

        assert metadata["Name"] == f"tidings-{name}"
        assert metadata["License-Expression"] == "Apache-2.0"
        assert metadata["Requires-Python"] == ">=3.11"
        assert metadata.get_payload().startswith(f"# tidings-{name}\n")
        assert [need for need in metadata.get_all("Requires-Dist") if need.startswith("tidings")] == ["tidings"]

    def test_its_only_entry_point_is_its_provider(self, wheel, name, package):
        points = in_dist_info(wheel, "entry_points.txt").split("\n")

        assert [line for line in points if line] == ["[tidings.providers]", f"{name} = {package}"]


@pytest.fixture(scope="session")
def core_venv(new_venv, core_wheel):
    """The core's wheel with what authors of plugins test with. Do not install into it: it is shared."""
    return new_venv(f"{core_wheel}[testing]")


@pytest.fixture(scope="module")
def venv(new_venv, core_venv, wheel):
    """An environment with this provider's wheel, and of ours only the core's beside it."""
    return new_venv(wheel, over=core_venv)


class TestAloneBesideTheCore:
    def test_what_it_needs_is_there_and_fits(self, venv):
        assert "No broken requirements" in venv.pip("check")

    def test_it_is_imported_from_the_wheel(self, venv, package):
        ran = venv.run("python", "-W", "error", "-c", f"import {package}; print({package}.__file__)")

        assert ran.returncode == 0, ran.stderr
        assert Path(ran.stdout.strip()).is_relative_to(venv.path)

    def test_tidings_lists_it_and_luma_and_offers_the_others(self, venv, name):
        ran = venv.run("python", "-m", "tidings.cli", "providers", "--json")

        assert ran.returncode == 0, ran.stderr
        assert_listed(ran.stdout, installed={"luma", name})

    def test_it_passes_its_conformance_test(self, venv, name, package, tmp_path):
        tests = (ROOT / "tests/plugins/providers" / name).glob("test_*.py")
        (conformance,) = (path for path in tests if "ProviderConformance" in path.read_text())
        copy = shutil.copy(conformance, tmp_path)
        options = ["-q", "-W", "error", "-p", "no:cacheprovider", "--rootdir", tmp_path]
        ran = venv.run("python", "-m", "pytest", *options, copy)

        assert ran.returncode == 0, ran.stdout + ran.stderr
        samples = [path for path in source_files(name, package) if "/samples/" in path]
        assert int(re.search(r"(\d+) passed", ran.stdout)[1]) > len(samples)
