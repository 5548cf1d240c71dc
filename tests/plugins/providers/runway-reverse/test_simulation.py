"""What the simulated web application says is read as it was meant, through the feed, wrapped or not, and as a task."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

import tidings
from tidings.errors import TaskNotFound
from tidings.model import TaskState
from tidings_simulator import Simulator

START = datetime(2026, 1, 1, tzinfo=UTC)
ROUTES = (None, "v1", "tasks", "pro/tasks")
SPOKEN = [("feed", None), ("feed", "v1"), ("wrapped", None), ("feed", "tasks"), ("wrapped", "pro/tasks")]
WORDS = {
    "feed": ["0", "0", "1", "3", "2"],
    "wrapped": ["NOT_START", "QUEUED", "IN_PROGRESS", "SUCCESS", "FAILURE"],
    "web": ["PENDING", "THROTTLED", "RUNNING", "SUCCEEDED", "FAILED"],
}
STAGES = [
    ({}, 0, "succeeded", TaskState.pending),
    ({"throttled": 5}, 7, "succeeded", TaskState.queued),
    ({}, 25, "succeeded", TaskState.running),
    ({}, 60, "succeeded", TaskState.succeeded),
    ({}, 60, "failed", TaskState.failed),
]


@pytest.fixture
def simulator():
    with Simulator(providers=["runway-reverse"], speed=0, start=START) as simulator:
        yield simulator


@pytest.fixture
def client(simulator):
    with tidings.Client(gateway_url=simulator.url, gateway_key=simulator.key) as client:
        yield client


@pytest.mark.parametrize(("dialect", "route"), SPOKEN)
def test_each_stage_is_read_as_its_state_in_the_words_of_its_shape(simulator, client, dialect, route):
    tasks = [
        simulator.add("runway-reverse", dialect=dialect, route=route, durations=durations, age=age, outcome=outcome)
        for durations, age, outcome, _ in STAGES
    ]
    seen = client.fetch_many([task.ref for task in tasks])
    meant = [state for *_, state in STAGES]
    shape = "web" if route in {"tasks", "pro/tasks"} else dialect
    if shape == "feed":
        meant[1] = TaskState.pending  # the feed has one word for both

    assert [status.raw_state for status in seen] == WORDS[shape]
    assert [status.state for status in seen] == meant
    assert [status.submitted_at for status in seen] == [START - timedelta(seconds=age) for _, age, *_ in STAGES]
    assert seen[-1].failure.message == "generation failed"


@pytest.mark.parametrize(
    ("dialect", "route", "roles"),
    [
        ("feed", None, ["primary", "raw", "thumbnail", "preview"]),
        ("wrapped", None, ["primary"]),
        ("feed", "tasks", ["primary", "preview", "preview"]),
    ],
)
def test_a_finished_task_has_files_that_can_be_saved(simulator, client, tmp_path, dialect, route, roles):
    task = simulator.add("runway-reverse", dialect=dialect, route=route, age=60)
    status = client.fetch(task.ref)

    assert [output.role for output in status.outputs] == roles
    [path] = client.download(status, tmp_path)
    assert path.suffix == ".mp4"
    assert path.stat().st_size > 0


def test_a_waiting_task_tells_its_place_in_line(simulator, client):
    task = simulator.add("runway-reverse", route="tasks")
    status = client.fetch(task.ref)

    assert (status.queue_position, status.estimated_wait, status.progress) == (3, 12.5, 0.0)
    simulator.advance(25)
    assert client.fetch(task.ref).queue_position is None


@pytest.mark.parametrize(("dialect", "route"), SPOKEN)
def test_a_word_nobody_knows_is_said_in_every_shape(simulator, client, dialect, route):
    task = simulator.add("runway-reverse", dialect=dialect, route=route)
    simulator.faults.add("unknown_word", task=task.id, word="MARINATING")
    status = client.fetch(task.ref)

    assert (status.state, status.raw_state) == (TaskState.unknown, "MARINATING")


def test_the_inner_word_of_a_wrapped_task_is_the_web_applications(simulator):
    task = simulator.add("runway-reverse", dialect="wrapped", age=25)
    headers = {"Authorization": f"Bearer {simulator.key}"}
    body = {"task_id": task.id}
    record = httpx.post(f"{simulator.url}/runway/feed", json=body, headers=headers, trust_env=False).json()["data"]

    assert (record["status"], record["data"]["status"]) == ("IN_PROGRESS", "RUNNING")


@pytest.mark.parametrize("route", ROUTES)
def test_an_unknown_task_is_not_found(client, route):
    with pytest.raises(TaskNotFound):
        client.fetch(f"runway-reverse:{route + '/' if route else ''}nobody")


def test_each_look_is_one_request(simulator, client):
    tasks = [simulator.add("runway-reverse", route=route) for route in ROUTES]

    client.fetch_many([task.ref for task in tasks])

    assert len(simulator.requests) == len(tasks)
