"""What is particular about Replicate: outputs of any form, data that is removed, and progress in the logs."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tidings.errors import InvalidRef, RateLimited, TaskNotFound, Unauthorized, UnexpectedResponse
from tidings.model import TaskRef, TaskState
from tidings.wire import Response
from tidings_replicate.provider import Replicate

NOW = datetime(2025, 1, 1, tzinfo=UTC)
ENDED, AN_HOUR_LATER = "2024-12-31T23:30:00.064900134Z", datetime(2025, 1, 1, 0, 30, 0, 64900, tzinfo=UTC)
REPLICATE = Replicate()
REF = TaskRef("replicate", "p1")
TRAINING = TaskRef("replicate", "p1", route="trainings")
OWN = "https://replicate.delivery/pbxt/a/out-0.png"
OTHER = "https://cdn.example/out-1.mp4"
DATA = "data:image/png;base64,iVBORw0KGgo="
SPEECH = "data:audio/wav;base64,UklGRg=="


def response(payload: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(status, headers or {}, json.dumps(payload).encode(), NOW)


def prediction(**fields: object) -> dict[str, object]:
    return {"id": "p1", "status": "succeeded", "output": OWN, "completed_at": ENDED, **fields}


def read(payload: object, ref: TaskRef = REF):
    return REPLICATE.parse(response(payload), ref)


def outputs(output: object) -> list[tuple[str | None, str, str | None]]:
    return [(found.url or found.text, found.kind, found.id) for found in read(prediction(output=output)).outputs]


@pytest.mark.parametrize(
    ("ref", "path"),
    [
        ("replicate:p1", "/v1/predictions/p1"),
        ("replicate:predictions/p1", "/v1/predictions/p1"),
        ("replicate:trainings/p1", "/v1/trainings/p1"),
        ("replicate:a%2Fb", "/v1/predictions/a%2Fb"),
    ],
)
def test_a_task_is_a_prediction_unless_it_says_training(ref, path):
    parsed = TaskRef.parse(ref)
    REPLICATE.validate_ref(parsed)

    assert REPLICATE.request(parsed).path == path


@pytest.mark.parametrize("ref", ["replicate:deployments/p1", "replicate:https://api.replicate.com/v1/predictions/p1"])
def test_other_routes_and_links_are_refused(ref):
    with pytest.raises(InvalidRef):
        REPLICATE.validate_ref(TaskRef.parse(ref))


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (OWN, [(OWN, "image", None)]),
        ([OWN, OTHER, OWN], [(OWN, "image", None), (OTHER, "video", None)]),
        ("https://cdn.example/x", [("https://cdn.example/x", "file", None)]),
        ({"mesh": OWN, "views": [OTHER]}, [(OWN, "image", "mesh"), (OTHER, "video", "views")]),
        ({"a": {"b": [{"c": OWN}]}, "": OTHER}, [(OWN, "image", "a.b.c"), (OTHER, "video", None)]),
        ([[OWN], [OTHER]], [(OWN, "image", None), (OTHER, "video", None)]),
        (
            {"text": "hello", "srt": "https://cdn.example/a.srt", "seed": 5, "note": " "},
            [("https://cdn.example/a.srt", "text", "srt"), ("hello", "text", "text")],
        ),
        ([OWN, "a corgi"], [(OWN, "image", None)]),
    ],
)
def test_every_link_in_the_output_is_a_file(output, expected):
    assert outputs(output) == expected


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("hello Alice", "hello Alice"),
        (["Once", " upon", " a", " time"], "Once upon a time"),
        (["See ", "https://example.com", " for more"], "See https://example.com for more"),
        (["", "Once"], "Once"),
        (0.93, "0.93"),
        (0, "0"),
        (False, "false"),
        ([0.1, 0.2], "[0.1, 0.2]"),
        ({"label": "chien à l'eau", "score": 1}, '{"label": "chien à l\'eau", "score": 1}'),
        ([{"text": "hi"}], '[{"text": "hi"}]'),
        ("http://[", "http://["),
    ],
)
def test_what_holds_no_link_is_one_text(output, text):
    [found] = read(prediction(output=output)).outputs

    assert (found.text or found.url, found.role) == (text, "primary")


def test_json_that_is_no_text_says_so():
    [found] = read(prediction(output={"score": 1})).outputs

    assert (found.kind, found.media_type) == ("text", "application/json")


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (DATA, [(DATA, "image", None)]),
        ([DATA, OWN], [(DATA, "image", None), (OWN, "image", None)]),
        ([DATA, "a corgi"], [(DATA, "image", None)]),
        ({"speech": SPEECH, "text": "Hi"}, [(SPEECH, "audio", "speech"), ("Hi", "text", "text")]),
        ([DATA, SPEECH, DATA], [(DATA, "image", None), (SPEECH, "audio", None)]),
        ("data:;base64,AAAA", [("data:;base64,AAAA", "file", None)]),
        ("data: what it is", [("data: what it is", "text", None)]),
    ],
)
def test_a_file_inside_the_answer_is_a_file(output, expected):
    assert outputs(output) == expected


def test_a_file_inside_the_answer_does_not_expire():
    [found] = read(prediction(output=DATA)).primary

    assert (found.media_type, found.expires_at) == ("image/png", None)


@pytest.mark.parametrize("output", [None, "", [], {}, [None], ["", ""]])
def test_a_success_with_nothing_has_none_and_after_removal_expired_outputs(output):
    assert read(prediction(output=output)).missing_outputs == "none"
    assert read(prediction(output=output, data_removed=True)).missing_outputs == "expired"
    assert read(prediction(output=output, data_removed=True)).state is TaskState.succeeded


def test_what_was_removed_and_yet_is_there_counts_as_there():
    assert read(prediction(data_removed=True)).missing_outputs is None


@pytest.mark.parametrize(
    ("ref", "fields", "expires_at"),
    [
        (REF, {}, AN_HOUR_LATER),
        (REF, {"source": "api"}, AN_HOUR_LATER),
        (REF, {"output": "https://eu.replicate.delivery/a.png"}, AN_HOUR_LATER),
        (REF, {"source": "web"}, None),
        (REF, {"output": OTHER}, None),
        (REF, {"output": "https://replicate.delivery.example/a.png"}, None),
        (REF, {"completed_at": None}, None),
        (TRAINING, {}, None),
    ],
)
def test_files_of_replicates_own_live_for_an_hour_after_the_end(ref, fields, expires_at):
    assert read(prediction(**fields), ref).outputs[0].expires_at == expires_at


@pytest.mark.parametrize("state", ["processing", "failed", "canceled"])
def test_what_is_shown_without_success_is_a_preview(state):
    status = read(prediction(status=state, output=["Once", " upon"]))

    assert [(output.text, output.role) for output in status.outputs] == [("Once upon", "preview")]
    assert status.missing_outputs is None


@pytest.mark.parametrize(
    ("logs", "progress"),
    [
        ("  0%|          | 0/50 [00:00<?, ?it/s]", 0.0),
        (" 94%|█████████▍| 47/50 [00:03<00:00, 16.82it/s]\n", 0.94),
        (" 10%|█| 5/50\r 20%|██| 10/50\r", 0.2),
        ("100%|██████████| 50/50\nsaving the image\n", 1.0),
        ("100%|██████████| 50/50\n  4%|▍         | 2/50", 0.04),
        ("120%|██████████| 60/50", 1.0),
        ("step 5 of 50, 10% done", None),
        ("", None),
        (None, None),
        (["10%|█| 5/50"], None),
    ],
)
def test_progress_is_the_last_bar_in_the_logs(logs, progress):
    assert read(prediction(status="processing", output=None, logs=logs)).progress == progress


@pytest.mark.parametrize("instant", ["2023-11-16T11:46:16.064900134Z", "2023-11-16T11:46:16.0649Z"])
def test_instants_have_any_number_of_digits(instant):
    assert read(prediction(created_at=instant)).submitted_at == datetime(2023, 11, 16, 11, 46, 16, 64900, tzinfo=UTC)


def test_an_open_task_has_not_finished_whatever_it_says():
    assert read(prediction(status="processing", output=None)).finished_at is None


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        ("GPU out of memory", "provider_error", "GPU out of memory"),
        ("NSFW content detected.", "moderated_output", "NSFW content detected."),
        ({"message": "worse", "code": 7}, "provider_error", "worse"),
        ({"detail": "worse"}, "provider_error", "worse"),
        ("", "provider_error", ""),
        (None, "provider_error", ""),
        ([1], "provider_error", ""),
    ],
)
def test_a_failure_has_the_models_error(error, code, message):
    failure = read(prediction(status="failed", output=None, error=error)).failure

    assert (failure.code, failure.message) == (code, message)


@pytest.mark.parametrize("word", ["canceled", "aborted"])
def test_an_aborted_task_is_canceled_and_has_no_failure(word):
    status = read(prediction(status=word, output=None, error="Prediction aborted", logs=None))

    assert (status.state, status.failure) == (TaskState.canceled, None)


@pytest.mark.parametrize("payload", [prediction(status=None), prediction(status={}), {"id": "p1"}, [], None, "ok"])
def test_an_answer_without_a_state_is_unexpected(payload):
    with pytest.raises(UnexpectedResponse, match="names no state"):
        read(payload)


@pytest.mark.parametrize("data", [None, [], {}, ""])
def test_an_empty_envelope_knows_no_such_task(data):
    with pytest.raises(TaskNotFound):
        read({"code": "success", "message": "", "data": data})


def test_an_answer_about_another_task_is_refused():
    with pytest.raises(UnexpectedResponse, match="not about this task, but about p2"):
        read(prediction(id="p2"))


@pytest.mark.parametrize("odd", [None, ["p2"], {}])
def test_a_result_is_not_lost_for_an_odd_id(odd):
    assert read(prediction(id=odd)).primary


def test_an_item_of_the_list_of_predictions_reads_like_one_alone():
    item = {**prediction(output="hello Alice"), "created_at": "2023-09-08T16:19:34.907244Z", "source": "api"}

    assert read(item).primary[0].text == "hello Alice"


@pytest.mark.parametrize(("status", "kind"), [(401, Unauthorized), (404, TaskNotFound), (429, RateLimited)])
def test_a_problem_reported_with_status_200_is_still_one(status, kind):
    problem = {"title": "Oh", "detail": "no", "status": status}

    assert type(REPLICATE.error(response(problem))) is kind
    assert type(REPLICATE.error(response(problem, status=status))) is kind


@pytest.mark.parametrize("status", [200, "succeeded", True, None])
def test_a_good_answer_is_no_problem(status):
    assert REPLICATE.error(response(prediction(status=status))) is None


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        ({"detail": "Request was throttled. Your rate limit resets in ~30s."}, {}, 30.0),
        ({"detail": "Request was throttled. Your rate limit resets in ~30s.", "retry_after": 10}, {}, 10.0),
        ({"detail": "Your rate limit resets in ~30s."}, {"retry-after": "7"}, 7.0),
        ({"detail": "Request was throttled."}, {}, None),
        ({"retry_after": "soon"}, {}, None),
    ],
)
def test_how_long_to_wait_is_in_the_header_or_in_the_body(body, headers, seconds):
    assert REPLICATE.error(response(body, status=429, headers=headers)).retry_after == seconds


def test_a_rate_limit_without_a_body_says_nothing_of_time():
    assert REPLICATE.error(Response(429, {}, b"", NOW)).retry_after is None


def row(**fields: object) -> dict[str, object]:
    record = {"task_id": "p1", "status": "SUCCESS", "fail_reason": "", "progress": "100%", "data": prediction(id="own")}
    return {"code": "success", "message": "", "data": {**record, **fields}}


def test_in_a_gateways_record_its_word_and_its_id_count():
    status = read(row())

    assert (status.state, status.raw_state, status.progress) == (TaskState.succeeded, "SUCCESS", 1.0)
    assert [output.url for output in status.primary] == [OWN]


def test_a_gateways_record_may_hold_the_link_or_the_reason_itself():
    assert [output.url for output in read(row(data=None, result_url=OTHER)).primary] == [OTHER]
    assert read(row(data=None, status="FAILURE", fail_reason="no luck")).failure.message == "no luck"
