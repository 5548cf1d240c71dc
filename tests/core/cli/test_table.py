"""The table of `tidings watch`: what is shown, in which order, and never wider than the terminal."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, ConsoleDimensions
from rich.live import Live

from tidings.cli import table
from tidings.cli.live import LiveTable, live_table
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
    trouble=st.none() | TROUBLES,
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
        entry("half", age=30, progress=0.5),
        entry("older", age=20),
        entry("younger", age=10),
        entry("unseen", state=None, age=300),
        entry("odd", state="unknown"),
    ]
    shown = [row.ref.removeprefix("luma:") for row in table.rows(entries, len(entries))]
    assert shown == ["ill", "odd", "overdue", "old", "half", "new", "older", "younger", "unseen"]
    assert [row.ref for row in table.rows(entries, 2)] == ["luma:ill", "luma:odd"]


def test_while_the_account_pauses_nothing_is_looked_at():
    trouble = Trouble("https://gateway.example", 12.0, None, "too many requests")
    assert table.row(entry(next_look=0.0, trouble=trouble)).next_look == "in 12 s"
    assert table.row(entry(next_look=60.0, trouble=trouble)).next_look == "in 60 s"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "now"), (0.4, "now"), (0.5, "in 1 s"), (3.2, "in 3 s"), (99.9, "in 100 s"), (100, "in 1:40")],
)
def test_a_long_pause_is_told_in_minutes(seconds, words):
    assert table.row(entry(next_look=seconds)).next_look == words


def test_an_account_in_trouble_is_one_line_however_many_tasks_it_has():
    trouble = Trouble("https://gateway.example", 12.0, 2.5, "too many requests")
    assert table.troubles([entry(trouble=trouble), entry("b", trouble=trouble), entry("c")]) == [
        "https://gateway.example: pausing for 12 s, 2.5 requests a second (too many requests)"
    ]


def test_of_very_many_accounts_in_trouble_the_longest_pauses_are_shown():
    entries = [entry(trouble=Trouble(f"https://{n}.example", float(n), None, "busy")) for n in range(9)]
    lines = table.troubles(entries)
    assert lines[0] == "https://8.example: pausing for 8 s (busy)"
    assert lines[-1] == "… and 6 more servers"
    assert len(lines) == 4


def test_the_summary_counts_what_is_over_and_what_is_not():
    states = {"running": 20, "queued": 6, "succeeded": 11, "failed": 1, "given up": 2}
    assert table.summary(states, over=12, total=40, elapsed=200) == (
        "12 of 40 over: 11 succeeded, 1 failed; 2 given up; 20 running, 6 queued; 3:20"
    )
    assert table.summary({"given up": 1}, over=0, total=1, elapsed=0) == "0 of 1 over; 1 given up; 0:00"
    assert table.summary({"running": 4_812}, over=0, total=4_812, elapsed=0) == "0 of 4,812 over; 4,812 running; 0:00"
    assert table.summary({"not seen yet": 2}, over=0, total=2, elapsed=0) == "0 of 2 over; 2 not seen yet; 0:00"


@given(entries=st.lists(ENTRIES, max_size=40), width=st.integers(10, 200), height=st.integers(2, 60))
def test_nothing_is_wider_or_higher_than_the_terminal(entries, width, height):
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    live = Live(console=console, auto_refresh=False)
    LiveTable(console, live, colour=True).draw(entries, summary="0 of 40 over; 40 running; 0:00")
    lines = console.render_lines(live.get_renderable(), pad=False)
    assert all(sum(segment.cell_length for segment in line) <= width for line in lines)
    troubles = len(table.troubles(entries))
    assert len(lines) <= max(height, troubles + 5)


def drawn(console: Console, lines: list[str]) -> str:
    """What the terminal is sent for these lines and one drawing of the table."""
    with Live(console=console, auto_refresh=False, transient=True) as live:
        shown = LiveTable(console, live, colour=False)
        shown.draw([entry()], summary="the summary")
        for line in lines:
            shown.write(line)
        shown.draw([entry()], summary="the summary")
        return console.file.getvalue()


def terminal() -> Console:
    return Console(file=io.StringIO(), width=80, height=24, force_terminal=True, color_system=None, highlight=False)


def test_lines_stand_above_the_table_whole_however_long():
    link = "https://cdn.test/" + "x" * 500
    shown = drawn(terminal(), ["first", link])
    assert f"first\n{link}\n" in shown
    assert shown.index(link) < shown.rindex("the summary")


def test_many_lines_at_once_cost_one_table():
    assert drawn(terminal(), ["line"] * 1000).count("the summary") == 2


def test_lines_that_were_not_drawn_yet_are_shown_in_the_end(capsys):
    with live_table(colour=False) as shown:
        shown.write("the last of them")
    assert capsys.readouterr().out == "the last of them\n"


def test_a_resize_is_followed():
    console = terminal()
    entries = [entry(f"{n:060}") for n in range(100)]
    for width, height in [(80, 24), (40, 10), (160, 50)]:
        console.size = ConsoleDimensions(width, height)
        live = Live(console=console, auto_refresh=False)
        LiveTable(console, live, colour=False).draw(entries, summary="the summary")
        lines = [
            "".join(segment.text for segment in line) for line in console.render_lines(live.get_renderable(), pad=False)
        ]
        assert height - 1 == len(lines)
        assert max(map(len, lines)) <= width
        assert lines[-2:] == [f"… and {len(entries) - (height - 4):,} more", "the summary"]
