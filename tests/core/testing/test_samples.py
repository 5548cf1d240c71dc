"""Sample files are read whole, refused by file and field, and compared with what a provider asks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tidings.errors import PluginError
from tidings.model import TaskRef
from tidings.testing import load_samples
from tidings.testing.samples import RECORDED_AT
from tidings.wire import Request

GOOD = {
    "source": "the docs",
    "request": {"method": "GET", "path": "/jobs/1"},
    "response": {"status": 200, "headers": {"X-Seen": "yes"}, "json": {"id": "1"}},
    "expect": {"acme:1": {"state": "running"}},
}


@pytest.fixture
def write(tmp_path: Path):
    def write_sample(name: str = "one", **changes: object) -> Path:
        text = json.dumps({key: value for key, value in {**GOOD, **changes}.items() if value is not ...})
        (tmp_path / f"{name}.json").write_text(text)
        return tmp_path

    return write_sample


def exchange(folder: Path):
    return load_samples(folder)[0].exchanges[0]


def test_a_sample_is_read_whole(write):
    (sample,) = load_samples(write())

    assert (sample.name, sample.source, sample.include) == ("one", "the docs", None)
    assert sample.refs == (TaskRef("acme", "1"),)
    assert sample.expect[TaskRef("acme", "1")] == {"state": "running"}
    assert sample.is_answered
    response = sample.exchanges[0].response()
    assert (response.status, response.json(), response.received_at) == (200, {"id": "1"}, RECORDED_AT)
    assert response.headers == {"x-seen": "yes", "content-type": "application/json"}


def test_samples_come_sorted_by_name(write):
    for name in ("b", "c", "a"):
        folder = write(name)

    assert [str(sample) for sample in load_samples(folder)] == ["a", "b", "c"]


def test_samples_are_found_in_a_package():
    assert all(ref.provider == "luma" for sample in load_samples("tidings_luma") for ref in sample.refs)


@pytest.mark.parametrize("where", ["no_such_package", "json", Path("/nonexistent")])
def test_no_samples_is_an_error_that_says_where_they_belong(where):
    with pytest.raises(PluginError, match=r"no package 'no_such_package'|into its folder samples/"):
        load_samples(where)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": ""}, "source: String should have at least 1 character"),
        ({"source": ...}, "source: Field required"),
        ({"sauce": "x"}, "sauce: Extra inputs are not permitted"),
        ({"request": {"method": "PUT", "path": "/"}}, "request.method: Input should be 'GET' or 'POST'"),
        ({"request": {"method": "GET", "path": "jobs"}}, "request.path: String should match pattern"),
        ({"request": ...}, "the file: give either request and response, or exchanges"),
        ({"exchanges": [{}]}, "exchanges.0.request: Field required"),
        ({"response": {"status": 99}}, "response.status: Input should be greater than or equal to 100"),
        ({"response": {"status": 200, "json": 1, "text": "1"}}, "response: give either json or text, not both"),
        ({"expect": {}}, "expect: Dictionary should have at least 1 item"),
        ({"expect": {"acme": {}}}, "expect.acme: 'acme' does not name a task"),
        ({"expect": {"acme:1": {"sate": "running"}}}, "expect.acme:1: sate: not among action,"),
        ({"expect": {"acme:1": {"error": "Oops"}}}, "expect.acme:1: error: 'Oops' is not the name of a FetchError"),
        ({"expect": {"acme:1": {"error": "WaitTimeout"}}}, "'WaitTimeout' is not the name of a FetchError"),
        ({"expect": {"acme:1": {"error": "RateLimited", "state": 1}}}, "expect.acme:1: state: not among error,"),
    ],
)
def test_a_malformed_sample_is_refused_by_file_and_field(write, changes, said):
    with pytest.raises(PluginError) as caught:
        load_samples(write(**changes))

    assert "one.json: " in str(caught.value)
    assert said in str(caught.value)


def test_a_file_that_is_no_json_is_refused_by_name(tmp_path):
    (tmp_path / "broken.json").write_text("{")

    with pytest.raises(PluginError, match=r"broken\.json: not JSON"):
        load_samples(tmp_path)


def test_null_is_a_body_and_nothing_is_none(write):
    assert exchange(write(response={"status": 200, "json": None})).content == b"null"
    assert exchange(write(response={"status": 200})).content == b""
    assert exchange(write(response={"status": 200, "text": "ok"})).content == b"ok"


def test_several_exchanges_are_kept_in_order(write):
    one = {"request": {"method": "GET", "path": "/a"}, "response": {"status": 200, "json": 1}}
    two = {"request": {"method": "POST", "path": "/b", "body": {"x": 1}}, "response": {"status": 200, "json": 2}}
    (sample,) = load_samples(write(request=..., response=..., exchanges=[one, two]))

    assert [found.payload for found in sample.exchanges] == [1, 2]
    assert sample.exchange_for(Request("POST", "/b", json={"x": 1})) is sample.exchanges[1]
    assert sample.exchange_for(Request("POST", "/b", json={"x": 2})) is None


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Request("GET", "/jobs/1"), []),
        (Request("POST", "/jobs/1"), ["method: the sample has 'GET', the provider 'POST'"]),
        (Request("GET", "/jobs/2"), ["path: the sample has '/jobs/1', the provider '/jobs/2'"]),
        (Request("GET", "/jobs/1", query={"a": "b"}), ["query: the sample has {}, the provider {'a': 'b'}"]),
        (Request("GET", "/jobs/1", json=[]), ["body: the sample has None, the provider []"]),
    ],
)
def test_what_sets_a_request_apart_is_said(write, asked, expected):
    assert exchange(write()).differences(asked) == expected


def test_a_query_may_stand_in_the_path(write):
    recorded = exchange(write(request={"method": "GET", "path": "/jobs?id=a%2Fb&x="}))

    assert recorded.differences(Request("GET", "/jobs", query={"id": "a/b", "x": ""})) == []
    assert recorded.differences(Request("GET", "/jobs?id=a%2Fb", query={"x": ""})) == []


def test_what_was_recorded_at_a_gateway_matches_behind_its_prefix(write):
    recorded = exchange(write(request={"method": "GET", "path": "/acme/jobs/1"}))

    assert recorded.differences(Request("GET", "/jobs/1"), prefix="/acme") == []
    assert recorded.differences(Request("GET", "/acme/jobs/1")) == []
    assert recorded.differences(Request("GET", "/jobs/1")) != []


def test_a_refused_exchange_is_no_answer(write):
    (sample,) = load_samples(write(response={"status": 401, "json": {}}))

    assert not sample.is_answered
