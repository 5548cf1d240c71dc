"""`--json` lines and their schema."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tidings.cli import lines
from tidings.errors import RateLimited, TaskNotFound, WaitTimeout
from tidings.model import Artifact, Failure, TaskRef, TaskState, TaskStatus

NOW = datetime(2024, 7, 1, tzinfo=UTC)
REF = TaskRef("kling", "1", account="studio", route="text2video")
STORED = Path(__file__).parents[3] / "docs" / "reference" / "status.schema.json"

FULL = TaskStatus(
    ref=REF,
    state=TaskState.succeeded,
    raw_state="completed",
    action="VIDEO",
    progress=1.0,
    submitted_at=NOW,
    started_at=NOW,
    finished_at=NOW,
    outputs=(
        Artifact(kind="video", url="https://cdn.test/v.mp4", width=1, height=1, duration=5.0, expires_at=NOW),
        Artifact(kind="text", text="la", role="raw"),
    ),
    extras={"seed": 7},
    estimated_wait=1.0,
    queue_position=0,
    observed_at=NOW,
    raw={"anything": [1, None]},
)
FAILED = TaskStatus(ref=REF, state=TaskState.failed, failure=Failure(message="no", retryable=False), observed_at=NOW)
ANSWERS = [
    FULL,
    FAILED,
    TaskStatus(ref=REF, state=TaskState.unknown, observed_at=NOW),
    lines.saved(FULL, [Path("out/v.mp4")]),
    TaskNotFound(ref=REF),
    RateLimited("slow down", retry_after=2.5),
    WaitTimeout("stopped waiting", last_status=FAILED),
]


def printed(answer) -> dict:
    return json.loads(lines.line_of(REF, answer).model_dump_json())


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads(STORED.read_text()))


def test_the_stored_schema_is_the_one_the_models_make():
    assert json.loads(STORED.read_text()) == lines.schema(), "run: tidings schema > docs/reference/status.schema.json"


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_every_line_follows_the_schema(answer, schema):
    schema.validate(printed(answer))


@pytest.mark.parametrize("broken", [{}, {"ref": "luma:1"}, {"ref": "luma:1", "state": "done"}, {"ref": 1, "error": {}}])
def test_what_is_no_line_is_refused(broken, schema):
    with pytest.raises(ValidationError):
        schema.validate(broken)


def test_an_error_line_holds_just_what_is_promised():
    assert printed(RateLimited("slow down", retry_after=2.5)) == {
        "ref": "kling@studio:text2video/1",
        "error": {"type": "RateLimited", "message": "slow down", "retryable": True, "retry_after": 2.5},
    }


def test_the_line_of_a_timeout_carries_the_last_status():
    line = printed(WaitTimeout("stopped waiting", last_status=FAILED))
    assert line["error"]["type"] == "WaitTimeout"
    assert TaskStatus.model_validate(line["last_status"]) == FAILED


def test_a_status_line_is_the_status():
    assert TaskStatus.model_validate_json(lines.line_of(REF, FULL).model_dump_json()) == FULL


def test_the_line_of_a_download_is_its_status_and_the_files():
    line = printed(lines.saved(FULL, [Path("out/v.mp4")]))
    assert line.pop("paths") == ["out/v.mp4"]
    assert TaskStatus.model_validate(line) == FULL
