"""What the simulated Luma says is read by the real one as it was meant, in every dialect and at every stage."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tidings.errors import FetchError, TaskNotFound
from tidings.model import TaskRef, TaskState
from tidings.testing.simulation import SimulatedTask, Simulation
from tidings.wire import Request, Response
from tidings_luma.provider import Luma
from tidings_luma.simulation import LumaSimulation
from tidings_simulator import Simulator

LUMA = Luma()
DIALECTS = tuple(LumaSimulation.dialects)
START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = {
    "A": ["pending", "queued", "processing", "completed", "completed", "failed"],
    "F": ["queued", "queued", "dreaming", "completed", "completed", "failed"],
}


@pytest.fixture
def simulator():
    with Simulator(providers=["luma"], speed=0, start=START) as simulator:
        yield simulator


@pytest.fixture
def http(simulator):
    headers = {"Authorization": f"Bearer {simulator.key}"}
    with httpx.Client(base_url=simulator.url, headers=headers, trust_env=False) as client:
        yield client


def send(http, request: Request) -> Response:
    answer = http.request(request.method, request.path, json=request.json)
    return Response(answer.status_code, dict(answer.headers), answer.content, START)


def one(http, task_id):
    """The provider's own flow, driven by hand."""
    ref = TaskRef("luma", task_id)
    flow = LUMA.flow([ref])
    try:
        flow.send(send(http, next(flow)))
    except StopIteration as stop:
        return stop.value[ref]


def many(http, *task_ids):
    refs = [TaskRef("luma", task_id) for task_id in task_ids]
    answers = LUMA.parse_batch(LUMA.checked(send(http, LUMA.batch_request(refs))), refs)
    return {ref.id: answer for ref, answer in answers.items()}


STAGES = [
    ({}, 0, "succeeded", TaskState.pending),
    ({"queued": 5}, 7, "succeeded", TaskState.queued),
    ({}, 10, "succeeded", TaskState.running),
    ({"linkless": 30}, 60, "succeeded", TaskState.running),
    ({}, 60, "succeeded", TaskState.succeeded),
    ({}, 60, "failed", TaskState.failed),
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("durations", "age", "outcome", "state"), STAGES)
def test_each_stage_is_read_as_its_state_alone_and_in_a_batch(simulator, http, dialect, durations, age, outcome, state):
    simulator.add("luma", "a", dialect=dialect, durations=durations, age=age, outcome=outcome)
    may_say_queued = {TaskState.pending: {TaskState.pending, TaskState.queued}} if dialect == "F" else {}

    assert one(http, "a").state in may_say_queued.get(state, {state})
    assert many(http, "a")["a"].state is state


@pytest.mark.parametrize("dialect", ["C", "D", "E", "F"])
def test_single_answers_say_the_words_of_their_dialect(simulator, http, dialect):
    said = []
    for number, (durations, age, outcome, _) in enumerate(STAGES):
        task_id = f"{dialect}{number}"
        simulator.add("luma", task_id, dialect=dialect, durations=durations, age=age, outcome=outcome)
        said.append(one(http, task_id).raw_state)

    assert said == WORDS.get(dialect, WORDS["A"])


