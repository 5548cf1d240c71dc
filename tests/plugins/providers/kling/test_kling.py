"""What is particular about Kling: families in the address, keys that sign, codes that are errors, links that die."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from tidings.errors import (
    ConfigError,
    InvalidRef,
    QuotaExhausted,
    RateLimited,
    TaskNotFound,
    Unauthorized,
    UnexpectedResponse,
)
from tidings.model import TaskRef, TaskState
from tidings.wire import Response
from tidings_kling.provider import Kling

KLING = Kling()
NOW = datetime(2026, 1, 1, tzinfo=UTC)
REF = TaskRef.parse("kling:text2video/867283741759111202")
SECRET = "s" * 32


def response(payload, status=200):
    return Response(status, {}, json.dumps(payload).encode(), NOW)


def task(**fields):
    return {"task_id": REF.id, "task_status": "succeed", **fields}


def parsed(payload, ref=REF):
    return KLING.parse(KLING.checked(response(payload)), ref)


def read(ref=REF, **fields):
    return parsed({"code": 0, "data": task(**fields)}, ref)


@pytest.mark.parametrize(
    ("ref", "path"),
    [
        ("kling:text2video/1", "/v1/videos/text2video/1"),
        ("kling:avatar/image2video/1", "/v1/videos/avatar/image2video/1"),
        ("kling:images/generations/1", "/v1/images/generations/1"),
        ("kling:images/editing/expand/1", "/v1/images/editing/expand/1"),
        ("kling:audio/tts/1", "/v1/audio/tts/1"),
        ("kling:general/custom-voices/1", "/v1/general/custom-voices/1"),
        ("kling:image-to-video/kling-3.0-turbo/1", "/image-to-video/kling-3.0-turbo/1"),
        ("kling:omni-video/kling-4.0-omni/1", "/omni-video/kling-4.0-omni/1"),
    ],
)
def test_the_family_is_a_part_of_the_address(ref, path):
    task = TaskRef.parse(ref)
    KLING.validate_ref(task)
    assert KLING.request(task).path == path


def test_tasks_of_the_newer_families_are_also_found_in_one_place():
    request = KLING.request(TaskRef.parse("kling:tasks/1%2F2"))
    assert (request.path, request.query) == ("/tasks", {"task_ids": "1/2"})


@pytest.mark.parametrize("ref", ["kling:1", "kling:nonsense/1", "kling:kling-3.0/1", "kling:Omni Video/kling-1/1"])
def test_a_ref_without_a_family_that_exists_is_refused(ref):
    with pytest.raises(InvalidRef, match="text2video"):
        KLING.validate_ref(TaskRef.parse(ref))


def test_links_are_no_ids():
    with pytest.raises(InvalidRef, match="no links"):
        KLING.validate_ref(TaskRef.parse("kling:https://api-singapore.klingai.com/v1/videos/text2video/1"))


def test_a_pair_signs_a_token_for_half_an_hour():
    [(name, value)] = Kling.auth(f"access|{SECRET}", 1_700_000_000.9).items()
    token = value.removeprefix("Bearer ")
    claims = jwt.decode(token, SECRET, ["HS256"], options={"verify_exp": False})

    assert name == "Authorization"
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    assert claims == {"iss": "access", "exp": 1_700_001_800, "nbf": 1_699_999_995}


def test_a_short_secret_signs_without_a_warning():
    assert Kling.auth("access|short", 0.0)["Authorization"].count(".") == 2  # a warning would be an error here


def test_a_token_does_not_show_the_secret_and_depends_on_the_time():
    early, late = (Kling.auth(f"access|{SECRET}", now)["Authorization"] for now in (1.0, 100.0))
    assert early != late
    assert SECRET not in early


def test_any_other_key_is_sent_as_it_is():
    assert Kling.auth("api-key", 1.0) == {"Authorization": "Bearer api-key"}


def test_a_gateway_is_given_its_own_key_unsigned():
    assert Kling.gateway_auth("sk-a|b", 1.0) == {"Authorization": "Bearer sk-a|b"}


@pytest.mark.parametrize("key", ["access|", "|secret", "|", " | "])
def test_half_a_pair_is_a_mistake_that_says_what_to_write_and_not_the_key(key):
    with pytest.raises(ConfigError, match=r"ACCESS_KEY\|SECRET_KEY") as caught:
        Kling.auth(key, 1.0)
    assert "access|" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "kind", "retryable"),
    [
        (1003, Unauthorized, False),
        (1100, Unauthorized, False),
        (1101, QuotaExhausted, False),
        (1102, QuotaExhausted, False),
        (1304, Unauthorized, False),
        (1302, RateLimited, True),
        (1303, RateLimited, True),
    ],
)
@pytest.mark.parametrize("status", [429, 200])
def test_of_the_429s_only_too_fast_is_worth_another_try(code, kind, retryable, status):
    error = KLING.error(response({"code": code, "message": "why", "request_id": "r"}, status))
    assert (type(error), error.retryable, error.message) == (kind, retryable, "why")


def test_a_code_may_come_as_text():
    assert type(KLING.error(response({"code": "1203", "data": None}))) is TaskNotFound
    assert parsed({"code": "0", "data": task()}).state is TaskState.succeeded


def test_what_is_no_code_is_no_error():
    assert KLING.error(response({"code": "success"})) is None
    assert KLING.error(response([])) is None
    assert KLING.error(Response(200, {}, b"<html>", NOW)) is None


def test_an_error_in_a_gateways_envelope_is_found_with_any_status():
    with pytest.raises(TaskNotFound):
        parsed({"code": "task_not_exist", "message": "", "data": None})


def test_the_list_of_a_family_is_read_for_the_task_that_was_asked_for():
    rows = [task(task_id="1", task_status="processing"), task()]
    assert parsed({"code": 0, "data": rows}).state is TaskState.succeeded
    with pytest.raises(UnexpectedResponse, match="about 1"):
        parsed({"code": 0, "data": rows[:1]})


def test_of_several_others_none_is_taken_for_a_gateways_task():
    ref = TaskRef.parse("kling:tasks/task_mine")
    assert parsed({"code": 0, "data": [{"id": "1", "status": "processing"}]}, ref).state is TaskState.running
    rows = [{"id": "1", "status": "succeeded"}, {"id": "2", "status": "failed"}]
    with pytest.raises(UnexpectedResponse, match="lists 2 tasks, none of which is this one"):
        parsed({"code": 0, "data": rows}, ref)


def test_an_answer_about_another_task_is_not_taken_for_it():
    with pytest.raises(UnexpectedResponse, match="about another0"):
        read(task_id="another0")
    row = {"task_id": "another1", "status": "SUCCESS", "data": None}
    with pytest.raises(UnexpectedResponse, match="about another1"):
        parsed({"code": "success", "data": row})


@pytest.mark.parametrize("top", [{}, {"task_id": "task_mine"}])
def test_a_gateways_own_id_stands_for_klings(top):
    ref = TaskRef.parse("kling:text2video/task_mine")
    assert parsed({"code": 0, **top, "data": task()}, ref).state is TaskState.succeeded
    with pytest.raises(UnexpectedResponse):
        parsed({"code": 0, "data": task(task_id="task_yours")}, ref)


def test_an_id_may_come_as_a_number():
    assert read(task_id=int(REF.id)).state is TaskState.succeeded


def test_the_gateways_word_counts_but_klings_where_it_has_none():
    row = {"task_id": REF.id, "status": "IN_PROGRESS", "data": {"code": 0, "data": task()}}
    assert parsed({"code": "success", "data": row}).raw_state == "IN_PROGRESS"
    assert parsed({"code": "success", "data": {**row, "status": "UNKNOWN"}}).raw_state == "succeed"


@pytest.mark.parametrize("scale", [1, 1000])
def test_times_are_read_in_seconds_and_milliseconds(scale):
    status = read(created_at=1722769557 * scale, updated_at=1722769600 * scale)
    assert status.submitted_at == datetime(2024, 8, 4, 11, 5, 57, tzinfo=UTC)
    assert status.finished_at == datetime(2024, 8, 4, 11, 6, 40, tzinfo=UTC)


def test_a_task_that_is_not_final_has_not_finished():
    assert read(task_status="processing", updated_at=1722769600).finished_at is None


def test_files_live_for_thirty_days_from_the_end_unless_they_say_so_themselves():
    videos = [{"url": "https://a.test/1.mp4"}, {"url": "https://a.test/2.mp4?Expires=1800000000&Signature=s"}]
    ruled, signed = read(updated_at=1722769600000, task_result={"videos": videos}).outputs
    assert ruled.expires_at == datetime(2024, 8, 4, 11, 6, 40, tzinfo=UTC) + timedelta(days=30)
    assert signed.expires_at == datetime.fromtimestamp(1800000000, UTC)
    assert read(task_result={"videos": videos}).outputs[0].expires_at is None


@pytest.mark.parametrize(("age", "why"), [(29, "none"), (31, "expired")])
def test_a_success_without_files_says_why(age, why):
    finished = int((NOW - timedelta(days=age)).timestamp())
    assert read(updated_at=finished).missing_outputs == why


def test_a_copy_with_the_same_link_is_listed_once():
    video = {"url": "https://a.test/1.mp4", "watermark_url": "https://a.test/1.mp4"}
    assert [output.role for output in read(task_result={"videos": [video]}).outputs] == ["primary"]


def test_odd_lists_do_not_lose_the_rest():
    result = {"videos": {"url": "https://a.test/1.mp4"}, "images": ["https://a.test/2.png", None, 5], "audios": "x"}
    assert [(output.kind, output.url) for output in read(task_result=result).outputs] == [
        ("video", "https://a.test/1.mp4"),
        ("image", "https://a.test/2.png"),
    ]


@pytest.mark.parametrize(
    ("entry", "route", "kind"),
    [
        ({"type": "image"}, "text2video", "image"),
        ({"type": "hologram", "url": "https://a.test/1.png"}, "text2video", "image"),
        ({"type": []}, "text2video", "video"),
        ({}, "images/generations", "image"),
        ({}, "audio/tts", "audio"),
    ],
)
def test_what_a_newer_output_is_says_its_type_its_link_or_its_family(entry, route, kind):
    ref = TaskRef("kling", REF.id, route=route)
    status = parsed({"code": 0, "data": task(outputs=[{"url": "https://a.test/1", **entry}])}, ref)
    assert [output.kind for output in status.outputs] == [kind]


def test_files_of_a_task_that_is_not_done_are_previews():
    status = read(task_status="processing", task_result={"videos": [{"url": "https://a.test/1.mp4"}]})
    assert [output.role for output in status.outputs] == ["preview"]


@pytest.mark.parametrize(
    "place", [{"result_url": "X"}, {"url": "X"}, {"video_url": "X"}, {"output_url": "X"}, {"metadata": {"url": "X"}}]
)
def test_a_gateways_link_may_lie_in_several_places(place):
    text = json.dumps({"task_id": REF.id, "status": "completed", **place})
    assert [output.url for output in parsed(json.loads(text.replace('"X"', '"https://a.test/1.mp4"'))).outputs] == [
        "https://a.test/1.mp4"
    ]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Failure to pass the risk control system", "moderated_input"),
        ("Trigger the content security policy of the platform", "moderated_input"),
        ("Resource pack exhausted", "quota"),
        ("Invalid parameter: mode", "invalid_request"),
        ("Generation timed out", "timed_out"),
        ("something else", "provider_error"),
    ],
)
def test_failures_are_told_apart_by_klings_words(message, code):
    failure = read(task_status="failed", task_status_msg=message).failure
    assert (failure.code, failure.message) == (code, message)


@pytest.mark.parametrize(
    "fields",
    [
        {"fail_reason": "because"},
        {"error": {"code": 0, "message": "because"}},
        {"error": "because"},
        {"data": {"code": 0, "data": {"task_status": "failed", "task_status_msg": "because"}}},
        {"data": {"code": 1301, "message": "because"}},
    ],
)
def test_a_gateway_says_in_several_places_why_a_task_failed(fields):
    failure = parsed({"task_id": REF.id, "status": "FAILURE", **fields}).failure
    assert (failure.message, failure.provider_code) == ("because", None)


def test_a_word_that_nobody_knows_is_not_guessed():
    status = read(task_status="SIMMERING")
    assert (status.state, status.raw_state) == (TaskState.unknown, "SIMMERING")
