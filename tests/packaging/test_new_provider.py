"""What `tidings new-provider` writes is a whole provider: installed as its author would, it passes, and is played."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAME, PACKAGE = "acme-video", "tidings_acme_video"
PLAYED = f"""
import os, tidings
from tidings_simulator import Simulator

with Simulator(providers=["{NAME}"], speed=0) as simulator:
    simulator.add("{NAME}", "t/1", age=60)
    simulator.add("{NAME}", "t2", age=60, outcome="failed")
    os.environ["TIDINGS_ACME_VIDEO_URL"] = simulator.url_for("{NAME}")
    os.environ["TIDINGS_ACME_VIDEO_KEY"] = simulator.key
    for status in tidings.fetch_many(["{NAME}:t%2F1", "{NAME}:t2"]):
        print(status.state, len(status.primary))
"""


@pytest.fixture(scope="session")
def simulator_wheel(build) -> Path:
    (wheel,) = (path for path in build(ROOT / "plugins/extensions/simulator") if path.suffix == ".whl")
    return wheel


@pytest.fixture(scope="session")
def author(new_venv, core_wheel, simulator_wheel, tmp_path_factory):
    """An author's environment and the folder of the new distribution, installed there as the command advises."""
    venv = new_venv(f"{core_wheel}[testing]", simulator_wheel)
    written = venv.run("tidings", "new-provider", NAME, "--in", tmp_path_factory.mktemp("author"), "--json")
    assert written.returncode == 0, written.stderr
    project = Path(json.loads(written.stdout)["path"])
    venv.install("-e", f"{project}[test]")
    return venv, project


def test_it_passes_its_tests_as_it_stands(author):
    venv, project = author
    ran = venv.run("pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "--rootdir", project, project)

    assert ran.returncode == 0, ran.stdout
    assert "passed" in ran.stdout
    assert "failed" not in ran.stdout


def test_tidings_lists_it(author):
    ran = author[0].run("tidings", "providers", "--json")

    rows = {row["name"]: row for row in map(json.loads, ran.stdout.splitlines())}
    assert (rows[NAME]["status"], rows[NAME]["distribution"]) == ("installed", f"tidings-{NAME}")


def test_the_simulator_plays_it(author):
    ran = author[0].run("python", "-W", "error", "-c", PLAYED)

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == ["succeeded 1", "failed 0"]


def test_its_name_is_taken_once_it_is_installed(author):
    ran = author[0].run("tidings", "new-provider", NAME)

    assert ran.returncode == 2
    assert "is installed already" in ran.stderr


def test_its_wheel_holds_its_samples_and_types(author, build):
    (wheel,) = (path for path in build(author[1]) if path.suffix == ".whl")
    packed = subprocess.run([sys.executable, "-m", "zipfile", "-l", wheel], check=True, capture_output=True, text=True)

    assert {f"{PACKAGE}/py.typed", f"{PACKAGE}/samples/done.json"} <= set(packed.stdout.split())


def test_its_types_are_strictly_right(author):
    venv, project = author
    mypy = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file="]
    checked = [*mypy, "--python-executable", venv.bin / "python", project / "src", project / "tests"]
    ran = subprocess.run(checked, cwd=project, check=False, capture_output=True, text=True)

    assert "Success" in ran.stdout, ran.stdout + ran.stderr


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A copy of what of this checkout a new provider has to do with."""
    root = tmp_path / "checkout"
    leave_out = shutil.ignore_patterns("__pycache__")
    for folder in (
        "core",
        "plugins/providers/luma",
        "tests/architecture",
        "tests/core",
        "tests/plugins/providers/luma",
    ):
        shutil.copytree(ROOT / folder, root / folder, ignore=leave_out)
    for folder in ("docs/reference/providers", "changelog.d"):
        shutil.copytree(ROOT / folder, root / folder)
    for file in ("pyproject.toml", "CONTRIBUTING.md"):
        shutil.copy(ROOT / file, root / file)
    return root


def contents(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def pytest_in(root: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The suite's own rules, with the interpreter the suite runs on, in another checkout."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=root,
        env={**env, "PYTHONDONTWRITEBYTECODE": "1", **variables},
        check=False,
        capture_output=True,
        text=True,
    )


def test_one_more_provider_in_a_checkout_touches_no_existing_file_and_keeps_its_shape(checkout):
    before = contents(checkout)
    command = [sys.executable, "-m", "tidings.cli", "new-provider", NAME, "--in", "plugins/providers"]
    subprocess.run(command, cwd=checkout, check=True, capture_output=True)
    after = contents(checkout)
    shape = pytest_in(checkout, "tests/architecture/test_shape.py", "-k", "TestProvider")

    assert {path: after[path] for path in before} == before
    assert len(after) > len(before)
    assert shape.returncode == 0, shape.stdout
    assert "passed" in shape.stdout


def test_in_a_checkout_it_passes_its_conformance_test_where_that_lies(checkout):
    command = [sys.executable, "-m", "tidings.cli", "new-provider", NAME, "--in", "plugins/providers"]
    subprocess.run(command, cwd=checkout, check=True, capture_output=True)
    installed = checkout / f"{PACKAGE}-0.1.0.dist-info"  # what pip leaves behind, as far as it is looked at
    installed.mkdir()
    (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: tidings-{NAME}\nVersion: 0.1.0\n")
    (installed / "entry_points.txt").write_text(f"[tidings.providers]\n{NAME} = {PACKAGE}\n")
    path = os.pathsep.join([str(checkout), str(checkout / f"plugins/providers/{NAME}/src")])
    ran = pytest_in(checkout, f"tests/plugins/providers/{NAME}", PYTHONPATH=path)

    assert ran.returncode == 0, ran.stdout
    assert "passed" in ran.stdout
