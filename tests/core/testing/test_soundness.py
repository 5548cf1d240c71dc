"""A sound status has no flaws, and each flaw there can be is named."""

from __future__ import annotations

import pytest

from tidings.errors import TaskNotFound
from tidings.model import Artifact, Failure, TaskRef, TaskState, TaskStatus
from tidings.testing.conformance.soundness import flaws
from tidings.testing.samples import RECORDED_AT

REF = TaskRef("acme", "1")
VIDEO = Artifact(kind="video", url="https://x.example/v.mp4")


def status(state: TaskState = TaskState.succeeded, **fields: object) -> TaskStatus:
    return TaskStatus(**{"ref": REF, "state": state, "outputs": (VIDEO,), "observed_at": RECORDED_AT, **fields})


@pytest.mark.parametrize(
    "answer",
    [
        status(),
        status(TaskState.failed, outputs=(), failure=Failure()),
        status(outputs=(), missing_outputs="expired"),
        status(TaskState.running, outputs=(VIDEO.model_copy(update={"role": "preview"}),)),
        status(outputs=(Artifact(kind="video", url="/v1/videos/1/content", needs_key=True),)),
        status(outputs=(Artifact(kind="image", url="data:image/png;base64,AAAA"),)),
        TaskNotFound(ref=REF),
    ],
)
def test_what_is_sound_has_no_flaws(answer):
    assert list(flaws(answer, REF)) == []


@pytest.mark.parametrize(
    ("answer", "flaw"),
    [
        (None, "the answer is None, neither a TaskStatus nor a FetchError"),
        (status(ref=TaskRef("acme", "2")), "the status is about acme:2: give it the ref that was asked for"),
        (status(observed_at=RECORDED_AT.replace(year=2024)), "observed_at is not the response's received_at"),
        (status(TaskState.failed), "it failed, but has no failure"),
        (status(failure=Failure()), "it has a failure, but is succeeded"),
        (status(missing_outputs="none"), "missing_outputs is only for a success without outputs"),
        (status(outputs=()), "a success without outputs says why in missing_outputs"),
        (status(TaskState.running), "it is running, so its outputs are previews, none primary"),
        (status(TaskState.queued, outputs=(), finished_at=RECORDED_AT), "it is queued, but has a finished_at"),
        (status(outputs=(Artifact(kind="video", url="file:///v.mp4"),)), "an output's url is no http(s) link"),
        (status(outputs=(Artifact(kind="video", url="data: a film"),)), "an output's url is no http(s) link"),
        (status(outputs=(Artifact(kind="video", url="//x.example/v.mp4"),)), "an output's url is no http(s) link"),
        (status(extras={"seed": (1, 2)}), "it is another status after a journey through JSON"),
    ],
)
def test_each_flaw_is_named(answer, flaw):
    (found,) = flaws(answer, REF)

    assert found.startswith("acme:1: ")
    assert flaw in found
