"""What is particular about Runway behind gateways: which shape it is, whose link counts, and how a 200 refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tidings.errors import (
    InvalidRef,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    TaskNotFound,
    Unauthorized,
    UnexpectedResponse,
)
from tidings.model import TaskRef, TaskState
from tidings.wire import Response
from tidings_runway_reverse.provider import RunwayReverse

NOW = datetime(2025, 1, 1, tzinfo=UTC)
REF = TaskRef("runway-reverse", "t1")
VIDEO, RAW, OTHER = "http://cdn.example/v.mp4", "https://cdn.example/raw.mp4", "https://gw.example/o.mp4"


def response(payload: object, *, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(payload).encode(), NOW)


def feed(status: object = "3", **fields: object) -> dict[str, object]:
    return {"code": 200, "msg": "成功", "data": {"task_id": "t1", "status": status, **fields}, "exec_time": 0}


def wrapped(status: str = "SUCCESS", **fields: object) -> dict[str, object]:
    return {"code": "success", "message": "", "data": {"task_id": "t1", "status": status, "fail_reason": "", **fields}}


def web(status: object = "SUCCEEDED", **fields: object) -> dict[str, object]:
    return {"task": {"id": "t1", "status": status, "artifacts": [], **fields}}


def rejected(code: str) -> dict[str, object]:
    return {"failure": "No.", "failureCode": code}


def read(payload: object, ref: TaskRef = REF):
    return RunwayReverse().parse(response(payload), ref)


def error(payload: object, *, status: int = 200):
    return RunwayReverse().error(response(payload, status=status))


def links(status) -> list[tuple[str, str]]:
    return [(output.url, output.role) for output in status.outputs]


@pytest.mark.parametrize(
    ("route", "method", "path", "body"),
    [
        (None, "POST", "/runway/feed", {"task_id": "a/b"}),
        ("v1", "POST", "/runway/v1/feed", {"task_id": "a/b"}),
        ("tasks", "GET", "/runway/tasks/a%2Fb", None),
        ("pro/tasks", "GET", "/pro/runway/tasks/a%2Fb", None),
    ],
)
def test_the_route_says_what_is_asked(route, method, path, body):
    ref = TaskRef("runway-reverse", "a/b", route=route)
    request = RunwayReverse().request(ref)

    RunwayReverse().validate_ref(ref)
    assert (request.method, request.path, request.json) == (method, path, body)


def test_another_route_is_refused():
    with pytest.raises(InvalidRef, match="v1, tasks, pro/tasks"):
        RunwayReverse().validate_ref(TaskRef("runway-reverse", "t1", route="feed"))


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("0", TaskState.pending),
        ("1", TaskState.running),
        ("2", TaskState.failed),
        ("3", TaskState.succeeded),
        (3, TaskState.succeeded),
        ("4", TaskState.unknown),
    ],
)
def test_the_feeds_numbers_are_words(word, state):
    status = read(feed(word, video_url=VIDEO))

    assert (status.state, status.raw_state) == (state, str(word))


def test_a_word_in_state_counts_only_where_status_has_none():
    assert read(feed("1", state="whatever")).state is TaskState.running
    assert read(feed(None, state="SUCCEEDED", video_url=VIDEO)).state is TaskState.succeeded


@pytest.mark.parametrize("code", [200, 200.0, "200"])
def test_a_good_code_may_come_as_any_number(code):
    assert read({**feed("1"), "code": code}).state is TaskState.running


@pytest.mark.parametrize("payload", [feed(None), feed(""), feed([]), web(None), web(""), {"task": None}, {"task": []}])
def test_an_answer_without_a_status_is_not_taken_for_a_pending_task(payload):
    with pytest.raises(UnexpectedResponse, match="names no status"):
        read(payload)


@pytest.mark.parametrize("data", [None, []])
def test_an_empty_envelope_knows_no_such_task(data):
    for envelope in ({"code": 200, "msg": "", "data": data}, {"code": "success", "message": "", "data": data}):
        with pytest.raises(TaskNotFound):
            read(envelope)


@pytest.mark.parametrize("time", ["1724313052", 1724313052, "2024-08-22T07:50:52Z"])
def test_the_feeds_times_are_texts_of_seconds(time):
    assert read(feed("1", create_time=time)).submitted_at == datetime(2024, 8, 22, 7, 50, 52, tzinfo=UTC)


@pytest.mark.parametrize("unset", ["0", 0, "", None, "odd"])
def test_a_time_that_is_not_set_is_none(unset):
    assert read(feed("0", create_time=unset)).submitted_at is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"video_url": VIDEO, "raw_video_url": RAW}, [(VIDEO, "primary"), (RAW, "raw")]),
        ({"video_url": VIDEO, "raw_video_url": VIDEO}, [(VIDEO, "primary")]),
        ({"video_url": None, "raw_video_url": RAW}, [(RAW, "primary")]),
        ({"video_url": "processing"}, []),
        ({}, []),
    ],
)
def test_the_raw_copy_counts_where_there_is_no_other(fields, expected):
    assert links(read(feed("3", **fields))) == expected


def test_stills_are_never_primary():
    status = read(feed("3", video_url=VIDEO, poster="http://cdn.example/p.jpg", last_frame="http://cdn.example/l.jpg"))

    assert [(output.kind, output.role) for output in status.outputs] == [
        ("video", "primary"),
        ("image", "thumbnail"),
        ("image", "preview"),
    ]


def test_a_video_shown_before_the_end_is_a_preview():
    assert links(read(feed("1", video_url=VIDEO))) == [(VIDEO, "preview")]
    assert links(read(web("RUNNING", artifacts=[{"url": VIDEO}]))) == [(VIDEO, "preview")]


@pytest.mark.parametrize(
    "fields",
    [
        {"result_url": OTHER},
        {"fail_reason": OTHER},
        {"video_url": OTHER},
        {"data": {"id": "t1", "output": [OTHER]}},
        {"data": {"id": "t1", "output": [None, "odd", 5, OTHER]}},
        {"data": {"id": "t1", "video_url": OTHER}},
        {"data": {"id": "t1", "result_url": OTHER}},
        {"data": {"task": {"id": "t1", "artifacts": [{"url": OTHER}]}}},
        {"data": {"id": "t1", "output": [OTHER]}, "result_url": "https://gw.example/copy.mp4"},
    ],
)
def test_a_wrapped_success_has_its_link_in_one_of_many_places(fields):
    status = read(wrapped(**fields))

    assert (status.state, status.failure) == (TaskState.succeeded, None)
    assert links(status) == [(OTHER, "primary")]


@pytest.mark.parametrize(
    ("artifact", "kind"),
    [
        ({"url": VIDEO}, "video"),
        ({"url": "https://cdn.example/a", "filename": "Gen-3.mp4"}, "video"),
        ({"url": "https://cdn.example/a", "filename": "still.png"}, "image"),
        ({"url": "https://cdn.example/a.webp", "filename": None}, "image"),
        ({"url": "https://cdn.example/a", "filename": 5}, "video"),
    ],
)
def test_an_artifact_is_of_the_kind_its_link_or_its_name_looks_like(artifact, kind):
    [output] = read(web(artifacts=[artifact])).outputs

    assert (output.kind, output.role) == (kind, "primary")


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"duration": 8.1, "size": {"width": 2816, "height": 1536}}, (2816, 1536, 8.1)),
        ({"duration": 8.1, "dimensions": [2816, 1536]}, (2816, 1536, 8.1)),
        ({"duration": "odd", "dimensions": "odd", "size": "odd"}, (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_an_artifacts_measures_stand_in_its_metadata(metadata, expected):
    [output] = read(web(artifacts=[{"url": VIDEO, "metadata": metadata}])).outputs

    assert (output.width, output.height, output.duration) == expected


@pytest.mark.parametrize("artifacts", [None, "odd", {}, [None], [{"url": None, "previewUrls": None}], [5]])
def test_odd_artifacts_leave_a_success_without_outputs(artifacts):
    status = read(web(artifacts=artifacts))

    assert (status.state, status.outputs, status.missing_outputs) == (TaskState.succeeded, (), "none")


@pytest.mark.parametrize(("ratio", "expected"), [("0.33", 0.33), ("1", 1.0), (0.5, 0.5), ("", None), ("odd", None)])
def test_progress_is_a_fraction_as_text(ratio, expected):
    assert read(web("RUNNING", progressRatio=ratio)).progress == expected


@pytest.mark.parametrize(
    ("row", "inner", "expected"),
    [("30%", {"progress": 0.42}, 0.42), ("30%", {}, 0.3), (30, None, 0.3), ("0%", {"progressRatio": "0.5"}, 0.5)],
)
def test_a_records_percentage_goes_behind_runways_fraction(row, inner, expected):
    assert read(wrapped("IN_PROGRESS", progress=row, data=inner)).progress == expected


def test_a_waiting_task_tells_its_place_and_how_long():
    status = read(web("THROTTLED", placeInLine=3, estimatedTimeToStartSeconds=12.5))

    assert (status.state, status.queue_position, status.estimated_wait) == (TaskState.queued, 3, 12.5)
    assert read(web("RUNNING", placeInLine=-1, estimatedTimeToStartSeconds=-1)).estimated_wait is None


@pytest.mark.parametrize(
    ("payload", "code", "message"),
    [
        (feed("2", msg="generation failed"), "provider_error", "generation failed"),
        (feed("2", msg=None), "provider_error", ""),
        (web("FAILED", progressText="Too busy."), "provider_error", "Too busy."),
        (web("FAILED", error={"errorMessage": "Rejected.", "reason": "?"}), "provider_error", "Rejected."),
        (web("FAILED", error={"message": "Rejected."}), "provider_error", "Rejected."),
        (web("FAILED", error="Rejected."), "provider_error", "Rejected."),
        (web("FAILED", error={"odd": None}), "provider_error", ""),
        (wrapped("FAILURE", fail_reason="no luck"), "provider_error", "no luck"),
        (wrapped("FAILURE", fail_reason="x", data=rejected("SAFETY.INPUT.TEXT")), "moderated_input", "No."),
        (wrapped("FAILURE", data=rejected("INPUT_PREPROCESSING.SAFETY.TEXT")), "moderated_input", "No."),
        (wrapped("FAILURE", data=rejected("SAFETY.OUTPUT.VIDEO")), "moderated_output", "No."),
        (wrapped("FAILURE", fail_reason="SAFETY.INPUT.TEXT: no"), "moderated_input", "SAFETY.INPUT.TEXT: no"),
    ],
)
def test_a_failure_says_why_where_its_shape_has_a_place_for_it(payload, code, message):
    status = read(payload)

    assert (status.state, status.failure.code, status.failure.message) == (TaskState.failed, code, message)


@pytest.mark.parametrize(
    ("outer", "inner", "state", "raw_state"),
    [
        ("QUEUED", "PENDING", TaskState.queued, "QUEUED"),
        ("FAILURE", "RUNNING", TaskState.failed, "FAILURE"),
        ("UNKNOWN", "THROTTLED", TaskState.queued, "THROTTLED"),
        ("", "1", TaskState.running, "1"),
        ("", None, TaskState.pending, ""),
        ("UNKNOWN", None, TaskState.unknown, "UNKNOWN"),
    ],
)
def test_the_records_word_goes_before_runways_own(outer, inner, state, raw_state):
    status = read(wrapped(outer, data={"id": "t1", "status": inner}))

    assert (status.state, status.raw_state) == (state, raw_state)


@pytest.mark.parametrize(
    ("payload", "asked"),
    [
        (feed("1", task_id="T1"), "t1"),
        (feed("1", task_id=None), "t1"),
        (feed("1", id=13917), "t1"),
        (wrapped("IN_PROGRESS", id=13917, task_id="task_9", data={"id": "t1", "status": "RUNNING"}), "t1"),
        (wrapped("IN_PROGRESS", id=13917, task_id="t1", data={"id": "the maker's", "status": "RUNNING"}), "t1"),
        (web("RUNNING", id=42), "42"),
        (web("RUNNING", id=None), "t1"),
    ],
)
def test_either_id_of_a_task_will_do(payload, asked):
    assert read(payload, TaskRef("runway-reverse", asked)).state is TaskState.running


@pytest.mark.parametrize(
    "payload",
    [feed("3", task_id="other"), wrapped(task_id="other"), web(id="other"), wrapped(task_id="other", id="t1")],
)
def test_an_answer_about_another_task_is_refused(payload):
    with pytest.raises(UnexpectedResponse, match="not about this task, but about other"):
        read(payload)


@pytest.mark.parametrize(
    ("code", "msg", "kind"),
    [
        (401, "invalid token", Unauthorized),
        (403, "额度不足", QuotaExhausted),
        (404, "gone", TaskNotFound),
        (429, "slow down", RateLimited),
        (500, "busy", ProviderUnavailable),
        (500, "任务不存在", TaskNotFound),
        (400, "Task not found", TaskNotFound),
        (400, "渠道不存在", UnexpectedResponse),
        (-1, "参数错误", UnexpectedResponse),
        (0, "odd", UnexpectedResponse),
        (1001, "odd", UnexpectedResponse),
        ("500", "busy", ProviderUnavailable),
    ],
)
def test_a_code_that_is_not_200_is_an_error_though_http_says_200(code, msg, kind):
    found = error({"code": code, "msg": msg, "data": None})

    assert type(found) is kind
    assert (found.message, found.status_code) == (msg, 200)


@pytest.mark.parametrize("payload", [feed("1"), wrapped(), web(), {"code": True}, {"code": None}, [], None])
def test_a_good_answer_is_no_error(payload):
    assert error(payload) is None


def test_the_gateways_own_error_word_counts_in_either_status():
    envelope = {"code": "task_not_exist", "message": "task_not_exist", "data": None}

    assert type(error(envelope, status=400)) is TaskNotFound
    with pytest.raises(TaskNotFound):
        read(envelope)


def test_an_id_that_is_no_uuid_names_no_task():
    text = "id: The id specified in this URL must be a UUID"

    assert type(error({"error": text}, status=400)) is TaskNotFound
    assert type(error({"error": "prompt is missing"}, status=400)) is UnexpectedResponse


def test_a_404_about_the_route_is_not_about_the_task():
    found = error({"error": {"message": "Invalid URL (GET /pro/runway/tasks/t1): task route not found"}}, status=404)

    assert (type(found), found.no_route) == (UnexpectedResponse, True)
