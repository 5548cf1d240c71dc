"""The error tree: what it draws is what there is, and every error carries its facts wherever it goes."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime

import pytest

from tidings import errors
from tidings.errors import (
    FetchError,
    FetchErrors,
    RateLimited,
    TaskNotFound,
    TidingsError,
    Unauthorized,
    UnexpectedResponse,
    UnknownProvider,
    Unreachable,
    WaitTimeout,
)
from tidings.model import TaskRef, TaskState, TaskStatus

REF = TaskRef("luma", "a")
STATUS = TaskStatus(ref=REF, state=TaskState.running, observed_at=datetime(2026, 1, 1, tzinfo=UTC))


def classes() -> list[type[TidingsError]]:
    found = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, TidingsError)]
    return [kind for kind in found if kind.__module__ == errors.__name__]


def drawn() -> list[tuple[int, str]]:
    """Depth and name of each line of the tree in the module's docstring, from top to bottom."""
    tree = (errors.__doc__ or "").split("\n\n")[1]
    lines = [line.removeprefix("    ") for line in tree.splitlines() if line.strip()]
    names = [line.lstrip("│├└─ ") for line in lines]
    return [((len(line) - len(name)) // 4, name.split()[0]) for line, name in zip(lines, names, strict=True)]


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes():
    path: list[str] = []
    parents = {}
    for depth, name in drawn():
        path[depth:] = [name]
        parents[name] = path[depth - 1] if depth else None
    bases = {kind.__name__: kind.__bases__[0].__name__ for kind in classes() if kind is not TidingsError}
    assert parents == {"TidingsError": None, **bases}, "draw every error where it stands, at the top of errors.py"


@pytest.mark.parametrize("kind", [kind for kind in classes() if kind is not FetchErrors])
def test_the_docstring_is_the_default_message(kind):
    first_line = kind.__doc__.partition("\n")[0]
    assert str(kind()) == first_line
    assert first_line.endswith((".", ")")), "a message is a sentence"


@pytest.mark.parametrize("kind", [kind for kind in classes() if kind is not FetchErrors])
def test_facts_are_attributes_and_survive_pickle_and_copy(kind):
    error = kind("went wrong", ref=REF, retryable=True, retry_after=2.5, last_status=STATUS)
    for twin in (error, pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is kind
        assert str(twin) == "luma:a: went wrong"
        assert (twin.message, twin.ref, twin.provider) == ("went wrong", REF, "luma")
        assert (twin.retryable, twin.retry_after, twin.last_status) == (True, 2.5, STATUS)


def test_further_facts_of_fetch_errors_survive_pickle():
    error = pickle.loads(pickle.dumps(UnexpectedResponse("a web page", status_code=200, no_route=True)))
    assert (error.status_code, error.no_route) == (200, True)


def test_the_class_says_whether_asking_again_can_help_and_an_instance_may_differ():
    assert RateLimited().retryable
    assert not Unauthorized().retryable
    assert not RateLimited(retryable=False).retryable
    assert RateLimited.retryable, "an instance's verdict does not change the class's"


def test_the_provider_is_the_refs_unless_it_is_named():
    assert TaskNotFound(ref=REF).provider == "luma"
    assert TaskNotFound(provider="suno").provider == "suno"
    assert UnknownProvider().provider is None


def test_one_except_catches_what_could_not_be_found_out_and_no_more():
    assert issubclass(Unreachable, FetchError)
    assert not issubclass(WaitTimeout, FetchError)
    assert issubclass(FetchErrors, ExceptionGroup)


class TestFetchErrors:
    gone = TaskNotFound(ref=REF)
    slow = RateLimited(retry_after=3.0)

    def test_it_holds_every_answer_in_order_and_every_error(self):
        group = FetchErrors(iter([STATUS, self.gone, self.slow]))
        assert group.results == (STATUS, self.gone, self.slow)
        assert group.exceptions == (self.gone, self.slow)
        assert str(group) == "could not find out about 2 of 3 tasks"

    def test_asking_again_can_help_only_when_it_can_for_each(self):
        assert not FetchErrors([self.gone, self.slow]).retryable
        assert FetchErrors([self.slow, Unreachable()]).retryable

    def test_except_star_takes_its_part_and_leaves_the_rest(self):
        seen = []
        with pytest.raises(ExceptionGroup) as left:
            try:
                raise FetchErrors([STATUS, self.gone, self.slow])
            except* RateLimited as part:
                seen.append(part)
        assert [part.exceptions for part in seen] == [(self.slow,)]
        assert left.value.exceptions == (self.gone,)

    def test_split_makes_groups_of_the_same_kind(self):
        matching, rest = FetchErrors([STATUS, self.gone, self.slow]).split(TaskNotFound)
        assert type(matching) is type(rest) is FetchErrors
        assert (matching.exceptions, rest.exceptions) == ((self.gone,), (self.slow,))

    def test_it_is_one_of_ours_so_one_except_catches_all(self):
        with pytest.raises(TidingsError):
            raise FetchErrors([self.gone])

    def test_it_survives_pickle_and_copy_with_its_answers(self):
        group = FetchErrors([STATUS, self.gone])
        for twin in (pickle.loads(pickle.dumps(group)), copy.copy(group)):
            assert type(twin) is FetchErrors
            assert str(twin) == str(group)
            assert twin.results[0] == STATUS
            assert [type(error) for error in twin.exceptions] == [TaskNotFound]

    def test_without_an_error_there_is_nothing_to_raise(self):
        with pytest.raises(ValueError, match="non-empty"):
            FetchErrors([STATUS])
