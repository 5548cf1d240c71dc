"""Slim objects wait at a lane as coroutines do: they join, leave, hear of retries, and harm nobody."""

from __future__ import annotations

import asyncio

import pytest
from maker import Server, lane_to, ref

from tidings.errors import ConfigError, RateLimited, TidingsError
from tidings.lanes import Governor
from tidings.lanes.waiter import Audience
from tidings.model import TaskState, TaskStatus
from tidings.testing.fake import respond
from tidings.testing.virtual import in_virtual_time


def now() -> float:
    return asyncio.get_running_loop().time()


class Slim:
    """Writes down what it is told, and when."""

    def __init__(self) -> None:
        self.known = None
        self.answers = []
        self.retries = []

    def answered(self, answer):
        self.answers.append((now(), answer))

    def retried(self, error, delay):
        self.retries.append((type(error).__name__, delay))


@in_virtual_time
async def test_one_who_asks_is_told_once_after_the_call_returned():
    server, waiter = Server(), Slim()
    async with lane_to(server) as lane:
        lane.ask(ref("a"), waiter)
        assert waiter.answers == []
        await asyncio.sleep(60.0)
    [(when, answer)] = waiter.answers
    assert when == pytest.approx(0.2)
    assert answer.state is TaskState.running


@in_virtual_time
async def test_thousands_who_ask_for_one_task_are_one_request():
    server, waiters = Server(), [Slim() for _ in range(5000)]
    async with lane_to(server) as lane:
        for waiter in waiters:
            lane.ask(ref("a"), waiter)
        await asyncio.sleep(1.0)
    assert server.requests == 1
    assert all(len(waiter.answers) == 1 for waiter in waiters)


@in_virtual_time
async def test_who_asks_for_a_task_under_way_joins_that_question():
    server, first, second = Server(), Slim(), Slim()
    async with lane_to(server, latency=1.0) as lane:
        lane.ask(ref("a"), first)
        await asyncio.sleep(0.9)
        lane.ask(ref("a"), second, due=50.0)
        await asyncio.sleep(0.2)
        assert len(first.answers) == len(second.answers) == 1
    assert server.requests == 1


@in_virtual_time
async def test_who_leaves_is_told_nothing_and_takes_nothing_from_the_others():
    server, stays, leaves = Server(), Slim(), Slim()
    async with lane_to(server, latency=1.0) as lane:
        for waiter in (leaves, stays):
            lane.ask(ref("a"), waiter)
        await asyncio.sleep(0.5)
        lane.leave(ref("a"), leaves)
        lane.leave(ref("a"), leaves)
        lane.leave(ref("never asked"), leaves)
        await asyncio.sleep(1.0)
    assert len(stays.answers) == 1
    assert leaves.answers == []


@in_virtual_time
async def test_a_question_whose_last_waiter_left_is_never_sent():
    server, waiter = Server(), Slim()
    async with lane_to(server) as lane:
        lane.ask(ref("a"), waiter, due=10.0)
        lane.ask(ref("b"), waiter)
        lane.leave(ref("a"), waiter)
        lane.leave(ref("b"), waiter)
        await asyncio.sleep(60.0)
    assert server.requests == 0


@in_virtual_time
async def test_a_request_is_cancelled_when_the_last_waiter_of_all_its_tasks_left():
    ended, waiter, governor = [], Slim(), Governor("server", concurrency=1)

    async def hangs(outgoing):
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append(now())

    async with lane_to(hangs, governor=governor) as lane:
        for name in "ab":
            lane.ask(ref(name), waiter)
        await asyncio.sleep(1.0)
        lane.leave(ref("a"), waiter)
        await asyncio.sleep(1.0)
        assert ended == []
        lane.leave(ref("b"), waiter)
        await asyncio.sleep(1.0)
        assert ended == [pytest.approx(2.0)]
    assert waiter.answers == []
    assert governor._in_flight == 0


@in_virtual_time
async def test_who_left_and_asks_again_is_told_of_the_new_question():
    server, waiter, other = Server(), Slim(), Slim()
    async with lane_to(server, latency=1.0) as lane:
        lane.ask(ref("a"), waiter)
        lane.ask(ref("b"), other)
        await asyncio.sleep(0.5)
        lane.leave(ref("a"), waiter)
        lane.ask(ref("a"), waiter)
        await asyncio.sleep(5.0)
    assert len(waiter.answers) == 1
    assert waiter.answers[0][0] > other.answers[0][0]


@in_virtual_time
async def test_every_waiter_hears_that_the_request_goes_out_once_more():
    server, waiters, left = Server(), [Slim(), Slim()], [2]

    def flaky(ids, outgoing):
        left[0] -= 1
        return respond(502, {}) if left[0] >= 0 else None

    server.rules.append(flaky)
    async with lane_to(server) as lane:
        for waiter in waiters:
            lane.ask(ref("a"), waiter)
        await asyncio.sleep(60.0)
    for waiter in waiters:
        assert waiter.retries == [("ProviderUnavailable", 0.5), ("ProviderUnavailable", 1.0)]
        assert [type(answer) for _, answer in waiter.answers] == [TaskStatus]


