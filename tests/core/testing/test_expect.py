"""Expectations are partial where they are objects, whole where they are lists, and say where they part."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tidings.errors import RateLimited, UnexpectedResponse
from tidings.model import Artifact, TaskRef, TaskState, TaskStatus
from tidings.testing.expect import described, differences


@pytest.mark.parametrize(
    ("expected", "actual", "lines"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),
        ({"a": 1}, {"a": 2}, ["a: expected 1, found 2"]),
        ({"a": 1}, {}, ["a: expected 1, found nothing"]),
        ({"a": None}, {}, ["a: expected None, found nothing"]),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 3, "d": 4}]}}, ["a.b[1].c: expected 2, found 3"]),
        ([1], [1, 2], ["the whole: expected [1], found [1, 2]"]),
        ({"a": 1, "b": 2}, {"a": 0, "b": 0}, ["a: expected 1, found 0", "b: expected 2, found 0"]),
        ("2024-07-01T07:35:13Z", "2024-07-01T07:35:13.000+00:00", []),
        ("2024-07-01T07:35:13Z", "2024-07-01T07:35:14Z", ["the whole: expected '2024-07-01T07:35:13Z', found "]),
        ("x", 5, ["the whole: expected 'x', found 5"]),
    ],
)
def test_differences_are_named_by_their_place(expected, actual, lines):
    found = differences(expected, actual)

    assert len(found) == len(lines)
    assert all(line.startswith(start) for line, start in zip(found, lines, strict=True))


def test_a_status_is_described_by_its_fields():
    status = TaskStatus(ref=TaskRef("acme", "1"), state=TaskState.queued, observed_at=datetime(2025, 1, 1, tzinfo=UTC))

    assert not differences(
        {"ref": "acme:1", "state": "queued", "observed_at": "2025-01-01T00:00:00Z"}, described(status)
    )


def test_an_error_is_described_by_its_class_and_facts():
    said = described(RateLimited("slow down", retry_after=7.0, status_code=429))

    assert said == {
        "error": "RateLimited",
        "message": "slow down",
        "retryable": True,
        "retry_after": 7.0,
        "status_code": 429,
        "no_route": False,
    }
    assert described(UnexpectedResponse("a page", no_route=True))["no_route"] is True


def test_an_extra_is_described_as_one():
    assert described("seed 5") == {"extra": "seed 5"}
    assert described(Artifact(kind="video", url="https://x.example"))["extra"]["kind"] == "video"
