"""What is particular about Suno: two songs a task, streams that are no files, lyrics, and five dialects."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tidings.errors import InvalidRef, ProviderUnavailable, TaskNotFound, UnexpectedResponse
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.wire import Response
from tidings_suno.provider import Suno

NOW = datetime(2025, 1, 1, tzinfo=UTC)
REF = TaskRef("suno", "t1")
FEED = TaskRef("suno", "s1", route="feed")
LYRICS = TaskRef("suno", "l1", route="lyrics")
STREAM = "https://audiopipe.suno.ai/?item_id=s1"
RUNNING, SUCCEEDED, FAILED = TaskState.running, TaskState.succeeded, TaskState.failed


def response(payload: object, *, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(payload).encode(), NOW)


def song(name: str = "s1", word: object = "complete", **fields: object) -> dict[str, object]:
    return {"id": name, "status": word, "audio_url": f"https://cdn1.suno.ai/{name}.mp3", **fields}


def row(*data: object, **fields: object) -> dict[str, object]:
    return {"id": 7, "task_id": "t1", "action": "MUSIC", "status": "SUCCESS", "fail_reason": "", "data": data, **fields}


def enveloped(data: object) -> dict[str, object]:
    return {"code": "success", "message": "", "data": data}


def single(data: object, ref: TaskRef = REF) -> TaskStatus:
    return Suno().parse(response(enveloped(data)), ref)


def roles(status: TaskStatus) -> list[tuple[str, str, str | None]]:
    return [(output.kind, output.role, output.id) for output in status.outputs]


def test_both_songs_and_their_videos_are_results_and_the_audio_comes_first():
    links = {"video_url": "https://cdn1.suno.ai/v.mp4", "image_url": "https://cdn1.suno.ai/i.jpeg"}
    status = single(row(song("s1", **links), song("s2")))

    assert roles(status) == [
        ("audio", "primary", "s1"),
        ("video", "primary", "s1"),
        ("image", "thumbnail", "s1"),
        ("audio", "primary", "s2"),
    ]


@pytest.mark.parametrize("audio", ["", None, "soon", 0])
def test_a_task_that_only_makes_a_video_has_that_as_its_result(audio):
    status = single(row(song(audio_url=audio, video_url="https://cdn1.suno.ai/v.mp4", text="the words")))

    assert (status.state, roles(status)) == (SUCCEEDED, [("video", "primary", "s1")])


def test_what_a_failed_song_still_links_to_is_no_result():
    status = single(row(song("s1", "error"), song("s2")))

    assert (status.state, roles(status)) == (SUCCEEDED, [("audio", "preview", "s1"), ("audio", "primary", "s2")])


@pytest.mark.parametrize("fields", [{}, {"audio_url": None}, {"audio_url": None, "video_url": ""}])
def test_lyrics_are_a_text_without_a_song(fields):
    status = single(row(data={"id": "l1", "text": "la", "status": "complete", **fields}))

    assert (status.state, roles(status)) == (SUCCEEDED, [("text", "primary", "l1")])


def test_one_picture_under_two_names_is_taken_once():
    status = single(row(song(image_url="https://cdn1.suno.ai/i.jpeg", image_large_url="https://cdn1.suno.ai/i.jpeg")))

    assert [kind for kind, _, _ in roles(status)] == ["audio", "image"]


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"metadata": {"duration": 128.92}}, 128.92),
        ({"duration": 120}, 120.0),
        ({"metadata": {"duration": None}, "duration": "90.5"}, 90.5),
        ({"metadata": {"duration": -1}}, None),
        ({"metadata": "odd"}, None),
    ],
)
def test_a_song_lasts_as_long_as_it_says_anywhere(fields, seconds):
    assert single(row(song(**fields))).primary[0].duration == seconds


@pytest.mark.parametrize(
    "data",
    [
        [song(audio_url=STREAM)],
        [song(audio_url=STREAM, video_url="https://cdn1.suno.ai/v.mp4")],
        [song(audio_url=STREAM.upper().replace("HTTPS", "https"))],
        [song(), song("s2", audio_url=STREAM)],
        [song(), song("s2", audio_url="")],
        [song(), song("s2", "streaming")],
        [song(audio_url="")],
        [{"id": "l1", "text": "", "status": "complete"}],
        [],
        None,
    ],
)
def test_a_row_ahead_of_its_songs_is_running_and_nothing_of_it_is_final(data):
    status = single(row(data=data, finish_time=1726911897))

    assert (status.state, status.raw_state, status.finished_at) == (RUNNING, "SUCCESS", None)
    assert (status.primary, status.missing_outputs) == ((), None)


@pytest.mark.parametrize(
    "data",
    [
        [song(), song("s2", "error", audio_url="")],  # one of two songs is a result
        [song(), "odd", None],
        [song(word=None)],
        [song(word="brand_new")],
        [{"id": "s1", "state": "succeeded", "audio_url": "https://cdn1.suno.ai/s1.mp3"}],
        song(),
        json.dumps([song()]),
        "https://cdn1.suno.ai/s1.mp3",
    ],
)
def test_a_row_with_its_songs_has_succeeded(data):
    status = single(row(data=data))

    assert (status.state, [output.url for output in status.primary]) == (SUCCEEDED, ["https://cdn1.suno.ai/s1.mp3"])


@pytest.mark.parametrize("data", [None, [], [song(word="complete", audio_url="")]])
def test_the_row_may_hold_the_link_itself(data):
    status = single(row(data=data, result_url="https://cdn1.suno.ai/whole.wav"))

    assert (status.state, roles(status)) == (SUCCEEDED, [("audio", "primary", None)])


@pytest.mark.parametrize(("link", "kind"), [("https://x.example/1", "audio"), ("https://x.example/1.mp4", "video")])
def test_the_rows_own_link_is_audio_unless_it_looks_otherwise(link, kind):
    assert roles(single(row(data=None, result_url=link))) == [(kind, "primary", None)]


def test_a_stream_is_no_result_in_the_row_either():
    status = single(row(data=None, result_url=STREAM))

    assert (status.state, roles(status)) == (RUNNING, [("audio", "preview", None)])


@pytest.mark.parametrize("data", ["a task's id", "{cut", {"wav": 1}, ["odd"], 5])
def test_a_result_of_a_kind_nobody_has_seen_is_a_success_without_outputs(data):
    status = single(row(data=data))

    assert (status.state, status.outputs, status.missing_outputs) == (SUCCEEDED, (), "none")


def test_text_about_a_success_is_no_failure():
    status = single(row(song(), fail_reason="the gateway's remark"))

    assert (status.state, status.failure) == (SUCCEEDED, None)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"fail_reason": "channel lost", "progress": "100%"}, FAILED),
        ({"fail_reason": "channel lost", "progress": "0%"}, RUNNING),
        ({"fail_reason": "", "progress": "100%"}, RUNNING),
        ({"fail_reason": "channel lost", "progress": "100%", "status": "UNKNOWN"}, TaskState.unknown),
    ],
)
def test_a_task_that_its_gateway_gave_up_on_has_failed_whatever_word_was_left(fields, state):
    status = single(row(**{"status": "IN_PROGRESS", **fields}))

    assert (status.state, status.raw_state) == (state, fields.get("status", "IN_PROGRESS"))
    assert (status.failure is not None) is (state is FAILED)


@pytest.mark.parametrize(
    ("words", "state", "raw_state"),
    [
        (["complete", "complete"], SUCCEEDED, "complete"),
        (["complete", "streaming"], RUNNING, "streaming"),
        (["queued", "streaming"], TaskState.queued, "queued"),
        (["streaming", "submitted"], TaskState.queued, "submitted"),
        (["error", "streaming"], RUNNING, "streaming"),
        (["complete", "error"], FAILED, "error"),
        (["complete", "brand_new"], TaskState.unknown, "brand_new"),
        (["complete", ""], SUCCEEDED, "complete"),
    ],
)
@pytest.mark.parametrize("turn", [1, -1])
def test_used_directly_the_slower_song_decides(words, state, raw_state, turn):
    status = single([song(f"s{number}", word) for number, word in enumerate(words)][::turn])

    assert (status.state, status.raw_state) == (state, raw_state)


@pytest.mark.parametrize(
    ("outer", "inner", "state", "raw_state"),
    [
        ("FAILURE", "complete", FAILED, "FAILURE"),
        ("IN_PROGRESS", "complete", RUNNING, "IN_PROGRESS"),
        ("UNKNOWN", "streaming", RUNNING, "streaming"),
        ("", "queued", TaskState.queued, "queued"),
        ("", None, TaskState.pending, ""),
        ("brand_new", "complete", TaskState.unknown, "brand_new"),
    ],
)
def test_the_rows_word_goes_before_the_songs(outer, inner, state, raw_state):
    status = single(row(song(word=inner), status=outer))

    assert (status.state, status.raw_state) == (state, raw_state)
    assert bool(status.primary) is (state is SUCCEEDED)


@pytest.mark.parametrize(
    ("reason", "data", "code", "message", "provider_code"),
    [
        ("time out", [], "timed_out", "time out", None),
        (
            "获取渠道信息失败，请联系管理员，渠道ID：7",
            [],
            "provider_error",
            "获取渠道信息失败，请联系管理员，渠道ID：7",
            None,
        ),
        (None, [song(), {"metadata": {"error_message": "bad"}}], "provider_error", "bad", None),
        (None, [{"metadata": {"error_type": "moderation_failure"}}], "moderated_input", "", "moderation_failure"),
        (None, {"error_message": "no lyrics"}, "provider_error", "no lyrics", None),
        (None, [{"msg": "Tags contained artist name: x", "state": "error"}], "moderated_input", None, None),
        ("outer", [{"metadata": {"error_message": "inner"}}], "provider_error", "outer", None),
        (None, None, "provider_error", "", None),
    ],
)
def test_a_failure_has_a_cause(reason, data, code, message, provider_code):
    failure = single(row(status="FAILURE", fail_reason=reason, data=data)).failure

    assert (failure.code, failure.provider_code) == (code, provider_code)
    assert message is None or failure.message == message


@pytest.mark.parametrize("code", [1, 1.0, "1"])
def test_crazyrouters_code_is_the_number_1(code):
    payload = {"code": code, "data": {"task_id": "t1", "status": "complete", "data": [song()]}}
    alone = Suno().parse(response(payload), REF)
    together = Suno().parse_batch(response({"code": code, "data": [payload["data"]]}), [REF])[REF]

    assert alone.state is together.state is SUCCEEDED


@pytest.mark.parametrize("code", [0, 200, None, True])
def test_another_code_is_named_as_such(code):
    answer = response({"code": code, "message": "no luck", "data": row(song())})

    with pytest.raises(UnexpectedResponse, match=r"a code that is not known here: .*no luck"):
        Suno().parse(answer, REF)
    with pytest.raises(UnexpectedResponse, match="a code that is not known here"):
        Suno().parse_batch(answer, [REF])


@pytest.mark.parametrize("payload", [{}, {"id": "t1"}, [song(word="")], "ok", 5, True, [None], {"data": None}])
def test_what_names_no_state_is_no_status(payload):
    with pytest.raises(UnexpectedResponse):
        single(payload)


@pytest.mark.parametrize("data", [None, []])
def test_nothing_instead_of_a_task_is_not_found(data):
    with pytest.raises(TaskNotFound):
        single(data)
    with pytest.raises(TaskNotFound):
        single(data, FEED)


@pytest.mark.parametrize("data", [None, []])
def test_a_batch_that_knows_none_mentions_none(data):
    assert Suno().parse_batch(response(enveloped(data)), [REF, TaskRef("suno", "t2")]) == {}


def test_a_batch_written_as_text_is_read():
    assert Suno().parse_batch(response(enveloped(json.dumps([row(song())]))), [REF])[REF].state is SUCCEEDED


@pytest.mark.parametrize("data", ["string", {"oops": 1}])
def test_a_batch_answer_that_is_no_list_is_unexpected(data):
    with pytest.raises(UnexpectedResponse, match="a list of tasks was expected"):
        Suno().parse_batch(response(enveloped(data)), [REF])


def test_an_error_in_place_of_a_batch_is_told():
    with pytest.raises(UnexpectedResponse, match=r"not dict\. the database is gone$"):
        Suno().parse_batch(response({"error": {"message": "the database is gone"}}), [REF])


@pytest.mark.parametrize(
    ("found", "ref", "about"),
    [
        (row(task_id="other"), REF, "other"),
        ([row(task_id="a"), row(task_id="b")], REF, "a, b"),
        ([song("other")], FEED, "other"),
        ({"id": "other", "text": "la", "status": "complete"}, LYRICS, "other"),
    ],
)
def test_an_answer_about_others_only_is_refused(found, ref, about):
    with pytest.raises(UnexpectedResponse, match=f"not about this task, but about {about}$"):
        single(found, ref)


def test_several_answers_without_ids_are_nobodys():
    with pytest.raises(UnexpectedResponse, match=r"about 2 tasks without ids$"):
        single([row(task_id=None), row(task_id=None)])


def test_a_row_that_does_not_say_its_status_or_its_id_is_still_a_row():
    no_status = {name: value for name, value in row(data=None).items() if name != "status"}
    no_id = {name: value for name, value in row(song()).items() if name != "task_id"}

    assert single(no_status).state is TaskState.pending
    assert Suno().parse_batch(response(enveloped([no_status])), [REF])[REF].state is TaskState.pending
    assert single(no_id).state is SUCCEEDED


@pytest.mark.parametrize(
    ("found", "ref"),
    [
        (row(song(), task_id=None), REF),
        ([row(task_id="other"), row(song())], REF),
        ([song("other", "error"), song()], FEED),
        ([song(None, clip_id="s1")], FEED),
        ([song(None)], FEED),
        ({"text": "la", "status": "complete"}, LYRICS),
    ],
)
def test_the_part_about_the_task_is_found(found, ref):
    assert single(found, ref).state is SUCCEEDED


def test_songs_of_a_task_have_ids_of_their_own():
    assert len(single([song("t1"), song("s2")]).primary) == 2


def test_the_rows_own_number_is_no_id_of_a_task():
    number = TaskRef("suno", "7")

    assert set(Suno().parse_batch(response(enveloped([row(song())])), [REF, number])) == {REF}


def test_an_odd_row_is_its_own_trouble():
    other = TaskRef("suno", "t2")
    answers = Suno().parse_batch(response(enveloped([{"id": "t2"}, None, row(song())])), [REF, other])

    assert answers[REF].state is SUCCEEDED
    assert isinstance(answers[other], UnexpectedResponse)


def test_each_route_is_asked_in_its_own_way():
    suno, other = Suno(), TaskRef("suno", "s/2", route="feed")

    assert [suno.request(ref).path for ref in (REF, FEED, LYRICS)] == [
        "/suno/fetch/t1",
        "/suno/feed/s1",
        "/suno/lyrics/l1",
    ]
    assert suno.batch_request([REF, TaskRef("suno", "t2")]).json == {"ids": ["t1", "t2"]}
    assert suno.batch_request([FEED, other]).path == "/suno/feed/s1,s%2F2"
    assert [suno.limits_for(route).batch for route in (None, "feed", "lyrics")] == [100, 20, 1]
    with pytest.raises(InvalidRef):
        suno.validate_ref(TaskRef("suno", "t1", route="music"))


@pytest.mark.parametrize("status", [200, 400])
def test_suno_apis_bad_request_is_an_unknown_task_only_by_its_text(status):
    unknown = {"code": "invalid_request", "message": "task not exist", "data": None}

    assert Suno().error_kind(response(unknown, status=status)) is TaskNotFound
    assert Suno().error_kind(response({**unknown, "message": "EOF"}, status=400)) is UnexpectedResponse
    assert Suno().error_kind(response(unknown, status=500)) is ProviderUnavailable


def test_lyrics_may_have_any_title():
    assert (
        Suno().error_kind(response({"id": "l1", "text": "la", "title": "task not exist", "status": "complete"})) is None
    )
