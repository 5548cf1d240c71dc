"""Standard tests of ids in requests: whatever an id looks like, it arrives as itself and changes nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.errors import InvalidRef
from tidings.model import TaskRef
from tidings.testing.conformance.asking import StartFlow, batch_flow, first_request, single_flow
from tidings.testing.conformance.bodies import places
from tidings.testing.conformance.kit import Kit
from tidings.testing.samples import split_query
from tidings.wire import Request

_PLAIN = "plain0id"  # what every other id's request is compared with
_TRICKY = (
    "a/b",
    "../a",
    "a.b",
    "a b",
    "a?b=c",
    "a#b",
    "a&b=c",
    "a+b",
    "a;b",
    "a%2Fb",
    "100%",
    'a"b',
    "a\\b",
    "a:b",
    "a@b",
    "{id}",
    "ä日本🎬",
)
# Whatever a `TaskRef` takes: no dots alone, no spaces around it, nothing that cannot be printed.
_IDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20).filter(
    lambda text: text not in {".", ".."}
)
Carried = list[tuple[str, str]]
"""Where a request carries which text, in order: the segments of its path, its query, its body, its headers."""


class IdsConformance(Kit):
    """Ids are quoted."""

    def test_a_request_carries_the_id(self) -> None:
        """The maker can tell which task is meant."""
        assert _PLAIN in str(carried(first_request(self.provider, [self.ref(_PLAIN)]))), "the request names no task"

    def test_ids_are_quoted(self) -> None:
        """An id with slashes, dots, spaces, percent signs, question marks or unicode reaches the maker as it is."""
        for task_id in _TRICKY:
            self._check_id(task_id, single_flow)

    def test_ids_are_quoted_in_a_batch(self) -> None:
        """The same in a batch, where they mostly stand in the body."""
        limits = self.provider.limits_for(self.ref(_PLAIN).route)
        for task_id in _TRICKY if limits.batch > 1 else ():
            self._check_id(task_id, batch_flow)

    def test_ids_are_quoted_for_an_include(self, include: str) -> None:
        """The same in the requests of every include."""
        request = self.provider.includes[include].request
        for task_id in _TRICKY:
            check_carried(request(self.ref(_PLAIN)), request(self.ref(task_id)), task_id)

    def test_any_id_is_quoted(self) -> None:
        """The same for ids that nobody thought of."""

        @settings(derandomize=True, database=None, deadline=None, max_examples=50)
        @given(_IDS)
        def check(task_id: str) -> None:
            self._check_id(task_id, single_flow)

        check()

    def _check_id(self, task_id: str, way: StartFlow) -> None:
        if self._takes(self.ref(task_id)):
            plain, tricky = (first_request(self.provider, self._refs(id_, way), way) for id_ in (_PLAIN, task_id))
            check_carried(plain, tricky, task_id)

    def _refs(self, task_id: str, way: StartFlow) -> Sequence[TaskRef]:
        return [self.ref(task_id)] if way is single_flow else [self.ref("another0id"), self.ref(task_id)]

    def _takes(self, ref: TaskRef) -> bool:
        """Whether the provider takes such an id at all: one with a form of its own may refuse it beforehand."""
        try:
            self.provider.validate_ref(ref)
        except InvalidRef:
            return False
        return True


def check_carried(plain: Request, tricky: Request, task_id: str) -> None:
    """Fail unless the two requests differ in nothing but the id."""
    expected = [(where, text.replace(_PLAIN, task_id)) for where, text in carried(plain)]
    found = carried(tricky)
    assert found == expected, f"the id {task_id!r} does not arrive as it is: expected {expected}, found {found}"
    assert tricky.path.isascii(), f"the id {task_id!r} leaves characters in the path that no URL may have"
    assert not any(char in tricky.path for char in ' #\\"'), f"the id {task_id!r} is not quoted: {tricky.path}"


def carried(request: Request) -> Carried:
    """Every text of a request as the server reads it, and where it stands."""
    return list(_texts(request))


def _texts(request: Request) -> Iterator[tuple[str, str]]:
    path, query = split_query(request.path)
    yield from (("path", unquote(segment)) for segment in path.partition("#")[0].split("/"))
    for name, value in [*query.items(), *request.query.items(), *request.headers.items()]:
        yield name, value
    for place, value in places(request.json):
        yield str(place), str(value) if not isinstance(value, dict | list) else _names(value)


def _names(value: Any) -> str:
    return " ".join(value) if isinstance(value, dict) else f"{len(value)} items"
