"""The server as a user meets it: tasks living, keys, paths nobody has, files, counts."""

from __future__ import annotations

import threading

import httpx
import pytest

from tidings_simulator import Simulator
from tidings_simulator.media import file_for


def state(http, task):
    return http.get(f"/luma/generations/{task.id}").json()["state"]


def test_a_task_lives_through_its_states_as_time_is_moved(simulator, http):
    task = simulator.add("luma", dialect="C", durations={"pending": 5, "processing": 20})

    seen = []
    for _ in range(4):
        seen.append(state(http, task))
        simulator.advance(10)

    assert seen == ["pending", "processing", "processing", "completed"]


@pytest.mark.tidings_simulator(speed=1e6)
def test_a_task_lives_by_itself_on_a_running_clock(simulator, http):
    task = simulator.add("luma", dialect="C")

    assert any(state(http, task) == "completed" for _ in range(10_000))


def test_a_task_can_be_some_way_along_already(simulator, http):
    assert state(http, simulator.add("luma", dialect="C", age=10)) == "processing"


def test_a_stuck_task_stays_where_it_is(simulator, http):
    task = simulator.add("luma", dialect="C", durations={"processing": float("inf")})
    simulator.advance(1e9)

    assert state(http, task) == "processing"


def test_ids_are_the_same_in_every_run_and_different_from_each_other(simulator):
    ids = [simulator.add("luma").id for _ in range(3)]
    with Simulator() as other:
        assert [other.add("luma").id for _ in range(3)] == ids

    assert len(set(ids)) == 3


@pytest.mark.parametrize("task_id", ["a/b", "a b", "日本", "..", "a%2Fb", "q?x=1#y"])
def test_any_id_can_be_created_and_asked_for(simulator, http, task_id):
    from tidings.wire import segment

    simulator.add("luma", task_id)

    path = f"/luma/generations/{segment(task_id)}".replace("/..", "/%2E%2E")
    assert http.get(path).json()["id"] == task_id


def test_a_task_added_again_begins_again(simulator, http):
    simulator.add("luma", "a", dialect="C", age=600)
    task = simulator.add("luma", "a", dialect="C")

    assert state(http, task) == "pending"
    assert len(simulator.tasks) == 1


@pytest.mark.parametrize(
    ("said", "explanation"),
    [
        ({"provider": "nobody"}, "'nobody' is not played here; played: .*luma"),
        ({"provider": "luma", "outcome": "lost"}, "no outcome 'lost'; there are succeeded, failed"),
        ({"provider": "luma", "dialect": "Z"}, "no dialect 'Z'; there are 'A'"),
        ({"provider": "luma", "durations": {"waiting": 1}}, "no stage 'waiting'; there are pending, "),
    ],
)
def test_what_cannot_be_added_is_refused_with_what_can(simulator, said, explanation):
    with pytest.raises(ValueError, match=explanation):
        simulator.add(**said)


@pytest.mark.parametrize(("header", "message"), [({}, "未提供令牌"), ({"Authorization": "Bearer wrong"}, "无效的令牌")])
def test_without_the_key_the_gateways_envelope_refuses(simulator, header, message):
    simulator.add("luma", "a")
    answer = httpx.get(f"{simulator.url}/luma/generations/a", headers=header, trust_env=False)

    assert answer.status_code == 401
    assert answer.json()["error"] == {"message": message, "type": "new_api_error"}
    assert [(seen.status, seen.had_key) for seen in simulator.requests] == [(401, False)]


@pytest.mark.tidings_simulator(key=None)
def test_without_a_key_of_its_own_it_wants_none(simulator):
    simulator.add("luma", "a")

    assert httpx.get(f"{simulator.url}/luma/generations/a", trust_env=False).status_code == 200


def test_the_key_is_in_no_repr(simulator):
    assert simulator.key not in repr(simulator) + repr(simulator._world) + repr(list(simulator.requests))


def test_a_path_that_no_provider_has_is_a_web_page_as_at_a_gateway(http, simulator):
    answer = http.get("/nobody/knows")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert simulator.requests.count(provider="") == 1


def test_below_its_own_api_a_gateway_answers_404_in_json(http):
    answer = http.get("/v1/nothing")

    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "Invalid URL (GET /v1/nothing)"


def test_a_body_that_is_not_json_asks_for_nothing(http):
    answer = http.post("/luma/tasks", content=b"{")

    assert answer.json()["data"] is None


def test_a_body_of_many_pieces_is_read_whole(simulator, http):
    ids = [f"{number:09}" for number in range(20_000)]
    simulator.add("luma", ids[-1])

    rows = http.post("/luma/tasks", json={"ids": ids}).json()["data"]

    assert [row["task_id"] for row in rows] == [ids[-1]]


def test_a_provider_has_an_address_of_its_own_beside_the_gateways(simulator, http):
    simulator.add("luma", "a")

    assert http.get(f"{simulator.url_for('luma')}/luma/generations/a").status_code == 200


def test_files_can_be_downloaded_without_a_key_and_are_counted_apart(simulator, http):
    simulator.add("luma", "a", dialect="F", age=600)
    url = http.get("/luma/generations/a").json()["video"]["download_url"]

    answer = httpx.get(url, trust_env=False)

    assert (answer.headers["content-type"], answer.content) == file_for("mp4")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert len(simulator.requests) == 1
    assert [(seen.route, seen.task_ids, seen.had_key) for seen in simulator.downloads] == [("file", ("a",), False)]


@pytest.mark.parametrize("path", ["luma/nobody/video.mp4", "luma", ""])
def test_a_file_of_no_task_is_not_there(http, path):
    answer = http.get(f"/_simulator/files/{path}")

    assert answer.status_code == 404
    assert "<Code>NoSuchKey</Code>" in answer.text


def test_requests_are_counted_by_route(simulator, http):
    simulator.add("luma", "a", dialect="C")
    for _ in range(3):
        http.get("/luma/generations/a")
    http.post("/luma/tasks", json={"ids": ["a", "b"]})

    assert simulator.requests.counts == {"luma": {"task": 3, "batch": 1}}
    assert simulator.requests.count(route="task") == 3
    assert simulator.requests.count(provider="luma") == len(simulator.requests) == 4
    assert simulator.requests[-1].task_ids == ("a", "b")

    simulator.requests.clear()
    assert len(simulator.requests) == 0


def test_many_clients_at_once_are_all_answered_and_counted(simulator):
    simulator.add("luma", "a")

    def ask():
        with httpx.Client(headers={"Authorization": f"Bearer {simulator.key}"}, trust_env=False) as client:
            for _ in range(20):
                client.get(f"{simulator.url}/luma/generations/a").raise_for_status()

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert simulator.requests.count(route="task") == 100


def test_once_stopped_its_port_is_free_again(simulator):
    port = int(simulator.url.rpartition(":")[2])
    simulator.stop()
    simulator.stop()

    with Simulator(port=port) as again:
        assert again.url == simulator.url


def test_one_that_was_never_started_can_be_stopped():
    Simulator().stop()


def test_a_taken_port_is_an_error(simulator):
    with pytest.raises(OSError, match="in use"):
        Simulator(port=int(simulator.url.rpartition(":")[2]))


@pytest.mark.tidings_simulator(dialects={"luma": "D"})
def test_a_server_speaks_the_dialect_it_is_told(simulator, http):
    simulator.add("luma", "a")

    assert "queue_state" in http.get("/luma/generations/a").json()
