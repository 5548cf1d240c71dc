"""Each fault over a real socket: what the client gets to see."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tidings.wire import signed_url_expiry
from tidings_simulator.faults import KINDS


def one(http, task_id):
    return http.get(f"/luma/generations/{task_id}")


def many(http, *task_ids):
    return http.post("/luma/tasks", json={"ids": list(task_ids)})


def ids(response):
    return [row["task_id"] for row in response.json()["data"] or []]


@pytest.fixture
def task(simulator):
    return simulator.add("luma", "a", dialect="C").id


def test_late_hides_a_task_until_it_is_old_enough(simulator, http, task):
    simulator.faults.add("late", seconds=30)
    assert one(http, task).json()["code"] == "task_not_exist"
    assert ids(many(http, task)) == []

    simulator.advance(30)

    assert one(http, task).json()["id"] == task
    assert ids(many(http, task)) == [task]


def test_an_unknown_word_stands_in_the_states_place(simulator, http, task):
    simulator.faults.add("unknown_word", word="MARINATING", task=task, times=2)
    simulator.add("luma", "b", dialect="A")

    assert one(http, task).json()["state"] == "MARINATING"
    assert [row["status"] for row in many(http, task, "b").json()["data"]] == ["MARINATING", "NOT_START"]
    assert one(http, task).json()["state"] == "pending"


def test_an_unknown_word_replaces_the_gateways_own(simulator, http):
    simulator.add("luma", "b", dialect="A")
    simulator.faults.add("unknown_word", task="b")

    assert [row["status"] for row in many(http, "b").json()["data"]] == ["MARINATING"]


def test_dropped_ids_are_missing_from_a_batch_only(simulator, http, task):
    simulator.add("luma", "b", dialect="A")
    simulator.faults.add("drop", task=task)

    assert ids(many(http, task, "b")) == ["b"]
    assert one(http, task).status_code == 200


def test_links_die_early_on_demand_and_are_refused_then(simulator, http):
    simulator.add("luma", "f", dialect="F", age=600)
    simulator.faults.add("expire_links", seconds=30)

    url = one(http, "f").json()["video"]["download_url"]
    assert signed_url_expiry(url) <= simulator.clock.now() + timedelta(seconds=30)
    assert http.get(url).status_code == 200

    simulator.advance(31)
    answer = http.get(url)
    assert answer.status_code == 403
    assert "Request has expired" in answer.text


def test_a_storm_of_429_ends_after_so_many_requests(simulator, http, task):
    simulator.faults.add("rate_limited", times=3)

    answers = [one(http, task) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [429, 429, 429, 200]
    assert "retry-after" not in answers[0].headers
    assert answers[0].json()["error"]["type"] == "new_api_error"


def test_a_429_says_when_to_come_again_on_demand(simulator, http, task):
    simulator.faults.add("rate_limited", retry_after=7)

    assert one(http, task).headers["retry-after"] == "7"


@pytest.mark.parametrize("status", [500, 502, 503])
def test_server_errors(simulator, http, task, status):
    simulator.faults.add("server_error", status=status)

    assert one(http, task).status_code == status


def test_a_web_page_comes_with_status_200(simulator, http, task):
    simulator.faults.add("html")
    answer = one(http, task)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>")


def test_a_redirect_goes_to_another_host_that_hears_what_is_sent(simulator, http, task):
    simulator.faults.add("redirect", times=1)

    location = one(http, task).headers["location"]
    assert location == f"{simulator.url.replace('127.0.0.1', 'localhost')}/luma/generations/a"

    with httpx.Client(trust_env=False) as stranger:
        stranger.get(location)
    assert [seen.had_key for seen in simulator.requests] == [True, False]


def test_a_redirect_goes_where_it_is_told(simulator, http, task):
    simulator.faults.add("redirect", to="https://elsewhere.example/", status=307)
    answer = one(http, task)

    assert (answer.status_code, answer.headers["location"]) == (307, "https://elsewhere.example/")


@pytest.mark.parametrize(
    ("status", "content"), [(404, "Invalid URL (POST /luma/tasks)"), (405, ""), (200, "<!doctype html>")]
)
def test_the_batch_route_is_missing_while_the_single_one_works(simulator, http, task, status, content):
    simulator.faults.add("no_batch", status=status)
    answer = many(http, task)

    assert answer.status_code == status
    assert content in answer.text
    assert one(http, task).status_code == 200


def test_a_poisonous_id_spoils_every_batch_it_is_in(simulator, http, task):
    simulator.add("luma", "b", dialect="A")
    simulator.faults.add("poison", task=task)

    assert many(http, "b", task).status_code == 400
    assert many(http, "b").status_code == 200
    assert one(http, task).status_code == 200


def test_an_empty_body(simulator, http, task):
    simulator.faults.add("empty")
    answer = one(http, task)

    assert (answer.status_code, answer.content) == (200, b"")


def test_truncated_json_is_announced_as_whole(simulator, http, task):
    whole = one(http, task).content
    simulator.faults.add("truncated")
    answer = one(http, task)

    assert answer.content == whole[: len(whole) // 2]
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_the_key_is_echoed_in_the_errors_text(simulator, http, task):
    simulator.faults.add("leak_key", status=403)
    answer = one(http, task)

    assert answer.status_code == 403
    assert simulator.key in answer.json()["error"]["message"]


def test_any_reply_at_all(simulator, http, task):
    simulator.faults.add("reply", status=418, body={"teapot": True}, headers={"x-short": "stout"})
    answer = one(http, task)

    assert (answer.status_code, answer.json(), answer.headers["x-short"]) == (418, {"teapot": True}, "stout")


def test_hanging_up_gives_no_answer_at_all(simulator, http, task):
    simulator.faults.add("hang_up", times=1)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        one(http, task)

    assert one(http, task).status_code == 200
    assert [seen.status for seen in simulator.requests] == [0, 200]


def test_a_cut_answer_ends_in_the_middle_of_its_body(simulator, http, task):
    simulator.faults.add("cut", after=10, times=1)
    with pytest.raises(httpx.RemoteProtocolError, match="received 10 bytes"):
        one(http, task)

    assert one(http, task).status_code == 200


def test_a_slow_answer_takes_its_time(simulator, http, task):
    simulator.faults.add("slow", seconds=0.05, times=1)
    began = time.monotonic()
    one(http, task)

    assert time.monotonic() - began >= 0.05


def test_a_slow_answer_outlives_a_short_timeout_but_not_the_client(simulator, http, task):
    simulator.faults.add("slow", seconds=3600, times=1)

    with pytest.raises(httpx.ReadTimeout):
        http.get("/luma/generations/a", timeout=httpx.Timeout(20, read=0.05))
    assert one(http, task).status_code == 200


def test_a_dripping_answer_outlives_a_read_timeout_and_arrives_whole(simulator, http, task):
    simulator.faults.add("drip", seconds=0.0001, times=1)
    simulator.faults.add("reply", body="slowly", times=1)

    assert one(http, task).text == "slowly"


def test_a_dripping_answer_can_be_cut(simulator, http, task):
    simulator.faults.add("drip", seconds=0.0001)
    simulator.faults.add("cut", after=3)

    with pytest.raises(httpx.RemoteProtocolError, match="received 3 bytes"):
        one(http, task)


def test_stopping_waits_for_no_slow_or_dripping_answer(simulator, task):
    simulator.faults.add("drip", seconds=3600)
    key = {"Authorization": f"Bearer {simulator.key}"}
    with httpx.Client(trust_env=False) as http, http.stream("GET", f"{simulator.url}/luma/generations/a", headers=key):
        simulator.stop()  # hangs here if it waits


def test_two_faults_at_once_spoil_one_answer_together(simulator, http, task):
    simulator.faults.add("server_error", status=503)
    simulator.faults.add("truncated")

    answer = one(http, task)
    assert answer.status_code == 503
    with pytest.raises(ValueError):
        answer.json()


def test_files_can_be_cut_too(simulator, http):
    simulator.add("luma", "f", dialect="F", age=600)
    url = one(http, "f").json()["video"]["download_url"]
    simulator.faults.add("cut", route="file", times=1)

    with pytest.raises(httpx.RemoteProtocolError):
        http.get(url)
    assert http.get(url).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fault_has_a_test_here(kind):
    assert f'faults.add("{kind}"' in Path(__file__).read_text()
