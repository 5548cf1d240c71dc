"""Which row is about a task: an answer about another task is never taken for this one, and no contradiction guessed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tidings.errors import UnexpectedResponse
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.wire import Response
from tidings_luma.provider import Luma

NOW = datetime(2025, 1, 1, tzinfo=UTC)
REF = TaskRef("luma", "t")
EARLIER, LATER = "2024-07-01T07:35:13.568Z", "2024-07-01T07:35:23.654Z"


def response(payload: object) -> Response:
    return Response(200, {}, json.dumps(payload).encode(), NOW)


def single(payload: object, ref: TaskRef = REF) -> TaskStatus:
    return Luma().parse(response(payload), ref)


def batch(*rows: object, refs: tuple[TaskRef, ...] = (REF,)):
    return Luma().parse_batch(response(list(rows)), refs)


def bare(state: str = "processing", **fields: object) -> dict[str, object]:
    return {"state": state, **fields}


def row(status: str = "IN_PROGRESS", **fields: object) -> dict[str, object]:
    return {"id": 7, "task_id": "t", "status": status, "data": None, **fields}


@pytest.mark.parametrize(
    "payload",
    [
        bare(id="t"),
        bare(),
        [bare()],
        bare(id=None),
        bare(id=7, task_id="t"),
        bare(id="the maker's", task_id="t"),
        row(),
        row(task_id=None),
        row(task_id="task_9", data=bare(id="t")),
        row(data=bare(id="the maker's")),
        [bare("failed", id="other"), bare(id="t")],
        [row("FAILURE", task_id="other"), row()],
        {"code": "success", "data": [bare("failed", id="other"), bare(id="t")]},
    ],
)
def test_what_is_about_the_task_or_about_none_by_name_is_taken(payload):
    assert single(payload).state is TaskState.running


@pytest.mark.parametrize(
    ("payload", "about"),
    [
        (bare(id="other"), "other"),
        (bare(id="T"), "T"),
        (bare(id=5), "5"),
        (row(task_id="other"), "other"),
        (row(task_id="task_9", data=bare(id="other")), "other, task_9"),
        ([bare(id="a"), bare(id="b")], "a, b"),
        ([bare(), bare()], "2 tasks without ids"),
        ([bare(), bare(id="other")], "other"),
        ({"code": "success", "data": row(task_id="other")}, "other"),
    ],
)
def test_an_answer_about_other_tasks_only_is_refused(payload, about):
    with pytest.raises(UnexpectedResponse, match=f"not about this task, but about {about}$") as caught:
        single(payload)
    assert caught.value.ref == REF


def test_an_id_may_come_as_a_number():
    ref = TaskRef("luma", "42")
    assert single([bare("failed", id=41), bare(id=42)], ref).state is TaskState.running
    assert batch(row(task_id=42), refs=(ref,))[ref].state is TaskState.running


@pytest.mark.parametrize("turn", [1, -1])
def test_the_rows_own_id_goes_before_the_inner_one(turn):
    rows = [row("FAILURE", task_id="other", data=bare(id="t")), row("QUEUED")][::turn]

    assert batch(*rows)[REF].state is TaskState.queued
    assert single(rows).state is TaskState.queued


def test_one_row_answers_both_of_its_names():
    makers = TaskRef("luma", "the maker's")
    answers = batch(row(data=bare(id="the maker's")), refs=(REF, makers))

    assert {ref: answer.state for ref, answer in answers.items()} == dict.fromkeys([REF, makers], TaskState.running)


def test_of_rows_that_agree_the_first_counts():
    assert batch(row(progress="10%"), row(progress="20%"))[REF].progress == 0.1


@pytest.mark.parametrize("turn", [1, -1])
def test_of_rows_that_differ_the_one_updated_last_counts(turn):
    rows = [row("IN_PROGRESS", updated_at=EARLIER), row("FAILURE", updated_at=LATER)][::turn]

    assert batch(*rows)[REF].state is TaskState.failed
    assert single(rows).state is TaskState.failed


@pytest.mark.parametrize(
    ("one", "other"), [({}, {}), ({"updated_at": LATER}, {}), ({"updated_at": LATER}, {"updated_at": LATER})]
)
def test_a_contradiction_is_named_and_is_only_that_tasks_trouble(one, other):
    neighbour = TaskRef("luma", "n")
    rows = [row("IN_PROGRESS", **one), row("FAILURE", **other), bare(id="n")]
    answers = batch(*rows, refs=(REF, neighbour))

    assert isinstance(answers[REF], UnexpectedResponse)
    assert "contradicts itself" in str(answers[REF])
    assert "saying running and failed" in str(answers[REF])
    assert answers[neighbour].state is TaskState.running
    with pytest.raises(UnexpectedResponse, match="contradicts itself"):
        single(rows)


def test_bare_objects_that_differ_contradict_each_other_too():
    assert isinstance(batch(bare(id="t"), bare("failed", id="t"))[REF], UnexpectedResponse)


@pytest.mark.parametrize("odd", [None, 5, "t", [], {}, {"id": ["t"]}, {"task_id": {}, "status": 1}])
def test_an_odd_row_is_about_nobody(odd):
    assert set(batch(odd, row())) == {REF}
