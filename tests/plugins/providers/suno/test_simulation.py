"""The simulated Suno, end to end: five dialects alone and in batches, single songs, lyrics, refusals and files."""

from __future__ import annotations

import httpx
import pytest

from tidings import Client
from tidings.errors import FetchErrors, TaskNotFound, Unauthorized
from tidings.model import TaskState
from tidings_simulator import Simulator
from tidings_suno.simulation import SunoSimulation

DIALECTS = tuple(SunoSimulation.dialects)
PENDING, QUEUED, RUNNING = TaskState.pending, TaskState.queued, TaskState.running
STAGES = [
    ({}, 0, "succeeded", {PENDING, QUEUED}),
    ({"submitted": 60}, 30, "succeeded", {QUEUED}),
    ({}, 7, "succeeded", {QUEUED}),
    ({}, 20, "succeeded", {RUNNING}),
    ({"linkless": 60}, 60, "succeeded", {RUNNING}),
    ({}, 60, "succeeded", {TaskState.succeeded}),
    ({}, 60, "failed", {TaskState.failed}),
]


@pytest.fixture
def simulator():
    with Simulator(providers=["suno"], speed=0) as simulator:
        yield simulator


@pytest.fixture
def client(simulator):
    with Client(gateway_url=simulator.url, gateway_key=simulator.key) as client:
        yield client


@pytest.mark.parametrize("action", ["MUSIC", "LYRICS"])
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("durations", "age", "outcome", "states"), STAGES)
def test_each_stage_is_read_alone_and_in_a_batch(simulator, client, action, dialect, durations, age, outcome, states):
    for name in ("a", "b"):
        facts = {"action": action}
        simulator.add("suno", name, dialect=dialect, durations=durations, age=age, outcome=outcome, facts=facts)
    alone = client.fetch("suno:a")
    together = client.fetch_many(["suno:a", "suno:b"])

    is_said_otherwise = action == "LYRICS" and dialect == "suno-api"  # lyrics by themselves know no queue
    assert alone.state in states | ({RUNNING} if is_said_otherwise and not alone.is_final else set())
    assert {status.state for status in together} <= states
    assert simulator.requests.count(route="batch") == 1


def test_a_finished_task_has_two_songs_to_download(simulator, client, tmp_path):
    simulator.add("suno", "a", age=60)
    status = client.wait("suno:a")

    assert len({output.id for output in status.primary}) == 2
    assert {output.role for output in status.outputs} == {"primary", "thumbnail"}
    assert [path.suffix for path in client.download(status, tmp_path)] == [".mp3", ".mp4"] * 2


def test_the_stream_of_an_unfinished_song_is_a_preview(simulator, client):
    simulator.add("suno", "a", age=20)

    assert {output.role for output in client.fetch("suno:a").outputs} == {"preview", "thumbnail"}


@pytest.mark.parametrize(
    ("said", "code"),
    [({}, "moderated_input"), ({"failure": "time out"}, "timed_out"), ({"failure": "broken"}, "provider_error")],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_failure_is_told_in_every_dialect(simulator, client, dialect, said, code):
    simulator.add("suno", "a", dialect=dialect, outcome="failed", age=60, **said)

    assert client.fetch("suno:a").failure.code == code


def test_single_songs_are_asked_for_together_and_lyrics_alone(simulator, client):
    for name in ("a", "b"):
        simulator.add("suno", f"s{name}", route="feed", age=60)
        simulator.add("suno", f"l{name}", route="lyrics", age=60)
    songs = client.fetch_many(["suno:feed/sa", "suno:feed/sb"])
    lyrics = client.fetch_many(["suno:lyrics/la", "suno:lyrics/lb"])

    assert [status.primary[0].id for status in songs] == ["sa", "sb"]
    assert all("neon light" in status.primary[0].text for status in lyrics)
    assert (simulator.requests.count(route="feed"), simulator.requests.count(route="lyrics")) == (1, 2)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_unknown_task_is_not_found_in_the_dialects_own_way(dialect):
    with (
        Simulator(providers=["suno"], dialects={"suno": dialect}) as simulator,
        Client(gateway_url=simulator.url, gateway_key=simulator.key) as client,
    ):
        for ref in ("suno:nobody", "suno:feed/nobody", "suno:lyrics/nobody"):
            with pytest.raises(TaskNotFound):
                client.fetch(ref)
        with pytest.raises(FetchErrors) as caught:
            client.fetch_many(["suno:nobody", "suno:noone"])

    assert {type(result) for result in caught.value.results} == {TaskNotFound}


def test_a_wrong_key_is_refused(simulator):
    with Client(gateway_url=simulator.url, gateway_key="wrong") as client, pytest.raises(Unauthorized):
        client.fetch("suno:a")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_word_nobody_knows_is_unknown_alone_and_in_a_batch(simulator, client, dialect):
    for name in ("a", "b"):
        simulator.add("suno", name, dialect=dialect)
        simulator.faults.add("unknown_word", task=name, word="MARINATING")
    seen = [client.fetch("suno:a"), *client.fetch_many(["suno:a", "suno:b"])]

    assert {(status.state, status.raw_state) for status in seen} == {(TaskState.unknown, "MARINATING")}


def test_the_shapes_differ_as_the_servers_do(simulator):
    for dialect in DIALECTS:
        simulator.add("suno", dialect, dialect=dialect, age=60)
    headers = {"Authorization": f"Bearer {simulator.key}"}
    with httpx.Client(base_url=simulator.url, headers=headers, trust_env=False) as http:
        shapes = {dialect: http.get(f"/suno/fetch/{dialect}").json() for dialect in DIALECTS}
        rows = http.post("/suno/submit/fetch", json={"ids": ["suno-api"]}).json()["data"]

    assert {"platform", "properties"} <= shapes["newest"]["data"].keys() - shapes["new-api"]["data"].keys()
    assert isinstance(shapes["suno-api"]["data"], list)
    assert (shapes["crazyrouter"]["code"], shapes["crazyrouter"]["data"]["status"]) == (1, "complete")
    assert rows[0]["status"] == "SUCCESS"
