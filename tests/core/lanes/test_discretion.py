"""An error whose words show the key is told without them, and is still the same kind of failure."""

from __future__ import annotations

from tidings.errors import RateLimited, TidingsError
from tidings.lanes.discretion import shows, without

KEY = "sk-0123456789"


def test_a_key_is_seen_in_an_error_and_in_what_it_came_from():
    error = RuntimeError("harmless")
    error.__cause__ = ValueError(f"cannot split {KEY}")
    assert shows(error, (KEY,))
    assert not shows(RuntimeError("harmless"), (KEY,))


def test_a_short_key_stands_in_many_a_text_that_does_not_mean_it():
    assert not shows(RuntimeError("test.example refused the connection"), ("test",))


def test_each_of_several_secrets_is_looked_for():
    assert shows(RuntimeError("signed as eyJhbGciOiJ"), (KEY, "eyJhbGciOiJ"))
    assert KEY not in str(without(RuntimeError(KEY), ("another-secret", KEY)))


def test_the_same_kind_of_failure_is_told_without_its_words():
    told = without(RateLimited(f"{KEY} asks too much", retry_after=3.0, status_code=429), (KEY,))
    assert (type(told), told.retryable, told.retry_after, told.status_code) == (RateLimited, True, 3.0, 429)
    assert KEY not in str(told)


def test_an_error_whose_own_words_are_harmless_is_told_as_it_is():
    error = RateLimited("slow down")
    assert without(error, (KEY,)) is error


def test_what_is_no_error_of_ours_becomes_one():
    assert type(without(ValueError(KEY), (KEY,))) is TidingsError
