"""The file behind --trace: what is written is read again, and a full disk ends no wait."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.cli.options import trace_option
from tidings.cli.trace import open_trace, read, written
from tidings.errors import ConfigError
from tidings.model import Event, Look, TaskRef, TaskState

REF = TaskRef("luma", "42", "eu")
AT = datetime(2026, 3, 1, 12, 0, 0, 123000, tzinfo=UTC)
LOOK = Look(REF, Event.changed, AT, 0.2, TaskState.running, "processing", 5.0, "interval", 0.1)

milliseconds = st.integers(0, 10**9).map(lambda number: number / 1000)
looks = st.builds(
    Look,
    ref=st.sampled_from([REF, TaskRef("kling", "a b", route="text2video"), TaskRef("flux", "https://x.example/y?z=1")]),
    event=st.sampled_from(Event),
    at=st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0)),
    waited=milliseconds,
    state=st.none() | st.sampled_from(TaskState),
    detail=st.text(alphabet='aäあ"\\{}', max_size=20),
    due=st.none() | milliseconds,
    reason=st.sampled_from(["", "interval"]),
    late=milliseconds,
)


@given(looks)
def test_what_is_written_is_read_again(look):
    line = written(look)
    assert "\n" not in line
    assert read(line, about=look.ref) == look


def test_a_line_has_no_field_that_says_nothing():
    assert json.loads(written(LOOK)) == {
        "ref": "luma@eu:42",
        "event": "changed",
        "at": "2026-03-01T12:00:00.123+00:00",
        "waited": 0.2,
        "state": "running",
        "detail": "processing",
        "due": 5.0,
        "reason": "interval",
        "late": 0.1,
    }
    bare = Look(REF, Event.left, AT, 0.0, None)
    assert json.loads(written(bare)).keys() == {"ref", "event", "at", "waited"}


def test_a_look_that_is_due_at_once_is_not_one_that_will_not_be():
    assert json.loads(written(Look(REF, Event.followed, AT, 0.0, None, due=0.0)))["due"] == 0.0


def test_what_a_server_said_is_one_bounded_line_that_steers_no_terminal():
    said = json.loads(written(Look(REF, Event.failed, AT, 1.0, None, "\x1b[2J\nlong " + "x" * 5000)))["detail"]
    assert said.startswith("[2J long x")
    assert len(said) == 1000


def test_a_line_about_another_task_is_only_its_name():
    assert read(written(LOOK), about=TaskRef("luma", "42")) == REF


def test_instants_are_read_in_utc_and_unknown_fields_passed_over():
    line = json.loads(written(LOOK)) | {"at": AT.astimezone(timezone(timedelta(hours=8))).isoformat(), "new": [1]}
    look = read(json.dumps(line), about=REF)
    assert (look, look.at.tzinfo) == (LOOK, UTC)


BAD = {"event": "sung", "at": "noon", "waited": "long", "state": "asleep", "detail": 3, "due": True, "late": None}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "half of a li",
        "[]",
        "null",
        "[" * 100_000,
        "{}",
        '{"ref": 3}',
        '{"ref": []}',
        '{"ref": "42"}',
        *(json.dumps(json.loads(written(LOOK)) | {name: value}) for name, value in BAD.items()),
        json.dumps(json.loads(written(LOOK)) | {"waited": float("inf")}),
        json.dumps(json.loads(written(LOOK)) | {"waited": 10**400}),
        json.dumps(json.loads(written(LOOK)) | {"at": "0001-01-01T00:00:00+23:00"}),
        *(json.dumps({k: v for k, v in json.loads(written(LOOK)).items() if k != name}) for name in ("at", "event")),
    ],
)
def test_what_is_no_look_is_a_value_error(line):
    with pytest.raises(ValueError):  # its words come from whoever noticed first
        read(line, about=REF)


def test_without_a_path_there_is_nothing_to_tell():
    with open_trace(None) as tell:
        assert tell is None


def test_each_batch_can_be_read_while_the_wait_goes_on(tmp_path):
    path = tmp_path / "trace.jsonl"
    path.write_text("of an earlier run\n")
    with open_trace(str(path)) as tell:
        assert path.read_text() == ""
        tell([LOOK, LOOK])
        assert [read(line, about=REF) for line in path.read_text().splitlines()] == [LOOK, LOOK]
        tell([LOOK])
    assert len(path.read_text().splitlines()) == 3


def test_a_trace_is_its_owner_s_only(tmp_path):
    path = tmp_path / "trace.jsonl"
    before = os.umask(0)
    try:
        with open_trace(str(path)):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["no/such/folder", ".", "a\0b"])
def test_a_file_that_cannot_be_written_is_said_before_anything_is_asked(tmp_path, name):
    with pytest.raises(ConfigError, match=r"trace|file's name"), open_trace(f"{tmp_path}/{name}"):
        pytest.fail("nothing may be asked")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_is_said_once_and_ends_no_wait(capsys):
    with open_trace("/dev/full") as tell:
        tell([LOOK])
        tell([LOOK])
    [warning] = capsys.readouterr().err.splitlines()
    assert warning.startswith("Warning: the trace ends early, '/dev/full' cannot be written to any more (No space left")


def test_what_one_call_leaves_unwritten_the_next_one_writes(tmp_path):
    class Grudging:
        """A file that takes seven bytes at a time."""

        closed = False

        def __init__(self) -> None:
            self.data = b""

        def write(self, data: memoryview) -> int:
            self.data += bytes(data[:7])
            return min(7, len(data))

    from tidings.cli import trace

    file = Grudging()
    trace._Writer(file, "x")([LOOK, LOOK])
    assert file.data.decode() == f"{written(LOOK)}\n" * 2


@click.command()
@trace_option
def traced(trace: str | None) -> None:
    click.echo(repr(trace))


@pytest.mark.parametrize("name", ["", "-"])
def test_the_option_wants_a_file_s_name(name):
    with pytest.raises(click.BadParameter, match="name a file"):
        traced.make_context("traced", ["--trace", name])


def test_the_option_may_be_left_out():
    assert traced.make_context("traced", []).params == {"trace": None}
    assert traced.make_context("traced", ["--trace", "./-"]).params == {"trace": "./-"}
