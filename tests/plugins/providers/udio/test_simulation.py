"""The simulated Udio, end to end: both nests of a task, single songs in batches, refusals and files."""

from __future__ import annotations

import pytest

from tidings import Client
from tidings.errors import TaskNotFound, Unauthorized
from tidings.model import TaskState
from tidings_simulator import Simulator
from tidings_udio.simulation import UdioSimulation

DIALECTS = tuple(UdioSimulation.dialects)


@pytest.fixture
def simulator():
    with Simulator(providers=["udio"], speed=0) as simulator:
        yield simulator


@pytest.fixture
def client(simulator):
    with Client(gateway_url=simulator.url, gateway_key=simulator.key) as client:
        yield client


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("durations", "age", "outcome", "state"),
    [
        ({}, 0, "succeeded", TaskState.pending),
        ({}, 7, "succeeded", TaskState.queued),
        ({}, 20, "succeeded", TaskState.running),
        ({}, 45, "succeeded", TaskState.running),
        ({"unlisted": 60}, 70, "succeeded", TaskState.running),
        ({}, 60, "succeeded", TaskState.succeeded),
        ({}, 60, "failed", TaskState.failed),
    ],
)
def test_each_stage_is_read_as_its_state(simulator, client, dialect, durations, age, outcome, state):
    simulator.add("udio", "a", dialect=dialect, durations=durations, age=age, outcome=outcome)

    assert client.fetch("udio:a").state is state


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_finished_task_has_two_songs_to_download(simulator, client, dialect, tmp_path):
    simulator.add("udio", "a", dialect=dialect, age=60)
    status = client.wait("udio:a")

    assert len({output.id for output in status.primary}) == 2
    assert [path.suffix for path in client.download(status, tmp_path)] == [".mp3", ".txt"] * 2


def test_the_first_song_of_an_unfinished_task_is_a_preview(simulator, client):
    simulator.add("udio", "a", age=45)
    status = client.fetch("udio:a")

    assert [output.role for output in status.outputs if output.kind == "audio"] == ["preview"]


def test_songs_are_asked_for_together(simulator, client):
    simulator.add("udio", "s1", route="query", age=60)
    simulator.add("udio", "s2", route="query", age=20)
    simulator.add("udio", "s3", route="query", age=60, outcome="failed")
    statuses = client.fetch_many(["udio:query/s1", "udio:query/s2", "udio:query/s3"])

    assert [status.raw_state for status in statuses] == ["finished", "unfinished", "error"]
    assert statuses[2].failure.code == "moderated_input"
    assert simulator.requests.count() == 1


@pytest.mark.parametrize("ref", ["udio:nobody", "udio:query/nobody"])
def test_an_unknown_task_is_not_found(client, ref):
    with pytest.raises(TaskNotFound):
        client.fetch(ref)


def test_a_wrong_key_is_refused(simulator):
    with Client(gateway_url=simulator.url, gateway_key="wrong") as client, pytest.raises(Unauthorized):
        client.fetch("udio:a")
