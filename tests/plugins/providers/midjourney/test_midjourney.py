"""What is particular about Midjourney: odd words and refusals, modes, previews, texts and seeds."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tidings import AsyncClient
from tidings.errors import (
    FetchError,
    InvalidRef,
    RateLimited,
    TaskNotFound,
    Unauthorized,
    UnexpectedResponse,
)
from tidings.model import TaskRef, TaskState
from tidings.provider import Limits
from tidings.testing import FakeTransport
from tidings.testing.fake import respond
from tidings.wire import Response
from tidings_midjourney.provider import Midjourney

NOW = datetime(2025, 1, 1, tzinfo=UTC)
ID = "1730621826053455"
REF = TaskRef("midjourney", ID)
GRID = "https://cdn.example/grid.png"
MJ = Midjourney()
GRUMPY_MODE = {"description": "无效的加速模式", "type": "one_hub_error", "code": 4}


def response(payload: object, *, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(payload).encode(), NOW)


def task(**fields: object) -> dict[str, object]:
    return {"id": ID, "action": "IMAGINE", "status": "SUCCESS", "progress": "100%", "imageUrl": GRID, **fields}


def single(payload: object, ref: TaskRef = REF):
    answer = response(payload)
    return MJ.parse(MJ.checked(answer), ref)


def batch(rows: object, *refs: TaskRef):
    return MJ.parse_batch(MJ.checked(response(rows)), refs or [REF])


@pytest.mark.parametrize(
    ("route", "path"),
    [
        (None, f"/mj/task/{ID}/fetch"),
        ("fast", f"/mj-fast/mj/task/{ID}/fetch"),
        ("relax", f"/mj-relax/mj/task/{ID}/fetch"),
        ("turbo", f"/mj-turbo/mj/task/{ID}/fetch"),
    ],
)
def test_the_mode_stands_before_the_path(route, path):
    assert MJ.request(TaskRef("midjourney", ID, route=route)).path == path


def test_another_mode_is_refused_before_anything_is_asked():
    with pytest.raises(InvalidRef, match="fast, relax, turbo"):
        MJ.validate_ref(TaskRef("midjourney", ID, route="silly"))


def test_a_batch_mixes_modes_and_asks_for_each_id_once():
    refs = [TaskRef("midjourney", "1", route="fast"), TaskRef("midjourney", "2"), TaskRef("midjourney", "1")]

    assert MJ.batch_request(refs).json == {"ids": ["1", "2"]}
    answers = batch([task(id="2"), task(id="1")], *refs)
    assert {ref: answer.ref for ref, answer in answers.items()} == {ref: ref for ref in refs}


def test_a_batch_is_a_hundred_at_most():
    assert MJ.limits == Limits(batch=100, interval=5.0)


@pytest.mark.parametrize(
    ("settings", "authorization"),
    [
        ({"gateway_url": "https://gw.example", "gateway_key": "sk-1"}, "Bearer sk-1"),
        ({"accounts": {"own": {"provider": "midjourney", "url": "https://mj.example", "key": "sk-1"}}}, "sk-1"),
    ],
)
async def test_the_key_travels_in_both_headers(settings, authorization):
    transport = FakeTransport(lambda _outgoing: respond(200, task()))
    account = next(iter(settings.get("accounts", {})), None)
    async with AsyncClient(transport=transport, **settings) as client:
        await client.fetch(TaskRef("midjourney", ID, account=account))

    headers = transport.sent[0].headers
    assert (headers["Authorization"], headers["mj-api-secret"]) == (authorization, "sk-1")


@pytest.mark.parametrize("body", [b"", b" \n", b"null", b"[]"])
@pytest.mark.parametrize("status", [200, 204])
def test_nothing_in_answer_to_a_single_look_is_no_such_task(status, body):
    with pytest.raises(TaskNotFound) as caught:
        MJ.parse(MJ.checked(Response(status, {}, body, NOW)), REF)
    assert caught.value.ref == REF


def test_an_empty_body_in_answer_to_a_batch_says_nothing_about_its_tasks():
    with pytest.raises(UnexpectedResponse, match="empty"):
        MJ.parse_batch(Response(200, {}, b"", NOW), [REF])


@pytest.mark.parametrize("include", ["seed"])
def test_an_empty_body_in_answer_to_an_include_says_nothing_about_the_task(include):
    with pytest.raises(UnexpectedResponse, match="empty"):
        MJ.includes[include].parse(Response(200, {}, b"", NOW), REF)


@pytest.mark.parametrize(
    ("status", "payload", "kind"),
    [
        (400, {"description": "task_no_found ", "type": "upstream_error", "code": 4}, TaskNotFound),
        (400, {"description": "do_request_failed ", "type": "upstream_error", "code": 4}, UnexpectedResponse),
        (400, {"error": "midjourney_task_not_found"}, TaskNotFound),
        (404, {"code": 3, "description": "关联任务不存在或已失效", "result": None}, TaskNotFound),
        (200, {"code": 3, "description": "关联任务不存在或已失效", "result": None}, TaskNotFound),
        (200, {"code": 4, "description": "task_no_found"}, TaskNotFound),
        (200, {"code": 4, "description": "do_request_failed"}, UnexpectedResponse),
        (200, {"code": "4", "description": "关联任务状态错误"}, UnexpectedResponse),
        (200, {"code": 30, "description": "upstream busy"}, RateLimited),
        (400, {"code": 30, "description": "upstream busy"}, RateLimited),
        (429, {"code": 30, "description": "当前分组负载已饱和，请稍后再试，或升级账户以提升服务质量。"}, RateLimited),
        (429, {"code": 4, "description": "当前分组负载已饱和，请稍后再试，或升级账户以提升服务质量。"}, RateLimited),
        (400, GRUMPY_MODE, UnexpectedResponse),
        (403, {"error": {"message": "API requests are not allowed", "type": "one_hub_error"}}, Unauthorized),
        (400, {"code": "task_not_exist", "message": "task_not_exist", "data": None}, TaskNotFound),
    ],
)
def test_the_description_decides_what_a_refusal_means(status, payload, kind):
    assert MJ.error_kind(response(payload, status=status)) is kind


def test_a_mode_that_the_server_does_not_have_is_told_in_its_words():
    assert MJ.error(response(GRUMPY_MODE, status=400)).message == "无效的加速模式"


@pytest.mark.parametrize(
    "payload",
    [
        task(code=4, description="Submit success"),
        {"code": 1, "description": "成功", "result": "1"},
        {"code": 21, "description": "任务已存在"},
        {"code": 22, "description": "排队中"},
        {"code": 4},
        [task()],
        None,
    ],
)
def test_an_answer_is_not_taken_for_a_refusal_by_half(payload):
    assert MJ.error_kind(response(payload)) is None


def test_a_body_that_is_no_json_is_left_to_the_reader():
    answer = Response(200, {}, b"ok", NOW)
    assert MJ.error_kind(answer) is None
    with pytest.raises(UnexpectedResponse, match="not JSON"):
        MJ.parse(answer, REF)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("", TaskState.pending),
        (None, TaskState.pending),
        ("MODAL", TaskState.input_required),
        ("modal", TaskState.input_required),
        ("CANCEL", TaskState.canceled),
        ("submitted", TaskState.queued),
        ("success", TaskState.succeeded),
        ("CANCELING", TaskState.unknown),
        (7, TaskState.unknown),
    ],
)
def test_words_that_are_easily_misread(word, state):
    assert single(task(status=word)).state is state


def test_state_is_the_callers_own_text():
    status = single(task(status="IN_PROGRESS", state="FAILURE"))
    assert (status.state, status.raw_state) == (TaskState.running, "IN_PROGRESS")


@pytest.mark.parametrize("payload", [{"id": ID, "progress": "100%"}, {"code": 1, "description": "成功"}, {}])
def test_an_answer_without_a_status_is_no_pending_task(payload):
    with pytest.raises(UnexpectedResponse, match="names no status"):
        single(payload)


@pytest.mark.parametrize("word", ["", "SUBMITTED", "IN_PROGRESS", "MODAL"])
def test_a_reason_at_the_end_of_an_open_task_is_its_failure(word):
    status = single(task(status=word, failReason="Invalid Form Body"))

    assert (status.state, status.raw_state) == (TaskState.failed, word)
    assert status.failure.message == "Invalid Form Body"
    assert [output.role for output in status.outputs] == ["preview"]


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"status": "IN_PROGRESS", "failReason": ""}, TaskState.running),
        ({"status": "IN_PROGRESS", "failReason": None}, TaskState.running),
        ({"status": "IN_PROGRESS", "failReason": "odd", "progress": "99%"}, TaskState.running),
        ({"status": "IN_PROGRESS", "failReason": "odd", "progress": None}, TaskState.running),
        ({"status": "SUCCESS", "failReason": "odd"}, TaskState.succeeded),
        ({"status": "BRAND_NEW", "failReason": "odd"}, TaskState.unknown),
    ],
)
def test_a_reason_alone_is_no_failure(fields, state):
    assert single(task(**fields)).state is state


@pytest.mark.parametrize(
    ("said", "progress"),
    [
        ("65%", 0.65),
        ("(15%) (fast)", 0.15),
        ("12.5 %", 0.125),
        (65, 0.65),
        ("65", 0.65),
        ("Waiting to start", None),
        ("paused", None),
        ("relaxed", None),
        ("", None),
        (None, None),
        (["65%"], None),
    ],
)
def test_progress_is_a_number_or_none(said, progress):
    assert single(task(status="IN_PROGRESS", progress=said)).progress == progress


@pytest.mark.parametrize("unset", [0, None, ""])
def test_times_are_milliseconds_and_may_be_unset(unset):
    status = single(task(submitTime=1730621826053, startTime=unset, finishTime=1730621855817))

    assert status.submitted_at == datetime(2024, 11, 3, 8, 17, 6, 53000, tzinfo=UTC)
    assert status.started_at is None
    assert status.finished_at == datetime(2024, 11, 3, 8, 17, 35, 817000, tzinfo=UTC)


def test_a_running_task_has_not_finished():
    assert single(task(status="IN_PROGRESS", finishTime=1730621855817)).finished_at is None


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("Banned prompt detected", "moderated_input"),
        ("可能包含敏感词", "moderated_input"),
        ("Request cancelled due to image filters", "moderated_output"),
        ("[Invalid parameter] `--foo`", "invalid_request"),
        ("上游任务超时（超过1小时）", "timed_out"),
        ("Invalid Form Body", "provider_error"),
        (None, "provider_error"),
        ({"odd": 1}, "provider_error"),
    ],
)
def test_the_reason_tells_the_cause(reason, code):
    failure = single(task(status="FAILURE", failReason=reason)).failure
    assert (failure.code, failure.message) == (code, reason if isinstance(reason, str) else "")


@pytest.mark.parametrize(
    "payload",
    [
        task(),
        [task()],
        [task(id="other", status="FAILURE"), task()],
        {"code": "success", "message": "", "data": task()},
        {key: value for key, value in task().items() if key != "id"},
        {**task(), "id": None, "task_id": ID},
        {**task(), "id": int(ID)},
    ],
)
def test_what_is_about_the_task_or_about_none_by_name_is_taken(payload):
    assert single(payload).state is TaskState.succeeded


@pytest.mark.parametrize(
    ("payload", "about"),
    [
        (task(id="other"), "other"),
        ([task(id="a"), task(id="b")], "a, b"),
    ],
)
def test_an_answer_about_something_else_is_refused(payload, about):
    with pytest.raises(UnexpectedResponse, match=f"but about {about}$"):
        single(payload)


@pytest.mark.parametrize(("payload", "kind"), [([task(id=None)], "list"), ("ok", "str"), (5, "int")])
def test_an_answer_that_is_no_task_is_refused(payload, kind):
    with pytest.raises(UnexpectedResponse, match=f"a task was expected, not a {kind}$"):
        single(payload)


def test_rows_about_nobody_and_about_strangers_are_ignored_and_of_two_the_first_counts():
    odd = [None, 5, "t", [], {}, {"displays": {"status": "FAILURE"}}, {"id": ["t"]}, task(id="stranger")]
    answers = batch([*odd, task(status="IN_PROGRESS"), task(status="FAILURE")])

    assert {ref: answer.state for ref, answer in answers.items()} == {REF: TaskState.running}


def test_a_row_without_a_status_is_its_own_trouble():
    other = TaskRef("midjourney", "2")
    answers = batch([{"id": ID, "displays": {"status": "SUCCESS"}}, task(id="2")], REF, other)

    assert isinstance(answers[REF], UnexpectedResponse)
    assert answers[other].state is TaskState.succeeded


def test_a_batch_may_come_in_the_gateways_envelope_and_be_null():
    assert set(batch({"code": "success", "message": "", "data": [task()]})) == {REF}
    assert batch(None) == {}


@pytest.mark.parametrize("payload", [task(), {"list": []}, "ok", 5])
def test_a_batch_that_is_no_list_is_refused(payload):
    with pytest.raises(UnexpectedResponse, match="a list of tasks was expected"):
        batch(payload)


def test_an_error_envelope_with_status_200_is_an_error():
    with pytest.raises(FetchError, match="get_task_failed"):
        single({"code": "get_task_failed", "message": "database is gone", "data": None})


SEED = Midjourney.includes["seed"]


@pytest.mark.parametrize(
    "payload",
    [
        {"code": 1, "description": "成功", "result": "636646138"},
        {"code": 1, "description": "成功", "result": 636646138},
        task(seed="636646138"),
        task(seed=636646138),
    ],
)
def test_the_seed_is_a_text(payload):
    assert SEED.parse(response(payload), REF) == "636646138"


@pytest.mark.parametrize(
    "payload",
    [
        {"code": 22, "description": "排队中", "result": None},
        {"code": 1, "description": "成功", "result": ""},
        {"code": 1, "result": {"odd": 1}},
        task(),
        [],
        None,
    ],
)
def test_an_answer_without_a_seed_is_none(payload):
    with pytest.raises(UnexpectedResponse, match="no seed"):
        SEED.parse(response(payload), REF)


def test_another_tasks_seed_is_refused():
    with pytest.raises(UnexpectedResponse, match=r"not about this task, but about other$"):
        SEED.parse(response(task(id="other", seed="1")), REF)


def test_the_seed_is_asked_for_in_the_tasks_mode():
    assert SEED.request(REF).path == f"/mj/task/{ID}/image-seed"
    turbo = TaskRef("midjourney", "a/b", route="turbo")
    assert SEED.request(turbo).path == "/mj-turbo/mj/task/a%2Fb/image-seed"
