"""What is MiniMax's own: two calls, three APIs, refusals with status 200, and file ids in odd places."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tidings.errors import FetchError, QuotaExhausted, TaskNotFound, Unauthorized, UnexpectedResponse
from tidings.model import TaskRef, TaskState
from tidings.wire import Response
from tidings_minimax.provider import MiniMax

MINIMAX = MiniMax()
NOW = datetime(2026, 1, 1, tzinfo=UTC)
REF = TaskRef("minimax", "176843862716480")
GOOD = {"status_code": 0, "status_msg": "success"}
DONE = {"task_id": REF.id, "status": "Success", "file_id": "77", "base_resp": GOOD}


def said(payload, status=200) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(payload).encode(), NOW)


def _response(answer):
    return answer if isinstance(answer, Response) else said(answer)


def ask(*answers, ref=REF):
    """The requests of the whole conversation, and the answer."""
    flow, responses = MINIMAX.flow([ref]), [None, *map(_response, answers)]
    requests = []
    try:
        for response in responses:
            requests.append(flow.send(response))  # noqa: PERF401  # what was asked is wanted also when it ends
    except StopIteration as stop:
        return requests, stop.value[ref]
    raise AssertionError(f"it goes on asking: {requests[-1]}")


@pytest.mark.parametrize(
    ("route", "path", "query"),
    [
        (None, "/v1/query/video_generation", {"task_id": "a b"}),
        ("v1", "/v1/query/video_generation", {"task_id": "a b"}),
        ("template", "/v1/query/video_template_generation", {"task_id": "a b"}),
        ("v2", "/v2/query/video_generation/a%20b", {}),
    ],
)
def test_each_route_is_an_address_of_its_own(route, path, query):
    request = MINIMAX.request(TaskRef("minimax", "a b", route=route))

    assert (request.path, request.query) == (path, query)


@pytest.mark.parametrize("file_id", ["77", 77])
def test_the_file_is_asked_for_by_its_id_be_it_a_text_or_a_number(file_id):
    requests, status = ask({**DONE, "file_id": file_id}, {"file": {"download_url": "https://x/v.mp4"}})

    assert [(request.path, dict(request.query)) for request in requests[1:]] == [
        ("/v1/files/retrieve", {"file_id": "77"})
    ]
    assert status.state is TaskState.succeeded
    assert status.raw["file"] == {"download_url": "https://x/v.mp4"}


@pytest.mark.parametrize("word", ["Preparing", "Queueing", "Processing", "Fail"])
def test_no_file_is_asked_for_before_a_success(word):
    requests, _ = ask({**DONE, "status": word})

    assert len(requests) == 1


def test_no_file_is_asked_for_when_the_gateway_has_merged_it():
    data = {**DONE, "file": {"download_url": "https://x/v.mp4"}}
    row = {"task_id": REF.id, "status": "SUCCESS", "fail_reason": "77", "data": data}

    requests, status = ask({"code": "success", "data": row})

    assert len(requests) == 1
    assert (status.state, status.failure) == (TaskState.succeeded, None)


def test_the_query_alone_is_no_success_as_long_as_the_file_is_unknown():
    status = MINIMAX.parse(said(DONE), REF)

    assert (status.state, status.raw_state, status.missing_outputs) == (TaskState.running, "Success", None)


@pytest.mark.parametrize(
    "answer",
    [
        said({"base_resp": {"status_code": 1024, "status_msg": "internal error"}}),
        said({"base_resp": {"status_code": 2013, "status_msg": "invalid params"}}),
        said({"message": "no such file"}, 404),
        said({}, 503),
        Response(200, {}, b'{"file": {"downl', NOW),
    ],
    ids=["trouble", "not known", "404", "503", "cut short"],
)
def test_a_file_that_cannot_be_had_now_loses_nothing_and_fails_nothing(answer):
    with pytest.raises(FetchError) as caught:
        ask(DONE, answer)

    assert caught.value.retryable
    assert not isinstance(caught.value, TaskNotFound), "the task is known: it is its file that is not"
    assert caught.value.last_status.raw_state == "Success"


def test_a_key_refused_for_the_file_is_refused():
    with pytest.raises(Unauthorized) as caught:
        ask(DONE, {"base_resp": {"status_code": 1004, "status_msg": "login fail"}})

    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("told", "link"),
    [
        ("www.downloadurl.com", "https://www.downloadurl.com"),
        ("cdn.example.com:8443/a/v.mp4?x=1", "https://cdn.example.com:8443/a/v.mp4?x=1"),
        ("http://x/v.mp4", "http://x/v.mp4"),
    ],
)
def test_a_link_without_its_scheme_is_one_all_the_same(told, link):
    _, status = ask(DONE, {"file": {"download_url": told}})

    assert [output.url for output in status.outputs] == [link]


@pytest.mark.parametrize("told", ["being prepared", "soon", "", None, 5, "ftp://x/v.mp4", "..", "javascript:x"])
def test_what_is_no_link_is_none(told):
    _, status = ask(DONE, {"file": {"download_url": told}})

    assert (status.state, status.outputs) == (TaskState.running, ())


def test_the_backup_is_taken_only_where_the_link_is_missing():
    both = {"download_url": "https://x/v.mp4", "backup_download_url": "https://y/v.mp4"}

    assert [output.url for output in ask(DONE, {"file": both})[1].outputs] == ["https://x/v.mp4"]
    assert [output.url for output in ask(DONE, {"file": {**both, "download_url": None}})[1].outputs] == [
        "https://y/v.mp4"
    ]


def test_only_a_templates_link_lives_nine_hours_by_rule():
    template = TaskRef("minimax", REF.id, route="template")
    _, inline = ask({"task_id": REF.id, "status": "Success", "video_url": "https://x/v.mp4"}, ref=template)
    _, file = ask(DONE, {"file": {"download_url": "https://x/v.mp4"}})

    assert inline.outputs[0].expires_at == NOW + timedelta(hours=9)
    assert file.outputs[0].expires_at is None


def test_a_code_beside_a_state_is_the_tasks_and_without_one_the_requests():
    reason = {"status_code": 1008, "status_msg": "insufficient balance"}
    _, status = ask({"task_id": REF.id, "status": "Fail", "base_resp": reason})

    assert (status.failure.code, status.failure.provider_code) == ("quota", "1008")
    with pytest.raises(QuotaExhausted, match="insufficient balance"):
        ask({"task_id": "", "status": "", "base_resp": reason})


def test_a_code_beside_v2s_state_is_the_tasks_too():
    reason = {"status_code": 1000, "status_msg": "unknown error"}
    _, status = ask({"task": {"id": REF.id, "status": "running"}, "base_resp": reason})

    assert status.state is TaskState.running


def test_a_reason_without_a_code_is_told_and_the_text_success_is_none():
    failed = {"task_id": REF.id, "status": "Fail"}

    told = ask({**failed, "base_resp": {"status_msg": "output new_sensitive"}})[1].failure
    untold = ask({**failed, "base_resp": GOOD})[1].failure

    assert (told.code, told.provider_code) == ("moderated_output", None)
    assert (untold.code, untold.message) == ("provider_error", "")


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_code_counts_before_the_http_status(status):
    refused = said({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, status)

    assert isinstance(MINIMAX.error(refused), QuotaExhausted)


@pytest.mark.parametrize("payload", [{"task_id": "1", "status": "Success"}, {"task": {"id": "1", "status": "queued"}}])
def test_an_answer_about_another_task_is_not_taken_for_this_ones(payload):
    with pytest.raises(UnexpectedResponse, match="about 1"):
        ask(payload)


@pytest.mark.parametrize(
    "payload",
    [
        {"code": "success", "data": {"task_id": REF.id, "data": DONE}},
        {"code": "success", "data": None},
        {"task_id": REF.id, "status": None, "base_resp": GOOD},
        {"task": None},
        {"type": "error", "error": {"message": "overloaded"}},
    ],
)
def test_an_answer_without_a_state_is_no_pending_task(payload):
    with pytest.raises(UnexpectedResponse, match="names no state"):
        ask(payload)


def test_a_file_id_in_fail_reason_is_used_where_the_row_has_nothing_else():
    row = {"task_id": REF.id, "status": "SUCCESS", "fail_reason": "77", "data": None}
    requests, status = ask({"code": "success", "data": row}, {"file": {"download_url": "https://x/v.mp4"}})

    assert requests[1].query == {"file_id": "77"}
    assert status.raw == {**row, "data": {"file": {"download_url": "https://x/v.mp4"}}}
    assert status.state is TaskState.succeeded
