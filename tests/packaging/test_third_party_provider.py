"""A stranger's plugin works from wheels alone: it passes the kit, and `tidings` finds it without an edit of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "examples/third_party_provider"
KEY = "nimbus-key-3e8f"
RAINED = {"id": "c/2", "state": "rained", "percent": 100, "painting": "https://files.nimbus.example/c2.png"}


@pytest.fixture(scope="session")
def nimbus_venv(build, new_venv, core_wheel):
    """A clean environment with two wheels: the core's and the stranger's."""
    (wheel,) = (path for path in build(PROJECT) if path.suffix == ".whl")
    return new_venv(f"{core_wheel}[testing]", wheel)


def fetch(venv, httpserver, ref: str, *, key: str = KEY):
    url = httpserver.url_for("").rstrip("/")
    return venv.run("tidings", "fetch", ref, "--json", TIDINGS_NIMBUS_URL=url, TIDINGS_NIMBUS_KEY=key)


def test_the_provider_package_is_under_sixty_lines_of_python():
    lines = [line for file in PROJECT.rglob("src/**/*.py") for line in file.read_text().splitlines() if line.strip()]

    assert 30 < len(lines) < 60


def test_it_passes_its_own_conformance_test_in_a_clean_environment(nimbus_venv):
    ran = nimbus_venv.run("pytest", "-q", "-p", "no:cacheprovider", "-c", PROJECT / "pyproject.toml", PROJECT / "tests")

    assert ran.returncode == 0, ran.stdout
    assert "passed" in ran.stdout
    assert "failed" not in ran.stdout


def test_nothing_but_the_wheels_and_what_they_need_is_in_that_environment(nimbus_venv):
    ran = nimbus_venv.run(
        "python", "-c", "import tidings, tidings_nimbus; print(tidings.__file__, tidings_nimbus.__file__)"
    )

    assert all(Path(file).is_relative_to(nimbus_venv.path) for file in ran.stdout.split())


def test_tidings_fetches_its_tasks_over_http(nimbus_venv, httpserver):
    authorized = {"Authorization": f"Bearer {KEY}"}
    httpserver.expect_request("/v1/jobs/c/2", headers=authorized).respond_with_json(RAINED)
    ran = fetch(nimbus_venv, httpserver, "nimbus:c%2F2")

    assert ran.returncode == 0, ran.stderr
    status = json.loads(ran.stdout)
    assert (status["ref"], status["state"]) == ("nimbus:c%2F2", "succeeded")
    assert [output["url"] for output in status["outputs"]] == ["https://files.nimbus.example/c2.png"]


def test_a_refused_key_is_an_error_that_does_not_show_it(nimbus_venv, httpserver):
    httpserver.expect_request("/v1/jobs/c1").respond_with_json({"error": {"message": f"bad key {KEY}"}}, status=401)
    ran = fetch(nimbus_venv, httpserver, "nimbus:c1")

    assert ran.returncode == 3
    assert json.loads(ran.stdout)["error"]["type"] == "Unauthorized"
    assert KEY not in ran.stdout + ran.stderr


def test_it_is_listed_beside_luma(nimbus_venv):
    ran = nimbus_venv.run("tidings", "providers", "--json")

    assert ran.returncode == 0, ran.stderr
    assert '"nimbus"' in ran.stdout
    assert '"luma"' in ran.stdout
