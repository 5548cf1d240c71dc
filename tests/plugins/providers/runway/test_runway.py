"""What is particular about Runway: its header, its failure codes, how long links work, and what a gateway wraps."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tidings.errors import TaskNotFound, UnexpectedResponse
from tidings.model import TaskRef, TaskState
from tidings.wire import Response
from tidings_runway.provider import Runway

NOW = datetime(2025, 1, 1, tzinfo=UTC)
ID = "d2e3d1f4-1b3c-4b5c-8d46-1c1d7ee86892"
REF = TaskRef("runway", ID)
LINK, OTHER = "https://cdn.example/a.mp4", "https://gw.example/b.mp4"


def response(payload: object, *, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(payload).encode(), NOW)


def bare(status: object = "SUCCEEDED", **fields: object) -> dict[str, object]:
    return {"id": ID, "status": status, "createdAt": "2024-06-27T19:49:32.335Z", **fields}


def wrapped(status: str = "SUCCESS", **fields: object) -> dict[str, object]:
    return {"code": "success", "message": "", "data": {"task_id": ID, "status": status, "fail_reason": "", **fields}}


def read(payload: object, ref: TaskRef = REF):
    return Runway().parse(response(payload), ref)


def links(status) -> list[tuple[str, str, str]]:
    return [(output.url, output.kind, output.role) for output in status.outputs]


def test_the_version_is_sent_with_every_request_and_is_no_part_of_the_key():
    request = Runway().request(REF)

    assert (request.method, request.path) == ("GET", f"/v1/tasks/{ID}")
    assert request.headers == {"X-Runway-Version": "2024-11-06"}
    assert Runway().auth("k", 0.0) == {"Authorization": "Bearer k"}


@pytest.mark.parametrize(
    ("code", "cause", "retryable"),
    [
        ("SAFETY.INPUT.TEXT", "moderated_input", False),
        ("SAFETY.INPUT.IMAGE", "moderated_input", False),
        ("SAFETY.OUTPUT.VIDEO", "moderated_output", False),
        ("INPUT_PREPROCESSING.SAFETY.TEXT", "moderated_input", False),
        ("INPUT_PREPROCESSING.INTERNAL", "provider_error", True),
        ("ASSET.INVALID", "invalid_request", False),
        ("INTERNAL", "provider_error", True),
        ("INTERNAL.BAD_OUTPUT.CODE01", "provider_error", True),
        ("THIRD_PARTY.UNAVAILABLE", "provider_error", True),
        ("SOMETHING.NEW", "provider_error", None),
    ],
)
def test_a_failure_code_means_a_cause_and_whether_to_try_again(code, cause, retryable):
    failure = read(bare("FAILED", failure="It went wrong.", failureCode=code)).failure

    assert (failure.code, failure.retryable) == (cause, retryable)
    assert (failure.provider_code, failure.message) == (code, "It went wrong.")


def test_a_text_is_not_taken_for_another_code_than_the_one_given():
    failure = read(bare("FAILED", failure="See our internal policy.", failureCode="SOMETHING.NEW")).failure

    assert (failure.code, failure.retryable) == ("provider_error", None)


@pytest.mark.parametrize("failure", [None, "", 5, {"odd": 1}, ["odd"]])
def test_a_failure_without_readable_words_is_still_one(failure):
    status = read(bare("FAILED", failure=failure))

    assert (status.state, status.failure.code) == (TaskState.failed, "provider_error")


def test_a_gateways_text_may_quote_the_code():
    failure = read(wrapped("FAILURE", fail_reason="SAFETY.OUTPUT.VIDEO: rejected")).failure

    assert (failure.code, failure.provider_code) == ("moderated_output", None)
    assert failure.message == "SAFETY.OUTPUT.VIDEO: rejected"


def test_runways_own_words_go_before_the_gateways():
    failure = read(
        wrapped("FAILURE", fail_reason="task failed", data=bare("FAILED", failure="Prompt rejected."))
    ).failure

    assert failure.message == "Prompt rejected."


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ([LINK], [(LINK, "video", "primary")]),
        (LINK, [(LINK, "video", "primary")]),
        (["https://cdn.example/a.png?_jwt=x"], [("https://cdn.example/a.png?_jwt=x", "image", "primary")]),
        (["https://cdn.example/a.mp3"], [("https://cdn.example/a.mp3", "audio", "primary")]),
        (["https://cdn.example/no-suffix"], [("https://cdn.example/no-suffix", "video", "primary")]),
        ([None, 5, {"url": LINK}, "no link", LINK], [(LINK, "video", "primary")]),
        ([LINK, LINK], [(LINK, "video", "primary")]),
    ],
)
def test_links_are_of_the_kind_they_look_like_and_videos_when_they_do_not_tell(output, expected):
    assert links(read(bare(output=output))) == expected


@pytest.mark.parametrize("output", [None, [], {}, "no link", 5])
def test_a_success_without_a_link_is_one_and_says_that_there_is_none(output):
    status = read(bare(output=output))

    assert (status.state, status.outputs, status.missing_outputs) == (TaskState.succeeded, (), "none")


def test_a_bare_link_works_a_day_from_the_answer_on_and_a_wrapped_one_nobody_knows_how_long():
    assert read(bare(output=[LINK])).outputs[0].expires_at == NOW + timedelta(hours=24)
    assert read(wrapped(data=bare(output=[LINK]))).outputs[0].expires_at is None


def test_a_link_shown_before_the_end_is_a_preview():
    assert links(read(bare("RUNNING", output=[LINK]))) == [(LINK, "video", "preview")]


@pytest.mark.parametrize(
    "fields",
    [
        {"result_url": OTHER},
        {"fail_reason": OTHER},
        {"video_url": OTHER},
        {"data": bare(video_url=OTHER)},
        {"result_url": OTHER, "data": bare(output=[])},
    ],
)
def test_the_gateways_own_link_counts_where_runway_names_none(fields):
    assert links(read(wrapped(**fields))) == [(OTHER, "video", "primary")]


def test_runways_link_goes_before_the_gateways():
    assert links(read(wrapped(result_url=OTHER, data=bare(output=[LINK])))) == [(LINK, "video", "primary")]


@pytest.mark.parametrize(
    ("outer", "inner", "state", "raw_state"),
    [
        ("IN_PROGRESS", "SUCCEEDED", TaskState.running, "IN_PROGRESS"),
        ("FAILURE", "RUNNING", TaskState.failed, "FAILURE"),
        ("UNKNOWN", "THROTTLED", TaskState.queued, "THROTTLED"),
        ("", "RUNNING", TaskState.running, "RUNNING"),
        ("", None, TaskState.pending, ""),
        ("THROTTLED", "THROTTLED", TaskState.queued, "THROTTLED"),
    ],
)
def test_the_records_word_goes_before_runways_own(outer, inner, state, raw_state):
    status = read(wrapped(outer, data=bare(inner)))

    assert (status.state, status.raw_state) == (state, raw_state)


@pytest.mark.parametrize(
    ("row", "own", "expected"), [("30%", 0.42, 0.42), ("30%", None, 0.3), ("", "odd", None), ("100%", 0, 0.0)]
)
def test_runways_own_progress_goes_before_the_gateways(row, own, expected):
    assert read(wrapped("IN_PROGRESS", progress=row, data=bare("RUNNING", progress=own))).progress == expected


@pytest.mark.parametrize("status", [None, "", [], {}, True])
def test_a_bare_answer_without_a_status_is_not_taken_for_a_pending_task(status):
    with pytest.raises(UnexpectedResponse, match="names no status"):
        read(bare(status))


@pytest.mark.parametrize("data", [None, [], {}, ""])
def test_an_empty_envelope_knows_no_such_task(data):
    with pytest.raises(TaskNotFound):
        read({"code": "success", "message": "", "data": data})


def test_an_envelope_may_hold_runways_object_itself():
    assert read({"code": "success", "message": "", "data": bare(output=[LINK])}).state is TaskState.succeeded


@pytest.mark.parametrize(
    ("payload", "asked"),
    [
        (bare("RUNNING"), ID.upper()),
        (bare("RUNNING", id=None), ID),
        (wrapped("IN_PROGRESS", task_id="task_Ab3", data=bare("RUNNING")), "task_Ab3"),
        (wrapped("IN_PROGRESS", task_id="task_Ab3", data=bare("RUNNING")), ID),
    ],
)
def test_either_id_of_a_task_will_do_in_any_case(payload, asked):
    assert read(payload, TaskRef("runway", asked)).state is TaskState.running


@pytest.mark.parametrize(
    "payload", [bare(id="other"), wrapped(task_id="other"), wrapped(task_id="other", data=bare(id="x"))]
)
def test_an_answer_about_another_task_is_refused(payload):
    with pytest.raises(UnexpectedResponse, match="not about this task, but about other"):
        read(payload)


def test_an_id_that_is_no_uuid_names_no_task():
    error = Runway().error(response({"error": "id: The id specified in this URL must be a UUID"}, status=400))

    assert isinstance(error, TaskNotFound)
    assert "must be a UUID" in str(error)


def test_any_other_bad_request_is_unexpected():
    error = Runway().error(response({"error": "X-Runway-Version is not supported"}, status=400))

    assert isinstance(error, UnexpectedResponse)
    assert "X-Runway-Version is not supported" in str(error)
