"""The order in which answers are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.cli.report import AsFinished, InOrder
from tidings.errors import TidingsError
from tidings.model import TaskRef

A, B, C = (TaskRef("luma", name) for name in "abc")


def reporting(kind, refs):
    seen = []
    return kind(refs, show=lambda ref, answer: seen.append((ref, answer.message))), seen


def answer(ref: TaskRef) -> TidingsError:
    return TidingsError(f"about {ref.id}")


def shown(*refs: TaskRef) -> list[tuple[TaskRef, str]]:
    return [(ref, f"about {ref.id}") for ref in refs]


def test_in_order_shows_each_as_soon_as_all_before_it_are_known():
    report, seen = reporting(InOrder, [A, B, C])
    report(B, answer(B))
    assert seen == []
    report(A, answer(A))
    assert seen == shown(A, B)
    report(C, answer(C))
    assert seen == shown(A, B, C)


def test_in_order_answers_a_duplicate_in_each_of_its_places():
    report, seen = reporting(InOrder, [A, B, A])
    report(A, answer(A))
    report(B, answer(B))
    assert seen == shown(A, B, A)


def test_in_order_shows_what_is_known_when_the_rest_will_not_come():
    report, seen = reporting(InOrder, [A, B, C, B])
    report(B, answer(B))
    report.close()
    assert seen == shown(B, B)


def test_as_finished_shows_each_at_once_as_often_as_it_was_asked_for():
    report, seen = reporting(AsFinished, [A, B, A])
    report(B, answer(B))
    report(A, answer(A))
    report.close()
    assert seen == shown(B, A, A)


@pytest.mark.parametrize("kind", [InOrder, AsFinished])
@given(data=st.data())
def test_every_place_gets_its_answer_once(kind, data):
    asked = data.draw(st.lists(st.sampled_from([A, B, C])))
    report, seen = reporting(kind, asked)
    for ref in data.draw(st.permutations(sorted(set(asked), key=str))):
        report(ref, answer(ref))
    assert sorted(map(str, seen)) == sorted(map(str, shown(*asked)))
    if kind is InOrder:
        assert seen == shown(*asked)
