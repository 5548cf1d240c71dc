"""The core's extras: one for each provider with a distribution of its own, and `gateway` for all."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest
from offered import PROVIDERS, assert_listed, offered
from packaging.requirements import Requirement


@pytest.fixture(scope="module")
def brought_by(core_wheel) -> Callable[[str], set[str]]:
    """`brought_by(extra)`: the names of the distributions that it adds, as the core's wheel says."""
    with zipfile.ZipFile(core_wheel) as archive:
        (record,) = (name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
        wheel = PathDistribution(zipfile.Path(archive, record.removesuffix("RECORD")))
        needs = [need for need in map(Requirement, wheel.requires) if need.marker is not None]
    return lambda extra: {need.name for need in needs if need.marker.evaluate({"extra": extra})}


def has_something_to_do(folder: Path) -> bool:
    return any("TODO" in path.read_text() for path in folder.rglob("*.py"))


def test_every_provider_that_is_filled_in_has_one():
    """One that `tidings new-provider` wrote has none until its last TODO is gone: it is not to be offered yet."""
    filled_in = {name for name, folder in PROVIDERS.items() if not has_something_to_do(folder)}

    assert filled_in <= offered() <= PROVIDERS.keys(), "in pyproject.toml, give it an extra and name it in `gateway`"


def test_each_brings_the_distribution_of_its_provider(brought_by):
    assert {name: brought_by(name) for name in offered()} == {name: {f"tidings-{name}"} for name in offered()}


def test_gateway_brings_all_of_them_and_demo_the_simulator_too(brought_by):
    assert brought_by("gateway") == {f"tidings-{name}" for name in offered()}
    assert brought_by("demo") == brought_by("gateway") | {"tidings-simulator"}
    assert brought_by("telemetry") == {"tidings-telemetry"}
    assert brought_by("all") == brought_by("demo") | brought_by("telemetry") | brought_by("testing")


def test_the_core_alone_says_which_providers_can_be_added(wheel_venv):
    ran = wheel_venv.run("tidings", "providers", "--json")

    assert ran.returncode == 0, ran.stderr
    assert_listed(ran.stdout, installed={"luma"})


def test_suno_beside_the_core_makes_two(new_venv, core_wheel, provider_dist):
    venv = new_venv(f"{core_wheel}[suno]", provider_dist("suno")[1])
    ran = venv.run("tidings", "providers", "--json")

    assert ran.returncode == 0, ran.stderr
    assert_listed(ran.stdout, installed={"luma", "suno"})


def test_gateway_beside_the_core_makes_all(new_venv, wheel_venv, core_wheel, provider_dist):
    wheels = [provider_dist(name)[1] for name in offered()]
    venv = new_venv(f"{core_wheel}[gateway]", *wheels, over=wheel_venv)
    ran = venv.run("python", "-m", "tidings.cli", "providers", "--json")

    assert ran.returncode == 0, ran.stderr
    assert_listed(ran.stdout, installed={"luma", *offered()})
