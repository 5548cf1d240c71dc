"""What the simulated Replicate says is read by the real one as it was meant, predictions and trainings alike."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

import tidings
from tidings.errors import RateLimited, TaskNotFound, Unauthorized
from tidings.model import TaskState
from tidings_replicate.simulation import ReplicateSimulation
from tidings_simulator import Simulator

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def simulator():
    with Simulator(providers=["replicate"], speed=0, start=START) as simulator:
        yield simulator


@pytest.fixture
def client(simulator):
    with tidings.Client(gateway_url=simulator.url, gateway_key=simulator.key) as client:
        yield client


@pytest.mark.parametrize("route", [None, "predictions", "trainings"])
@pytest.mark.parametrize(
    ("age", "outcome", "state"),
    [
        (0, "succeeded", TaskState.queued),
        (10, "succeeded", TaskState.running),
        (60, "succeeded", TaskState.succeeded),
        (60, "failed", TaskState.failed),
        (60, "canceled", TaskState.canceled),
        (60, "aborted", TaskState.canceled),
    ],
)
def test_each_stage_is_read_as_its_state(simulator, client, route, age, outcome, state):
    task = simulator.add("replicate", route=route, age=age, outcome=outcome)
    status = client.fetch(task.ref)

    assert status.state is state
    assert bool(status.primary) == (state is TaskState.succeeded)


def test_progress_is_in_the_logs(simulator, client):
    task = simulator.add("replicate", durations={"starting": 5, "processing": 45}, age=25)

    assert client.fetch(task.ref).progress == 0.5


def test_chunks_come_while_it_runs(simulator, client):
    chunks = ["Once", " upon", " a", " time"]
    task = simulator.add("replicate", durations={"starting": 4, "processing": 16}, age=10, facts={"output": chunks})
    [preview] = client.fetch(task.ref).outputs
    simulator.advance(60)
    [text] = client.fetch(task.ref).primary

    assert (preview.text, preview.role, text.text) == ("Once upon", "preview", "Once upon a time")


def test_after_an_hour_a_predictions_data_are_removed_and_others_kept(simulator, client):
    api, web = simulator.add("replicate"), simulator.add("replicate", facts={"source": "web"})
    training = simulator.add("replicate", route="trainings")
    simulator.advance(3700)
    gone, *kept = client.fetch_many([api.ref, web.ref, training.ref])

    assert (gone.state, gone.outputs, gone.missing_outputs) == (TaskState.succeeded, (), "expired")
    assert all(status.primary for status in kept)


def test_an_output_can_be_downloaded(simulator, client, tmp_path):
    task = simulator.add("replicate", age=60)

    assert client.download(client.fetch(task.ref), tmp_path)[0].read_bytes().startswith(b"\x89PNG")


def test_a_file_inside_the_answer_is_saved_as_what_it_is(simulator, client, tmp_path):
    task = simulator.add("replicate", age=60, facts={"output": ["data:image/webp;base64,UklGRg=="]})
    [path] = client.download(client.fetch(task.ref), tmp_path)

    assert (path.suffix, path.read_bytes()) == (".webp", b"RIFF")


@pytest.mark.parametrize(("route", "asked"), [("trainings", "replicate:t1"), (None, "replicate:trainings/t1")])
def test_a_training_is_no_prediction_nor_the_other_way_round(simulator, client, route, asked):
    simulator.add("replicate", "t1", route=route)
    with pytest.raises(TaskNotFound):
        client.fetch(asked)


def test_errors_are_problem_reports(simulator, client):
    with pytest.raises(TaskNotFound, match="could not be found"):
        client.fetch("replicate:nobody")
    stranger = tidings.Client(gateway_url=simulator.url, gateway_key="sk-wrong-0000")
    with stranger, pytest.raises(Unauthorized, match="valid authentication token"):
        stranger.fetch("replicate:nobody")
    answer = httpx.get(f"{simulator.url_for('replicate')}/v1/predictions/p1", trust_env=False)
    assert (answer.headers["content-type"], answer.json()["status"]) == ("application/problem+json", 401)


def test_a_rate_limit_says_in_its_text_how_long():
    reply = ReplicateSimulation().refusal(429, "busy")

    assert reply.json["detail"] == "Request was throttled. Your rate limit resets in ~1s."
    assert RateLimited.retryable


def test_ids_look_like_replicates():
    ids = {ReplicateSimulation().new_id(number) for number in range(20)}

    assert len(ids) == 20
    assert all(len(task_id) == 26 and task_id.isalnum() and task_id.islower() for task_id in ids)


def test_the_plugin_says_how_it_is_simulated():
    import tidings_replicate

    assert tidings_replicate.tidings_simulation() is ReplicateSimulation
