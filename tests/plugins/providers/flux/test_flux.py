"""What is particular about Flux: polling URLs, refusals as failures, links signed anew, and Replicate's answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tidings import Client
from tidings.config import Config
from tidings.errors import ConfigError, InvalidRef, TaskNotFound, Unauthorized, UnexpectedResponse
from tidings.model import TaskRef, TaskState
from tidings.testing.fake import FakeTransport, respond
from tidings.wire import Response
from tidings_flux.provider import Flux, x_key

NOW = datetime(2025, 1, 1, tzinfo=UTC)
FLUX = Flux()
REF = TaskRef("flux", "t1")
FILE = "https://delivery-eu4.bfl.ai/results/63/sample"
POLLING = "https://api.us1.bfl.ai/v1/get_result?id=t1"


def response(payload: object, *, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(payload).encode(), NOW)


def bare(**fields: object) -> dict[str, object]:
    return {"id": "t1", "status": "Ready", "result": {"sample": FILE}, **fields}


def read(payload: object, ref: TaskRef = REF):
    return FLUX.parse(response(payload), ref)


def error_of(payload: object, status: int):
    return FLUX.error(response(payload, status=status))


def test_the_key_travels_in_a_header_of_its_own_and_at_gateways_as_usual():
    assert x_key("k", 0.0) == {"x-key": "k"}
    assert Flux.auth is x_key
    assert Flux.gateway_auth("k", 0.0) == {"Authorization": "Bearer k"}


@pytest.mark.parametrize(
    "link",
    [
        POLLING,
        "https://api.ice.bfl.ai/v1/get_result?id=t1",
        "https://api.bfl.ai/v1/get_result?id=t1&region=eu",
    ],
)
def test_a_whole_polling_url_is_asked_as_it_is(link):
    ref = TaskRef.parse(f"flux:{link}")
    FLUX.validate_ref(ref)

    assert FLUX.request(ref).path == link
    assert FLUX.parse(response(bare()), ref).state is TaskState.succeeded


@pytest.mark.parametrize("link", ["https://api.us1.bfl.ai/v1/get_result", "https://api.bfl.ai/v1/get_result?id="])
def test_a_polling_url_without_an_id_is_refused_with_what_to_do(link):
    with pytest.raises(InvalidRef, match=r"names no task: write \?id="):
        FLUX.validate_ref(TaskRef("flux", link))


@pytest.mark.parametrize("odd", ["%20", "t1%0A", ".."])
def test_a_polling_url_whose_id_is_none_is_refused(odd):
    with pytest.raises(InvalidRef):
        FLUX.validate_ref(TaskRef("flux", f"https://api.bfl.ai/v1/get_result?id={odd}"))


@pytest.mark.parametrize(
    "link",
    [
        "https://bfl.ai.evil.example/v1/get_result?id=t1",
        "https://evilbfl.ai/v1/get_result?id=t1",
        "http://api.bfl.ai/v1/get_result?id=t1",
        "https://delivery-eu4.bfl.ai/results/63/sample.png?id=t1",
        "https://delivery.ice.bfl.ai/ephemeral/63/result.mp4?id=t1",
    ],
)
def test_other_hosts_and_delivery_hosts_are_never_asked(link):
    with pytest.raises(InvalidRef, match=r"links only at bfl\.ai over https"):
        FLUX.validate_ref(TaskRef("flux", link))


def test_the_makers_key_goes_to_the_region_and_a_gateways_does_not():
    transport = FakeTransport(lambda _outgoing: respond(200, bare()))
    own = {"TIDINGS_FLUX_KEY": "bfl-1234567890"}
    with Client(transport=transport, config=_config(own)) as client:
        assert client.fetch(f"flux:{POLLING}").state is TaskState.succeeded
    assert [(sent.url, sent.headers["x-key"]) for sent in transport.sent] == [(POLLING, "bfl-1234567890")]

    gateway = {"TIDINGS_GATEWAY_URL": "https://gw.example", "TIDINGS_GATEWAY_KEY": "sk-1234567890"}
    with (
        Client(transport=transport, config=_config(gateway)) as client,
        pytest.raises(ConfigError, match="does not go"),
    ):
        client.fetch(f"flux:{POLLING}")
    assert len(transport.sent) == 1


def test_at_a_gateway_the_same_is_asked_below_flux():
    transport = FakeTransport(lambda _outgoing: respond(200, bare()))
    gateway = {"TIDINGS_GATEWAY_URL": "https://gw.example", "TIDINGS_GATEWAY_KEY": "sk-1234567890"}
    with Client(transport=transport, config=_config(gateway)) as client:
        client.fetch(REF)

    [sent] = transport.sent
    assert sent.url == "https://gw.example/flux/v1/get_result?id=t1"
    assert (sent.headers["Authorization"], "x-key" in sent.headers) == ("Bearer sk-1234567890", False)


def _config(env: dict[str, str]) -> Config:
    return Config.load(env=env, cwd=Path("/nonexistent"), user_dir=Path("/nonexistent"))


@pytest.mark.parametrize(
    ("details", "message"),
    [
        ({"Moderation Reasons": ["Violence", "Derivative Works Filter"]}, "Violence, Derivative Works Filter"),
        ({"Moderation Reasons": "Violence", "request": "r1"}, "Violence"),
        ("it was too much", "it was too much"),
        (["one", {"msg": "two"}], "one, two"),
        ({"why": "unheard of"}, "unheard of"),
        ({"Moderation Reasons": [], "message": "flagged"}, "flagged"),
        ({}, ""),
        (None, ""),
        (True, ""),
    ],
)
@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("Request Moderated", "moderated_input"),
        ("content moderated", "moderated_output"),
        ("Error", "provider_error"),
        ("Failed", "provider_error"),
    ],
)
def test_a_refusal_is_a_failure_with_its_reasons(word, code, details, message):
    status = read(bare(status=word, result=None, details=details))

    assert status.state is TaskState.failed
    assert (status.failure.code, status.failure.message, status.failure.provider_code) == (code, message, word)


@pytest.mark.parametrize(
    ("progress", "state", "fraction"),
    [
        (0.4, TaskState.running, 0.4),
        (1, TaskState.running, 1.0),
        ("0.4", TaskState.running, 0.4),
        (40, TaskState.running, 0.4),
        ("40%", TaskState.running, 0.4),
        (0, TaskState.pending, 0.0),
        (None, TaskState.pending, None),
        ("soon", TaskState.pending, None),
        (-1, TaskState.pending, None),
    ],
)
def test_pending_with_progress_is_running(progress, state, fraction):
    status = read(bare(status="Pending", result=None, progress=progress))

    assert (status.state, status.progress) == (state, fraction)


def test_the_state_may_be_called_state():
    assert read({"id": "t1", "state": "Generating"}).state is TaskState.running


@pytest.mark.parametrize(
    "payload", [bare(status=None), bare(status=[]), {"result": {"sample": FILE}}, [], None, "Ready"]
)
def test_an_answer_without_a_state_is_not_pending(payload):
    with pytest.raises(UnexpectedResponse, match="names no state"):
        read(payload)


@pytest.mark.parametrize("word", ["Task not found", "Task Not Found"])
def test_a_task_that_is_not_found_has_no_state(word):
    with pytest.raises(TaskNotFound):
        read({"id": "t1", "status": word, "result": None})
    assert isinstance(error_of({"id": "t1", "status": word, "result": None}, 404), TaskNotFound)


def test_an_answer_about_another_task_is_refused():
    with pytest.raises(UnexpectedResponse, match="not about this task, but about t2"):
        read(bare(id="t2"))
    with pytest.raises(UnexpectedResponse, match="but about t2"):
        read(bare(id="t2"), TaskRef("flux", POLLING))


@pytest.mark.parametrize("odd", [None, ["t2"], {}, ""])
def test_a_render_is_not_lost_for_an_odd_id(odd):
    assert read(bare(id=odd)).primary


@pytest.mark.parametrize(
    ("link", "kind", "media_type"),
    [
        (f"{FILE}.jpeg", "image", None),
        (f"{FILE}.png?rsct=image/png", "image", "image/png"),
        (f"{FILE}?rsct=video%2Fmp4", "video", "video/mp4"),
        ("https://delivery.ice.bfl.ai/ephemeral/63/result.mp4", "video", None),
        (FILE, "file", None),
        (f"{FILE}?rsct=application/zip", "file", "application/zip"),
        ("http://[", "file", None),
    ],
)
def test_what_a_link_leads_to_is_told_by_its_suffix_or_its_signature(link, kind, media_type):
    [output] = read(bare(result={"sample": link})).outputs

    assert (output.kind, output.media_type, output.role) == (kind, media_type, "primary")


def test_an_unsigned_link_lives_ten_minutes_from_the_look_that_brought_it():
    ended = {"sample": FILE, "start_time": NOW.timestamp() - 90_010, "end_time": NOW.timestamp() - 90_000}
    status = read(bare(result=ended))

    assert status.finished_at == NOW - timedelta(seconds=90_000)
    assert status.outputs[0].expires_at == NOW + timedelta(minutes=10)


@pytest.mark.parametrize("result", [None, {}, {"sample": None}, {"sample": "soon"}, "odd"])
def test_ready_without_a_file_is_a_success_without_outputs(result):
    status = read(bare(result=result))

    assert (status.state, status.outputs, status.missing_outputs) == (TaskState.succeeded, (), "none")


def test_a_preview_is_never_primary():
    status = read(bare(status="Pending", result=None, preview=f"{FILE}.webp"))

    assert [(output.role, output.kind) for output in status.outputs] == [("preview", "image")]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_unauthorized(status):
    assert isinstance(error_of({"detail": "Not authenticated"}, status), Unauthorized)


def test_a_malformed_key_is_unauthorized_and_another_422_is_not():
    missing = {"detail": [{"type": "missing", "loc": ["query", "id"], "msg": "Field required", "input": None}]}

    assert isinstance(error_of({"detail": "Invalid API key format"}, 422), Unauthorized)
    assert type(error_of(missing, 422)) is UnexpectedResponse
    assert str(error_of(missing, 422)) == "Field required"


# Replicate's predictions, at gateways that handed the task on.


def predicted(**fields: object) -> dict[str, object]:
    return {
        "id": "t1",
        "status": "succeeded",
        "output": None,
        "completed_at": "2024-12-31T23:59:00.064900134Z",
        **fields,
    }


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("starting", TaskState.queued),
        ("processing", TaskState.running),
        ("succeeded", TaskState.succeeded),
        ("failed", TaskState.failed),
        ("canceled", TaskState.canceled),
        ("aborted", TaskState.canceled),
    ],
)
def test_replicates_words_are_understood(word, state):
    assert read(predicted(status=word)).state is state


@pytest.mark.parametrize(
    "output", [f"{FILE}.png", [f"{FILE}.png"], {"images": [{"url": f"{FILE}.png"}, {"url": f"{FILE}.png"}], "seed": 5}]
)
def test_replicates_output_is_any_json_with_links(output):
    status = read(predicted(output=output))

    assert [(found.url, found.kind) for found in status.primary] == [(f"{FILE}.png", "image")]
    assert status.outputs[0].expires_at == datetime(2025, 1, 1, 0, 59, 0, 64900, tzinfo=UTC)


def test_a_file_inside_replicates_answer_is_a_file():
    uri = "data:image/webp;base64,UklGRg=="
    [found] = read(predicted(output=[uri, uri])).primary

    assert (found.url, found.kind, found.media_type) == (uri, "image", "image/webp")


@pytest.mark.parametrize(("output", "text"), [("a corgi", "a corgi"), ({"score": 0.5}, '{"score": 0.5}'), (7, "7")])
def test_replicates_output_without_links_is_text(output, text):
    assert [(found.kind, found.text) for found in read(predicted(output=output)).outputs] == [("text", text)]


@pytest.mark.parametrize(("removed", "why"), [(True, "expired"), (False, "none"), (None, "none")])
def test_outputs_that_replicate_removed_are_expired(removed, why):
    assert read(predicted(data_removed=removed)).missing_outputs == why


@pytest.mark.parametrize(
    ("error", "code"), [("GPU out of memory", "provider_error"), ("NSFW content detected.", "moderated_output")]
)
def test_replicates_error_is_the_reason(error, code):
    failure = read(predicted(status="failed", error=error)).failure

    assert (failure.code, failure.message) == (code, error)


# In a gateway's record.


def row(**fields: object) -> dict[str, object]:
    record = {"task_id": "t1", "status": "SUCCESS", "fail_reason": "", "progress": "100%", "data": bare(id="makers")}
    return {"code": "success", "message": "", "data": {**record, **fields}}


def test_in_a_gateways_record_its_word_and_its_id_count():
    status = read(row())

    assert (status.state, status.raw_state, status.progress) == (TaskState.succeeded, "SUCCESS", 1.0)
    assert [output.url for output in status.primary] == [FILE]


@pytest.mark.parametrize("data", [None, [], {}, ""])
def test_an_empty_envelope_knows_no_such_task(data):
    with pytest.raises(TaskNotFound):
        read({"code": "success", "message": "", "data": data})


def test_a_gateways_record_may_hold_the_link_itself():
    assert [output.url for output in read(row(data=None, result_url=f"{FILE}.png")).primary] == [f"{FILE}.png"]


def test_a_gateways_record_of_a_refusal_has_its_cause():
    inside = bare(status="Content Moderated", result=None, details={"Moderation Reasons": ["Violence"]})
    by_maker = read(row(status="FAILURE", data=inside)).failure
    by_gateway = read(row(status="FAILURE", data=None, fail_reason="Request Moderated")).failure

    assert (by_maker.code, by_maker.message) == ("moderated_output", "Violence")
    assert (by_gateway.code, by_gateway.message) == ("moderated_input", "Request Moderated")
