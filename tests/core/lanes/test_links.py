"""A link that a provider gave as a path is whole before anyone sees it, and all else is left as it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tidings.errors import TaskNotFound
from tidings.lanes.links import with_whole_links
from tidings.model import Artifact, TaskRef, TaskState, TaskStatus

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BASE = "https://gw.example/v1"
HELD = Artifact(kind="video", url="/videos/1/content", needs_key=True)
OPEN = Artifact(kind="image", url="https://cdn.example/1.png", role="thumbnail")
TEXT = Artifact(kind="text", text="/not a link")


def ref(number: int) -> TaskRef:
    return TaskRef("maker", str(number))


def status(*outputs: Artifact) -> TaskStatus:
    return TaskStatus(ref=ref(1), state=TaskState.succeeded, outputs=outputs, observed_at=NOW, raw={"a": 1})


def test_a_path_is_appended_to_the_accounts_base_url_path_included():
    [made] = with_whole_links({ref(1): status(TEXT, HELD, OPEN)}, BASE).values()
    assert [output.url for output in made.outputs] == [None, f"{BASE}/videos/1/content", OPEN.url]
    assert made.outputs[1].needs_key
    assert made == status(TEXT, HELD.model_copy(update={"url": f"{BASE}/videos/1/content"}), OPEN)
    assert made.raw == {"a": 1}


@pytest.mark.parametrize("path", ["//evil.example/a", "/@evil.example/a", "/\\evil.example/a"])
def test_no_path_leads_to_another_server(path):
    [made] = with_whole_links({ref(1): Artifact(kind="video", url=path)}, BASE).values()
    assert made.url == BASE + path


def test_the_artifact_of_an_include_becomes_whole_as_well():
    assert with_whole_links({ref(1): HELD}, BASE)[ref(1)].url == f"{BASE}/videos/1/content"


def test_what_has_no_path_is_the_very_same():
    error = TaskNotFound("gone")
    answers = {ref(1): status(OPEN, TEXT), ref(2): error, ref(3): {"seed": "/1"}, ref(4): "/text", ref(5): None}
    assert with_whole_links(answers, BASE) is answers
    mixed = {**answers, ref(6): status(HELD)}
    made = with_whole_links(mixed, BASE)
    assert all(made[key] is answers[key] for key in answers)
