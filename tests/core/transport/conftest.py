"""A transport for each test, closed at its end."""

from __future__ import annotations

import pytest

from tidings.transport import HttpTransport


@pytest.fixture
async def transport():
    transport = HttpTransport()
    yield transport
    await transport.aclose()
