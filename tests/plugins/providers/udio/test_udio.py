"""What is particular about Udio: songs in three nests, ids of two kinds, and states that nobody says in a word."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tidings.errors import InvalidRef, TaskNotFound, UnexpectedResponse
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.wire import Response
from tidings_udio.provider import Udio

NOW = datetime(2025, 1, 1, tzinfo=UTC)
REF = TaskRef("udio", "t1")
SONG = TaskRef("udio", "s1", route="query")
MP3 = "https://storage.googleapis.com/samples/1/The%2520Untitled.mp3"
RUNNING, SUCCEEDED, FAILED = TaskState.running, TaskState.succeeded, TaskState.failed


def response(payload: object) -> Response:
    return Response(200, {"content-type": "application/json"}, json.dumps(payload).encode(), NOW)


def song(name: object = "s1", **fields: object) -> dict[str, object]:
    return {"id": name, "generation_id": "t1", "finished": True, "song_path": MP3, **fields}


def row(*songs: object, **fields: object) -> dict[str, object]:
    return {"task_id": "t1", "status": "SUCCESS", "fail_reason": "", "data": {"songs": songs}, **fields}


def fetched(data: object) -> TaskStatus:
    return Udio().parse(response({"code": "success", "message": "", "data": data}), REF)


def queried(*songs: object) -> TaskStatus:
    return Udio().parse(response({"songs": songs}), SONG)


@pytest.mark.parametrize(
    "task",
    [
        row(song()),
        row(data=None, songs=[song()]),
        row(songs=[song()]),
        row(data=[song()]),
        row(song(), None, "odd"),
        row(song(), status="", task_id=None),
        {"songs": [song()]},
        {"songs": [song(generation_id=None)]},
    ],
)
def test_songs_are_found_wherever_they_stand(task):
    status = fetched(task)

    assert (status.state, [output.url for output in status.primary]) == (SUCCEEDED, [MP3])


def test_an_envelope_is_not_needed():
    assert Udio().parse(response(row(song())), REF).state is SUCCEEDED


def test_a_songs_portrait_of_the_artist_is_no_output():
    made = song(
        artist_image="https://x.example/a.png", video_path="https://x.example/v.mp4", lyrics="la", duration=32.8
    )
    made["image_path"] = "https://x.example/cover/public"

    assert [(output.kind, output.role, output.duration) for output in queried(made).outputs] == [
        ("audio", "primary", 32.8),
        ("video", "primary", 32.8),
        ("image", "thumbnail", None),
        ("text", "primary", None),
    ]


@pytest.mark.parametrize(
    ("fields", "state", "raw_state"),
    [
        ({}, SUCCEEDED, "finished"),
        ({"finished": "true"}, SUCCEEDED, "finished"),
        ({"finished": 1}, SUCCEEDED, "finished"),
        ({"finished": False}, RUNNING, "unfinished"),
        ({"finished": None}, RUNNING, "unfinished"),
        ({"song_path": None}, RUNNING, "unfinished"),
        ({"song_path": "soon"}, RUNNING, "unfinished"),
        ({"error_code": 4001}, FAILED, "error"),
        ({"error_id": "e", "finished": False}, FAILED, "error"),
        ({"error_type": "", "error_code": 0, "error_detail": []}, SUCCEEDED, "finished"),
    ],
)
def test_a_songs_fields_say_its_state(fields, state, raw_state):
    status = queried(song(**fields))

    assert (status.state, status.raw_state) == (state, raw_state)
    assert bool(status.primary) is (state is SUCCEEDED)


@pytest.mark.parametrize(
    ("songs", "state"),
    [
        ([song(), song("s2", finished=False)], RUNNING),
        ([song(error_code=1), song("s2", finished=False)], RUNNING),
        ([song(), song("s2", error_code=1)], FAILED),
        ([song(), song("s2")], SUCCEEDED),
    ],
)
def test_a_task_is_done_when_all_its_songs_are(songs, state):
    assert fetched({"songs": songs}).state is state
    assert fetched(row(*songs, status="UNKNOWN")).state is state


@pytest.mark.parametrize(
    "task",
    [
        row(),
        row(data=None),
        row(data={}),
        row(data={"songs": None}),
        row(song(), song("s2", finished=False)),
        row(song(), song("s2", song_path=None)),
        row(song(), {"id": "s2"}),
    ],
)
def test_a_row_ahead_of_its_songs_is_running_and_nothing_of_it_is_final(task):
    status = fetched({**task, "finish_time": 1730993911})

    assert (status.state, status.raw_state, status.finished_at) == (RUNNING, "SUCCESS", None)
    assert (status.primary, status.missing_outputs) == ((), None)


@pytest.mark.parametrize("odd", [{"error_code": 1, "song_path": None}, {"finished": None}])
def test_a_row_is_believed_where_its_songs_say_nothing_else(odd):
    assert fetched(row(song(), song("s2", **odd))).state is SUCCEEDED


def test_a_row_may_hold_the_only_link():
    status = fetched(row(data=None, result_url=MP3))

    assert (status.state, [output.kind for output in status.primary]) == (SUCCEEDED, ["audio"])


def test_a_success_all_of_whose_songs_failed_has_no_outputs():
    status = fetched(row(song(error_code=1, song_path=None)))

    assert (status.state, status.outputs, status.missing_outputs) == (SUCCEEDED, (), "none")


def test_the_lyrics_of_a_song_that_is_not_there_are_no_result():
    status = fetched(row(song(error_code=1, song_path=None, lyrics="la"), song("s2", lyrics="lo")))

    assert [(output.text, output.role) for output in status.outputs if output.kind == "text"] == [
        ("la", "preview"),
        ("lo", "primary"),
    ]


def test_a_row_without_a_status_is_pending():
    assert fetched({"task_id": "t1", "fail_reason": "", "data": None}).state is TaskState.pending


@pytest.mark.parametrize(
    ("outer", "state"),
    [("IN_PROGRESS", RUNNING), ("FAILURE", FAILED), ("brand_new", TaskState.unknown)],
)
def test_the_rows_word_goes_before_the_songs(outer, state):
    status = fetched(row(song(), status=outer))

    assert (status.state, status.raw_state) == (state, outer)
    assert {output.role for output in status.outputs} == {"preview"}


@pytest.mark.parametrize(
    ("reason", "fields", "expected"),
    [
        ("time out", {}, ("timed_out", "time out", None)),
        ("upstream error", {"error_code": 7}, ("provider_error", "upstream error", "7")),
        (None, {"error_detail": "Moderation error"}, ("moderated_input", "Moderation error", None)),
        (None, {"error_detail": {"message": "no"}, "error_type": "X"}, ("provider_error", "no", "X")),
        (None, {"error_detail": ["odd"]}, ("provider_error", "", None)),
        (None, {}, ("provider_error", "", None)),
    ],
)
def test_a_failure_has_a_cause(reason, fields, expected):
    failure = fetched(row(song(**fields), status="FAILURE", fail_reason=reason)).failure

    assert (failure.code, failure.message, failure.provider_code) == expected


@pytest.mark.parametrize("data", [None, []])
def test_nothing_instead_of_a_task_is_not_found(data):
    with pytest.raises(TaskNotFound):
        fetched(data)


@pytest.mark.parametrize("payload", [None, {"songs": None}, {"songs": []}, {"songs": [song("other")]}, []])
def test_a_song_that_is_not_listed_is_not_found(payload):
    with pytest.raises(TaskNotFound):
        Udio().parse(response(payload), SONG)


@pytest.mark.parametrize("payload", [{}, "ok", 5, True, {"songs": "odd"}])
def test_an_answer_without_songs_is_unexpected(payload):
    with pytest.raises(UnexpectedResponse, match=r"a list of songs was expected\.$"):
        Udio().parse(response(payload), SONG)


def test_an_error_in_place_of_songs_is_told():
    with pytest.raises(UnexpectedResponse, match=r"a list of songs was expected\. no channel$"):
        Udio().parse(response({"error": {"message": "no channel"}}), SONG)


@pytest.mark.parametrize("payload", [{}, "ok", 5, {"songs": []}, {"songs": [{"generation_id": "t1"}]}])
def test_what_names_no_state_is_no_status(payload):
    with pytest.raises(UnexpectedResponse, match="names no state"):
        fetched(payload)


def test_a_song_that_says_nothing_is_its_own_trouble():
    other = TaskRef("udio", "s2", route="query")
    answers = Udio().parse_batch(response({"songs": [{"id": "s2"}, song()]}), [SONG, other])

    assert answers[SONG].state is SUCCEEDED
    assert isinstance(answers[other], UnexpectedResponse)


@pytest.mark.parametrize(
    ("task", "about"),
    [(row(task_id="other"), "other"), ({"songs": [song(generation_id="b"), song(generation_id="a")]}, "b, a")],
)
def test_an_answer_about_another_task_is_refused(task, about):
    with pytest.raises(UnexpectedResponse, match=f"not about this task, but about {about}$"):
        fetched(task)


def test_each_route_is_asked_in_its_own_way():
    udio = Udio()

    assert udio.request(TaskRef("udio", "a/b")).path == "/udio/fetch/a%2Fb"
    assert (udio.request(SONG).path, udio.request(SONG).query) == ("/udio/query", {"ids": "s1"})
    assert udio.batch_request([SONG, TaskRef("udio", "s2", route="query")]).query == {"ids": "s1,s2"}
    assert [udio.limits_for(route).batch for route in (None, "query")] == [1, 20]
    with pytest.raises(InvalidRef):
        udio.validate_ref(TaskRef("udio", "t1", route="fetch"))
