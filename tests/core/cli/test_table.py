"""The table of `tidings watch`: what is shown, in which order, and never wider than the terminal."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.live import Live

from tidings.cli import table
from tidings.cli.live import LiveTable
from tidings.errors import ProviderUnavailable
from tidings.lanes import Trouble
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.watch import Entry

AT = datetime(2026, 1, 1, tzinfo=UTC)


def entry(name="a", *, state="running", progress=None, age=0.0, usual=None, next_look=3.0, error=None, trouble=None):
    ref = TaskRef("luma", name)
    status = TaskStatus(ref=ref, state=state, progress=progress, observed_at=AT) if state else None
    return Entry(ref, status, error, age, usual, next_look, "interval", trouble)


TROUBLES = st.builds(Trouble, st.text("abc.:/"), st.floats(0, 1e4), st.none() | st.floats(0.01, 1e3), st.text())
ENTRIES = st.builds(
    entry,
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=120),
    state=st.sampled_from([None, *TaskState]),
    progress=st.none() | st.floats(0.0, 1.0),
    age=st.floats(0.0, 1e7),
    usual=st.none() | st.floats(0.1, 1e6),
    next_look=st.floats(0.0, 1e5),
    error=st.none() | st.builds(ProviderUnavailable, st.text(min_size=1, max_size=300)),
    trouble=st.none()
    | st.builds(Trouble, st.text("abc.:/"), st.floats(0, 1e4), st.none() | st.floats(0.01, 1e3), st.text()),
)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00"), (59.9, "0:59"), (80, "1:20"), (3723, "1:02:03"), (100_000, "1 d 3:46:40")]
)
def test_seconds_are_told_as_on_a_clock(seconds, words):
    assert table.clock(seconds) == words


def test_a_row_says_how_old_the_task_is_against_the_usual_and_when_it_is_looked_at():
    assert table.row(entry(age=80, usual=130, progress=0.421)) == (
        "luma:a",
        "running",
        "42%",
        "1:20 of about 2:10",
        "in 3 s",
        "",
    )
    assert table.row(entry(state=None, next_look=0.0))[1:5] == ("not seen yet", "-", "0:00", "now")


def test_what_is_in_trouble_comes_first_and_then_what_is_nearest_to_its_end():
    entries = [
        entry("new", age=1, usual=100),
        entry("old", age=90, usual=100),
        entry("ill", age=1, usual=100, error=ProviderUnavailable("broken")),
        entry("overdue", age=200, usual=100),
    ]
    assert [row.ref for row in table.rows(entries, 3)] == ["luma:ill", "luma:overdue", "luma:old"]


def test_an_account_in_trouble_is_one_line_however_many_tasks_it_has():
    trouble = Trouble("https://gateway.example", 12.0, 2.5, "too many requests")
    assert table.troubles([entry(trouble=trouble), entry("b", trouble=trouble), entry("c")]) == [
        "https://gateway.example: pausing for 12 s, 2.5 requests a second (too many requests)"
    ]


def test_the_summary_counts_what_is_over_and_what_is_not():
    states = {"running": 20, "queued": 8, "succeeded": 11, "failed": 1}
    assert table.summary(states, over=12, total=40, elapsed=200) == (
        "12 of 40 over: 11 succeeded, 1 failed; 20 running, 8 queued; 3:20"
    )
    assert table.summary({"given up": 1}, over=1, total=1, elapsed=0) == "1 of 1 over: 1 given up; 0:00"
    assert table.summary({"not seen yet": 2}, over=0, total=2, elapsed=0) == "0 of 2 over; 2 not seen yet; 0:00"


@given(entries=st.lists(ENTRIES, max_size=40), width=st.integers(10, 200), height=st.integers(2, 60))
def test_nothing_is_wider_or_higher_than_the_terminal(entries, width, height):
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    live = Live(console=console, auto_refresh=False)
    LiveTable(console, live, colour=True).draw(entries, over=0, ended={}, total=len(entries), elapsed=1.0)
    lines = console.render_lines(live.get_renderable(), pad=False)
    assert all(sum(segment.cell_length for segment in line) <= width for line in lines)
    troubles = len(table.troubles(entries))
    assert len(lines) <= max(height, troubles + 5)
