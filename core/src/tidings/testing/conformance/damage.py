"""Standard tests of spoilt answers: a body cut short, a field missing or of another type, any JSON at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.errors import FetchError
from tidings.testing.conformance.asking import ask
from tidings.testing.conformance.bodies import ODD_VALUES, cuts, places, removed, replaced, shown
from tidings.testing.conformance.kit import Kit
from tidings.testing.conformance.soundness import flaws
from tidings.testing.samples import Sample

Spoilt = Iterator[tuple[str, Sample]]

_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=12,
)


class DamageConformance(Kit):
    """A spoilt answer is an error of ours or a sound status; nothing else is ever raised."""

    def test_a_body_cut_short_is_an_error(self, answered: Sample) -> None:
        """Half an answer must not be taken for an answer. It can be asked again."""
        for index, exchange in enumerate(answered.exchanges):
            for part in cuts(exchange.content):
                spoilt = answered.with_exchange(index, replace(exchange, content=part))
                for answer in self._answers(f"cut after {len(part)} bytes", spoilt):
                    assert isinstance(answer, FetchError), f"{answered}, cut after {len(part)} bytes: {answer!r}"

    def test_a_null_in_any_place_is_survived(self, answered: Sample) -> None:
        """Makers fill fields late: each value of the sample in turn is null."""
        self._check_all(_spoilt(answered, lambda body, place: [("null", replaced(body, place, None))]))

    def test_a_missing_field_is_survived(self, answered: Sample) -> None:
        """Makers leave fields out: each in turn is missing."""
        self._check_all(_spoilt(answered, lambda body, place: [("missing", removed(body, place))] if place else []))

    def test_another_type_in_any_place_is_survived(self, answered: Sample) -> None:
        """Makers change types: each value in turn is a number, a text, a list, an object."""
        self._check_all(_spoilt(answered, _odd))

    def test_any_json_is_survived(self, answered: Sample) -> None:
        """Whatever JSON comes, alone or in place of a part of the sample's own body."""
        ways = [(index, place) for index, found in enumerate(answered.exchanges) for place, _ in places(found.payload)]

        @settings(derandomize=True, database=None, deadline=None, max_examples=60)
        @given(way=st.sampled_from(ways), value=_JSON)
        def check(way: tuple[int, Any], value: Any) -> None:
            index, place = way
            exchange = answered.exchanges[index]
            spoilt = answered.with_exchange(index, exchange.answering(replaced(exchange.payload, place, value)))
            self._check(f"{shown(place)} is {value!r}", spoilt)

        check()

    def _check_all(self, spoilt: Spoilt) -> None:
        for how, sample in spoilt:
            self._check(how, sample)

    def _check(self, how: str, sample: Sample) -> None:
        answers = self._answers(how, sample)
        if sample.include is None:
            lines = [line for ref, answer in zip(sample.refs, answers, strict=True) for line in flaws(answer, ref)]
            assert not lines, f"{sample}, where {how}:\n" + "\n".join(lines)

    def _answers(self, how: str, sample: Sample) -> list[Any]:
        try:
            return list(ask(self.provider, sample).answers.values())
        except Exception as error:  # whatever a provider lets out is what this test is about
            raise AssertionError(f"{sample}, where {how}: {error!r} got out instead of a FetchError") from error


def _odd(body: Any, place: Any) -> list[tuple[str, Any]]:
    return [(repr(odd), replaced(body, place, odd)) for odd in ODD_VALUES]


def _spoilt(sample: Sample, spoil: Callable[[Any, Any], list[tuple[str, Any]]]) -> Spoilt:
    """The sample with one place of one body spoilt, for every place."""
    for index, exchange in enumerate(sample.exchanges):
        for place, _ in places(exchange.payload):
            for how, payload in spoil(exchange.payload, place):
                yield f"{shown(place)} is {how}", sample.with_exchange(index, exchange.answering(payload))
