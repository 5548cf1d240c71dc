"""What is the video endpoints' own: mixed shapes, links in odd places, files behind the key, words of many makers."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tidings.errors import TaskNotFound, UnexpectedResponse
from tidings.model import TaskRef, TaskState
from tidings.testing import load_samples
from tidings.wire import Response
from tidings_gateway_video.provider import GatewayVideo

GATEWAY = GatewayVideo()
NOW = datetime(2026, 1, 1, tzinfo=UTC)
REF = TaskRef("gateway-video", "task_a")
LINK = "https://cdn.example.com/v.mp4"
CONTENT = "/v1/videos/task_a/content"


def read(payload, ref=REF):
    body = json.dumps(payload).encode()
    return GATEWAY.parse(Response(200, {"content-type": "application/json"}, body, NOW), ref)


def row(status="SUCCESS", **fields):
    return {"code": "success", "data": {"task_id": "task_a", "status": status, "fail_reason": "", **fields}}


def links(payload):
    return [output.url for output in read(payload).outputs]


@pytest.mark.parametrize(("route", "path"), [(None, "/v1/video/generations/a%2Fb"), ("videos", "/v1/videos/a%2Fb")])
def test_the_route_chooses_the_endpoint(route, path):
    assert GATEWAY.request(TaskRef("gateway-video", "a/b", route=route)).path == path


@pytest.mark.parametrize("sample", load_samples("tidings_gateway_video"), ids=str)
def test_what_is_read_does_not_depend_on_the_route(sample):
    [ref] = sample.refs
    [exchange] = sample.exchanges
    if sample.is_answered and "error" not in sample.expect[ref]:
        there, back = (
            GATEWAY.parse(exchange.response(), TaskRef("gateway-video", ref.id, route=route))
            for route in (None, "videos")
        )
        assert there.model_copy(update={"ref": ref}) == back.model_copy(update={"ref": ref})


PLACES = [
    {"result_url": LINK},
    {"url": LINK},
    {"video_url": LINK},
    {"output_url": LINK},
    {"metadata": {"url": LINK}},
    {"fail_reason": LINK},
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: next(iter(place)))
def test_a_link_is_found_wherever_the_gateway_puts_it(place):
    assert links(row(**place)) == [LINK]
    if "fail_reason" not in place:
        assert links({"id": "task_a", "status": "completed", **place}) == [LINK]


@pytest.mark.parametrize("number", range(len(PLACES)))
def test_of_several_places_the_better_one_counts(number):
    worse = json.loads(json.dumps(PLACES[number + 1 :]).replace(LINK, "https://worse.example/v.mp4"))
    fields = {name: value for place in [PLACES[number], *worse] for name, value in place.items()}

    assert links(row(**fields)) == [LINK]


@pytest.mark.parametrize(
    "data",
    [
        {"code": 0, "data": {"task_result": {"videos": [{"id": "1", "url": LINK}]}}},
        {"file": {"download_url": LINK}, "file_id": "7"},
        {"task": {"content": {"url": LINK}}},
        {"content": {"video_url": LINK}},
        {"assets": {"video": LINK, "image": "https://x/cover.png"}},
        {"video": {"url": "https://x/watermarked.mp4", "download_url": LINK}},
        {"output": [LINK]},
        {"output": LINK},
        {"output": {"video_url": LINK}},
        {"creations": [{"url": LINK, "cover_url": "https://x/cover.png"}]},
        {"data": {"video_url": LINK}},
        {"result": {"sample": LINK}},
        {"url": LINK},
    ],
)
def test_the_makers_own_object_is_the_last_place_to_look(data):
    assert links(row(data=data)) == [LINK]
    assert links(row(data=data, result_url="https://x/own.mp4")) == ["https://x/own.mp4"]


def test_several_results_of_one_task_are_all_given_once_each():
    assert links(row(data={"output": [LINK, "https://x/2.mp4", LINK]})) == [LINK, "https://x/2.mp4"]


@pytest.mark.parametrize(
    "data",
    [
        {"input": LINK},
        {"url": "https://x/start-frame.png"},
        {"output": ["soon", None, 5]},
        {"image": {"url": LINK}},
        LINK,
    ],
)
def test_what_may_not_be_the_result_is_not_taken_for_it(data):
    [output] = read(row(data=data)).outputs

    assert (output.url, output.needs_key) == (CONTENT, True)


@pytest.mark.parametrize(
    "link",
    [
        f"https://gateway.example.com{CONTENT}",
        f"http://gateway.example.com/below{CONTENT}",
        CONTENT,
        "/v1/tasks/task_a/artifacts/video/content",
        f"https://gateway.example.com{CONTENT}?variant=video",
    ],
)
def test_what_the_gateway_itself_serves_needs_the_key(link):
    [output] = read(row(result_url=link)).outputs

    assert (output.url, output.needs_key) == (link, True)


@pytest.mark.parametrize(
    "link",
    [
        LINK,
        "https://gateway.example.com/v1/tasks/task_a/artifacts/video/content?access=pass",
        f"https://cdn.example.com/x?from={CONTENT}",
        f"https://cdn.example.com{CONTENT}/more",
    ],
)
def test_other_links_do_not_need_it(link):
    [output] = read(row(result_url=link)).outputs

    assert (output.url, output.needs_key) == (link, False)


@pytest.mark.parametrize(
    "payload",
    [
        row(),
        {"task_id": "task_a", "status": "SUCCESS", "fail_reason": "", "platform": "50"},
        {"id": "task_a", "object": "video", "status": "completed", "progress": 100},
        {"task_id": "task_a", "status": "succeeded", "url": "", "format": "mp4"},
        row(fail_reason="done in 40 s"),
        {"id": "task_a", "status": "completed", "metadata": {"url": "no link"}},
        {"id": "task_a", "status": "completed", "url": "data:video/mp4;base64,AAAA"},
    ],
)
def test_a_success_without_a_link_lies_where_the_gateway_serves_it(payload):
    status = read(payload)

    assert (status.state, status.failure, status.missing_outputs) == (TaskState.succeeded, None, None)
    assert [(output.url, output.needs_key, output.role) for output in status.outputs] == [(CONTENT, True, "primary")]


def test_an_id_is_quoted_in_the_path_of_its_file():
    ref = TaskRef("gateway-video", "a/b?c")

    assert read({"id": "a/b?c", "status": "completed"}, ref).outputs[0].url == "/v1/videos/a%2Fb%3Fc/content"


@pytest.mark.parametrize("status", ["NOT_START", "IN_PROGRESS", "FAILURE", "cancelled", "expired"])
def test_nothing_but_a_success_has_results(status):
    assert links(row(status, result_url=LINK, fail_reason=LINK)) == []


def test_a_link_beside_an_unknown_word_is_kept_as_a_preview():
    status = read(row("MARINATED", result_url=LINK))

    assert [(output.url, output.role) for output in status.outputs] == [(LINK, "preview")]


def test_the_links_own_end_counts_before_the_gateways():
    signed = f"{LINK}?X-Amz-Date=20260101T000000Z&X-Amz-Expires=60"
    payload = {"id": "task_a", "status": "completed", "expires_at": 1893456000}

    assert read({**payload, "url": signed}).outputs[0].expires_at == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    assert read({**payload, "url": LINK}).outputs[0].expires_at == datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "measures"),
    [
        ({"size": "1280x720", "seconds": "4"}, (1280, 720, 4.0)),
        ({"size": "720X1280", "seconds": 5.5}, (720, 1280, 5.5)),
        ({"size": "0x0", "seconds": "-1"}, (None, None, None)),
        ({"size": "large", "seconds": "some"}, (None, None, None)),
        ({"metadata": {"width": 512, "height": 256, "duration": 5}}, (512, 256, 5.0)),
        ({"metadata": [], "size": None}, (None, None, None)),
    ],
)
def test_size_and_length_are_told(fields, measures):
    [output] = read({"id": "task_a", "status": "completed", "url": LINK, **fields}).outputs

    assert (output.width, output.height, output.duration) == measures


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"progress": 0}, TaskState.pending),
        ({"progress": "0%"}, TaskState.pending),
        ({"progress": 0, "error": None}, TaskState.pending),
        ({"progress": 1}, TaskState.unknown),
        ({"progress": 0, "error": {"message": "odd"}}, TaskState.unknown),
        ({}, TaskState.unknown),
    ],
)
def test_unknown_is_pending_only_of_a_task_that_has_not_started(fields, state):
    assert read({"id": "task_a", "object": "video", "status": "unknown", **fields}).state is state


def test_a_rows_unknown_is_not_settled_whatever_its_progress():
    assert read(row("UNKNOWN", progress="0%")).state is TaskState.unknown


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Succeed", TaskState.succeeded),
        ("complete", TaskState.succeeded),
        ("Success", TaskState.succeeded),
        ("Ready", TaskState.succeeded),
        ("THROTTLED", TaskState.queued),
        ("Preparing", TaskState.pending),
        ("Fail", TaskState.failed),
        ("SUBMITTED", TaskState.queued),
        ("moderating", TaskState.unknown),
    ],
)
def test_makers_words_come_through_in_any_case(word, state):
    assert read(row(word)).state is state
    assert read({"task_id": "task_a", "status": word}).raw_state == word


@pytest.mark.parametrize(
    ("payload", "message", "code"),
    [
        (row("FAILURE", fail_reason="request failed"), "request failed", None),
        ({"id": "task_a", "status": "failed", "error": {"code": 400, "message": "no"}}, "no", "400"),
        ({"id": "task_a", "status": "failed", "error": "plain text"}, "plain text", None),
        ({"id": "task_a", "status": "failed", "error": None, "metadata": {"url": "rejected"}}, "rejected", None),
        ({"id": "task_a", "status": "failed", "error": []}, "", None),
    ],
)
def test_a_failure_is_told_in_whatever_place(payload, message, code):
    failure = read(payload).failure

    assert (failure.message, failure.provider_code) == (message, code)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("Content policy violation: inappropriate content detected", "moderated_input"),
        ("Failure to pass the risk control system", "moderated_input"),
        ("output new_sensitive", "moderated_output"),
        ("insufficient_user_quota", "quota"),
        ("request failed", "provider_error"),
    ],
)
def test_failures_are_told_apart_by_the_words_of_the_makers_behind_the_gateway(reason, code):
    assert read(row("FAILURE", fail_reason=reason)).failure.code == code


def test_completed_at_counts_only_at_the_end():
    payload = {"id": "task_a", "object": "video", "created_at": 1767225600, "completed_at": 1767225660}

    assert read({**payload, "status": "in_progress"}).finished_at is None
    assert read({**payload, "status": "completed"}).finished_at == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "payload",
    [
        {"id": "video_2", "task_id": "task_b", "status": "completed"},
        {"id": "video_2", "status": "completed"},
        {"code": "success", "data": {"id": "task_a", "task_id": "task_b", "status": "SUCCESS", "fail_reason": ""}},
    ],
)
def test_an_answer_about_another_task_is_not_taken_for_this_ones(payload):
    with pytest.raises(UnexpectedResponse, match="not about this task"):
        read(payload)


@pytest.mark.parametrize("ids", [{"id": "video_1", "task_id": "task_a"}, {"id": "task_a", "task_id": "8300"}, {}])
def test_either_id_will_do_and_none_as_well(ids):
    assert read({**ids, "object": "video", "status": "queued"}).state is TaskState.queued


@pytest.mark.parametrize(
    "payload",
    [
        {"code": "success", "message": "", "data": None},
        {"code": "success", "data": [{"status": "SUCCESS"}]},
        {"task_id": "task_a", "status": "", "url": ""},
        {"error": {"message": "something"}},
        [],
    ],
)
def test_an_answer_without_a_state_is_no_pending_task(payload):
    with pytest.raises(UnexpectedResponse, match="names no state"):
        read(payload)


def test_a_refusal_with_status_200_is_one():
    with pytest.raises(TaskNotFound):
        read({"code": "task_not_exist", "message": "task_not_exist", "data": None})
