"""The simulated Midjourney, end to end: modes, previews, MODAL, both shapes, batches, seeds, pictures to download."""

from __future__ import annotations

import httpx
import pytest

from tidings import Client
from tidings.errors import TaskNotFound
from tidings.model import TaskRef, TaskState
from tidings_midjourney.simulation import MidjourneySimulation
from tidings_simulator import Simulator

DIALECTS = tuple(MidjourneySimulation.dialects)
STAGES = [
    ({}, 0, "succeeded", TaskState.pending, ""),
    ({}, 7, "succeeded", TaskState.queued, "SUBMITTED"),
    ({}, 20, "succeeded", TaskState.running, "IN_PROGRESS"),
    ({"modal": 60}, 30, "succeeded", TaskState.input_required, "MODAL"),
    ({}, 60, "succeeded", TaskState.succeeded, "SUCCESS"),
    ({}, 60, "failed", TaskState.failed, "FAILURE"),
    ({}, 60, "canceled", TaskState.canceled, "CANCEL"),
]


@pytest.fixture
def simulator():
    with Simulator(providers=["midjourney"], speed=0) as simulator:
        yield simulator


@pytest.fixture
def client(simulator):
    with Client(gateway_url=simulator.url, gateway_key=simulator.key) as client:
        yield client


@pytest.fixture
def http(simulator):
    with httpx.Client(base_url=simulator.url, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("durations", "age", "outcome", "state", "word"), STAGES)
def test_each_stage_is_read_alone_and_in_a_batch(simulator, client, dialect, durations, age, outcome, state, word):
    for name in ("a", "b"):
        simulator.add("midjourney", name, dialect=dialect, durations=durations, age=age, outcome=outcome)
    alone = client.fetch("midjourney:a")
    together = client.fetch_many(["midjourney:a", "midjourney:b"])

    assert {status.state for status in [alone, *together]} == {state}
    assert alone.raw_state == (word or ("" if dialect == "gateway" else "NOT_START"))
    assert simulator.requests.count(route="batch") == 1


def test_the_shapes_differ_as_the_servers_do(simulator, http):
    for dialect in DIALECTS:
        simulator.add("midjourney", dialect, dialect=dialect, facts={"state": "my own text"})
    headers = {"mj-api-secret": simulator.key}
    gateway, native, trueai = (http.get(f"/mj/task/{name}/fetch", headers=headers).json() for name in DIALECTS)

    assert (gateway["status"], gateway["state"], gateway["finishTime"], gateway["imageUrl"]) == (
        "",
        "my own text",
        0,
        "",
    )
    assert (native["status"], native["state"], native["finishTime"], native["imageUrl"]) == ("NOT_START", *[None] * 3)
    assert (gateway["progress"], native["progress"]) == ("0%", "Waiting to start")
    assert {"customId", "botType", "maskBase64"} & native.keys() == set()
    assert {"imageUrls", "seed", "mode"} <= trueai.keys() - native.keys()


def test_a_mode_is_part_of_the_address_of_one_task_but_not_of_a_batch(simulator, client):
    refs = [simulator.add("midjourney", route=route).ref for route in ("fast", "relax", "turbo", None)]

    assert [client.fetch(ref).state for ref in refs] == [TaskState.pending] * 4
    assert [str(status.ref) for status in client.fetch_many(refs)] == refs
    assert simulator.requests.count(route="task") == 4
    assert simulator.requests.count(route="batch") == 1


def test_a_task_is_not_found_under_another_mode(simulator, client):
    simulator.add("midjourney", "a", route="fast")
    with pytest.raises(TaskNotFound):
        client.fetch("midjourney:turbo/a")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_server_says_in_its_own_way_that_it_does_not_know_a_task(dialect):
    with (
        Simulator(providers=["midjourney"], dialects={"midjourney": dialect}) as simulator,
        Client(gateway_url=simulator.url, gateway_key=simulator.key) as client,
    ):
        simulator.add("midjourney", "known")
        with pytest.raises(TaskNotFound):
            client.fetch("midjourney:nobody")
        known, nobody = client.fetch_many(["midjourney:known", "midjourney:nobody"], return_exceptions=True)

    assert known.state is TaskState.pending
    assert type(nobody) is TaskNotFound


def test_a_wait_ends_when_somebody_has_to_do_something(simulator, client):
    task = simulator.add("midjourney", durations={"modal": float("inf")}, age=60)
    assert client.wait(task.ref, timeout=60).state is TaskState.input_required


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_preview_becomes_a_picture_that_can_be_saved(simulator, client, tmp_path, dialect):
    task = simulator.add("midjourney", dialect=dialect, age=20)
    assert [output.role for output in client.fetch(task.ref).outputs] == ["preview"]

    simulator.advance(60)
    status = client.fetch(task.ref)
    paths = client.download(status, tmp_path)

    assert len(status.primary) == len(paths) == (5 if dialect == "trueai" else 1)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    assert status.primary[0].expires_at is not None


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_description_is_a_text(simulator, client, dialect):
    task = simulator.add("midjourney", dialect=dialect, age=60, facts={"action": "DESCRIBE"})
    assert [output.kind for output in client.fetch(task.ref).primary] == ["text", "text"]


def test_the_seed_is_had_for_the_asking_once_the_task_succeeded(simulator, client, http):
    task = simulator.add("midjourney", "a", route="turbo", age=60)
    simulator.add("midjourney", "open")

    assert client.fetch(task.ref, include=["seed"]).extras == {"seed": "636646139"}
    assert client.fetch("midjourney:a", include=["seed"]).extras == {"seed": "636646139"}
    refusal = http.get("/mj/task/open/image-seed", headers={"mj-api-secret": simulator.key})
    assert (refusal.status_code, refusal.json()["code"]) == (400, 4)
    assert simulator.requests.count(route="seed") == 3


def test_a_failure_is_moderated_when_nothing_else_is_said(simulator, client):
    task = simulator.add("midjourney", outcome="failed", age=60)
    assert client.fetch(task.ref).failure.code == "moderated_input"


@pytest.mark.parametrize("name", ["Authorization", "mj-api-secret"])
@pytest.mark.parametrize("scheme", ["", "Bearer "])
def test_either_header_opens_the_door(simulator, http, name, scheme):
    task = simulator.add("midjourney")
    path = f"/mj/task/{task.id}/fetch"

    assert http.get(path, headers={name: scheme + simulator.key}).status_code == 200
    assert http.get(path, headers={name: scheme + "wrong"}).status_code == 401


def test_a_server_of_ones_own_is_asked_with_a_bare_key(simulator, monkeypatch):
    monkeypatch.setenv("TIDINGS_MIDJOURNEY_URL", simulator.url)
    monkeypatch.setenv("TIDINGS_MIDJOURNEY_KEY", simulator.key)
    task = simulator.add("midjourney", dialect="native")
    with Client() as client:
        assert client.fetch(TaskRef("midjourney", task.id)).state is TaskState.pending


def test_ids_look_like_the_proxys(simulator):
    task = simulator.add("midjourney")
    assert task.id.isdecimal()
    assert len(task.id) == 16
