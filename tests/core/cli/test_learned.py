"""`tidings learned` and `tidings learned --forget`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tidings.watch.memory import DURATIONS_FILE, Memory


@pytest.fixture
def path(environ, tmp_path) -> Path:
    environ.setenv("TIDINGS_STATE", str(tmp_path / "state"))
    return tmp_path / "state" / DURATIONS_FILE


@pytest.fixture
def known(path) -> Path:
    """40 videos that took a minute each, 40 songs that took 10 to 49 s, and three pictures."""
    memory = Memory(path)
    for number in range(40):
        memory.learn("luma", "generate", 60.0)
        memory.learn("suno", "MUSIC", 10.0 + number)
    for _ in range(3):
        memory.learn("flux", None, 5.0)
    memory.save()
    return path


def test_it_shows_how_long_tasks_take_per_provider_and_action(tidings, known):
    result = tidings("learned")
    assert result.code == 0
    heading, flux, luma, suno = (line.split() for line in result.lines)
    assert heading == ["PROVIDER", "ACTION", "COUNT", "10%", "MEDIAN", "90%"]
    assert flux == ["flux", "-", "3", "-", "-", "-"], "of too few nothing is said"
    assert luma[:3] == ["luma", "generate", "40"]
    assert float(luma[4].removesuffix("s")) == pytest.approx(60.0, rel=0.06)
    tenth, half, most = (float(cell.removesuffix("s")) for cell in suno[3:])
    assert tenth == pytest.approx(14.0, rel=0.15)
    assert half == pytest.approx(30.0, rel=0.15)
    assert most == pytest.approx(46.0, rel=0.15)


def test_it_says_where_that_is_kept(tidings, known):
    assert tidings("learned").err == f"It is kept in {known}.\n"


def test_columns_are_aligned(tidings, known):
    heading, *rows = tidings("learned").lines
    starts = [heading.index(word) for word in ("ACTION", "COUNT", "MEDIAN")]
    assert all(row[start - 1] == " " != row[start] for row in rows for start in starts)


def test_json_is_one_object_for_each_kind(tidings, known):
    flux, luma, suno = map(json.loads, tidings("learned", "--json").lines)
    assert flux == {"provider": "flux", "action": "", "count": 3, "p10": None, "median": None, "p90": None}
    assert (luma["provider"], luma["action"], luma["count"]) == ("luma", "generate", 40)
    assert suno["p10"] < suno["median"] < suno["p90"]


def test_providers_may_be_named_however_they_are_written(tidings, known):
    assert [line.split()[0] for line in tidings("learned", "SUNO", "luma").lines] == ["PROVIDER", "luma", "suno"]


def test_a_provider_of_which_nothing_is_known_is_exit_3(tidings, known):
    result = tidings("learned", "lumma", "--json")
    assert (result.code, result.out) == (3, "")
    assert "Nothing is known of lumma; something is known of flux, luma, suno." in result.err


def test_nothing_known_yet_is_no_failure(tidings, path):
    result = tidings("learned")
    assert (result.code, result.out) == (0, "")
    assert result.err == (
        f"Nothing is known yet: wait and watch learn from the tasks they see end, and keep it in {path}.\n"
    )


def test_it_says_when_learning_is_off(tidings, known, environ):
    environ.setenv("TIDINGS_LEARN", "off")
    result = tidings("learned")
    assert (result.code, len(result.lines)) == (0, 4)
    assert result.err.startswith("Learning is switched off: ")


def test_a_provider_can_be_forgotten(tidings, known):
    result = tidings("learned", "--forget", "luma", "flux")
    assert (result.code, result.out, result.err) == (0, "", "Nothing is known any more of luma, flux.\n")
    assert [json.loads(line)["provider"] for line in tidings("learned", "--json").lines] == ["suno"]


def test_forgetting_an_unknown_one_forgets_the_others_and_is_exit_3(tidings, known):
    result = tidings("learned", "--forget", "lumma", "suno")
    assert result.code == 3
    assert "Nothing is known of lumma" in result.err
    assert "suno" not in tidings("learned").out


@pytest.mark.parametrize("content", [None, '{"version": 99}', "damaged"])
def test_all_can_be_forgotten_whatever_the_file_holds(tidings, known, content):
    if content is not None:
        known.write_text(content)
    assert tidings("learned", "--forget").code == 0
    assert not known.exists()
    assert tidings("learned", "--forget").code == 0


@pytest.mark.parametrize(
    ("content", "said"), [('{"version": 99}', "was written by a newer Tidings"), ("damaged", "is no table of how long")]
)
@pytest.mark.parametrize("arguments", [[], ["--forget", "luma"]])
def test_a_file_that_is_not_ours_is_exit_2_and_stays(tidings, known, content, said, arguments):
    known.write_text(content)
    result = tidings("learned", *arguments)
    assert (result.code, result.out) == (2, "")
    assert f"{known} {said}" in result.err
    assert "`tidings learned --forget` deletes it" in result.err
    assert known.read_text() == content


def test_a_file_that_cannot_be_read_or_deleted_is_exit_2(tidings, path):
    path.mkdir(parents=True)
    assert tidings("learned", "--forget").code == 2
    path.rmdir()
    path.parent.rmdir()
    path.parent.write_text("a file in the folder's place")
    result = tidings("learned")
    assert result.code == 2
    assert f"cannot read {path}: Not a directory" in result.err


def test_a_strangers_words_cannot_steer_the_terminal(tidings, path):
    path.parent.mkdir()
    path.write_text(json.dumps({"version": 1, "luma": {"\x1b[2J": {"seconds": {"60": 30}}}}))
    result = tidings("learned")
    assert result.code == 0
    assert "\x1b" not in result.out


def test_a_wrong_setting_is_exit_2(tidings, path, environ):
    environ.setenv("TIDINGS_LEARN", "perhaps")
    result = tidings("learned")
    assert result.code == 2
    assert "TIDINGS_LEARN" in result.err
