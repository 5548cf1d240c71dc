"""What Tidings itself reads, to hold beside what a maker's client library reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tidings.client import Client
from tidings.model import TaskStatus


@pytest.fixture
def tidings_reads(tidings_simulator) -> Iterator[Callable[[str], TaskStatus]]:
    """`tidings_reads(ref)`: the task's status at the maker's own address, the one its library is given."""
    provider = tidings_simulator.providers[0]
    own = {"provider": provider, "url": tidings_simulator.url_for(provider), "key": tidings_simulator.key}
    with Client(accounts={"own": own}) as client:
        yield lambda ref: client.fetch(ref.replace(":", "@own:", 1))
