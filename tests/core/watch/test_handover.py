"""A watch runs for a slice and hands everything over; another one goes on as if nothing had happened."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from maker import Server, lane_to  # tests/support

from tidings.lanes import Lane
from tidings.model import Change, TaskRef
from tidings.plugins import Observers
from tidings.schedule import Budgets, Patience
from tidings.testing.fake import respond
from tidings.testing.virtual import VirtualClock, in_virtual_time, run_virtual
from tidings.watch import Course, Memory, News, Watch

REFS = [TaskRef("maker", f"t{n}") for n in range(25)]


class Follower:
    """A watch over one lane, and what it told."""

    def __init__(self, lane: Lane, clock: VirtualClock) -> None:
        self.changes: list[Change] = []
        course = Course(lane, None, 5.0)
        news = News(Observers({}), self.hear, None)
        self.watch = Watch(lambda _: course, clock, news=news, memory=Memory(None), patience=Patience())

    def hear(self, changes: Sequence[Change]) -> None:
        self.changes += changes

    def ended(self) -> set[str]:
        return {change.ref.id for change in self.changes if change.is_end}


def ending_at(ends: dict[str, float]) -> Server:
    server = Server()

    def words(ids: list[str], outgoing: object) -> object:
        now = asyncio.get_running_loop().time()
        said = {task: "done" if now >= ends[task] else "run" for task in ids}
        return respond(json_body=said if outgoing.method == "POST" else said[ids[0]])

    server.rules.append(words)
    return server


@in_virtual_time
async def test_a_slice_ends_in_time_and_hands_over_what_is_open():
    clock = VirtualClock()
    async with lane_to(ending_at({ref.id: 10.0 * n for n, ref in enumerate(REFS)}), clock=clock) as lane:
        follower = Follower(lane, clock)
        follower.watch.follow(REFS)
        rest = await follower.watch.run(108.0)
        assert clock.monotonic() == 108.0
        assert {task.ref.id for task in rest} == {f"t{n}" for n in range(11, 25)}
        assert follower.ended() == {f"t{n}" for n in range(11)}
        assert len(follower.watch) == 0
        assert not lane._asks[None], "a lane must not go on asking for what was handed over"


@in_virtual_time
async def test_a_slice_is_over_when_no_task_is_open():
    clock = VirtualClock()
    async with lane_to(ending_at(dict.fromkeys((ref.id for ref in REFS), 12.0)), clock=clock) as lane:
        follower = Follower(lane, clock)
        follower.watch.follow(REFS)
        assert await follower.watch.run(1000.0) == []
        assert clock.monotonic() < 20.0


@given(slices=st.lists(st.floats(0.1, 200.0), min_size=1, max_size=8))
def test_however_it_is_sliced_every_task_ends_once_and_is_looked_at_no_sooner(slices):
    ends = {ref.id: 17.0 * n for n, ref in enumerate(REFS)}

    async def in_slices() -> tuple[list[Change], int]:
        clock, server = VirtualClock(), ending_at(ends)
        async with lane_to(server, clock=clock) as lane:
            changes: list[Change] = []
            first = Follower(lane, clock)
            first.watch.follow(REFS)
            rest = await first.watch.run(slices[0])
            changes += first.changes
            for seconds in [*slices[1:], 10_000.0]:
                follower = Follower(lane, clock)
                follower.watch.take_over(rest)
                rest = await follower.watch.run(seconds)
                changes += follower.changes
            assert rest == []
            return changes, server.requests

    changes, requests = run_virtual(in_slices())
    ended = [change.ref.id for change in changes if change.is_end]
    assert sorted(ended) == sorted(ends)
    assert requests < 500


@in_virtual_time
async def test_budgets_and_ages_go_on_where_they_stood():
    clock = VirtualClock()
    async with lane_to(ending_at({"t0": 1e6}), clock=clock) as lane:
        first, second = Follower(lane, clock), Follower(lane, clock)
        first.watch.follow(REFS[:1], budgets=Budgets(task=100, running=60))
        rest = await first.watch.run(50)
        assert rest[0].running_since == clock.now() - timedelta(seconds=49.8)
        second.watch.take_over(rest, budgets=Budgets(task=100, running=60))
        assert await second.watch.run(1000) == []
        assert 60.0 <= clock.monotonic() <= 60.5
        assert "60 s" in str(second.changes[-1].error)
