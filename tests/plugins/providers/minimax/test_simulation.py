"""The simulated MiniMax is asked as the real one is, over HTTP, and its files can be saved."""

from __future__ import annotations

import httpx
import pytest

import tidings
from tidings.errors import ProviderUnavailable, RateLimited, TaskNotFound, Unauthorized
from tidings.flow import Retry
from tidings.model import TaskState
from tidings_simulator import Simulator


@pytest.fixture
def simulator():
    with Simulator(providers=["minimax"], speed=0) as simulator:
        yield simulator


@pytest.fixture
def client(simulator):
    own = {"provider": "minimax", "url": simulator.url_for("minimax"), "key": simulator.key}
    at_the_gateway = {"gateway_url": simulator.url, "gateway_key": simulator.key}
    with tidings.Client(**at_the_gateway, accounts={"own": own}, retry=Retry(attempts=1)) as client:
        yield client


@pytest.fixture(params=["minimax", "minimax@own"], ids=["at a gateway", "at its own address"])
def minimax(request):
    return request.param


@pytest.mark.parametrize("route", ["", "v1/", "template/", "v2/"])
@pytest.mark.parametrize(
    ("outcome", "age", "state"),
    [
        ("succeeded", 1, {TaskState.pending, TaskState.queued}),
        ("succeeded", 20, {TaskState.running}),
        ("succeeded", 600, {TaskState.succeeded}),
        ("failed", 600, {TaskState.failed}),
        ("canceled", 600, {TaskState.canceled}),
        ("expired", 600, {TaskState.expired}),
    ],
)
def test_every_api_is_read_as_it_was_meant(simulator, client, minimax, route, outcome, age, state):
    simulator.add("minimax", "123456", outcome=outcome, age=age)

    status = client.fetch(f"{minimax}:{route}123456")

    assert status.state in state
    assert bool(status.primary) == (status.state is TaskState.succeeded)
    if status.failure:
        assert (status.failure.code, status.failure.provider_code) == ("moderated_output", "1027")


@pytest.mark.parametrize(("dialect", "calls"), [("official", 2), ("wrapped", 1)])
def test_the_video_is_found_in_as_many_calls_as_it_takes_and_saved(
    simulator, client, minimax, tmp_path, dialect, calls
):
    simulator.add("minimax", "123456", dialect=dialect, age=600)

    status = client.fetch(f"{minimax}:123456")
    [path] = client.download(status, tmp_path)

    assert len(simulator.requests) == calls
    assert path.read_bytes()[4:8] == b"ftyp"
    assert (status.outputs[0].width, status.outputs[0].height) == (1366, 768)


def test_a_second_call_that_fails_is_told_as_such_and_works_the_next_time(simulator, client):
    simulator.add("minimax", "123456", age=600)
    simulator.faults.add("server_error", route="retrieve", times=1)

    with pytest.raises(ProviderUnavailable) as caught:
        client.fetch("minimax:123456")

    assert caught.value.last_status.raw_state == "Success"
    assert client.fetch("minimax:123456").state is TaskState.succeeded


@pytest.mark.parametrize("dialect", ["official", "wrapped"])
def test_an_unknown_task_is_not_found(dialect):
    with (
        Simulator(providers=["minimax"], speed=0, dialects={"minimax": dialect}) as simulator,
        tidings.Client(gateway_url=simulator.url, gateway_key=simulator.key) as client,
        pytest.raises(TaskNotFound),
    ):
        client.fetch("minimax:nobody")


def test_an_unfinished_task_has_no_file(simulator):
    simulator.add("minimax", "123456")
    headers = {"Authorization": f"Bearer {simulator.key}"}

    url = f"{simulator.url}/minimax/v1/files/retrieve?file_id=1234561"
    answer = httpx.get(url, headers=headers, trust_env=False).json()

    assert (answer.get("file"), answer["base_resp"]["status_code"]) == (None, 2013)


def test_refusals_are_minimax_own(simulator):
    with (
        tidings.Client(gateway_url=simulator.url, gateway_key="sk-another") as client,
        pytest.raises(Unauthorized) as caught,
    ):
        client.fetch("minimax:1")
    assert caught.value.status_code == 200


def test_too_many_requests_are_refused_with_a_code(simulator, client):
    simulator.add("minimax", "123456")
    simulator.faults.add("rate_limited")

    with pytest.raises(RateLimited):
        client.fetch("minimax:123456")


def test_a_word_nobody_knows_is_said_in_every_api(simulator, client):
    simulator.add("minimax", "123456", age=20)
    simulator.faults.add("unknown_word", word="Dreaming")

    assert {client.fetch(f"minimax:{route}123456").raw_state for route in ("", "v2/", "template/")} == {"Dreaming"}
