"""What people read about a task."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.cli import lines, render, words
from tidings.errors import TaskNotFound, WaitTimeout
from tidings.model import Artifact, Failure, TaskRef, TaskState, TaskStatus

NOW = datetime(2024, 7, 1, tzinfo=UTC)
REF = TaskRef("luma", "1")


def status(state: str = "running", **facts) -> TaskStatus:
    return TaskStatus(ref=REF, state=TaskState(state), observed_at=NOW, **facts)


def video(url: str, role: str = "primary") -> Artifact:
    return Artifact(kind="video", url=url, role=role)


URL = "https://cdn.test/v.mp4"
LINES = [
    (status("pending"), "luma:1  pending            -"),
    (status("running", progress=0.42), "luma:1  running          42%"),
    (status("running", progress=0.999), "luma:1  running          99%"),
    (status("queued", queue_position=3), "luma:1  queued             -  3 before it"),
    (status("queued", estimated_wait=40.4), "luma:1  queued             -  expected to take 40 s"),
    (status("running", outputs=(video(URL, "preview"),)), "luma:1  running            -"),
    (status("succeeded", progress=1.0, outputs=(video(URL),)), f"luma:1  succeeded       100%  {URL}"),
    (
        status("succeeded", outputs=(Artifact(kind="text", text="la\nla"),)),
        "luma:1  succeeded          -  la la",
    ),
    (
        status("succeeded", outputs=(video(f"data:video/mp4;base64,{'A' * 5000}"),)),
        "luma:1  succeeded          -  data:video/mp4;base64,AAAAAAAAAAAAAAAAA…",
    ),
    (status("succeeded", missing_outputs="expired"), "luma:1  succeeded          -  its outputs have expired"),
    (status("succeeded", missing_outputs="none"), "luma:1  succeeded          -  it has no outputs"),
    (
        status("failed", failure=Failure(code="moderated_input", message="no\x1b[31m cats")),
        "luma:1  failed             -  moderated_input: no [31m cats",
    ),
    (status("failed", failure=Failure(code="quota")), "luma:1  failed             -  quota"),
    (status("failed"), "luma:1  failed             -"),
    (status("unknown", raw_state="ODD"), "luma:1  unknown            -  the provider says 'ODD'"),
    (status("input_required"), "luma:1  input_required     -"),
    (
        status("succeeded", outputs=(video(URL),), extras={"seed": 7}),
        f"luma:1  succeeded          -  {URL}  seed=7",
    ),
]


@pytest.mark.parametrize(("given_status", "line"), LINES)
def test_a_status_is_one_line(given_status, line):
    assert render.status_line(given_status) == line


def test_columns_are_aligned_by_the_longest_ref():
    refs = [TaskRef("luma", "1"), TaskRef("luma", "123456")]
    width = render.ref_width(refs)
    states = [render.status_line(TaskStatus(ref=ref, state="queued", observed_at=NOW), width=width) for ref in refs]
    assert len({line.index("queued") for line in states}) == 1


def test_one_very_long_ref_does_not_push_everybody():
    assert render.ref_width([TaskRef("luma", "x" * 500)]) == 60
    assert render.ref_width([]) == 0


def test_a_colour_changes_nothing_but_the_colour():
    plain, coloured = (render.status_line(status("failed"), colour=colour) for colour in (False, True))
    assert "\x1b[" in coloured
    assert click.unstyle(coloured).split() == plain.split()


def test_a_saved_task_is_shown_as_its_files():
    saved = lines.saved(status("succeeded"), [Path("out/a.mp4"), Path("out/b.mp4")])
    assert render.answer_lines(saved) == ["out/a.mp4", "out/b.mp4"]


def test_an_error_names_the_task_and_what_was_seen_last():
    assert render.error_line(REF, TaskNotFound("no such task")) == "luma:1: no such task"
    late = WaitTimeout("stopped waiting", last_status=status(progress=0.5))
    assert render.error_line(REF, late) == "luma:1: stopped waiting (last seen: running 50%)"
    early = WaitTimeout("stopped waiting", last_status=status("queued"))
    assert render.error_line(REF, early) == "luma:1: stopped waiting (last seen: queued)"


def test_a_table_is_aligned():
    assert render.columns([("a", "bb", ""), ("aaa", "b", "c")]) == ["a    bb", "aaa  b   c"]


LONG = "x" * 100_000


@pytest.mark.parametrize(
    "strange",
    [
        status("unknown", raw_state=LONG),
        status("failed", failure=Failure(message=LONG)),
        status("succeeded", extras={"seed": LONG}),
    ],
)
def test_a_stranger_s_words_are_cut(strange):
    line = render.status_line(strange)
    assert "…" in line
    assert len(line) < 1100


def test_an_error_that_quotes_a_stranger_is_cut_but_says_what_was_seen_last():
    line = render.error_line(REF, WaitTimeout(f"last seen {LONG}", last_status=status("unknown")))
    assert line.endswith("… (last seen: unknown)")
    assert len(line) < 1100


def test_a_link_is_never_cut():
    assert render.status_line(status("succeeded", outputs=(video(f"https://cdn.test/{LONG}"),))).endswith(LONG)


@given(st.text())
def test_a_stranger_s_words_stay_on_their_line_and_cannot_steer_the_terminal(text):
    assert words.printable(text).isprintable()


@given(st.floats(0, 1))
def test_a_percentage_is_full_only_when_all_is_done(progress):
    assert (render.percent(progress) == "100%") == (progress > 1 - 1e-9)
