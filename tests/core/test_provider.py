"""What a provider inherits: its conversation, the reading of errors and words, and which refs it takes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import (
    FetchError,
    InvalidRef,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    TaskNotFound,
    Unauthorized,
    UnexpectedResponse,
    Unreachable,
)
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.provider import Limits, Provider, bearer
from tidings.wire import Request, Response, segment

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Plain(Provider):
    """The least a provider can be."""

    name = "plain"
    title = "Plain"
    states = {"": TaskState.pending, "DONE": TaskState.succeeded, "done_but": TaskState.running}

    def request(self, ref):
        return Request("GET", f"/tasks/{segment(ref.id)}")

    def parse(self, response, ref):
        state, raw = self.read_state(response.json()["state"])
        return TaskStatus(ref=ref, state=state, raw_state=raw, observed_at=response.received_at)


class Batching(Plain):
    limits = Limits(batch=10)

    def batch_request(self, refs):
        return Request("POST", "/tasks", json=[ref.id for ref in refs])

    def parse_batch(self, response, refs):
        found = response.json()
        return {
            ref: TaskStatus(ref=ref, state=found[ref.id], observed_at=response.received_at)
            for ref in refs
            if ref.id in found
        }


class RowByRow(Plain):
    limits = Limits(batch=10)

    def batch_request(self, refs):
        return Request("POST", "/tasks", json=[ref.id for ref in refs])

    def rows(self, response, refs):
        return {ref: response.json()[ref.id] for ref in refs if ref.id in response.json()}

    def parse_row(self, row, ref, response):
        if row is None:
            raise UnexpectedResponse("an odd row", ref=ref)
        return TaskStatus(ref=ref, state=row, observed_at=response.received_at)


def response(payload: object = None, status: int = 200, **headers: str) -> Response:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, NOW)


def converse(provider: Provider, refs: list[TaskRef], *answers: Response):
    """What was asked, and what the conversation returned."""
    flow, asked, waiting = provider.flow(refs), [], list(answers)
    try:
        asked.append(next(flow))
        while True:
            asked.append(flow.send(waiting.pop(0)))
    except StopIteration as stop:
        return asked, stop.value


REF = TaskRef("plain", "a/b")
OTHER = TaskRef("plain", "c")


class TestFlow:
    def test_one_task_is_asked_for_alone_with_its_id_quoted(self):
        asked, answers = converse(Batching(), [REF], response({"state": "DONE"}))
        assert asked == [Request("GET", "/tasks/a%2Fb")]
        assert answers[REF].state is TaskState.succeeded

    def test_several_are_asked_for_together_and_those_not_mentioned_are_left_out(self):
        asked, answers = converse(Batching(), [REF, OTHER], response({"c": "running"}))
        assert asked == [Request("POST", "/tasks", json=["a/b", "c"])]
        assert {ref: status.state for ref, status in answers.items()} == {OTHER: TaskState.running}

    def test_a_bad_answer_is_our_error_before_it_is_parsed(self):
        with pytest.raises(RateLimited):
            converse(Plain(), [REF], response(status=429))

    def test_several_without_a_batch_call_is_the_authors_mistake_and_says_so(self):
        with pytest.raises(NotImplementedError, match=r"plain has limits\.batch > 1 but no batch_request"):
            Plain().batch_request([REF])
        with pytest.raises(NotImplementedError, match=r"plain has limits\.batch > 1 but neither rows nor parse_"):
            Plain().parse_batch(response(), [REF])
        with pytest.raises(NotImplementedError, match="plain has rows but no parse_row"):
            Plain().parse_row({}, REF, response())

    def test_one_odd_row_is_its_tasks_trouble_alone(self):
        answers = RowByRow().parse_batch(response({"a/b": "running", "c": None}), [REF, OTHER])
        assert answers[REF].state is TaskState.running
        assert isinstance(answers[OTHER], UnexpectedResponse)


class TestStates:
    @pytest.mark.parametrize(
        ("word", "state", "raw"),
        [
            ("DONE", TaskState.succeeded, "DONE"),
            ("done", TaskState.succeeded, "done"),
            (" Done_But ", TaskState.running, "Done_But"),
            ("", TaskState.pending, ""),
            (None, TaskState.pending, ""),
            ("resting", TaskState.unknown, "resting"),
            (3, TaskState.unknown, "3"),
            (False, TaskState.unknown, "False"),
            ([], TaskState.unknown, "[]"),
            ({"state": "DONE"}, TaskState.unknown, "{'state': 'DONE'}"),
        ],
    )
    def test_a_word_is_looked_up_and_never_guessed(self, word, state, raw):
        assert Plain().read_state(word) == (state, raw)

    @given(st.text())
    def test_no_word_raises(self, word):
        assert Plain().read_state(word)[0] in TaskState

    def test_each_class_has_its_own_words(self):
        class Other(Plain):
            states = {"done": TaskState.failed}

        assert Plain().read_state("Done")[0] is TaskState.succeeded
        assert Other().read_state("Done")[0] is TaskState.failed


GONE = {"code": "task_not_exist", "message": "task_not_exist", "data": None}
NO_MONEY = {"error": {"message": "该令牌额度已用尽", "type": "new_api_error"}}
INVALID_URL = {"error": {"message": "Invalid URL (GET /v1/x)", "type": "invalid_request_error", "code": ""}}
PAGE = b"<!doctype html><title>New API</title>"


class TestErrors:
    @pytest.mark.parametrize("status", [200, 201, 204])
    def test_a_good_status_is_no_error(self, status):
        answer = response(status=status)
        assert Plain().error(answer) is None
        assert Plain().checked(answer) is answer

    @pytest.mark.parametrize(
        ("status", "payload", "kind", "retryable"),
        [
            (301, None, UnexpectedResponse, False),
            (400, {"message": "bad"}, UnexpectedResponse, False),
            (400, GONE, TaskNotFound, False),
            (401, None, Unauthorized, False),
            (401, NO_MONEY, QuotaExhausted, False),
            (402, None, QuotaExhausted, False),
            (403, None, Unauthorized, False),
            (403, {"error": {"code": "insufficient_user_quota", "message": "no"}}, QuotaExhausted, False),
            (404, {"detail": "no such task"}, TaskNotFound, False),
            (404, b"", TaskNotFound, False),
            (404, PAGE, UnexpectedResponse, False),
            (404, INVALID_URL, UnexpectedResponse, False),
            (404, b"404 page not found\n", UnexpectedResponse, False),
            (405, {"detail": "Method Not Allowed"}, UnexpectedResponse, False),
            (408, None, Unreachable, True),
            (410, None, TaskNotFound, False),
            (418, None, UnexpectedResponse, False),
            (425, None, RateLimited, True),
            (429, b"", RateLimited, True),
            (429, PAGE, RateLimited, True),
            (429, NO_MONEY, QuotaExhausted, False),
            (500, {"code": "get_task_failed", "message": "sql"}, ProviderUnavailable, True),
            (500, NO_MONEY, ProviderUnavailable, True),
            (500, GONE, TaskNotFound, False),
            (501, {"code": "not_implemented"}, UnexpectedResponse, False),
            (502, PAGE, ProviderUnavailable, True),
            (503, None, ProviderUnavailable, True),
            (599, None, ProviderUnavailable, True),
        ],
    )
    def test_each_status_and_body_has_its_error(self, status, payload, kind, retryable):
        error = Plain().error(response(payload, status=status))
        assert type(error) is kind
        assert (error.retryable, error.status_code, error.provider) == (retryable, status, "plain")
        with pytest.raises(kind):
            Plain().checked(response(payload, status=status))

    @pytest.mark.parametrize(
        ("status", "payload"), [(404, PAGE), (404, INVALID_URL), (405, {}), (501, PAGE), (404, b"404 page not found")]
    )
    def test_a_missing_route_is_marked_and_says_to_check_the_url(self, status, payload):
        error = Plain().error(response(payload, status=status))
        assert error.no_route
        assert "check the URL" in str(error)

    @pytest.mark.parametrize(("status", "payload"), [(400, GONE), (400, {"message": "bad"}), (302, PAGE)])
    def test_other_answers_are_about_the_task_not_the_route(self, status, payload):
        assert not getattr(Plain().error(response(payload, status=status)), "no_route", False)

    def test_the_bodys_own_words_are_the_message_and_the_status_stands_in_for_none(self):
        assert str(Plain().error(response({"message": "try later"}, status=503))) == "try later"
        assert str(Plain().error(response({}, status=503))) == "the server answered 503"
        assert str(Plain().error(response(PAGE, status=503))) == "the server answered 503"

    def test_what_the_server_asks_to_wait_is_kept(self):
        assert Plain().error(response(status=429, retry_after="7")).retry_after == 7.0
        assert Plain().error(response(status=503)).retry_after is None

    def test_a_provider_adds_its_own_codes(self):
        class Odd(Plain):
            error_codes = {"1004": Unauthorized}

        assert type(Odd().error(response({"code": 1004}, status=400))) is Unauthorized

    @given(st.integers(100, 599), st.binary(max_size=80))
    def test_any_bad_answer_is_one_of_our_errors(self, status, body):
        error = Plain().error(response(body, status=status))
        assert error is None if 200 <= status < 300 else isinstance(error, FetchError)


class Routed(Plain):
    name = "routed"
    routes = ("text2video", "v2")
    hosts = ("bfl.ai",)


class TestRefs:
    def test_an_id_needs_no_permission(self):
        Plain().validate_ref(TaskRef("plain", "a/b"))

    def test_a_route_is_taken_only_where_it_is_declared(self):
        Routed().validate_ref(TaskRef("routed", "a", route="v2"))
        with pytest.raises(InvalidRef, match="routed does not know the route 'v9'; it takes one of text2video, v2"):
            Routed().validate_ref(TaskRef("routed", "a", route="v9"))
        with pytest.raises(InvalidRef, match=r"takes none \(write / in an id as %2F\)"):
            Plain().validate_ref(TaskRef("plain", "a", route="v2"))

    def test_a_star_takes_any_route(self):
        class Any(Plain):
            routes = ("*",)

        Any().validate_ref(TaskRef("plain", "a", route="fal-ai/flux/dev"))

    @pytest.mark.parametrize(
        "url",
        [
            "https://bfl.ai/x",
            "https://api.eu.BFL.ai/v1/get_result?id=1",
            "https://api.bfl.ai:443/x",
            "https://api.bfl.ai",
        ],
    )
    def test_a_link_at_the_makers_own_host_is_taken(self, url):
        Routed().validate_ref(TaskRef("routed", url))

    @pytest.mark.parametrize(
        "url",
        [
            "http://api.bfl.ai/x",
            "https://bfl.ai.example.com/x",
            "https://notbfl.ai/x",
            "https://example.com/bfl.ai",
            "https://example.com#.bfl.ai",
            "https://example.com?.bfl.ai",
            "https://example.com\\.bfl.ai/x",
            "https://example.com\\@api.bfl.ai/x",
            "https://user@api.bfl.ai/x",
            "https://api.bfl.ai@example.com/x",
            "https://api.bfl.ai:8443/x",
            "https://api.bfl.ai:99999/x",
            "https://[::1/x",
            "https://api.bfl.ai./x",
            "https://example.com%2F.bfl.ai/x",
            "https:///x",
        ],
    )
    def test_a_link_anywhere_else_is_refused_because_the_key_would_follow(self, url):
        with pytest.raises(InvalidRef, match=r"links only at bfl\.ai over https"):
            Routed().validate_ref(TaskRef("routed", url))

    def test_a_provider_without_hosts_takes_no_link(self):
        with pytest.raises(InvalidRef, match="plain takes no links, only ids"):
            Plain().validate_ref(TaskRef("plain", "https://bfl.ai/x"))


def test_the_usual_key_is_a_bearer():
    assert bearer("k", 0.0) == {"Authorization": "Bearer k"}
    assert Plain.auth is bearer
    assert Plain().gateway_auth("k", 0.0) == {"Authorization": "Bearer k"}


def test_request_and_parse_have_to_be_written():
    with pytest.raises(TypeError, match="abstract"):
        Provider()


class Families(Routed):
    route_required = True
    hosts = ("maker.example",)
    route_limits = {"v2": Limits(batch=7)}


class TestRoutes:
    def test_where_the_route_is_part_of_the_address_an_id_alone_is_refused_with_the_routes(self):
        with pytest.raises(
            InvalidRef, match="routed needs a route before the id: routed:ROUTE/ID, one of text2video, v2"
        ):
            Families().validate_ref(TaskRef("routed", "a"))
        Families().validate_ref(TaskRef("routed", "a", route="v2"))
        Families().validate_ref(TaskRef("routed", "https://api.maker.example/tasks/a"))

    def test_a_route_has_the_providers_limits_unless_it_has_its_own(self):
        provider = Families()
        assert provider.limits_for("v2").batch == 7
        assert provider.limits_for(None) == provider.limits_for("text2video") == provider.limits
