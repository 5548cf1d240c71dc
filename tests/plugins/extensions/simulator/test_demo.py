"""The demo from beginning to end, at a speed that leaves no time to watch."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from tidings_simulator import commands, demo, media

FAST = 100.0


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder, said = tmp_path_factory.mktemp("demo"), []
    demo.run_demo(folder, say=said.append, speed=FAST)
    return folder, "\n".join(said)


def test_it_ends_with_done(played):
    assert played[1].splitlines()[-1] == "done"


def test_it_shows_states_of_several_dialects_a_failure_and_an_unknown_task(played):
    said = played[1]

    assert all(f"dialect {dialect} says" in said for dialect in "CDEF")
    assert "-> succeeded" in said
    assert "-> failed: Frame moderation failed" in said
    assert "luma:no-such-task      not found" in said
    assert "without watermark, its link dies at" in said


def test_it_saves_a_file_for_every_task_that_succeeded(played):
    folder, said = played
    names = {f"luma-{part.id}.mp4" for part in demo.PARTS if part.outcome == "succeeded"}

    assert {path.name for path in folder.iterdir()} == names
    assert {path.read_bytes() for path in folder.iterdir()} == {media.mp4()}
    assert f"{len(demo.PARTS)} tasks finished, {len(names)} files saved." in said


def test_it_says_how_many_requests_were_sent(played):
    assert "looks and waits took" in played[1]
    assert "1 unwatermarked" in played[1]


def test_nothing_on_the_machine_reaches_it(tmp_path, monkeypatch):
    (tmp_path / "tidings.toml").write_text("this is not TOML")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIDINGS_LUMA_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("TIDINGS_LUMA_KEY", "sk-mine")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    said = []

    demo.run_demo(tmp_path / "out", say=said.append, speed=FAST)

    assert said[-1] == "done"


def test_the_command_saves_where_it_is_told_or_in_a_new_folder(tmp_path, monkeypatch):
    folders = []
    monkeypatch.setattr(demo, "run_demo", lambda folder, *, say: folders.append(folder) or say("done"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    told = CliRunner().invoke(commands.demo, ["--to", str(tmp_path / "out")])
    untold = CliRunner().invoke(commands.demo, [])

    assert (told.exit_code, told.output, untold.exit_code) == (0, "done\n", 0)
    assert folders[0] == tmp_path / "out"
    assert folders[1].parent == tmp_path
    assert folders[1].name.startswith("tidings-demo-")
