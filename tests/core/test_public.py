"""The package's own face: names that load on first use, and nothing else."""

from __future__ import annotations

from importlib.metadata import version

import pytest

import tidings


def test_every_public_name_is_there_and_listed():
    assert set(tidings.__all__) <= set(dir(tidings))
    for name in tidings.__all__:
        assert getattr(tidings, name).__name__ == name


def test_the_version_is_the_distributions():
    assert tidings.__version__ == version("tidings")


def test_a_name_that_is_none_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'fetsh'"):
        _ = tidings.fetsh
