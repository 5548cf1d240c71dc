"""Standard tests of batch answers: matched by id, complete, and no task's trouble is its neighbour's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tidings.errors import FetchError, TaskNotFound
from tidings.model import TaskRef
from tidings.testing.conformance.asking import ask
from tidings.testing.conformance.bodies import Place, places, replaced
from tidings.testing.conformance.kit import Kit
from tidings.testing.expect import described
from tidings.testing.samples import Sample

_NONSENSE: tuple[Any, ...] = (None, {}, [], "odd", 5)


class BatchesConformance(Kit):
    """A batch says about each task what a single look would say. Skipped for a maker without a batch call."""

    def test_a_batch_sample_has_several_tasks(self) -> None:
        """Some batch sample answers about two tasks or more, or the other tests here prove nothing."""
        sizes = [self.provider.limits, *self.provider.route_limits.values()]
        if any(limits.batch > 1 for limits in sizes):
            full = [sample for sample in self.samples if len(ask(self.provider, sample).statuses) > 1]
            assert full, "no sample of a batch answers about two tasks or more"

    def test_a_batch_is_matched_by_id(self, batch: Sample) -> None:
        """The answers are the same in whatever order the maker lists the tasks."""
        expected = _answers(self.provider, batch)
        for shuffled in _reordered(batch):
            assert _answers(self.provider, shuffled) == expected, f"{batch}: another order gives other answers"

    def test_a_batch_may_be_asked_in_any_order(self, batch: Sample) -> None:
        """The answers are the same in whatever order we ask."""
        asked = ask(self.provider, batch, refs=batch.refs[::-1]).answers
        expected = _answers(self.provider, batch)
        assert {ref: described(answer) for ref, answer in asked.items()} == expected, f"{batch}: the order matters"

    def test_a_task_absent_from_a_batch_is_not_found(self, batch: Sample) -> None:
        """Silence about a task is `TaskNotFound`, and says nothing about the others."""
        absent = self._absent(batch)
        answers = ask(self.provider, batch, refs=[absent, *batch.refs]).answers
        assert type(answers[absent]) is TaskNotFound, f"{batch}: silence was read as {answers[absent]!r}"
        others = {ref: described(answer) for ref, answer in answers.items() if ref != absent}
        assert others == _answers(self.provider, batch), f"{batch}: an absent task changes the answers about others"

    def test_a_task_nobody_asked_for_is_ignored(self, batch: Sample) -> None:
        """An answer about one more task is given to nobody."""
        expected = _answers(self.provider, batch)
        for ref in batch.refs:
            others = [other for other in batch.refs if other != ref] or [self._absent(batch)]
            asked = ask(self.provider, batch, refs=others)
            assert asked.mentioned <= set(others), f"{batch}: the answer mentions {ref}, which was not asked for"
            for other in others:
                is_same = other not in expected or described(asked.answers[other]) == expected[other]
                assert is_same, f"{batch}: the answer about {other} changes when {ref} is not asked for"

    def test_a_spoilt_row_is_its_own_trouble(self, batch: Sample) -> None:
        """One row that makes no sense leaves the answers about the other tasks as they are."""
        expected = _answers(self.provider, batch)
        for index, place in _rows(batch):
            for nonsense in _NONSENSE:
                exchange = batch.exchanges[index]
                spoilt = batch.with_exchange(index, exchange.answering(replaced(exchange.payload, place, nonsense)))
                changed = [ref for ref, said in _answers(self.provider, spoilt).items() if said != expected[ref]]
                assert len(changed) <= 1, f"{batch}: a row that is {nonsense!r} changes the answers about {changed}"
                errors = [ask(self.provider, spoilt).answers[ref] for ref in changed]
                assert all(isinstance(error, FetchError) for error in errors), f"{batch}: it was read as {errors}"

    def _absent(self, batch: Sample) -> TaskRef:
        """A task that the batch could have asked for, for it lies on the same route."""
        return replace(self.ref("absent0id"), route=batch.refs[0].route)


def _answers(provider: Any, sample: Sample) -> dict[Any, Any]:
    return {ref: described(answer) for ref, answer in ask(provider, sample).answers.items()}


def _lists(sample: Sample) -> Iterator[tuple[int, Place, list[Any]]]:
    """The lists of objects in a sample's bodies, outermost ones only: where a maker puts its rows."""
    for index, exchange in enumerate(sample.exchanges):
        found: list[Place] = []
        for place, value in places(exchange.payload):
            is_inside = any(place[: len(outer)] == outer for outer in found)
            if isinstance(value, list) and any(isinstance(row, dict) for row in value) and not is_inside:
                found.append(place)
                yield index, place, value


def _rows(sample: Sample) -> Iterator[tuple[int, Place]]:
    for index, place, rows in _lists(sample):
        yield from ((index, (*place, row)) for row in range(len(rows)))


def _reordered(sample: Sample) -> Iterator[Sample]:
    for index, place, rows in _lists(sample):
        exchange = sample.exchanges[index]
        for order in (rows[::-1], rows[1:] + rows[:1]):
            yield sample.with_exchange(index, exchange.answering(replaced(exchange.payload, place, order)))
