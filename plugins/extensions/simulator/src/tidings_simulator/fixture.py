"""The pytest fixture `tidings_simulator`: a simulator whose clock stands still, new for every test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tidings_simulator import Simulator


@pytest.fixture
def tidings_simulator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A `tidings_simulator.Simulator` that is running. Its clock stands still: move it with `.advance(seconds)`.

    `@pytest.mark.tidings_simulator(speed=60, dialects={"luma": "B"})` passes arguments on to it. Meanwhile clients keep
    nothing of how long tasks take: what is played says nothing about the makers.
    """
    from tidings_simulator import Simulator  # only tests that ask for it pay for the server's import

    monkeypatch.setenv("TIDINGS_LEARN", "0")
    marker = request.node.get_closest_marker("tidings_simulator")
    options = {"speed": 0.0, **(marker.kwargs if marker else {})}
    with Simulator(**options) as simulator:
        yield simulator


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, so that --strict-markers takes it."""
    config.addinivalue_line("markers", "tidings_simulator(**options): options of the tidings_simulator fixture")
