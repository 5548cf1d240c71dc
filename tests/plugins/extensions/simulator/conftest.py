"""A simulator whose clock stands still, and an HTTP client that carries its key."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tidings_simulator import Simulator


@pytest.fixture
def simulator(tidings_simulator: Simulator) -> Simulator:
    return tidings_simulator


@pytest.fixture
def http(simulator: Simulator) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=simulator.url, headers={"Authorization": f"Bearer {simulator.key}"}, trust_env=False, timeout=20
    ) as client:
        yield client