@in_virtual_time
async def test_waiters_who_share_a_question_get_errors_of_their_own():
    server, waiters = Server(), [Slim(), Slim()]
    server.rules.append(lambda ids, outgoing: respond(404, {"message": "no such task"}))
    async with lane_to(server) as lane:
        for waiter in waiters:
            lane.ask(ref("a"), waiter)
        await asyncio.sleep(1.0)
    (_, one), (_, two) = (waiter.answers[0] for waiter in waiters)
    assert one is not two
    assert str(one) == str(two)


@in_virtual_time
async def test_a_waiter_that_breaks_harms_nobody_else(caplog):
    class Broken(Slim):
        def answered(self, answer):
            raise ZeroDivisionError("of the waiter's")

        def retried(self, error, delay):
            raise ZeroDivisionError("of the waiter's")

    server, left = Server(), [1]

    def flaky(ids, outgoing):
        left[0] -= 1
        return respond(502, {}) if left[0] >= 0 else None

    server.rules.append(flaky)
    waiters = [Broken(), Slim(), Slim()]
    async with lane_to(server) as lane:
        lane.ask(ref("a"), waiters[0])
        lane.ask(ref("a"), waiters[1])
        lane.ask(ref("b"), waiters[2])
        await asyncio.sleep(10.0)
    assert [len(waiter.answers) for waiter in waiters] == [0, 1, 1]
    assert [len(waiter.retries) for waiter in waiters] == [0, 1, 1]
    assert caplog.text.count("ZeroDivisionError: of the waiter's") == 2


@in_virtual_time
async def test_a_waiter_may_ask_and_leave_while_it_is_told():
    server, others = Server(), [Slim() for _ in "bc"]

    class Restless(Slim):
        def answered(self, answer):
            super().answered(answer)
            for name, other in zip("bc", others, strict=True):
                lane.leave(ref(name), other)
            if len(self.answers) < 3:
                lane.ask(ref("a"), self, due=now() + 5.0)

    waiter = Restless()
    async with lane_to(server) as lane:
        lane.ask(ref("a"), waiter)
        for name, other in zip("bc", others, strict=True):
            lane.ask(ref(name), other)
        await asyncio.sleep(60.0)
    assert [when for when, _ in waiter.answers] == pytest.approx([0.2, 5.4, 10.6])
    assert [other.answers for other in others] == [[], []]


# --- who goes first


async def answered_in_order(server, waits):
    """Asks for each name with what goes with it, one request a second; the names in the order they were asked for."""
    governor = Governor("server", per_second=1.0)
    async with lane_to(server, batch=1, latency=0.01, governor=governor) as lane:
        for name, how in waits:
            lane.ask(ref(name), Slim(), **how)
        await asyncio.sleep(600.0)
    return list(server.singles)


@in_virtual_time
async def test_a_head_start_goes_before_what_fell_due_a_little_earlier():
    waits = [("first", {}), ("second", {}), ("ahead", {"ahead": 10.0}), ("further", {"ahead": 20.0}), ("third", {})]
    assert await answered_in_order(Server(), waits) == ["further", "ahead", "first", "second", "third"]


@in_virtual_time
async def test_who_waited_longer_than_the_head_start_goes_first():
    waits = [(str(number), {"due": number / 4}) for number in range(40)] + [("late", {"due": 15.0, "ahead": 10.0})]
    order = await answered_in_order(Server(), waits)
    assert order.index("late") == 21, "sixteen were asked before it came, five more were due before 5.0"


@in_virtual_time
async def test_one_who_joins_with_a_head_start_moves_the_question_up():
    waits = [*((name, {"due": 0.0}) for name in "abcd"), ("d", {"due": 0.0, "ahead": 5.0})]
    assert (await answered_in_order(Server(), waits))[0] == "d"


@in_virtual_time
async def test_a_person_does_not_wait_behind_a_thousand_routine_looks():
    governor = Governor("server", per_second=1.0)
    async with lane_to(Server(), batch=1, latency=0.01, governor=governor) as lane:
        for number in range(1000):
            lane.ask(ref(number), Slim(), due=0.0)
        await asyncio.sleep(30.0)
        await lane.answer(ref("a person's"))
        assert now() < 32.0
        await lane.answer(ref(999))
        assert now() < 34.0


@in_virtual_time
async def test_people_who_keep_asking_do_not_starve_routine_looks():
    governor, routine = Governor("server", per_second=1.0), Slim()
    async with lane_to(Server(), batch=1, latency=0.01, governor=governor) as lane:
        lane.ask(ref("routine"), routine, due=0.5)
        people = []
        for number in range(400):  # two a second, twice of what can be asked
            people.append(asyncio.create_task(lane.answer(ref(number))))
            await asyncio.sleep(0.5)
        [(when, _)] = routine.answers
        assert 100.0 < when < 130.0
        await asyncio.gather(*people)


