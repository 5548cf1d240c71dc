"""The small values: states, artifacts and failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from tidings.model import Artifact, Failure, TaskState

FINAL = {TaskState.succeeded, TaskState.failed, TaskState.canceled, TaskState.expired}


@pytest.mark.parametrize("state", TaskState)
def test_exactly_four_states_are_final(state):
    assert state.is_final == (state in FINAL)


@pytest.mark.parametrize("state", TaskState)
def test_a_state_is_its_own_word(state):
    assert str(state) == state.value == state.name
    assert f"{state}" == state.name


def test_an_artifact_has_a_link_or_a_text_and_never_both():
    assert Artifact(kind="video", url="https://example.com/v.mp4").role == "primary"
    assert Artifact(kind="text", text="la la la").url is None
    for contents in ({}, {"url": "https://example.com/v.mp4", "text": "la"}):
        with pytest.raises(ValidationError, match="either a url or a text"):
            Artifact(kind="text", **contents)


@pytest.mark.parametrize(
    "odd", [{"width": 0}, {"height": -1}, {"duration": -0.1}, {"kind": "hologram"}, {"role": "best"}]
)
def test_an_impossible_artifact_is_refused(odd):
    with pytest.raises(ValidationError):
        Artifact(**{"kind": "video", "url": "https://example.com/v.mp4", **odd})


def test_expiry_is_kept_in_utc_whatever_the_offset():
    in_tokyo = datetime(2026, 1, 1, 9, tzinfo=timezone(timedelta(hours=9)))
    artifact = Artifact(kind="video", url="https://example.com/v.mp4", expires_at=in_tokyo)
    assert artifact.expires_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert artifact.expires_at.tzinfo is UTC


@pytest.mark.parametrize("value", [Artifact(kind="text", text="la"), Failure(message="no")])
def test_values_are_frozen_and_can_be_keys(value):
    assert {value: 1}[value.model_copy()] == 1
    with pytest.raises(ValidationError, match="frozen"):
        value.role = "raw"


def test_a_failure_says_unknown_until_somebody_knows_better():
    assert Failure() == Failure(code="unknown", message="", provider_code=None, retryable=None)
    with pytest.raises(ValidationError):
        Failure(code="bad_luck")