def test_each_dialect_has_the_shape_it_is_known_by(simulator, http):
    for dialect in DIALECTS:
        simulator.add("luma", dialect, dialect=dialect, age=600)
    shapes = {name: http.get(f"/luma/generations/{name}").json() for name in "CDEF"}

    assert {"request", "artifact"} <= shapes["C"].keys()
    assert {"queue_state", "estimate_wait_seconds"} <= shapes["D"].keys() - shapes["C"].keys()
    assert {"assets", "media_request", "failure_reason"} <= shapes["E"].keys() - shapes["D"].keys()
    assert shapes["F"].keys() == {"id", "state", "created_at", "video"}
    enveloped = http.post("/luma/tasks", json={"ids": ["A"]}).json()
    assert (enveloped["code"], enveloped["data"][0]["status"], enveloped["data"][0]["data"]["id"]) == (
        "success",
        "SUCCESS",
        "A",
    )
    assert isinstance(enveloped["data"][0]["id"], int)
    assert [item["id"] for item in http.post("/luma/tasks", json={"ids": ["B"]}).json()] == ["B"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_finished_task_has_a_best_video_and_its_other_copies(simulator, http, dialect):
    simulator.add("luma", "a", dialect=dialect, age=600)
    roles = {output.role for output in one(http, "a").outputs}
    expected = {
        "A": {"primary", "watermarked", "thumbnail", "preview"},
        "D": {"primary", "raw", "watermarked", "thumbnail", "preview"},
        "F": {"primary", "watermarked"},
    }
    expected |= {"B": expected["A"], "C": expected["A"]}

    assert roles == expected.get(dialect, roles | {"primary"})


@pytest.mark.parametrize(("dialect", "dies"), [("D", True), ("F", False)])
def test_signed_links_die_after_an_hour_as_they_say(simulator, http, dialect, dies):
    simulator.add("luma", "a", dialect=dialect, age=600)
    [best] = one(http, "a").primary
    assert best.expires_at == (START + timedelta(hours=1) if dies else None)
    assert http.get(best.url).status_code == 200

    simulator.advance(3601)

    assert http.get(best.url).status_code == (403 if dies else 200)


@pytest.mark.parametrize("dialect", ["A", "E"])
def test_a_failure_is_told_where_the_dialect_has_a_place_for_it(simulator, http, dialect):
    simulator.add("luma", "a", dialect=dialect, outcome="failed", failure="Contains blacklisted words", age=600)
    status = many(http, "a")["a"] if dialect == "A" else one(http, "a")

    assert (status.failure.code, status.failure.message) == ("moderated_input", "Contains blacklisted words")


def test_a_rows_times_are_the_tasks(simulator, http):
    simulator.add("luma", "a", durations={"pending": 5, "processing": 20}, age=60)
    status = many(http, "a")["a"]

    assert status.submitted_at == START - timedelta(seconds=60)
    assert status.started_at == START - timedelta(seconds=55)
    assert status.finished_at == START - timedelta(seconds=35)
    assert status.action == "LUMA_VIDEO"


def test_the_unwatermarked_link_is_there_once_the_task_succeeded(simulator, http):
    include = LUMA.includes["unwatermarked"]
    simulator.add("luma", "a", age=600)
    simulator.add("luma", "b")
    ref = TaskRef("luma", "a")

    extra = include.parse(send(http, include.request(ref)), ref)

    assert http.get(extra.url).headers["content-type"] == "video/mp4"
    assert isinstance(LUMA.error(send(http, include.request(TaskRef("luma", "b")))), FetchError)
    assert simulator.requests.count(route="unwatermarked") == 2


def test_an_unknown_task_is_not_found(http):
    with pytest.raises(TaskNotFound):
        one(http, "nobody")


@pytest.mark.parametrize(("dialect", "empty"), [("A", {"code": "success", "message": "", "data": None}), ("B", [])])
def test_a_batch_that_knows_none_is_empty_in_its_dialects_way(dialect, empty):
    with Simulator(providers=["luma"], dialects={"luma": dialect}) as simulator:
        headers = {"Authorization": f"Bearer {simulator.key}"}
        with httpx.Client(base_url=simulator.url, headers=headers, trust_env=False) as http:
            assert http.post("/luma/tasks", json={"ids": ["x"]}).json() == empty
            assert many(http, "x", "y") == {}


def test_a_batch_leaves_out_unknown_ids_collapses_doubles_and_keeps_the_databases_order(simulator, http):
    for task_id in ("a", "b", "c"):
        simulator.add("luma", task_id)

    rows = http.post("/luma/tasks", json={"ids": ["c", "x", "a", "c"]}).json()["data"]

    assert [row["task_id"] for row in rows] == ["a", "c"]
    assert many(http, "c", "a").keys() == {"a", "c"}


def test_a_batch_of_a_hundred_in_all_dialects_is_read_whole(simulator, http):
    ids = [
        simulator.add("luma", dialect=dialect, age=float(age)).id
        for dialect, age in itertools.islice(itertools.product(DIALECTS, range(0, 60, 3)), 100)
    ]

    assert set(many(http, *ids)) == set(ids)


def test_the_plugin_says_how_it_is_simulated():
    import tidings_luma

    assert tidings_luma.tidings_simulation() is LumaSimulation
    assert issubclass(LumaSimulation, Simulation)
    assert SimulatedTask.__dataclass_params__.frozen


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_word_nobody_knows_is_said_in_every_dialect_alone_and_in_a_batch(simulator, http, dialect):
    simulator.add("luma", "a", dialect=dialect)
    simulator.add("luma", "b", dialect="A")
    simulator.faults.add("unknown_word", task="a", word="MARINATING")
    alone, together = one(http, "a"), many(http, "b", "a")
    assert [(status.state, status.raw_state) for status in (alone, together["a"])] == [
        (TaskState.unknown, "MARINATING")
    ] * 2
    assert together["b"].state is TaskState.pending
