"""The simulator's own routes, for those who drive it without Python."""

from __future__ import annotations

import pytest


def test_the_overview_says_who_is_played_and_where(simulator, http):
    seen = http.get("/_simulator").json()

    assert seen["gateway_url"] == simulator.url
    assert seen["providers"]["luma"] == simulator.url_for("luma")
    assert (seen["speed"], seen["tasks"]) == (0, 0)


def test_tasks_can_be_added_one_or_many(simulator, http):
    one = http.post("/_simulator/tasks", json={"provider": "luma", "id": "a b", "outcome": "failed"})
    many = http.post("/_simulator/tasks", json=[{"provider": "luma", "count": 3}, {"provider": "luma", "dialect": "B"}])

    assert (one.status_code, one.json()) == (201, [{"ref": "luma:a%20b", "id": "a b"}])
    assert len(many.json()) == 4
    assert [task["id"] for task in http.get("/_simulator/tasks").json()] == [task.id for task in simulator.tasks]


def test_a_task_added_so_can_be_asked_for(simulator, http):
    http.post("/_simulator/tasks", json={"provider": "luma", "id": "a", "age": 9, "facts": {"prompt": "a boat"}})

    found = http.get("/luma/generations/a").json()
    assert (found["state"], found["request"]["prompt"]) == ("processing", "a boat")


@pytest.mark.parametrize(
    ("body", "explanation"),
    [
        ({"provider": "nobody"}, "'nobody' is not played here"),
        ({"provider": "luma", "outcome": "lost"}, "no outcome 'lost'"),
        ({"provider": "luma", "colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"provider": "luma", "id": "a", "count": 2}, "leave out either id or count"),
        ({}, "provider: Field required"),
        ("x", "the body: "),
    ],
)
def test_a_task_that_cannot_be_added_is_explained(http, body, explanation):
    answer = http.post("/_simulator/tasks", json=body)

    assert answer.status_code == 400
    assert explanation in answer.json()["error"]


def test_faults_can_be_set_and_cleared(simulator, http):
    simulator.add("luma", "a")
    answer = http.post("/_simulator/faults", json={"kind": "rate_limited", "route": "task", "retry_after": 7})
    assert answer.status_code == 201
    assert answer.json()[0]["options"] == {"retry_after": 7, "status": 429}
    assert http.get("/luma/generations/a").headers["retry-after"] == "7"

    assert http.delete("/_simulator/faults").status_code == 204
    assert http.get("/luma/generations/a").status_code == 200


def test_a_fault_that_does_not_exist_is_explained(http):
    answer = http.post("/_simulator/faults", json={"kind": "meteor"})

    assert answer.status_code == 400
    assert "no fault 'meteor'; there are" in answer.json()["error"]


def test_requests_are_told_with_their_counts_and_no_key(simulator, http):
    http.get("/luma/generations/a")
    http.post("/luma/tasks", json={"ids": ["a", "b"]})

    answer = http.get("/_simulator/requests", params={"last": 1})
    seen = answer.json()

    assert (seen["total"], seen["counts"]) == (2, {"luma": {"task": 1, "batch": 1}})
    assert [request["task_ids"] for request in seen["last"]] == [["a", "b"]]
    assert simulator.key not in answer.text

    assert http.delete("/_simulator/requests").status_code == 204
    assert http.get("/_simulator/requests").json()["total"] == 0


@pytest.mark.parametrize(("last", "shown"), [("0", 0), ("2", 2), ("99", 3)])
def test_as_many_requests_are_shown_as_asked_for(http, last, shown):
    for _ in range(3):
        http.get("/luma/generations/a")

    assert len(http.get("/_simulator/requests", params={"last": last}).json()["last"]) == shown


def test_the_clock_can_be_moved(simulator, http):
    before = simulator.clock.now()
    answer = http.post("/_simulator/clock", json={"advance": 60})

    assert answer.status_code == 200
    assert (simulator.clock.now() - before).total_seconds() == 60


def test_the_clock_does_not_go_back(http):
    assert http.post("/_simulator/clock", json={"advance": -1}).status_code == 400


def test_the_desk_needs_no_key_and_is_not_counted(simulator, http):
    http.headers.pop("authorization")

    assert http.get("/_simulator").status_code == 200
    assert len(simulator.requests) == 0


def test_a_desk_that_does_not_exist_is_not_found(http):
    assert http.get("/_simulator/nothing").status_code == 404
