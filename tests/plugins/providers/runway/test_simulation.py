"""What the simulated Runway says is read by the real one as it was meant, at its own address and at a gateway."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

import tidings
from tidings.errors import TaskNotFound, Unauthorized
from tidings.model import TaskState
from tidings_simulator import Simulator

START = datetime(2026, 1, 1, tzinfo=UTC)
DIALECTS = ("official", "gateway")
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def simulator():
    with Simulator(providers=["runway"], speed=0, start=START) as simulator:
        yield simulator


@pytest.fixture
def client(simulator):
    with tidings.Client(gateway_url=simulator.url, gateway_key=simulator.key) as client:
        yield client


@pytest.mark.parametrize(
    ("durations", "age", "outcome", "state"),
    [
        ({}, 0, "succeeded", TaskState.pending),
        ({"throttled": 5}, 7, "succeeded", TaskState.queued),
        ({}, 25, "succeeded", TaskState.running),
        ({}, 60, "succeeded", TaskState.succeeded),
        ({}, 60, "failed", TaskState.failed),
        ({}, 60, "canceled", TaskState.canceled),
    ],
)
def test_each_stage_is_read_as_its_state(simulator, client, durations, age, outcome, state):
    task = simulator.add("runway", durations=durations, age=age, outcome=outcome)

    status = client.fetch(task.ref)

    assert (status.state, status.submitted_at) == (state, START - timedelta(seconds=age))
    assert status.progress == (0.556 if state is TaskState.running else None)


@pytest.mark.parametrize(("durations", "age", "state"), [({}, 2, "queued"), ({}, 25, "running"), ({}, 60, "succeeded")])
def test_a_wrapped_task_is_read_with_its_times(simulator, client, durations, age, state):
    task = simulator.add("runway", dialect="gateway", durations=durations, age=age)

    status = client.fetch(task.ref)

    assert (status.state, status.action) == (state, "IMAGE_TO_VIDEO")
    assert status.finished_at == (START - timedelta(seconds=15) if state == "succeeded" else None)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_moderation_is_told_from_trouble(simulator, client, dialect):
    moderated = simulator.add("runway", dialect=dialect, outcome="moderated", age=60)
    failed = simulator.add("runway", dialect=dialect, outcome="failed", failure="It broke.", age=60)
    told = simulator.add("runway", dialect=dialect, outcome="failed", age=60, facts={"failureCode": "ASSET.INVALID"})

    failures = [client.fetch(task.ref).failure for task in (moderated, failed, told)]

    assert [failure.code for failure in failures] == ["moderated_input", "provider_error", "invalid_request"]
    assert "content moderation" in failures[0].message
    assert failures[1].message == "It broke."


@pytest.mark.parametrize("dialect", DIALECTS)
def test_links_can_be_saved_and_die_after_a_day(simulator, client, dialect, tmp_path):
    task = simulator.add("runway", dialect=dialect, age=60, facts={"files": ["video.mp4", "still.png"]})
    status = client.fetch(task.ref)

    assert [output.kind for output in status.primary] == ["video", "image"]
    assert {output.expires_at for output in status.outputs} == {START + timedelta(hours=24)}
    assert httpx.get(status.outputs[0].url, trust_env=False).headers["content-type"] == "video/mp4"
    simulator.advance(24 * 3600 + 1)
    assert httpx.get(status.outputs[0].url, trust_env=False).status_code == 403


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_word_nobody_knows_is_unknown(simulator, client, dialect):
    task = simulator.add("runway", dialect=dialect)
    simulator.faults.add("unknown_word", task=task.id, word="MARINATING")

    status = client.fetch(task.ref)

    assert (status.state, status.raw_state) == (TaskState.unknown, "MARINATING")


@pytest.mark.parametrize(
    ("dialect", "task_id", "text"),
    [
        ("official", NOBODY, "Not found"),
        ("official", "no-uuid", "must be a UUID"),
        ("gateway", NOBODY, "task_not_exist"),
    ],
)
def test_an_unknown_task_is_not_found_in_each_ones_words(dialect, task_id, text):
    with Simulator(providers=["runway"], dialects={"runway": dialect}) as simulator:
        client = tidings.Client(gateway_url=simulator.url, gateway_key=simulator.key)
        with client, pytest.raises(TaskNotFound, match=text):
            client.fetch(f"runway:{task_id}")


def test_runways_own_address_has_no_prefix_and_refuses_a_wrong_key(simulator, monkeypatch):
    task = simulator.add("runway", age=60)
    monkeypatch.setenv("TIDINGS_RUNWAY_URL", simulator.url_for("runway"))
    monkeypatch.setenv("TIDINGS_RUNWAY_KEY", simulator.key)
    with tidings.Client() as client:
        assert client.fetch(task.ref).state is TaskState.succeeded
    monkeypatch.setenv("TIDINGS_RUNWAY_KEY", "key_wrong")
    with tidings.Client() as client, pytest.raises(Unauthorized):
        client.fetch(task.ref)


def test_objects_have_the_fields_that_runways_own_client_reads(simulator):
    headers = {"Authorization": f"Bearer {simulator.key}"}
    fields = {}
    for outcome, age in (("succeeded", 0), ("succeeded", 25), ("succeeded", 60), ("failed", 60), ("canceled", 60)):
        task = simulator.add("runway", outcome=outcome, age=age)
        answer = httpx.get(f"{simulator.url_for('runway')}/v1/tasks/{task.id}", headers=headers, trust_env=False).json()
        fields[answer["status"]] = answer.keys() - {"id", "status", "createdAt"}

    assert fields == {
        "PENDING": {"estimatedCost"},
        "RUNNING": {"estimatedCost", "progress"},
        "SUCCEEDED": {"cost", "output"},
        "FAILED": {"cost", "failure", "failureCode"},
        "CANCELLED": {"cost"},
    }
