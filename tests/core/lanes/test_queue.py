"""The queue keeps order, moves up, forgets, and takes along what is nearly due."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tidings.lanes.queue import Ask, Queue
from tidings.model import TaskRef


def ask(name: str, due: float) -> Ask:
    return Ask(TaskRef("luma", name), None, due)


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


class QueueMachine(RuleBasedStateMachine):
    """Against the simplest model there is: a dictionary from ask to due time."""

    def __init__(self) -> None:
        super().__init__()
        self.queue, self.model, self.now = Queue(), {}, 0.0

    @rule(due=st.integers(0, 20))
    def add(self, due):
        new = ask(f"t{len(self.model)}", float(due))
        self.queue.add(new, self.now)
        self.model[new] = float(due)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), due=st.integers(0, 20))
    def move_up(self, data, due):
        chosen = data.draw(st.sampled_from(list(self.model)))
        if due < chosen.due:
            chosen.due = self.model[chosen] = float(due)
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
        for one in taken:
            del self.model[one]

    @invariant()
    def agree(self):
        assert self.queue.ready(self.now) == sum(when <= self.now for when in self.model.values())
        later = [when for when in self.model.values() if when > self.now]
        assert self.queue.next_due() == (min(later) if later else None)


TestQueueMachine = QueueMachine.TestCase
