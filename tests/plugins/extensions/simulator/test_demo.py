"""The demo from beginning to end, at a speed that leaves no time to watch."""

from __future__ import annotations

import re
from functools import partial

import pytest
from click.testing import CliRunner

from tidings.plugins import INSTALLABLE
from tidings_simulator import Simulator, commands, demo, media
from tidings_simulator.programme import ASKS_BACK, EXPIRING, FAILED, MODERATED, PARTS

FAST = 100.0


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder, said = tmp_path_factory.mktemp("demo"), []
    demo.run_demo(folder, say=said.append, speed=FAST)
    return folder, "\n".join(said)


def test_it_ends_with_done(played):
    assert played[1].splitlines()[-1] == "done"


def test_some_sixty_tasks_of_all_that_a_gateway_serves_take_part():
    assert 55 <= len(PARTS) <= 70
    assert len({part.ref for part in PARTS}) == len(PARTS)
    assert {part.provider for part in PARTS} == {"luma", *INSTALLABLE}


def line(said, ref, state):
    """The line about a task in a state, without its ref and state."""
    return re.search(rf"^   {re.escape(str(ref))} +{state} *(.*)$", said, re.MULTILINE)[1]


def test_it_shows_a_failure_a_moderation_a_question_and_what_is_not_there(played):
    said = played[1]

    assert line(said, FAILED.ref, "failed") == "provider_error: the model ran out of memory"
    assert line(said, MODERATED.ref, "failed").startswith("moderated_input: ")
    assert line(said, ASKS_BACK.ref, "input_required").startswith("says MODAL: ")
    assert line(said, demo.UNKNOWN, "not found:")
    assert "without watermark, its link dies at" in said


def test_a_link_that_died_is_renewed_by_another_look(played):
    folder, said = played
    dead, saved = re.findall(rf"^   {re.escape(str(EXPIRING.ref))} +succeeded +(.*)$", said, re.MULTILINE)[-2:]

    assert "the link has run out" in dead
    assert saved == "saved as later/flux-soap-bubble.jpeg"
    assert (folder / "later" / "flux-soap-bubble.jpeg").stat().st_size > 0


def test_every_task_ends_as_it_was_to_and_every_success_is_saved(played):
    folder, said = played
    (ended, succeeded, files) = map(int, re.search(r"(\d+) tasks ended \((\d+) succeeded.* (\d+) files", said).groups())

    assert (ended, succeeded) == (len(PARTS) - 1, sum(part.outcome == "succeeded" for part in PARTS) - 1)
    saved = [path for path in folder.iterdir() if path.is_file()]
    assert len(saved) == files >= succeeded
    assert all(path.stat().st_size for path in saved)
    assert {path.read_bytes() for path in saved if path.suffix == ".mp4"} == {media.mp4()}


def test_it_says_how_many_requests_a_loop_of_single_looks_would_have_sent(played):
    looks, requests, alone = map(int, re.search(r"(\d+) looks .* (\d+) requests; .* sent (\d+)\.", played[1]).groups())
    assert requests < looks == alone


def test_it_shows_what_is_installed_and_names_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "Simulator", partial(Simulator, providers=["luma"]))
    said = []

    demo.run_demo(tmp_path, say=said.append, speed=FAST)

    assert said[1].startswith("Not installed here, so not shown: flux, gateway-video, kling")
    assert "waits for you" not in said[-3]
    assert said[-1] == "done"


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


def test_nothing_is_learned_from_what_is_played():
    with Simulator(providers=["luma"]) as simulator:
        assert demo._config(simulator).learn is False


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
