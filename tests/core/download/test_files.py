"""A file appears whole under its name, or not at all."""

from __future__ import annotations

import pytest

from tidings.download.files import settle, whole_or_nothing


def test_a_file_appears_when_the_block_ends_well(tmp_path):
    path = tmp_path / "film.mp4"
    with whole_or_nothing(path) as file:
        file.write(b"film")
        assert not path.exists()
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"film", [path])


def test_what_is_settled_is_on_the_disk(tmp_path):
    with whole_or_nothing(tmp_path / "film.mp4") as file:
        file.write(b"film")
        settle(file)
        [part] = tmp_path.iterdir()
        assert part.read_bytes() == b"film"


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt, GeneratorExit])
def test_whatever_ends_the_block_badly_leaves_what_was_there(tmp_path, error):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"old")
    with pytest.raises(error), whole_or_nothing(path) as file:
        file.write(b"new")
        raise error
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])
