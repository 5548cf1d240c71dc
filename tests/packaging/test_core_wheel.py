"""The core's wheel and sdist hold the core and Luma and nothing else, and they are enough to work with."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {
    "tidings": ROOT / "core/src/tidings",
    "tidings_luma": ROOT / "plugins/providers/luma/src/tidings_luma",
}
DONE = {"id": "x", "state": "completed", "video": {"download_url": "https://example.com/v.mp4"}}


def source_files() -> set[str]:
    """What both packages hold, as it is named in a wheel."""
    return {
        f"{package}/{path.relative_to(folder).as_posix()}"
        for package, folder in SOURCES.items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(core_wheel):
    with zipfile.ZipFile(core_wheel) as archive:
        yield archive


@pytest.fixture(scope="module")
def dist_info(wheel) -> str:
    (record,) = (name for name in wheel.namelist() if name.endswith(".dist-info/RECORD"))
    return record.removesuffix("RECORD")


class TestContents:
    def test_the_wheel_holds_the_core_and_luma_with_its_samples_and_types_and_nothing_else(self, wheel, dist_info):
        packed = {name for name in wheel.namelist() if not name.startswith(dist_info)}
        assert packed == source_files()
        assert {"tidings/py.typed", "tidings_luma/py.typed"} <= packed
        assert any(name.startswith("tidings_luma/samples/") and name.endswith(".json") for name in packed)

    def test_the_sdist_holds_no_other_plugin_and_none_of_the_tests(self, core_dist):
        with tarfile.open(core_dist[0]) as archive:
            names = {name.partition("/")[2] for name in archive.getnames()}
        allowed = ("core/src/tidings/", "plugins/providers/luma/src/tidings_luma/")
        beside = {name for name in names if not name.startswith(allowed)}
        assert beside <= {"PKG-INFO", "pyproject.toml", ".gitignore", "README.md", "LICENSE", "CHANGELOG.md"}
        assert {f"core/src/{name}" for name in source_files() if name.startswith("tidings/")} <= names

    def test_the_wheel_says_how_to_run_it_and_where_luma_is(self, wheel, dist_info):
        entry_points = wheel.read(f"{dist_info}entry_points.txt").decode()
        assert "[console_scripts]\ntidings = tidings.cli:main" in entry_points
        assert "[tidings.providers]\nluma = tidings_luma" in entry_points

    def test_the_wheel_carries_its_licence_and_readme(self, wheel, dist_info):
        assert "Apache License" in wheel.read(f"{dist_info}licenses/LICENSE").decode()
        metadata = HeaderParser().parsestr(wheel.read(f"{dist_info}METADATA").decode())
        assert metadata["License-Expression"] == "Apache-2.0"
        assert metadata["Requires-Python"] == ">=3.11"
        assert metadata.get_payload().startswith("# Tidings")

    def test_the_extras_are_those_of_the_project(self, wheel, dist_info):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        metadata = HeaderParser().parsestr(wheel.read(f"{dist_info}METADATA").decode())
        assert set(metadata.get_all("Provides-Extra")) == set(project["optional-dependencies"])


class TestInACleanEnvironment:
    def test_its_needs_are_met_and_compatible(self, wheel_venv):
        assert "No broken requirements" in wheel_venv.pip("check")

    def test_it_imports_from_the_wheel(self, wheel_venv):
        ran = wheel_venv.run("python", "-c", "import tidings; print(tidings.__file__); tidings.Client")
        assert ran.returncode == 0, ran.stderr
        assert Path(ran.stdout.strip()).is_relative_to(wheel_venv.path)

    def test_it_says_its_version(self, wheel_venv, core_wheel):
        version = core_wheel.name.split("-")[1]
        ran = wheel_venv.run("tidings", "--version")
        assert version in ran.stdout, ran.stderr

    def test_it_lists_luma_and_nothing_broken(self, wheel_venv):
        ran = wheel_venv.run("tidings", "providers", "--json")
        assert ran.returncode == 0, ran.stderr
        listed = [json.loads(line) for line in ran.stdout.splitlines()]
        assert [line["name"] for line in listed if line["status"] == "installed"] == ["luma"]
        assert "quarantined" not in {line["status"] for line in listed}

    def test_it_fetches_a_task(self, wheel_venv, httpserver):
        auth = {"Authorization": "Bearer test-key"}
        httpserver.expect_request("/luma/generations/x", headers=auth).respond_with_json(DONE)
        settings = {"TIDINGS_GATEWAY_URL": httpserver.url_for(""), "TIDINGS_GATEWAY_KEY": "test-key"}
        ran = wheel_venv.run("tidings", "fetch", "luma:x", "--json", **settings)
        assert ran.returncode == 0, ran.stderr
        status = json.loads(ran.stdout)
        assert (status["ref"], status["state"]) == ("luma:x", "succeeded")
        assert status["outputs"][0]["url"] == "https://example.com/v.mp4"
        httpserver.check()

    def test_the_demo_says_what_to_install(self, wheel_venv):
        ran = wheel_venv.run("tidings", "demo")
        assert ran.returncode == 2
        assert "tidings[demo]" in ran.stderr
        assert "Traceback" not in ran.stderr

    def test_a_type_checker_sees_its_types(self, wheel_venv, tmp_path):
        script = tmp_path / "script.py"
        script.write_text(
            "import tidings\nreveal_type(tidings.fetch('luma:x').state)\nreveal_type(tidings.Client().wait)\n"
        )
        mypy = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file="]
        checked = [*mypy, "--python-executable", wheel_venv.bin / "python", script]
        ran = subprocess.run(checked, cwd=tmp_path, check=False, capture_output=True, text=True)
        assert "TaskState" in ran.stdout, ran.stdout + ran.stderr
        assert "TaskStatus" in ran.stdout
        assert "Success" in ran.stdout
