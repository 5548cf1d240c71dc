"""The simulated gateway is asked as real ones are, over HTTP, and gives its files to whoever shows the key."""

from __future__ import annotations

import httpx
import pytest

import tidings
from tidings.errors import TaskNotFound, Unauthorized
from tidings.flow import Retry
from tidings.model import TaskState
from tidings_gateway_video.simulation import GatewayVideoSimulation
from tidings_simulator import Simulator

DIALECTS = tuple(GatewayVideoSimulation.dialects)


@pytest.fixture
def simulator():
    with Simulator(providers=["gateway-video"], speed=0) as simulator:
        yield simulator


@pytest.fixture
def client(simulator):
    with tidings.Client(gateway_url=simulator.url, gateway_key=simulator.key, retry=Retry(attempts=1)) as client:
        yield client


@pytest.mark.parametrize("route", ["", "videos/"])
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("outcome", "age", "states"),
    [
        ("succeeded", 1, {TaskState.pending, TaskState.running}),
        ("succeeded", 10, {TaskState.queued}),
        ("succeeded", 30, {TaskState.running}),
        ("succeeded", 600, {TaskState.succeeded}),
        ("failed", 600, {TaskState.failed}),
        ("canceled", 600, {TaskState.canceled}),
        ("expired", 600, {TaskState.expired}),
    ],
)
def test_every_shape_is_read_as_it_was_meant(simulator, client, route, dialect, outcome, age, states):
    simulator.add("gateway-video", "task_a", dialect=dialect, outcome=outcome, age=age)

    status = client.fetch(f"gateway-video:{route}task_a")

    assert status.state in states
    assert bool(status.outputs) == (status.state is TaskState.succeeded)
    assert (status.finished_at is None) or status.is_final
    if status.failure:
        assert (status.failure.code, status.failure.message) == ("moderated_input", "input sensitive")


def test_openais_shape_says_unknown_of_a_task_that_has_not_started(simulator, client):
    simulator.add("gateway-video", "task_a", age=1)

    status = client.fetch("gateway-video:videos/task_a")

    assert (status.state, status.raw_state) == (TaskState.pending, "unknown")


@pytest.mark.parametrize("route", ["", "videos/"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_video_is_saved_wherever_it_lies(simulator, client, tmp_path, route, dialect):
    simulator.add("gateway-video", "task_a", dialect=dialect, age=600)

    status = client.fetch(f"gateway-video:{route}task_a")
    [path] = client.download(status, tmp_path)

    assert path.read_bytes()[4:8] == b"ftyp"
    assert status.outputs[0].needs_key == (dialect == "rc30")
    assert status.outputs[0].url.startswith(simulator.url)


def test_the_content_of_a_task_is_only_for_whoever_shows_the_key(simulator):
    simulator.add("gateway-video", "task_a", age=600)

    assert httpx.get(f"{simulator.url}/v1/videos/task_a/content", trust_env=False).status_code == 401


def test_an_unfinished_task_has_no_content(simulator):
    simulator.add("gateway-video", "task_a", age=30)
    headers = {"Authorization": f"Bearer {simulator.key}"}

    answer = httpx.get(f"{simulator.url}/v1/videos/task_a/content", headers=headers, trust_env=False)

    assert (answer.status_code, answer.json()["error"]["message"]) == (
        400,
        "Task is not completed yet, current status: IN_PROGRESS",
    )


@pytest.mark.parametrize("route", ["", "videos/"])
def test_an_unknown_task_and_a_wrong_key_are_told_apart(simulator, client, route):
    with pytest.raises(TaskNotFound):
        client.fetch(f"gateway-video:{route}nobody")
    with (
        tidings.Client(gateway_url=simulator.url, gateway_key="sk-another") as stranger,
        pytest.raises(Unauthorized),
    ):
        stranger.fetch(f"gateway-video:{route}nobody")


def test_a_word_nobody_knows_is_said_in_every_shape(simulator, client):
    simulator.add("gateway-video", "task_a", age=30)
    simulator.faults.add("unknown_word", word="Marinating")

    assert {client.fetch(f"gateway-video:{route}task_a").raw_state for route in ("", "videos/")} == {"Marinating"}
