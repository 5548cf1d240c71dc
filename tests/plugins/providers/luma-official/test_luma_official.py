"""What is particular about Luma's own API: three formats at two paths, words and failures of each."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tidings.errors import InvalidRef, UnexpectedResponse
from tidings.model import TaskRef, TaskState
from tidings.wire import Response
from tidings_luma_official.provider import LumaOfficial

LUMA = LumaOfficial()
REF = TaskRef.parse("luma-official:8d7a6a4e-1111-4222-8333-444455556666")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def parsed(payload):
    return LUMA.parse(LUMA.checked(Response(200, {}, json.dumps(payload).encode(), NOW)), REF)


def read(**fields):
    return parsed({"id": REF.id, "state": "completed", **fields})


def test_the_path_is_the_same_at_luma_and_at_gateways():
    assert LUMA.request(REF).path == f"/dream-machine/v1/generations/{REF.id}"
    assert (LUMA.official_url, LUMA.gateway_path) == ("https://api.lumalabs.ai", "")


def test_the_api_for_agents_has_a_path_of_its_own():
    ref = TaskRef.parse(f"luma-official:agents/{REF.id}")
    LUMA.validate_ref(ref)
    assert LUMA.request(ref).path == f"/v1/generations/{REF.id}"


def test_there_is_no_other_route():
    with pytest.raises(InvalidRef, match="agents"):
        LUMA.validate_ref(TaskRef.parse("luma-official:videos/1"))


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("Contains blacklisted words", "moderated_input"),
        ("Failed to read user input frames", "invalid_request"),
        ("Frame moderation failed", "moderated_input"),
        ("Advanced prompt moderation failed", "moderated_input"),
        ("Advanced moderation failed", "moderated_output"),
        ("400: failed to moderate image", "moderated_input"),
        ("Prompt processing failed", "provider_error"),
    ],
)
def test_failures_are_told_apart_by_lumas_words(reason, code):
    failure = read(state="failed", failure_reason=reason).failure
    assert (failure.code, failure.message, failure.provider_code) == (code, reason, None)


@pytest.mark.parametrize(
    ("word", "code", "retryable"),
    [
        ("content_moderated", "moderated_output", None),
        ("generation_failed", "provider_error", None),
        ("budget_exhausted", "quota", None),
        ("output_not_found", "provider_error", None),
        ("image_too_large", "invalid_request", None),
        ("unsupported_format", "invalid_request", None),
        ("corrupt_input", "invalid_request", None),
        ("invalid_request", "invalid_request", None),
        ("rate_limited", "provider_error", True),
    ],
)
def test_the_api_for_agents_gives_failures_a_code(word, code, retryable):
    failure = read(state="failed", failure_code=word, failure_reason=None).failure
    assert (failure.code, failure.provider_code, failure.retryable) == (code, word, retryable)


@pytest.mark.parametrize("assets", [None, {}, {"video": None}, {"video": "soon"}, []])
def test_a_word_without_a_link_is_not_a_success_yet(assets):
    status = read(assets=assets)
    assert (status.state, status.raw_state, status.outputs) == (TaskState.running, "completed", ())


def test_a_progress_video_is_no_result():
    status = read(assets={"progress_video": "https://a.test/p.mp4"})
    assert (status.state, [output.role for output in status.outputs]) == (TaskState.running, ["preview"])


def test_a_preview_with_the_results_link_is_the_result():
    status = read(assets={"video": "https://a.test/v.mp4", "progress_video": "https://a.test/v.mp4"})
    assert [output.role for output in status.outputs] == ["primary"]


def test_both_formats_in_one_object_give_every_file_once():
    status = read(
        assets={"video": "https://a.test/v.mp4"},
        video={"url": "https://a.test/w.mp4", "download_url": "https://a.test/v.mp4", "thumbnail": "https://a.test/t"},
        artifact={"video_raw": {"url": "https://a.test/r.mp4"}},
        thumbnail="https://a.test/t",
    )
    assert [(output.role, output.url[-5:]) for output in status.outputs] == [
        ("primary", "v.mp4"),
        ("raw", "r.mp4"),
        ("watermarked", "w.mp4"),
        ("thumbnail", "est/t"),
    ]


def test_a_watermarked_video_is_the_result_where_there_is_no_other():
    assert [output.url for output in read(video={"url": "https://a.test/w.mp4"}).primary] == ["https://a.test/w.mp4"]


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ({"type": "video", "url": "https://a.test/1"}, "video"),
        ({"type": "hologram", "url": "https://a.test/1.png"}, "image"),
        ({"type": None, "url": "https://a.test/1"}, "file"),
    ],
)
def test_a_listed_files_kind_is_its_type_or_what_its_link_looks_like(file, kind):
    assert [output.kind for output in read(output=[None, 5, {"type": "video"}, file]).primary] == [kind]


def test_odd_lists_are_no_files():
    assert read(output={"type": "video", "url": "https://a.test/1"}).state is TaskState.running


@pytest.mark.parametrize("fields", [{"id": "another"}, {"id": "another", "task_id": "another", "status": "SUCCESS"}])
def test_an_answer_about_another_task_is_not_taken_for_it(fields):
    with pytest.raises(UnexpectedResponse, match="about another"):
        read(**fields)


def test_an_id_is_the_same_in_any_case_and_may_be_missing():
    assert read(id=REF.id.upper()).raw_state == "completed"
    assert parsed({"state": "queued"}).state is TaskState.queued


def test_the_gateways_id_stands_for_lumas():
    row = {"task_id": REF.id, "status": "IN_PROGRESS", "data": {"id": "lumas-own", "state": "dreaming"}}
    assert parsed({"code": "success", "data": row}).state is TaskState.running


def test_a_row_that_was_not_refreshed_yet_is_pending():
    assert parsed({"code": "success", "data": {"task_id": REF.id, "status": "", "data": None}}).state == "pending"


@pytest.mark.parametrize(("wait", "read_as"), [(30, 30.0), ("12", 12.0), (-1, None), ("soon", None)])
def test_an_estimate_is_a_number_of_seconds_or_none(wait, read_as):
    assert read(state="pending", estimate_wait_seconds=wait).estimated_wait == read_as


@pytest.mark.parametrize(
    ("detail", "text"),
    [
        ("Invalid API key is provided", "Invalid API key is provided"),
        ([{"loc": ["path", "id"], "msg": "not a uuid"}], "not a uuid"),
        ([], "the server answered 400"),
        (None, "the server answered 400"),
    ],
)
def test_a_detail_is_a_text_or_a_list(detail, text):
    error = LUMA.error(Response(400, {}, json.dumps({"detail": detail}).encode(), NOW))
    assert (type(error), error.message) == (UnexpectedResponse, text)


GENERATIONS = [
    ({"state": "queued", "failure_reason": None, "assets": None, "model": "ray-1-6"}, "queued"),
    ({"state": "failed", "failure_reason": "Prompt processing failed", "assets": None, "model": "ray-1-6"}, "failed"),
    ({"state": "completed", "assets": {"video": "https://example.com/video.mp4"}, "version": "v1.6"}, "succeeded"),
]


@pytest.mark.parametrize(("generation", "state"), GENERATIONS)
def test_generations_as_lumas_list_shows_them_are_read(generation, state):
    status = read(created_at="2023-06-01T12:00:00Z", request={"prompt": "A serene lake"}, **generation)
    assert (status.state, status.submitted_at) == (state, datetime(2023, 6, 1, 12, tzinfo=UTC))
