"""A transport over real connections, a clock that never lets anyone wait, and a status with outputs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tidings.download import save
from tidings.lanes import Signature
from tidings.model import Artifact, TaskRef, TaskState, TaskStatus
from tidings.transport import HttpTransport

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REF = TaskRef("luma", "9d4b")


def never(url: str) -> Signature:
    raise AssertionError(f"a signature was asked for, for {url}")


class HastyClock:
    """Stands still; a sleep ends at once and is written down."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def clock():
    return HastyClock()


@pytest.fixture
async def transport():
    transport = HttpTransport()
    yield transport
    await transport.aclose()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def status_of():
    """`status_of(output, ...)`: a task that made these; a text is a link to a film."""

    def made(*outputs: Artifact | str, ref: TaskRef = REF, **facts) -> TaskStatus:
        artifacts = tuple(Artifact(kind="video", url=out) if isinstance(out, str) else out for out in outputs)
        state = facts.pop("state", TaskState.succeeded)
        return TaskStatus(ref=ref, state=state, outputs=artifacts, observed_at=NOW, **facts)

    return made


@pytest.fixture
def download(transport, clock, folder):
    """`await download(status)` saves its primary outputs into `folder`; no key is given away unless `sign` does it."""

    async def run(status: TaskStatus, *, into=folder, roles=("primary",), through=transport, sign=never):
        return await save(status, into, through, roles=roles, sign=sign, clock=clock)

    return run
