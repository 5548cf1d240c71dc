"""Finds out how a maker says a word: puts it where a sample's own word stands and looks whether it is heard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.provider import Provider
from tidings.testing.conformance.asking import ask
from tidings.testing.conformance.bodies import Place, places, replaced
from tidings.testing.samples import Sample
from tidings.wire import as_text


@dataclass(frozen=True)
class Said:
    """A sample in which a word is said about a task, and what the provider made of it."""

    sample: Sample
    ref: TaskRef
    status: TaskStatus

    def means(self, state: TaskState) -> bool:
        """Whether it was read as `state`.

        A success may be read as not ended: its link can come later. What is pending may be read as begun: some makers
        have one word for both, and only the progress beside it tells.
        """
        is_early = (
            state is TaskState.succeeded and not self.status.is_final and self.status.state is not TaskState.unknown
        )
        is_begun = state is TaskState.pending and self.status.state in {TaskState.queued, TaskState.running}
        return self.status.state is state or is_early or is_begun


def saying(provider: Provider, samples: Sequence[Sample], word: str) -> list[Said]:
    """Every way to say `word` that the samples show or that can be made from one of them."""
    looks = [sample for sample in samples if sample.is_answered and sample.include is None]
    return [said for sample in looks for said in (*_recorded(provider, sample, word), *made(provider, sample, word))]


def _recorded(provider: Provider, sample: Sample, word: str) -> Iterator[Said]:
    return _heard(provider, sample, word, sample.refs)


def spoken_of(provider: Provider, sample: Sample) -> list[TaskRef]:
    """The tasks about which the sample says a word in so many letters: one can be changed for another."""
    if sample.include is not None:
        return []
    payloads = [exchange.payload for exchange in sample.exchanges]
    statuses = ask(provider, sample).statuses
    return [ref for ref in statuses if any([*_places_of(statuses[ref].raw_state, said)] for said in payloads)]


def made(provider: Provider, sample: Sample, word: str) -> Iterator[Said]:
    """Every way to say `word` that can be made from the sample by putting it in another word's place."""
    for ref, status in ask(provider, sample).statuses.items():
        for index, exchange in enumerate(sample.exchanges):
            for place, own in _places_of(status.raw_state, exchange.payload):
                payload = replaced(exchange.payload, place, _in_the_type_of(own, word))
                yield from _heard(provider, sample.with_exchange(index, exchange.answering(payload)), word, [ref])


def _heard(provider: Provider, sample: Sample, word: str, refs: Sequence[TaskRef]) -> Iterator[Said]:
    statuses = ask(provider, sample).statuses
    for ref in refs:
        if ref in statuses and is_same(statuses[ref].raw_state, word):
            yield Said(sample, ref, statuses[ref])


def _places_of(word: str, payload: Any) -> Iterator[tuple[Place, Any]]:
    return ((place, value) for place, value in places(payload) if word and is_same(as_text(value) or "", word))


def _in_the_type_of(own: Any, word: str) -> Any:
    return int(word) if isinstance(own, int) and word.isdecimal() else word


def is_same(one: str, other: str) -> bool:
    """Whether two words are the same to a provider."""
    return one.casefold() == other.casefold()