@in_virtual_time
async def test_tasks_that_are_to_be_asked_one_by_one_keep_their_place():
    server = Server()
    server.rules.append(lambda ids, outgoing: respond(405, {}) if outgoing.method == "POST" else None)
    async with lane_to(server, latency=0.01, governor=Governor("server", per_second=1.0)) as lane:
        for name in "abc":
            lane.ask(ref(name), Slim())
        await asyncio.sleep(0.5)
        lane.ask(ref("late"), Slim())
        await asyncio.sleep(60.0)
    assert list(server.singles) == ["a", "b", "c", "late"]


# --- closing


@in_virtual_time
async def test_who_asks_a_closed_lane_is_told_so_and_nothing_is_sent(caplog):
    server, waiter, leaves = Server(), Slim(), Slim()
    async with lane_to(server) as lane:
        pass
    lane.ask(ref("a"), waiter)
    lane.ask(ref("a"), leaves, due=3.0)
    lane.leave(ref("a"), leaves)
    assert waiter.answers == [], "never before `ask` returned"
    await asyncio.sleep(1.0)
    [(_, answer)] = waiter.answers
    assert type(answer) is TidingsError
    assert "the client was closed" in str(answer)
    assert "the client was closed" in str(await lane.answer(ref("b")))
    assert leaves.answers == []
    assert server.requests == 0
    assert caplog.text == ""


@in_virtual_time
async def test_a_waiter_that_asks_again_whatever_it_is_told_does_not_outlive_its_lane(caplog):
    class Stubborn(Slim):
        def answered(self, answer):
            super().answered(answer)
            if len(self.answers) < 10:
                lane.ask(ref("a"), self)

    server, waiter = Server(), Stubborn()
    async with lane_to(server, latency=9.0) as lane:
        lane.ask(ref("a"), waiter)
        await asyncio.sleep(1.0)
    await asyncio.sleep(60.0)
    assert len(waiter.answers) == 10
    assert all("the client was closed" in str(answer) for _, answer in waiter.answers)
    assert server.requests == 1
    assert caplog.text == ""


@in_virtual_time
async def test_a_loop_that_is_stopped_leaves_nobody_waiting_and_logs_no_defect(caplog):
    server, flying, queued = Server(), Slim(), Slim()
    async with lane_to(server, latency=9.0) as lane:
        lane.ask(ref("flying"), flying)
        lane.ask(ref("queued"), queued, due=100.0)
        await asyncio.sleep(1.0)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()  # as asyncio.run does at its end
        await asyncio.sleep(1.0)
        for waiter in (flying, queued):
            [(_, answer)] = waiter.answers
            assert "cancelled from outside" in str(answer)
        assert caplog.text == ""
        await asyncio.sleep(200.0)
        assert server.requests == 1


@in_virtual_time
async def test_a_lane_says_what_governs_it_and_how_its_tasks_travel():
    governor = Governor("server")
    async with lane_to(Server(), governor=governor, batch=7) as lane:
        assert lane.governor is governor
        assert lane.batch_route(ref("a", "feed")) == "feed"
        assert lane.shared_by("feed") == 1


@in_virtual_time
async def test_waiters_are_told_of_a_long_pause_and_of_a_configuration_that_shows_only_then():
    class Refuses(Server):
        def __call__(self, outgoing):
            raise ConfigError("no such account")

    governor, paused, refused = Governor("server"), Slim(), Slim()
    async with lane_to(Refuses()) as lane:
        lane.ask(ref("a"), refused)
        await asyncio.sleep(1.0)
    governor.failed(RateLimited("later", retry_after=600.0), now())
    async with lane_to(Server(), governor=governor) as lane:
        lane.ask(ref("a"), paused)
        await asyncio.sleep(1.0)
    assert isinstance(refused.answers[0][1], ConfigError)
    assert isinstance(paused.answers[0][1], RateLimited)


# --- the audience


def test_an_audience_of_one_or_many_joins_parts_and_is_dismissed():
    audience, (one, two, three) = Audience(), (Slim() for _ in range(3))
    for waiter in (one, two, one, two, three):
        audience.join(waiter)
    assert audience.waiters == (one, two, three)
    assert audience.part(one)
    assert not audience.part(one)
    audience.join(one)
    assert audience.part(two)
    assert not audience.part(two)
    assert audience.dismiss() == (three, one)
    assert not audience.is_wanted


def test_an_audience_knows_what_each_of_it_knows():
    audience, (one, two, three) = Audience(), (Slim() for _ in range(3))
    one.known, two.known, three.known = 5, 5, None
    audience.join(one)
    assert audience.knows(5)
    assert not audience.knows(6)
    audience.join(two)
    assert audience.knows(5)
    audience.join(three)
    assert not audience.knows(5)
    assert not audience.knows(None)


@in_virtual_time
async def test_a_defect_that_strikes_a_whole_request_is_one_line_in_the_log(caplog):
    server = Server()
    server.rules.append(lambda ids, outgoing: ZeroDivisionError("a defect"))
    async with lane_to(server) as lane:
        answers = await asyncio.gather(*(lane.answer(ref(n)) for n in range(10)))
    assert {type(answer) for answer in answers} == {TidingsError}
    assert [record.message for record in caplog.records] == [
        "asking for maker:0 and 9 others failed in an unforeseen way: ZeroDivisionError"
    ]
