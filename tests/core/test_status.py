"""`TaskStatus`: one answer, comparable, storable, and never quietly wrong."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tidings.errors import TaskFailed
from tidings.model import Artifact, Failure, TaskRef, TaskState, TaskStatus

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
REF = TaskRef("luma", "x")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
instants = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)
links = texts.map(lambda text: f"https://example.com/{text}")
sizes = st.none() | st.integers(1, 10_000)
artifacts = st.builds(
    Artifact,
    kind=st.sampled_from(["video", "image", "audio", "model3d", "file"]),
    url=links,
    text=st.none(),
    role=st.sampled_from(["primary", "raw", "watermarked", "preview", "thumbnail"]),
    width=sizes,
    height=sizes,
    duration=st.none() | st.floats(0, 1e6),
    expires_at=st.none() | instants,
)
failures = st.builds(Failure, message=texts, provider_code=st.none() | texts, retryable=st.none() | st.booleans())
statuses = st.builds(
    TaskStatus,
    ref=st.just(TaskRef("minimax", "a/b é", "studio", "v2")),
    state=st.sampled_from(TaskState),
    raw_state=texts,
    action=st.none() | texts,
    progress=st.none() | st.floats(0, 1),
    submitted_at=st.none() | instants,
    finished_at=st.none() | instants,
    outputs=st.lists(artifacts, max_size=3).map(tuple),
    missing_outputs=st.sampled_from([None, "expired", "none"]),
    failure=st.none() | failures,
    extras=st.dictionaries(texts, json_values, max_size=2),
    estimated_wait=st.none() | st.floats(0, 1e6),
    queue_position=st.none() | st.integers(0, 10**6),
    observed_at=instants,
    raw=json_values,
)


def status(**facts) -> TaskStatus:
    return TaskStatus(**{"ref": REF, "state": TaskState.running, "observed_at": NOON, **facts})


@given(statuses)
def test_json_and_back_is_the_same_status(given_status):
    again = TaskStatus.model_validate_json(given_status.model_dump_json())
    assert again == given_status
    assert again.raw == given_status.raw
    assert hash(again) == hash(given_status)


@given(statuses)
def test_pickle_and_back_is_the_same_status(given_status):
    assert pickle.loads(pickle.dumps(given_status)) == given_status


@given(statuses, json_values)
def test_the_providers_own_object_is_not_part_of_equality_or_hash(given_status, raw):
    twin = given_status.model_copy(update={"raw": raw})
    assert twin == given_status
    assert hash(twin) == hash(given_status)


@pytest.mark.parametrize(
    "change",
    [
        {"state": TaskState.failed},
        {"raw_state": "x"},
        {"progress": 0.5},
        {"extras": {"seed": 1}},
        {"observed_at": NOON + timedelta(seconds=1)},
        {"outputs": (Artifact(kind="text", text="la"),)},
        {"source": "webhook"},
    ],
)
def test_every_other_fact_is_part_of_equality(change):
    assert status(**change) != status()


def test_a_status_is_not_equal_to_what_is_none():
    assert status() != "running"
    assert status() not in [None, 1]


def test_the_providers_object_is_not_in_the_repr():
    assert "secret-link" not in repr(status(raw={"url": "secret-link"}))


def test_of_a_file_inside_its_url_the_repr_shows_the_beginning_and_json_all():
    file = f"data:image/png;base64,{'A' * 5000}"
    made = status(outputs=(Artifact(kind="image", url=file),))
    assert "data:image/png;base64,AAAA" in repr(made)
    assert len(repr(made)) < 1000
    assert TaskStatus.model_validate_json(made.model_dump_json()).primary[0].url == file


@pytest.mark.parametrize("name", ["submitted_at", "started_at", "finished_at", "observed_at"])
def test_a_time_without_an_offset_is_refused(name):
    with pytest.raises(ValidationError, match="timezone"):
        status(**{name: datetime(2026, 1, 1)})


def test_times_are_kept_in_utc_whatever_the_offset():
    in_india = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert status(started_at=in_india).started_at.tzinfo is UTC
    assert status(started_at=in_india) == status(started_at=NOON)


@pytest.mark.parametrize(
    "odd",
    [
        {"progress": 1.01},
        {"progress": -0.01},
        {"queue_position": -1},
        {"estimated_wait": -1},
        {"state": "done"},
        {"missing_outputs": "lost"},
        {"source": "rumour"},
        {"colour": "red"},
        {"ref": "no ref"},
    ],
)
def test_impossible_and_unknown_facts_are_refused(odd):
    with pytest.raises(ValidationError):
        status(**odd)


def test_it_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        status().state = TaskState.failed


def test_primary_leaves_out_previews_thumbnails_and_copies():
    made = [
        Artifact(kind="video", url=f"https://example.com/{role}", role=role)
        for role in ("watermarked", "primary", "raw")
    ]
    assert status(outputs=tuple(made)).primary == (made[1],)


@pytest.mark.parametrize("state", [state for state in TaskState if not state.is_final or state is TaskState.succeeded])
def test_a_success_and_an_open_task_pass_raise_for_state(state):
    asked = status(state=state)
    assert asked.raise_for_state() is asked
    assert asked.is_final == state.is_final


@pytest.mark.parametrize("state", [TaskState.failed, TaskState.canceled, TaskState.expired])
def test_raise_for_state_says_which_task_ended_how_and_why(state):
    asked = status(state=state, failure=Failure(code="moderated_input", message="no cats"))
    with pytest.raises(TaskFailed, match=f"luma:x: the task is {state}: no cats") as caught:
        asked.raise_for_state()
    assert caught.value.last_status is asked
    assert caught.value.ref == REF


def test_a_failure_without_a_reason_makes_a_whole_sentence_too():
    with pytest.raises(TaskFailed, match=r"^luma:x: the task is failed$"):
        status(state="failed").raise_for_state()


def test_the_schema_of_a_line_of_json_can_be_written():
    schema = TaskStatus.model_json_schema(mode="serialization")
    assert schema["properties"]["ref"]["type"] == "string"
    assert schema["additionalProperties"] is False
