"""Whether what was learned is kept, and where: the environment, the working directory's file, the user's own file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tidings.config import Config
from tidings.errors import ConfigError


def test_learning_is_on_where_nothing_says_otherwise(desk):
    assert desk.load().learn is True


@pytest.mark.parametrize("word", ["0", "off", "false", "no", " NO "])
def test_the_environment_switches_learning_off(desk, word):
    desk.env["TIDINGS_LEARN"] = word
    assert desk.load().learn is False


@pytest.mark.parametrize("word", ["1", "on", "true", "Yes"])
def test_the_environment_goes_before_the_files(desk, word):
    desk.write("[settings]\nlearn = false\n")
    desk.env["TIDINGS_LEARN"] = word
    assert desk.load().learn is True


@pytest.mark.parametrize("word", ["", "  "])
def test_an_empty_variable_counts_as_unset(desk, word):
    desk.write_for_user("[settings]\nlearn = false\n")
    desk.env["TIDINGS_LEARN"] = word
    assert desk.load().learn is False


@pytest.mark.parametrize(("here", "own", "expected"), [("true", "false", True), ("false", "true", False)])
def test_the_file_in_the_working_directory_goes_before_the_users(desk, here, own, expected):
    desk.write(f"[settings]\nlearn = {here}\n")
    desk.write_for_user(f"[settings]\nlearn = {own}\n")
    assert desk.load().learn is expected


def test_a_file_that_says_nothing_of_it_leaves_it_to_the_next(desk):
    desk.write("[settings]\n[gateway]\nbatch = 9\n")
    desk.write_for_user("[settings]\nlearn = false\n")
    assert desk.load(accounts={}).learn is False


def test_a_word_that_is_neither_yes_nor_no_is_an_error_that_says_what_to_write(desk):
    desk.env["TIDINGS_LEARN"] = "perhaps"
    with pytest.raises(ConfigError, match=r"^TIDINGS_LEARN: .*write 0 to switch learning off, 1 to leave it on"):
        desk.load()


def test_what_is_kept_lies_in_the_users_state_folder(desk):
    assert desk.load().state_dir == Path(os.environ["XDG_STATE_HOME"], "tidings")


@pytest.mark.parametrize(
    ("named", "expected"),
    [("/var/lib/mine", "/var/lib/mine"), ("~/mine", "{home}/mine"), ("kept/../mine", "{cwd}/mine"), (" ", "{user}")],
)
def test_the_environment_names_another_folder(desk, named, expected):
    desk.env["TIDINGS_STATE"] = named
    user = Path(os.environ["XDG_STATE_HOME"], "tidings")
    assert str(desk.load().state_dir) == expected.format(home=Path.home(), cwd=desk.cwd, user=user)


def test_every_test_keeps_its_state_apart_from_the_users(tmp_path):
    nowhere = Path(os.environ["XDG_STATE_HOME"])
    assert Config.load(cwd=tmp_path, user_dir=tmp_path).state_dir.parent == nowhere
    assert Path.home() not in nowhere.parents
