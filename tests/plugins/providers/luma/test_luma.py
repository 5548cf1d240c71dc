"""What is particular about Luma: which video counts, when its links die, and whose word goes first."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tidings.errors import FetchError, TaskNotFound, UnexpectedResponse
from tidings.model import TaskRef, TaskState
from tidings.wire import Response
from tidings_luma.provider import Luma

NOW = datetime(2025, 1, 1, tzinfo=UTC)
REF = TaskRef("luma", "t1")
CLEAN = "https://cdn.example/clean.mp4"
RAW = "https://cdn.example/raw.mp4"
MARKED = "https://cdn.example/marked.mp4"


def response(payload: object, *, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(payload).encode(), NOW)


def bare(**fields: object) -> dict[str, object]:
    return {"id": "t1", "state": "completed", "video": {"download_url": CLEAN}, **fields}


def row(**fields: object) -> dict[str, object]:
    return {"id": 7, "task_id": "t1", "status": "SUCCESS", "fail_reason": "", "data": bare(), **fields}


def single(payload: object):
    return Luma().parse(response(payload), REF)


def batch(rows: object, *refs: TaskRef):
    return Luma().parse_batch(response({"code": "success", "message": "", "data": rows}), refs or [REF])


def roles(status) -> list[tuple[str, str]]:
    return [(output.url, output.role) for output in status.outputs]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"video": {"url": MARKED, "download_url": CLEAN}, "video_raw": {"url": RAW}},
            [(CLEAN, "primary"), (RAW, "raw"), (MARKED, "watermarked")],
        ),
        (
            {"video": {"url": MARKED, "download_url": ""}, "video_raw": {"url": RAW}},
            [(RAW, "primary"), (MARKED, "watermarked")],
        ),
        ({"video": {"url": MARKED, "download_url": None}}, [(MARKED, "primary")]),
        ({"video": None, "assets": {"video": CLEAN}}, [(CLEAN, "primary")]),
        ({"video": None, "artifact": {"video_raw": {"url": RAW}}}, [(RAW, "primary")]),
        ({"video": {"url": CLEAN, "download_url": CLEAN}}, [(CLEAN, "primary")]),
    ],
)
def test_the_best_copy_of_the_video_is_primary(fields, expected):
    assert roles(single(bare(**fields))) == expected


def test_stills_are_never_primary():
    status = single(
        bare(thumbnail={"url": "https://cdn.example/t.jpg"}, last_frame={"url": "https://cdn.example/l.jpg"})
    )

    assert [output.role for output in status.outputs] == ["primary", "thumbnail", "preview"]
    assert [output.kind for output in status.outputs] == ["video", "image", "image"]


def test_a_video_shown_before_the_end_is_a_preview():
    status = batch([row(status="IN_PROGRESS")])[REF]

    assert status.state is TaskState.running
    assert roles(status) == [(CLEAN, "preview")]


def test_completed_without_a_link_is_running():
    status = single(bare(video=None))

    assert (status.state, status.raw_state, status.missing_outputs) == (TaskState.running, "completed", None)


def test_success_of_the_row_without_a_link_is_running_and_has_not_finished():
    status = batch([row(data=bare(video=None), finish_time=1719819400)])[REF]

    assert (status.state, status.finished_at) == (TaskState.running, None)


def test_the_row_may_hold_the_link_itself():
    assert roles(batch([row(data=None, result_url=CLEAN)])[REF]) == [(CLEAN, "primary")]


@pytest.mark.parametrize(
    ("outer", "inner", "expected", "raw_state"),
    [
        ("FAILURE", "completed", TaskState.failed, "FAILURE"),
        ("IN_PROGRESS", "failed", TaskState.running, "IN_PROGRESS"),
        ("UNKNOWN", "processing", TaskState.running, "processing"),
        ("unknown", "failed", TaskState.failed, "failed"),
        ("", "queued", TaskState.queued, "queued"),
        ("", None, TaskState.pending, ""),
        ("UNKNOWN", None, TaskState.unknown, "UNKNOWN"),
        ("brand_new", "completed", TaskState.unknown, "brand_new"),
    ],
)
def test_the_rows_word_goes_before_lumas_own(outer, inner, expected, raw_state):
    status = batch([row(status=outer, data=bare(state=inner))])[REF]

    assert (status.state, status.raw_state) == (expected, raw_state)


def test_expiry_is_read_from_the_link():
    signed = f"{CLEAN}?X-Amz-Date=20240701T073640Z&X-Amz-Expires=3600&X-Amz-Signature=0"
    status = single(bare(video={"url": MARKED, "download_url": signed}))

    issued = datetime(2024, 7, 1, 7, 36, 40, tzinfo=UTC)
    assert [output.expires_at for output in status.outputs] == [issued + timedelta(hours=1), None]


@pytest.mark.parametrize("instant", [1719819313, 1719819313000, "1719819313", "2024-07-01T07:35:13Z"])
def test_times_may_be_seconds_milliseconds_or_text(instant):
    status = batch([row(submit_time=instant)])[REF]

    assert status.submitted_at == datetime(2024, 7, 1, 7, 35, 13, tzinfo=UTC)


@pytest.mark.parametrize("unset", [0, None, "", "0001-01-01T00:00:00Z"])
def test_a_time_that_is_not_set_is_none(unset):
    status = batch([row(submit_time=unset, start_time=unset, finish_time=unset)])[REF]

    assert (status.submitted_at, status.started_at, status.finished_at) == (None, None, None)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("400: Your prompt contains blacklisted words", "moderated_input"),
        ("Frame moderation failed", "moderated_input"),
        ("Output moderation failed", "moderated_output"),
        ("Failed to read user input frames", "invalid_request"),
        ("something broke", "provider_error"),
        (None, "provider_error"),
    ],
)
def test_a_failure_has_a_cause(reason, code):
    failure = single(bare(state="failed", video=None, failure_reason=reason)).failure

    assert (failure.code, failure.message) == (code, reason or "")


def test_a_link_in_fail_reason_of_a_success_is_its_video():
    status = batch([row(data=None, fail_reason=CLEAN)])[REF]

    assert (status.state, status.failure) == (TaskState.succeeded, None)
    assert roles(status) == [(CLEAN, "primary")]


def test_a_failure_has_no_video_even_where_its_reason_is_a_link():
    status = batch([row(status="FAILURE", data=None, fail_reason=CLEAN)])[REF]

    assert (status.state, status.outputs, status.failure.message) == (TaskState.failed, (), CLEAN)


def test_what_a_failed_task_shows_is_a_preview():
    status = batch([row(status="FAILURE", fail_reason="Output moderation failed")])[REF]

    assert (status.state, roles(status)) == (TaskState.failed, [(CLEAN, "preview")])


def test_the_rows_own_number_is_no_id_of_a_task():
    number = TaskRef("luma", "7")

    assert number not in batch([row()], REF, number)


def test_a_row_is_found_by_the_id_of_lumas_object_too():
    assert REF in batch([row(task_id="the gateway's own")])


def test_an_odd_row_is_an_error_beside_good_ones():
    other = TaskRef("luma", "t2")
    answers = batch([{"id": "t2"}, row()], REF, other)

    assert answers[REF].state is TaskState.succeeded
    assert isinstance(answers[other], UnexpectedResponse)


@pytest.mark.parametrize("payload", [None, [], {"code": "success", "message": "", "data": None}])
def test_nothing_instead_of_a_task_is_not_found(payload):
    with pytest.raises(TaskNotFound):
        single(payload)


def test_a_batch_answer_that_is_no_list_is_unexpected():
    with pytest.raises(UnexpectedResponse, match="a list of tasks was expected, not dict"):
        Luma().parse_batch(response({"oops": 1}), [REF])


@pytest.mark.parametrize("data", [[bare()], bare()])
def test_an_envelope_nobody_has_seen_is_named_as_such(data):
    envelope = response({"code": 200, "msg": "ok", "data": data})

    with pytest.raises(UnexpectedResponse, match="an envelope that is not known here, with code 200"):
        Luma().parse(envelope, REF)
    with pytest.raises(UnexpectedResponse, match="an envelope that is not known here, with code 200"):
        Luma().parse_batch(envelope, [REF])


def test_half_an_emoji_in_one_prompt_leaves_its_neighbours_alone():
    body = json.dumps([bare(prompt="cat \ud83d"), bare(id="t2")]).encode()
    refs = [REF, TaskRef("luma", "t2")]

    answers = Luma().parse_batch(Response(200, {}, body, NOW), refs)

    assert [answers[ref].state for ref in refs] == [TaskState.succeeded] * 2
    assert "cat \ufffd" in answers[REF].model_dump_json()


def test_an_error_envelope_with_status_200_is_an_error():
    with pytest.raises(FetchError, match="get_task_failed"):
        single({"code": "get_task_failed", "message": "database is gone", "data": None})


def test_estimated_wait_is_in_seconds_and_never_negative():
    assert single(bare(state="queued", video=None, estimate_wait_seconds=90)).estimated_wait == 90.0
    assert single(bare(state="queued", video=None, estimate_wait_seconds=-1)).estimated_wait is None


def test_the_unwatermarked_include_finds_a_video():
    include = Luma.includes["unwatermarked"]

    assert include.request(TaskRef("luma", "a/b")).path == "/luma/generations/a%2Fb/download_video_url"
    assert include.parse(response({"url": CLEAN}), REF).url == CLEAN
