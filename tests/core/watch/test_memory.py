"""What was learned survives the run, the company of other processes, and whatever may be wrong with its file."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tidings.watch import kept
from tidings.watch.memory import DURATIONS_FILE, Memory

ENOUGH = 40  # tasks after which something is said of how long they take
WRITER = """
import sys
from pathlib import Path
from tidings.watch.memory import Memory
memory = Memory(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(100):
    memory.learn("luma", sys.argv[2], 60.0)
    memory.save()
"""

LEARNER = """
import os, sys
from pathlib import Path
from tidings.watch.memory import Memory
memory = Memory(Path(sys.argv[1]))
memory.learn("luma", "generate", 60.0)
"""
FORK = """
child = os.fork()
memory.learn("luma", "generate", 60.0)
if child:
    os.waitpid(child, 0)
"""


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "state" / DURATIONS_FILE


@pytest.fixture
def log(caplog):
    """`log.messages`: what was logged."""
    caplog.set_level(logging.DEBUG, logger="tidings.watch")
    return caplog


def taught(path: Path | None, *, provider: str = "luma", action: str | None = "generate", seconds=60.0) -> Memory:
    memory = Memory(path)
    for _ in range(ENOUGH):
        memory.learn(provider, action, seconds)
    return memory


def counted(path: Path) -> dict[tuple[str, str], int]:
    content = json.loads(path.read_text())
    return {
        (provider, action): known["count"]
        for provider, actions in content.items()
        if provider != "version"
        for action, known in actions.items()
    }


def test_what_one_run_learned_the_next_one_knows(path):
    taught(path).save()
    usual = Memory(path).usual("luma", "generate")
    assert usual is not None
    assert usual.quantile(0.5) == pytest.approx(60.0, rel=0.06)


def test_tasks_without_a_kind_of_work_are_known_as_well(path):
    taught(path, action=None).save()
    assert Memory(path).usual("luma", None) is not None


def test_the_file_holds_counts_by_provider_and_kind_of_work_and_nothing_else(path):
    taught(path).save()
    content = json.loads(path.read_text())
    assert content.keys() == {"version", "luma"}
    assert content["luma"]["generate"].keys() == {"count", "seconds"}
    assert all(float(seconds) and count for seconds, count in content["luma"]["generate"]["seconds"].items())


def test_only_its_owner_may_read_it_and_no_other_file_stays(path):
    taught(path).save()
    taught(path).save()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in path.parent.iterdir()] == [DURATIONS_FILE]


def test_nothing_is_read_before_it_is_asked_for(path):
    memory = Memory(path)
    taught(path).save()
    assert memory.usual("luma", "generate") is not None


def test_nothing_is_written_where_nothing_was_learned(path):
    memory = Memory(path)
    memory.usual("luma", "generate")
    memory.save()
    assert not path.parent.exists()


def test_what_was_saved_is_not_saved_again(path):
    memory = taught(path)
    memory.save()
    path.unlink()
    memory.save()
    assert not path.exists()


def test_without_a_file_it_learns_for_this_run_only():
    memory = taught(None)
    memory.save()
    assert memory.usual("luma", "generate") is not None


def test_saving_adds_to_what_others_saved_meanwhile(path):
    first, second = taught(path), taught(path, action="extend")
    first.save()
    second.save()
    first.learn("luma", "generate", 60.0)
    first.save()
    assert counted(path) == {("luma", "generate"): ENOUGH + 1, ("luma", "extend"): ENOUGH}


def test_what_nobody_saved_is_saved_when_the_program_ends(path):
    subprocess.run([sys.executable, "-c", LEARNER, str(path)], check=True)
    assert counted(path) == {("luma", "generate"): 1}


def test_after_a_fork_nothing_is_saved_twice(path):
    subprocess.run([sys.executable, "-c", LEARNER + FORK, str(path)], check=True)
    assert counted(path) == {("luma", "generate"): 3}, "one before, and one in each process"


def test_processes_that_save_at_once_lose_nothing(path):
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [
        subprocess.Popen([*command, action], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for action in ("generate", "generate", "extend")
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        assert writer.communicate(timeout=60) == ("", None)
        assert writer.returncode == 0
    assert counted(path) == {("luma", "generate"): 200, ("luma", "extend"): 100}


def test_a_writer_that_was_killed_stands_in_nobodys_way(path):
    path.parent.mkdir()
    path.with_name(f".{path.name}.lock").touch()
    taught(path).save()
    assert counted(path) == {("luma", "generate"): ENOUGH}


def test_a_writer_that_does_not_end_is_not_waited_for(path, monkeypatch, log):
    path.parent.mkdir()
    monkeypatch.setattr(kept, "_LONGEST_WAIT", 0.0)
    memory = taught(path)
    with kept._alone(path):
        memory.save()
    assert "another process is writing" in log.messages[0]
    memory.save()
    assert counted(path) == {("luma", "generate"): ENOUGH}, "what could not be saved is saved the next time"


DAMAGED = ["", "{", "[]", "null", "{}", '{"version": "1"}', '{"version": 0}', "[" * 100_000, '"' + "9" * 10, "\x00"]


@pytest.mark.parametrize("text", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_file_is_told_once_and_begun_anew(path, log, text):
    path.parent.mkdir()
    path.write_text(text)
    memory = taught(path)
    memory.save()
    assert log.messages == [f"{path}: this is no table of how long tasks take; it is begun anew"]
    assert counted(path) == {("luma", "generate"): ENOUGH}


def test_bytes_that_are_no_text_are_a_damaged_file(path, log):
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe\x00")
    assert Memory(path).usual("luma", "generate") is None
    assert len(log.messages) == 1


def test_a_file_that_is_damaged_in_part_keeps_the_rest(path, log):
    taught(path).save()
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"kling": 3, "suno": {"music": {"seconds": {"soon": 1, "60": "many"}}}}))
    memory = Memory(path)
    assert memory.usual("luma", "generate") is not None
    assert memory.usual("suno", "music") is None
    assert log.messages == []


def test_a_file_of_a_later_version_is_left_as_it_is(path, log):
    path.parent.mkdir()
    text = '{"version": 99, "luma": "in a way we cannot know"}'
    path.write_text(text)
    memory = taught(path)
    memory.save()
    assert path.read_text() == text
    assert log.messages == [f"{path}: a newer Tidings wrote it, so it is not used"]
    assert memory.usual("luma", "generate") is not None, "it learns for this run"


def test_a_pipe_in_the_files_place_does_not_stop_a_wait(path, log):
    path.parent.mkdir()
    os.mkfifo(path)
    assert Memory(path).usual("luma", "generate") is None
    assert len(log.messages) == 1


def test_a_folder_that_cannot_be_made_is_one_warning(tmp_path, log):
    (tmp_path / "state").write_text("a file in the folder's place")
    memory = taught(tmp_path / "state" / DURATIONS_FILE)
    memory.save()
    memory.save()
    assert len(log.messages) == 1
    assert "(Not a directory)" in log.messages[0]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder in which even root can make no file")
def test_a_folder_that_is_read_only_is_one_warning(log):
    memory = taught(Path("/proc/self") / DURATIONS_FILE)
    memory.save()
    memory.save()
    assert len(log.messages) == 1
    assert "how long tasks take cannot be saved" in log.messages[0]


def test_a_full_disk_is_one_warning_and_leaves_the_file_whole(path, monkeypatch, log):
    """The one thing here that is played: a test should fill nobody's disk."""
    taught(path).save()
    before = path.read_text()
    memory = taught(path)

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        memory.save()
        memory.save()
    assert path.read_text() == before
    assert log.messages == [f"{path}: how long tasks take cannot be saved (No space left on device)"]
    assert [file.name for file in path.parent.iterdir()] == [DURATIONS_FILE]
    memory.save()
    assert counted(path) == {("luma", "generate"): 2 * ENOUGH}


def test_what_is_forgotten_is_gone_and_the_rest_stays(path):
    for provider in ("luma", "suno", "kling"):
        taught(path, provider=provider).save()
    kept.forget(path, ["luma", "kling", "never-seen"])
    assert counted(path) == {("suno", "generate"): ENOUGH}


def test_all_can_be_forgotten_whatever_the_file_holds(path):
    path.parent.mkdir()
    path.write_text('{"version": 99')
    kept.forget(path)
    assert list(path.parent.iterdir()) == []
    kept.forget(path)
    path.parent.rmdir()
    kept.forget(path)
    assert not path.parent.exists(), "nothing is made to be deleted"
