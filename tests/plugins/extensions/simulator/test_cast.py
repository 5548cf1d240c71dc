"""Providers the simulator has never heard of are played from their plugin's class alone."""

from __future__ import annotations

import httpx
import pytest

from tidings.errors import PluginError
from tidings.testing.simulation import Reply, Route, Simulation, Stage, in_query
from tidings_simulator import Simulator


class AcmeSimulation(Simulation):
    routes = (
        Route("GET", "/v1/{route}/query", ids=in_query("task_id")),
        Route("GET", "/v1/files", name="file_of", ids=lambda asked: [asked.query["file_id"][0][5:]], render="file"),
        Route("GET", "/v1/list", name="list", ids=in_query("ids", separator=","), many=True),
    )
    stages = (Stage("waiting", 5),)
    words = {"succeeded": "done"}
    key_headers = ("x-key",)

    def render(self, task):
        return {"id": task.id, "status": task.word, "file_id": f"file-{task.id}" if task.has_succeeded else None}

    def file(self, task):
        return Reply(203, {"url": task.link("song.mp3")})

    def refusal(self, status, message):
        return Reply(status, {"detail": message})

    def not_found(self, task_id, dialect):
        return Reply(404, {"detail": f"no {task_id}"})

    def new_id(self, number):
        return str(1000 + number)


class Plugins:
    """Stands for what is installed: `acme` is played, `mute` has no simulation, `broken` does not load."""

    def names(self):
        return ["acme", "broken", "mute"]

    def provider(self, name):
        if name == "broken":
            raise PluginError("it does not load")
        return type("Maker", (), {"gateway_path": "/acme"})()

    def simulation(self, name):
        return AcmeSimulation if name == "acme" else None


@pytest.fixture
def simulator():
    with Simulator(plugins=Plugins(), speed=0) as simulator:
        yield simulator


@pytest.fixture
def http(simulator):
    with httpx.Client(base_url=simulator.url, headers={"x-key": simulator.key}, trust_env=False) as client:
        yield client


def test_a_stranger_is_played_with_two_calls_and_its_own_ids(simulator, http):
    task = simulator.add("acme", route="video", age=5)
    assert (task.id, str(task.ref)) == ("1001", "acme:video/1001")

    first = http.get("/acme/v1/video/query", params={"task_id": task.id}).json()
    second = http.get("/acme/v1/files", params={"file_id": first["file_id"]})

    assert first == {"id": "1001", "status": "done", "file_id": "file-1001"}
    assert second.status_code == 203
    assert httpx.get(second.json()["url"], trust_env=False).headers["content-type"] == "audio/mpeg"


def test_a_task_is_found_on_its_own_route_only(simulator, http):
    simulator.add("acme", "x", route="video")

    assert http.get("/acme/v1/music/query", params={"task_id": "x"}).json() == {"detail": "no x"}


def test_ids_in_the_query_make_a_batch(simulator, http):
    for task_id in ("a", "b", "c"):
        simulator.add("acme", task_id)

    found = http.get("/acme/v1/list", params={"ids": "c,x,a,c"}).json()

    assert [item["id"] for item in found] == ["a", "c"]


def test_a_request_without_an_id_is_not_found(http):
    assert http.get("/acme/v1/video/query").status_code == 404


def test_its_own_header_carries_the_key_and_its_own_words_refuse(simulator, http):
    url = f"{simulator.url}/acme/v1/list?ids=a"

    assert http.get(url).status_code == 200
    assert httpx.get(url, headers={"x-key": "no"}, trust_env=False).json() == {"detail": "无效的令牌"}


def test_what_cannot_be_played_is_skipped_with_its_reason(simulator):
    assert simulator.providers == ("acme",)
    assert simulator.skipped["broken"] == "it does not load"
    assert "no simulation" in simulator.skipped["mute"]


@pytest.mark.parametrize(("name", "error"), [("broken", PluginError), ("mute", ValueError)])
def test_what_is_asked_for_by_name_and_cannot_be_played_is_an_error(name, error):
    with pytest.raises(error):
        Simulator(plugins=Plugins(), providers=[name])


@pytest.mark.parametrize("dialects", [{"acme": "B"}, {"mute": "A"}])
def test_a_dialect_that_nobody_speaks_is_an_error(dialects):
    with pytest.raises(ValueError, match="dialect"):
        Simulator(plugins=Plugins(), dialects=dialects)
