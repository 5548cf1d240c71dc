"""What the simulated Kling says is read by the real one through a client, at its own address and at a gateway."""

from __future__ import annotations

import pytest

from tidings.client import Client
from tidings.errors import TaskNotFound, Unauthorized
from tidings.model import TaskRef, TaskState
from tidings_kling.simulation import KlingSimulation
from tidings_simulator import Simulator

PAIR = "access|" + "s" * 32


@pytest.fixture
def simulator():
    with Simulator(providers=["kling"], speed=0) as simulator:
        yield simulator


@pytest.fixture
def client(simulator):
    with Client(gateway_url=simulator.url, gateway_key=simulator.key) as client:
        yield client


def officially(simulator, key):
    account = {"provider": "kling", "url": f"{simulator.url}/_official/kling", "key": key}
    return Client(accounts={"own": account})


@pytest.mark.parametrize("dialect", KlingSimulation.dialects)
@pytest.mark.parametrize("route", ["text2video", "avatar/image2video", "text-to-video/kling-3.0-turbo"])
def test_a_task_lives_through_its_states_in_every_dialect(simulator, client, dialect, route):
    ref = TaskRef("kling", simulator.add("kling", dialect=dialect, route=route).id, route=route)
    queued = client.fetch(ref)
    simulator.advance(30)
    running = client.fetch(ref)
    simulator.advance(60)
    done = client.fetch(ref)

    assert [status.state for status in (queued, running, done)] == ["queued", "running", "succeeded"]
    assert done.primary[0].kind == "video"


@pytest.mark.parametrize("dialect", KlingSimulation.dialects)
def test_a_failure_is_told_in_every_dialect(simulator, client, dialect):
    task = simulator.add("kling", dialect=dialect, route="text2video", outcome="failed", age=600)
    status = client.fetch(task.ref)
    assert (status.state, status.failure.code) == (TaskState.failed, "moderated_input")


@pytest.mark.parametrize(
    ("route", "kind"), [("images/generations", "image"), ("audio/tts", "audio"), ("general/custom-voices", "audio")]
)
@pytest.mark.parametrize("dialect", ["", "row"])
def test_each_family_makes_its_kind_of_file(simulator, client, tmp_path, route, kind, dialect):
    status = client.fetch(simulator.add("kling", route=route, dialect=dialect, age=600).ref)
    [output] = status.primary
    assert output.kind == kind
    assert client.download(status, tmp_path)[0].stat().st_size > 0


def test_a_task_that_says_nothing_else_is_a_text_to_video(simulator, client):
    task = simulator.add("kling")
    assert task.ref == f"kling:text2video/{task.id}"
    assert client.fetch(task.ref).state is TaskState.queued


def test_newer_tasks_are_found_in_one_place(simulator, client):
    task = simulator.add("kling", route="text-to-video/kling-3.0-turbo", age=600)
    failed = simulator.add("kling", route="text-to-video/kling-3.0-turbo", outcome="failed", age=600)
    status = client.fetch(f"kling:tasks/{task.id}")

    assert (status.raw_state, status.primary[0].url) == ("succeeded", client.fetch(task.ref).primary[0].url)
    assert client.fetch(f"kling:tasks/{failed.id}").failure.code == "moderated_input"
    with pytest.raises(TaskNotFound):
        client.fetch("kling:tasks/nobody")


def test_the_family_is_asked_for_and_not_guessed(simulator, client):
    task = simulator.add("kling", route="text2video")
    with pytest.raises(TaskNotFound, match="does not exist"):
        client.fetch(f"kling:image2video/{task.id}")


def test_a_gateway_says_not_found_in_its_own_way():
    with (
        Simulator(providers=["kling"], dialects={"kling": "row"}) as simulator,
        Client(gateway_url=simulator.url, gateway_key=simulator.key) as client,
        pytest.raises(TaskNotFound, match="task_not_exist"),
    ):
        client.fetch("kling:text2video/nobody")


def test_a_pair_signs_and_a_wrong_pair_is_refused():
    with Simulator(providers=["kling"], speed=0, key=PAIR) as simulator:
        ref = f"kling@own:text2video/{simulator.add('kling', route='text2video', age=600).id}"
        with officially(simulator, PAIR) as client:
            assert client.fetch(ref).state is TaskState.succeeded
        with officially(simulator, PAIR + "x") as client, pytest.raises(Unauthorized, match="Authorization is invalid"):
            client.fetch(ref)


def test_the_newer_key_is_sent_as_it_is(simulator):
    task = simulator.add("kling", route="text2video")
    with officially(simulator, simulator.key) as client:
        assert client.fetch(f"kling@own:text2video/{task.id}").state is TaskState.queued


def test_a_word_nobody_knows_is_said_in_every_dialect(simulator, client):
    for dialect in KlingSimulation.dialects:
        task = simulator.add("kling", route="text2video", dialect=dialect)
        simulator.faults.add("unknown_word", task=task.id, word="SIMMERING")
        assert client.fetch(task.ref).raw_state == "SIMMERING"
