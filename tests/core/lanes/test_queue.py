"""The queue keeps order, moves up, forgets, and takes along what is nearly due."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tidings.lanes.queue import Ask, Flight, Queue
from tidings.model import TaskRef


def ask(name: str, due: float, ahead: float = 0.0) -> Ask:
    return Ask(TaskRef("luma", name), None, due, ahead=ahead)


def names(asks: list[Ask]) -> list[str]:
    return [found.ref.id for found in asks]


def filled(*asks: Ask, now: float = 0.0) -> Queue:
    queue = Queue()
    for one in asks:
        queue.add(one, now)
    return queue


def test_what_is_due_comes_first_in_first_out():
    queue = filled(ask("a", 0.0), ask("b", 0.0), ask("c", 0.0))
    assert names(queue.take(2, 0.0)) == ["a", "b"]
    assert names(queue.take(2, 0.0)) == ["c"]


def test_among_what_is_due_a_head_start_goes_first():
    queue = filled(ask("a", 0.0), ask("b", 1.0, 5.0), ask("c", 2.0), ask("not due", 9.0, 60.0), now=3.0)
    assert names(queue.take(9, 3.0)) == ["b", "a", "c"]


def test_a_due_ask_moves_up_within_what_is_due():
    last = ask("c", 0.0)
    queue = filled(ask("a", 0.0), ask("b", 0.0), last)
    assert last.hasten(0.0, 5.0)
    queue.add(last, 0.0)
    assert queue.ready(0.0) == 3
    assert names(queue.take(9, 0.0)) == ["c", "a", "b"]


def test_haste_is_taken_on_and_never_lost():
    one = ask("a", 10.0, 2.0)
    assert not one.hasten(20.0, 3.0)
    assert one.hasten(20.0, 30.0)
    assert (one.due, one.rank) == (10.0, -10.0)
    assert one.hasten(5.0, 0.0)
    assert (one.due, one.rank) == (5.0, -10.0)
    one.put_off(8.0)
    assert (one.due, one.rank) == (8.0, -7.0)


def test_an_ask_that_is_tried_again_keeps_its_distance_whoever_joins():
    one = ask("a", 10.0)
    one.attempt = 1
    assert one.hasten(0.0, 5.0)
    assert (one.due, one.rank) == (10.0, -5.0)


def test_what_is_not_due_stays():
    queue = filled(ask("late", 9.0), ask("now", 0.0))
    assert names(queue.take(10, 0.0)) == ["now"]
    assert queue.next_due() == 9.0
    assert names(queue.take(10, 9.0)) == ["late"]


def test_a_batch_takes_along_what_is_nearly_due_but_not_more_than_it_holds():
    queue = filled(ask("now", 0.0), ask("soon", 2.0), ask("sooner", 1.0), ask("later", 5.0))
    assert names(queue.take(2, 0.0, along=2.5)) == ["now", "sooner"]
    assert names(queue.take(9, 0.0, along=2.5)) == ["soon"]


def test_an_ask_moves_up_and_is_taken_once():
    first = ask("a", 9.0)
    queue = filled(first)
    first.due = 3.0
    queue.add(first, 0.0)
    assert queue.next_due() == 3.0
    assert names(queue.take(9, 3.0)) == ["a"]
    assert queue.take(9, 9.0) == []
    assert queue.next_due() is None


def test_an_ask_that_is_added_again_as_it_was_is_still_one():
    late = ask("late", 5.0)
    queue = filled(late, late)
    assert names(queue.take(9, 5.0)) == ["late"]
    assert not queue


def test_a_dropped_ask_is_gone_wherever_it_stood():
    due, late = ask("due", 0.0), ask("late", 5.0)
    queue = filled(due, late)
    queue.drop(due)
    queue.drop(late)
    assert queue.ready(9.0) == 0
    assert queue.next_due() is None


def test_ready_since_is_when_the_oldest_of_the_due_became_so():
    queue = filled(ask("a", 0.0), now=1.0)
    queue.add(ask("b", 0.0), 2.0)
    assert queue.ready_since == 1.0
    queue.take(9, 2.0)
    assert queue.ready_since is None


def test_a_request_knows_nothing_of_what_an_earlier_one_brought():
    one = ask("a", 0.0)
    one.digest = 5
    flight = Flight([one])
    assert (one.flight, one.digest) == (flight, None)
    assert not flight.is_known(TaskRef("luma", "not asked"), 5)


class QueueMachine(RuleBasedStateMachine):
    """Against the simplest model there is: a dictionary from ask to due time."""

    def __init__(self) -> None:
        super().__init__()
        self.queue, self.model, self.now = Queue(), {}, 0.0

    @rule(due=st.integers(0, 20), ahead=st.integers(0, 5))
    def add(self, due, ahead):
        new = ask(f"t{len(self.model)}", float(due), float(ahead))
        self.queue.add(new, self.now)
        self.model[new] = float(due)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), due=st.integers(0, 20), ahead=st.integers(0, 5))
    def move_up(self, data, due, ahead):
        chosen = data.draw(st.sampled_from(list(self.model)))
        if chosen.hasten(float(due), float(ahead)):
            self.model[chosen] = chosen.due
            self.queue.add(chosen, self.now)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def drop(self, data):
        chosen = data.draw(st.sampled_from(list(self.model)))
        self.queue.drop(chosen)
        del self.model[chosen]

    @rule(seconds=st.integers(0, 5))
    def wait(self, seconds):
        self.now += seconds

    @rule(limit=st.integers(1, 5), along=st.sampled_from([0.0, 2.0]))
    def take(self, limit, along):
        due = [one for one, when in self.model.items() if when <= self.now]
        nearly = [one for one, when in self.model.items() if self.now < when <= self.now + along]
        taken = self.queue.take(limit, self.now, along=along)
        assert len(taken) == len(set(taken)) == min(limit, len(due) + len(nearly))
        assert set(taken) <= {*due, *nearly}
        assert len(set(taken) & set(due)) == min(limit, len(due)), "what is due goes before what is nearly due"
        ranks = [one.rank for one in taken if one in due]
        assert ranks == sorted(one.rank for one in due)[: len(ranks)], "the smallest ranks, in order"
        for one in taken:
            del self.model[one]

    @invariant()
    def agree(self):
        assert self.queue.ready(self.now) == sum(when <= self.now for when in self.model.values())
        later = [when for when in self.model.values() if when > self.now]
        assert self.queue.next_due() == (min(later) if later else None)


TestQueueMachine = QueueMachine.TestCase
