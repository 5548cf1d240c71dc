"""`tidings explain REF --trace FILE`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tidings.cli.trace import written
from tidings.model import Event, Look, TaskRef, TaskState
from tidings.schedule import REASONS

BEGAN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def look(ref: str, event: str, waited: float, state: str | None = "running", **more: object) -> Look:
    known = TaskState(state) if state else None
    return Look(TaskRef.parse(ref), Event(event), BEGAN + timedelta(seconds=waited), waited, known, **more)


def course(ref: str) -> list[Look]:
    return [
        look(ref, "followed", 0.0, None, due=0.0, reason="first"),
        look(ref, "changed", 0.2, detail="IN_PROGRESS", due=5.0, reason="interval"),
        *(look(ref, "unchanged", moment, due=5.0, reason="interval") for moment in (5.2, 10.2, 15.2)),
        look(ref, "ended", 20.5, "succeeded", detail="SUCCESS", late=0.3),
    ]


@pytest.fixture
def trace(environ, tmp_path) -> Path:
    """Two tasks, and two accounts' tasks of one name; what is appended to it is read as well."""
    path = tmp_path / "here" / "trace.jsonl"
    told = zip(course("luma:42"), course("luma@eu:42"), course("kling:text2video/7"), strict=True)
    path.write_text("".join(f"{written(each)}\n" for turn in told for each in turn))
    return path


def test_a_task_s_looks_are_told_in_order_and_a_verdict_ends_them(tidings, trace):
    result = tidings("explain", "luma:42", "--trace", "trace.jsonl")
    assert (result.code, result.err) == (0, "")
    began, seen, waited, ended, verdict = result.lines
    assert began.startswith(" +0.0 s  Following began (2026-03-01 12:00:00 UTC). Next look at once: ")
    assert seen.startswith(
        " +0.2 s  Seen for the first time: running; the provider says 'IN_PROGRESS'. Next look at +5"
    )
    assert waited.startswith(" +5.2 s  3 looks until +15.2 s, 5 s apart, with nothing new, running. Next look at +20.2")
    assert ended == "+20.5 s  It ended: succeeded; the provider says 'SUCCESS'."
    assert verdict.startswith("After 20.5 s and 5 looks it ended, succeeded; the answer came 0.3 s after")


def test_why_is_told_in_the_schedule_s_own_words(tidings, trace):
    shown = tidings("explain", "luma:42", "--trace", "trace.jsonl").out
    assert REASONS["first"].rstrip(".") in shown
    assert REASONS["interval"].rstrip(".") in shown


def test_all_shows_a_line_for_each_look(tidings, trace):
    assert len(tidings("explain", "luma:42", "--trace", "trace.jsonl", "--all").lines) == 7


@pytest.mark.parametrize("ref", ["luma@eu:42", "LUMA@eu:42", "luma@%65u:%342", "kling:text2video/7"])
def test_a_task_is_found_however_its_name_is_written(tidings, trace, ref):
    assert tidings("explain", ref, "--trace", "trace.jsonl").code == 0


def test_json_is_one_object_for_each_sentence_and_one_for_the_verdict(tidings, trace):
    result = tidings("explain", "luma@eu:42", "--trace", "trace.jsonl", "--json")
    *sentences, verdict = map(json.loads, result.lines)
    assert [(each["from"], each["until"], each["event"], each["times"]) for each in sentences] == [
        (0.0, 0.0, "followed", 1),
        (0.2, 0.2, "changed", 1),
        (5.2, 15.2, "unchanged", 3),
        (20.5, 20.5, "ended", 1),
    ]
    facts = {name: verdict[name] for name in ("seconds", "looks", "retries", "end", "state", "late")}
    assert facts == {"seconds": 20.5, "looks": 5, "retries": 0, "end": "ended", "state": "succeeded", "late": 0.3}
    assert {each["ref"] for each in [*sentences, verdict]} == {"luma@eu:42"}


def test_bad_lines_are_passed_over_with_one_note(tidings, trace):
    with trace.open("ab") as more:
        more.write(b'{"ref": "luma:42", "event": "unch\n\xff\xfe\n')
    result = tidings("explain", "luma:42", "--trace", "trace.jsonl")
    assert (result.code, len(result.lines)) == (0, 5)
    assert result.err == "Passed over 2 lines of the trace that cannot be read.\n"


def test_a_trace_that_stops_half_way_says_that_the_task_is_open(tidings, trace):
    trace.write_text("".join(f"{written(each)}\n" for each in course("luma:42")[:-1]))
    assert tidings("explain", "luma:42", "--trace", "trace.jsonl").lines[-1] == (
        "The trace ends at +15.2 s, after 4 looks, with the task open, running; the next look was due at +20.2 s."
    )


@pytest.mark.parametrize(
    ("ref", "advice"),
    [
        ("luma@us:42", "which is about 3 other tasks. Did you mean luma:42 or luma@eu:42?"),
        ("luma:43", "which is about 3 other tasks. Among them is kling:text2video/7."),
    ],
)
def test_a_task_that_is_not_in_the_trace_is_exit_3(tidings, trace, ref, advice):
    result = tidings("explain", ref, "--trace", "trace.jsonl")
    assert (result.code, result.out) == (3, "")
    assert result.err == f"{ref} is not in this trace, {advice}\n"


def test_an_empty_trace_is_exit_3(tidings, trace):
    trace.write_text("")
    result = tidings("explain", "luma:42", "--trace", "trace.jsonl")
    assert result.code == 3
    assert "no look in this trace" in result.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["luma:42"], "Missing option '--trace'"),
        (["luma:42", "--trace", "-"], "name a file"),
        (["luma:42", "--trace", "none.jsonl"], "cannot read the trace in 'none.jsonl': No such file"),
        (["luma:42", "--trace", "."], "cannot read the trace in '.': Is a directory"),
        (["luma:42", "--trace", "a\0b"], "is not a file's name"),
        (["luma", "--trace", "trace.jsonl"], "'luma' does not name a task"),
        (["--trace", "trace.jsonl"], "Missing argument 'REF'"),
    ],
)
def test_a_wrong_command_is_exit_2(tidings, trace, arguments, words):
    result = tidings("explain", *arguments)
    assert result.code == 2
    assert words in result.err
