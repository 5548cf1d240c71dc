"""What the simulated Flux says is read by the real one as it was meant, in every dialect; and its links die."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

import tidings
from tidings.errors import TaskNotFound, Unauthorized
from tidings.model import TaskState
from tidings_flux.simulation import FluxSimulation
from tidings_simulator import Simulator

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def simulator():
    with Simulator(providers=["flux"], speed=0, start=START) as simulator:
        yield simulator


@pytest.fixture
def client(simulator):
    with tidings.Client(gateway_url=simulator.url, gateway_key=simulator.key) as client:
        yield client


@pytest.mark.parametrize("dialect", FluxSimulation.dialects)
@pytest.mark.parametrize(
    ("durations", "age", "outcome", "state"),
    [
        ({}, 0, "succeeded", TaskState.pending),
        ({"reasoning": 60}, 10, "succeeded", TaskState.running),
        ({"generating": 60}, 10, "succeeded", TaskState.running),
        ({}, 10, "succeeded", TaskState.running),
        ({}, 60, "succeeded", TaskState.succeeded),
        ({}, 60, "failed", TaskState.failed),
        ({}, 60, "moderated_input", TaskState.failed),
        ({}, 60, "moderated_output", TaskState.failed),
    ],
)
def test_each_stage_is_read_as_its_state(simulator, client, dialect, durations, age, outcome, state):
    task = simulator.add("flux", dialect=dialect, durations=durations, age=age, outcome=outcome)
    # An older gateway has no progress, and so no way to tell what is queued from what is being worked on.
    hides_it = dialect == "gateway" and state is TaskState.running and not durations
    replicates_word = {TaskState.pending: TaskState.queued}.get(state, state)
    expected = {"gateway": TaskState.pending if hides_it else state, "replicate": replicates_word}.get(dialect, state)

    assert client.fetch(task.ref).state is expected


def test_the_official_and_the_gateways_answers_differ_as_seen(simulator):
    with httpx.Client(base_url=simulator.url, headers={"x-key": simulator.key}, trust_env=False) as http:
        shapes = {}
        for dialect in FluxSimulation.dialects:
            task = simulator.add("flux", dialect=dialect, age=60)
            shapes[dialect] = http.get("/flux/v1/get_result", params={"id": task.id}).json()

    assert shapes["gateway"].keys() == {"id", "status", "result"}
    assert shapes["official"].keys() - shapes["gateway"].keys() == {"progress", "details", "preview", "cost"}
    assert {"output", "data_removed", "model"} <= shapes["replicate"].keys()


@pytest.mark.parametrize(
    ("outcome", "failure", "code", "message"),
    [
        ("moderated_input", "Violence", "moderated_input", "Violence"),
        ("moderated_output", None, "moderated_output", "Derivative Works Filter"),
        ("failed", "boom", "provider_error", "boom"),
    ],
)
def test_a_failure_says_why(simulator, client, outcome, failure, code, message):
    told = {} if failure is None else {"failure": failure}
    task = simulator.add("flux", outcome=outcome, age=60, **told)
    found = client.fetch(task.ref).failure

    assert (found.code, found.message) == (code, message)


def test_a_link_dies_after_ten_minutes_and_a_new_look_brings_a_new_one(simulator, client):
    task = simulator.add("flux", facts={"file": "result.mp4"}, age=60)
    [video] = client.fetch(task.ref).primary
    assert (video.kind, video.expires_at) == ("video", START + timedelta(minutes=10))
    assert httpx.get(video.url, trust_env=False).headers["content-type"] == "video/mp4"

    simulator.advance(601)

    assert httpx.get(video.url, trust_env=False).status_code == 403
    assert httpx.get(client.fetch(task.ref).primary[0].url, trust_env=False).status_code == 200


def test_unknown_tasks_and_keys_are_refused_in_the_makers_words(simulator, client):
    with pytest.raises(TaskNotFound):
        client.fetch("flux:nobody")
    stranger = tidings.Client(gateway_url=simulator.url, gateway_key="sk-wrong-0000")
    with stranger, pytest.raises(Unauthorized, match="Not authenticated"):
        stranger.fetch("flux:nobody")


def test_a_question_without_an_id_is_a_validation_error(simulator):
    answer = httpx.get(f"{simulator.url_for('flux')}/v1/get_result", headers={"x-key": simulator.key}, trust_env=False)

    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["query", "id"])


def test_the_plugin_says_how_it_is_simulated():
    import tidings_flux

    assert tidings_flux.tidings_simulation() is FluxSimulation
