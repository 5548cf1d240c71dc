"""What the simulated Luma says is read by the real one through a client, at its own address and at a gateway."""

from __future__ import annotations

import pytest

from tidings.client import Client
from tidings.errors import TaskNotFound, Unauthorized
from tidings.model import TaskState
from tidings_luma_official.simulation import LumaOfficialSimulation
from tidings_simulator import Simulator


@pytest.fixture
def simulator():
    with Simulator(providers=["luma-official"], speed=0) as simulator:
        yield simulator


@pytest.fixture
def client(simulator):
    with Client(gateway_url=simulator.url, gateway_key=simulator.key) as client:
        yield client


def officially(simulator, key):
    account = {"provider": "luma-official", "url": f"{simulator.url}/_official/luma-official", "key": key}
    return Client(accounts={"own": account})


@pytest.mark.parametrize(
    ("dialect", "words"),
    [("", ["queued", "dreaming", "completed"]), ("gateway", ["pending", "processing", "completed"])],
)
def test_a_task_lives_through_its_states_in_every_dialect(simulator, client, dialect, words):
    ref = simulator.add("luma-official", dialect=dialect).ref
    said = [client.fetch(ref)]
    for seconds in (10, 60):
        simulator.advance(seconds)
        said.append(client.fetch(ref))

    assert [status.raw_state for status in said] == words
    assert said[-1].state is TaskState.succeeded
    assert [output.kind for output in said[-1].primary] == ["video"]


@pytest.mark.parametrize("dialect", LumaOfficialSimulation.dialects)
def test_the_link_can_come_after_the_word(simulator, client, dialect):
    task = simulator.add("luma-official", dialect=dialect, durations={"linkless": 30}, age=60)
    status = client.fetch(task.ref)
    assert (status.state, status.raw_state) == (TaskState.running, "completed")


@pytest.mark.parametrize("dialect", LumaOfficialSimulation.dialects)
def test_a_failure_is_told_in_every_dialect(simulator, client, dialect):
    task = simulator.add("luma-official", dialect=dialect, outcome="failed", age=600)
    assert client.fetch(task.ref).failure.code == "moderated_input"


def test_an_image_is_made_where_one_was_asked_for(simulator, client, tmp_path):
    task = simulator.add("luma-official", facts={"generation_type": "image"}, age=600)
    status = client.fetch(task.ref)
    assert (status.action, [output.kind for output in status.outputs]) == ("image", ["image"])
    assert client.download(status, tmp_path)[0].stat().st_size > 0


@pytest.mark.parametrize("kind", ["image", "video"])
def test_the_api_for_agents_lists_its_files(simulator, kind):
    task = simulator.add("luma-official", facts={"generation_type": kind}, age=10)
    ref = f"luma-official@own:agents/{task.id}"
    with officially(simulator, simulator.key) as client:
        assert client.fetch(ref).raw_state == "processing"
        simulator.advance(600)
        [output] = client.fetch(ref).primary
    assert (output.kind, output.expires_at is None) == (kind, False)


def test_the_api_for_agents_gives_failures_a_code(simulator, client):
    task = simulator.add("luma-official", outcome="failed", age=600)
    assert client.fetch(f"luma-official:agents/{task.id}").failure.provider_code == "content_moderated"


def test_luma_refuses_in_its_own_words(simulator):
    with officially(simulator, "luma-wrong") as client, pytest.raises(Unauthorized, match="Invalid API key"):
        client.fetch("luma-official@own:nobody")
    with officially(simulator, simulator.key) as client, pytest.raises(TaskNotFound, match="Generation not found"):
        client.fetch("luma-official@own:nobody")


def test_a_gateway_says_not_found_in_its_own_way():
    with (
        Simulator(providers=["luma-official"], dialects={"luma-official": "gateway"}) as simulator,
        Client(gateway_url=simulator.url, gateway_key=simulator.key) as client,
        pytest.raises(TaskNotFound, match="task_not_exist"),
    ):
        client.fetch("luma-official:nobody")
