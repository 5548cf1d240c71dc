"""Runway's own client library takes the simulator for Runway, and reads what Tidings reads there."""

from __future__ import annotations

import uuid

import pytest
from makers_library import file_at, library, time_of

runwayml = library("runwayml")

pytestmark = pytest.mark.tidings_simulator(providers=["runway"])
STAGES = ["PENDING", "THROTTLED", "RUNNING", "SUCCEEDED"]
NOBODYS = str(uuid.UUID(int=7, version=4))


def options(simulator) -> dict:
    """Never try again, which would take time; and believe nothing that is not in the library's own types."""
    address = simulator.url_for("runway")
    return {"api_key": simulator.key, "base_url": address, "max_retries": 0, "_strict_response_validation": True}


@pytest.fixture
def client(tidings_simulator):
    with runwayml.RunwayML(**options(tidings_simulator)) as client:
        yield client


def test_a_task_lives_through_its_states(client, tidings_simulator):
    task = tidings_simulator.add("runway", durations={"pending": 10, "throttled": 10, "running": 40})
    said = []
    for _ in STAGES:
        said.append(client.tasks.retrieve(task.id).status)
        tidings_simulator.advance(15)
        tidings_simulator.advance(30 if said[-1] == "RUNNING" else 0)

    assert said == STAGES


def test_both_read_how_far_it_is(client, tidings_simulator, tidings_reads):
    task = tidings_simulator.add("runway", durations={"pending": 10, "running": 90}, age=50)

    assert client.tasks.retrieve(task.id).progress == tidings_reads(task.ref).progress == 0.5


def test_both_read_the_same_results(client, tidings_simulator, tidings_reads):
    ended = tidings_simulator.add("runway", age=600, facts={"files": ["first.mp4", "second.mp4"]})
    task, status = client.tasks.retrieve(ended.id), tidings_reads(ended.ref)

    assert task.status == status.raw_state
    assert task.output == [output.url for output in status.outputs]
    assert len(task.output) == 2


@pytest.mark.parametrize("outcome", ["failed", "moderated"])
def test_both_read_the_same_failure(client, tidings_simulator, tidings_reads, outcome):
    ended = tidings_simulator.add("runway", outcome=outcome, age=600)
    task, status = client.tasks.retrieve(ended.id), tidings_reads(ended.ref)

    assert (task.status, task.failure) == (status.raw_state, status.failure.message)
    assert task.failure_code == status.failure.provider_code
    assert status.state == "failed"


def test_both_read_that_it_was_canceled(client, tidings_simulator, tidings_reads):
    ended = tidings_simulator.add("runway", outcome="canceled", age=600)

    assert client.tasks.retrieve(ended.id).status == tidings_reads(ended.ref).raw_state == "CANCELLED"
    assert tidings_reads(ended.ref).state == "canceled"


def test_waiting_for_it_ends_when_it_does(client, tidings_simulator, monkeypatch):
    monkeypatch.setattr("runwayml.lib.polling.time", time_of(tidings_simulator))
    task = client.tasks.retrieve(tidings_simulator.add("runway").id).wait_for_task_output()

    assert (task.status, len(task.output)) == ("SUCCEEDED", 1)
    assert tidings_simulator.requests.count(route="task") > 2


def test_waiting_for_a_failure_ends_with_the_librarys_own_error(client, tidings_simulator, monkeypatch):
    monkeypatch.setattr("runwayml.lib.polling.time", time_of(tidings_simulator))
    begun = client.tasks.retrieve(tidings_simulator.add("runway", outcome="failed").id)
    with pytest.raises(runwayml.TaskFailedError) as failed:
        begun.wait_for_task_output()

    assert failed.value.task_details.failure_code == "INTERNAL.BAD_OUTPUT.CODE01"


def test_its_file_can_be_downloaded(client, tidings_simulator):
    (url,) = client.tasks.retrieve(tidings_simulator.add("runway", age=600).id).output
    media_type, content = file_at(url)

    assert media_type == "video/mp4"
    assert content[4:8] == b"ftyp"


async def test_the_asynchronous_client_reads_it(tidings_simulator):
    ended = tidings_simulator.add("runway", age=600)
    async with runwayml.AsyncRunwayML(**options(tidings_simulator)) as client:
        task = await client.tasks.retrieve(ended.id)

    assert (task.id, task.status) == (ended.id, "SUCCEEDED")


def test_an_unknown_id_is_not_found(client):
    with pytest.raises(runwayml.NotFoundError):
        client.tasks.retrieve(NOBODYS)


def test_an_id_that_is_none_is_a_bad_request(client):
    with pytest.raises(runwayml.BadRequestError, match="must be a UUID"):
        client.tasks.retrieve("no-uuid")


def test_a_wrong_key_is_not_authenticated(client, tidings_simulator):
    task = tidings_simulator.add("runway")
    with pytest.raises(runwayml.AuthenticationError):
        client.copy(api_key="key_wrong").tasks.retrieve(task.id)


def test_too_many_requests_are_the_librarys_rate_limit(client, tidings_simulator):
    tidings_simulator.faults.add("rate_limited", times=1)
    with pytest.raises(runwayml.RateLimitError):
        client.tasks.retrieve(tidings_simulator.add("runway").id)
