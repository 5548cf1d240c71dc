"""A lane asks as little as can be, never lets one task's trouble spread, and leaves nobody waiting."""

from __future__ import annotations

import asyncio
import logging
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from maker import KEY, Maker, Server, lane_to, ref

from tidings.clock import SYSTEM_CLOCK
from tidings.errors import (
    ConfigError,
    FetchError,
    ProviderUnavailable,
    RateLimited,
    TaskNotFound,
    TidingsError,
    UnexpectedResponse,
    Unreachable,
)
from tidings.flow import Retry
from tidings.lanes import Governor
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.provider import Limits
from tidings.testing.fake import respond
from tidings.testing.virtual import in_virtual_time, run_virtual
from tidings.wire import Request

PAGE = respond(body=b"<!doctype html><title>New API</title>", headers={"content-type": "text/html"})


def now() -> float:
    return asyncio.get_running_loop().time()


async def ask(lane, *names, **how):
    return await asyncio.gather(*(lane.answer(ref(name), **how) for name in names))


# --- few requests


@in_virtual_time
async def test_a_thousand_tasks_asked_together_are_a_hundred_batches_of_ten():
    server = Server()
    async with lane_to(server) as lane:
        answers = await ask(lane, *range(1000))
    assert [len(batch) for batch in server.batches] == [10] * 100
    assert [answer.ref.id for answer in answers] == [str(number) for number in range(1000)]


@in_virtual_time
async def test_one_task_asked_a_thousand_times_at_once_is_one_request_and_no_batch():
    server = Server()
    async with lane_to(server) as lane:
        await ask(lane, *["same"] * 1000)
    assert (server.batches, server.singles) == ([], {"same": 1})


@in_virtual_time
async def test_asking_for_a_task_that_is_under_way_joins_that_question():
    server = Server()
    async with lane_to(server, latency=1.0) as lane:
        first = asyncio.create_task(lane.answer(ref("a")))
        await asyncio.sleep(0.9)
        second = await lane.answer(ref("a"))
        assert second is await first
        assert now() == pytest.approx(1.0)
    assert server.requests == 1


@in_virtual_time
async def test_an_idle_lane_adds_no_waiting():
    async with lane_to(Server(), latency=0.2) as lane:
        await lane.answer(ref("a"))
        assert now() == pytest.approx(0.2)


@in_virtual_time
async def test_a_partial_batch_waits_fifty_milliseconds_at_most_behind_a_request_in_flight():
    server = Server()
    async with lane_to(server, latency=1.0) as lane:
        first = asyncio.create_task(lane.answer(ref("first")))
        await asyncio.sleep(0.1)
        late = [asyncio.create_task(lane.answer(ref(name))) for name in "abc"]
        await asyncio.sleep(0.049)
        assert server.requests == 1
        await asyncio.sleep(0.002)
        assert server.batches == [["a", "b", "c"]]
        await asyncio.gather(first, *late)


@in_virtual_time
async def test_a_full_batch_does_not_wait_behind_a_request_in_flight():
    server = Server()
    async with lane_to(server, latency=1.0) as lane:
        first = asyncio.create_task(lane.answer(ref("first")))
        await asyncio.sleep(0.1)
        rest = asyncio.create_task(ask(lane, *range(10)))
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        assert [len(batch) for batch in server.batches] == [10]
        await asyncio.gather(first, rest)


@in_virtual_time
async def test_what_is_due_soon_travels_along():
    server = Server()
    async with lane_to(server, along=2.5) as lane:
        later = asyncio.create_task(lane.answer(ref("later"), due=2.0))
        much_later = asyncio.create_task(lane.answer(ref("much later"), due=9.0))
        await asyncio.sleep(0)
        await lane.answer(ref("now"))
        await later
        assert now() == pytest.approx(0.2)
        await much_later
        assert now() == pytest.approx(9.2)
    assert server.batches == [["now", "later"]]


@in_virtual_time
async def test_a_question_for_later_is_moved_up_by_one_for_now():
    server = Server()
    async with lane_to(server) as lane:
        later = asyncio.create_task(lane.answer(ref("a"), due=60.0))
        await asyncio.sleep(1.0)
        await lane.answer(ref("a"))
        await later
        assert now() == pytest.approx(1.2)
    assert server.requests == 1


@in_virtual_time
async def test_tasks_of_different_routes_do_not_travel_together():
    server = Server()
    async with lane_to(server) as lane:
        await asyncio.gather(*(lane.answer(ref(name, route)) for route in ("text", "image") for name in "ab"))
    assert len(server.batches) == 2


@in_virtual_time
async def test_extras_are_asked_alone_and_once_each():
    server = Server()
    async with lane_to(server) as lane:
        answers = await ask(lane, "a", "a", "b", include="seed")
    assert answers == ["run", "run", "run"]
    assert (server.batches, server.singles) == ([], {"a": 1, "b": 1})


@in_virtual_time
async def test_a_maker_without_a_batch_call_is_asked_one_by_one_within_the_bound():
    server, most, inside = Server(), 0, 0

    async def slow(outgoing):
        nonlocal most, inside
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.1)
        inside -= 1
        return Server.__call__(server, outgoing)

    async with lane_to(slow, batch=1, concurrency=5) as lane:
        await ask(lane, *range(50))
    assert most == 5
    assert server.singles.total() == 50


# --- cancellation


@in_virtual_time
async def test_one_caller_who_leaves_takes_nothing_from_the_others():
    server = Server()
    async with lane_to(server, latency=1.0) as lane:
        leaver, stayer = (asyncio.create_task(lane.answer(ref("a"))) for _ in range(2))
        await asyncio.sleep(0.5)
        leaver.cancel()
        assert (await stayer).state is TaskState.running
    assert server.requests == 1


@in_virtual_time
async def test_the_request_is_cancelled_when_its_last_caller_leaves():
    ended = []

    async def hangs(outgoing):
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            ended.append(now())
            raise

    async with lane_to(hangs) as lane:
        callers = [asyncio.create_task(lane.answer(ref(name))) for name in "ab"]
        await asyncio.sleep(1.0)
        callers[0].cancel()
        await asyncio.sleep(1.0)
        assert ended == []
        callers[1].cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        assert ended == [pytest.approx(2.0)]


@in_virtual_time
async def test_a_question_nobody_waits_for_any_more_is_never_sent():
    server = Server()
    async with lane_to(server) as lane:
        caller = asyncio.create_task(lane.answer(ref("a"), due=10.0))
        await asyncio.sleep(1.0)
        caller.cancel()
        await asyncio.sleep(60.0)
    assert server.requests == 0


@pytest.mark.parametrize("seed", range(5))
@in_virtual_time
async def test_after_a_storm_of_cancelled_questions_twenty_of_twenty_plain_ones_succeed(seed):
    dice, server = random.Random(seed), Server()
    governor = Governor("server", concurrency=10)
    async with lane_to(server, batch=1, latency=0.01, governor=governor) as lane:
        for _ in range(40):
            callers = [asyncio.create_task(lane.answer(ref(dice.randrange(30)))) for _ in range(20)]
            for caller in callers:
                await asyncio.sleep(dice.random() * 0.002)
                if dice.random() < 0.8:
                    caller.cancel()
            await asyncio.wait(callers)
        answers = await ask(lane, *(f"plain{number}" for number in range(20)))
    assert all(isinstance(answer, TaskStatus) for answer in answers)
    assert governor._in_flight == 0


@in_virtual_time
async def test_closing_tells_everyone_who_still_waits():
    async with lane_to(Server(), latency=9.0) as lane:
        flying = asyncio.create_task(lane.answer(ref("flying")))
        queued = asyncio.create_task(lane.answer(ref("queued"), due=60.0))
        await asyncio.sleep(1.0)
    for waiting in (flying, queued):
        answer = await waiting
        assert isinstance(answer, TidingsError)
        assert "closed" in str(answer)


# --- one task's trouble


@in_virtual_time
async def test_a_task_the_answer_does_not_mention_is_not_found_and_its_neighbours_are_fine():
    server = Server()
    server.rules.append(lambda ids, _: respond(json_body={name: "run" for name in ids if name != "lost"}))
    async with lane_to(server) as lane:
        fine, lost = await ask(lane, "fine", "lost")
    assert fine.state is TaskState.running
    assert isinstance(lost, TaskNotFound)
    assert lost.ref == ref("lost")


@pytest.mark.parametrize(
    ("together", "alone"),
    [
        (respond(400, {"message": "bad id"}), None),  # None: alone it is refused in the same way
        (respond(400, {"message": "bad id"}), respond(404, {"message": "no such task"})),
        (respond(422, {"message": "bad id"}), respond(500, {})),
        (respond(400, {"code": "task_not_exist", "data": None}), None),
        (respond(404, {"message": "task bad not found"}), None),
        (respond(body=b"[1, 2"), None),
        (respond(json_body=42), respond(500, {})),  # the plugin stumbles over it
    ],
)
@in_virtual_time
async def test_one_bad_id_can_neither_poison_a_batch_nor_cost_the_account_its_batches(together, alone):
    server = Server()

    def rule(ids, outgoing):
        if "bad" in ids:
            return together if len(ids) > 1 or alone is None else alone
        return None

    server.rules.append(rule)
    names = [*range(9), "bad"]
    async with lane_to(server, along=2.5) as lane:
        answers = await ask(lane, *names)
        assert isinstance(answers[9], FetchError)
        assert all(answer.state is TaskState.running for answer in answers[:9])
        server.batches.clear()
        await ask(lane, *range(10))
        assert [len(batch) for batch in server.batches] == [10], "the batch route itself is fine and stays in use"


@in_virtual_time
async def test_a_bad_id_is_found_by_halves_and_not_one_by_one():
    server = Server()
    server.rules.append(lambda ids, _: respond(400, {"message": "bad id"}) if "bad" in ids else None)
    async with lane_to(server, batch=100) as lane:
        await ask(lane, *range(99), "bad")
    assert server.requests <= 15


@in_virtual_time
async def test_where_every_task_fails_the_rest_of_a_batch_is_not_asked_for():
    server = Server()
    server.rules.append(lambda ids, _: respond(400, {"message": "no"}))
    async with lane_to(server, batch=100) as lane:
        answers = await ask(lane, *range(100))
    assert all(isinstance(answer, UnexpectedResponse) for answer in answers)
    assert server.requests <= 30


@in_virtual_time
async def test_a_batch_route_that_refuses_everything_is_given_up_once_a_pair_was_fine_alone():
    server = Server()
    server.rules.append(lambda ids, out: respond(400, {"message": "no"}) if out.method == "POST" else None)
    async with lane_to(server) as lane:
        answers = await ask(lane, *range(8))
        assert all(isinstance(answer, TaskStatus) for answer in answers)
        assert len(server.batches) == 3  # eight, four, two
        await ask(lane, *range(8))
        assert len(server.batches) == 3


@pytest.mark.parametrize("status", [413, 414])
@in_virtual_time
async def test_a_gateway_that_takes_fewer_at_once_gets_fewer_at_once(status):
    server = Server()
    server.rules.append(lambda ids, out: respond(status, {}) if len(ids) > 5 else None)
    async with lane_to(server) as lane:
        answers = await ask(lane, *range(10))
        assert all(isinstance(answer, TaskStatus) for answer in answers)
        server.batches.clear()
        await ask(lane, *range(10))
    assert [len(batch) for batch in server.batches] == [5, 5]


@in_virtual_time
async def test_a_rate_limit_in_the_middle_of_halving_holds_the_other_half_back():
    times = []

    def rule(ids, outgoing):
        times.append(now())
        if len(ids) > 5:
            return respond(400, {})
        return respond(429, {}, headers={"Retry-After": "20"}) if len(times) == 2 else None

    server = Server()
    server.rules.append(rule)
    async with lane_to(server) as lane:
        answers = await ask(lane, *range(10))
    assert all(isinstance(answer, TaskStatus) for answer in answers)
    assert times[2] >= 20.0


@pytest.mark.parametrize("missing", [PAGE, respond(404, {"message": "Invalid URL (POST /many/)"}), respond(405, {})])
@in_virtual_time
async def test_a_gateway_without_the_batch_route_is_asked_one_by_one_from_then_on(missing):
    server = Server()
    server.rules.append(lambda ids, out: missing if out.method == "POST" else None)
    async with lane_to(server) as lane:
        answers = await ask(lane, *range(10))
        assert all(answer.state is TaskState.running for answer in answers)
        assert (len(server.batches), server.singles.total()) == (1, 10)
        await ask(lane, *range(10))
        assert (len(server.batches), server.singles.total()) == (1, 20)


@in_virtual_time
async def test_where_everything_is_a_web_page_one_more_request_settles_it():
    server = Server()
    server.rules.append(lambda ids, out: PAGE)
    async with lane_to(server) as lane:
        answers = await ask(lane, *range(10))
    assert server.requests == 2
    assert all(isinstance(answer, UnexpectedResponse) and "web page" in str(answer) for answer in answers)
    assert [answer.ref.id for answer in answers] == [str(number) for number in range(10)]


@in_virtual_time
async def test_callers_who_share_a_question_get_errors_of_their_own():
    server = Server()
    server.rules.append(lambda ids, out: respond(404, {"message": "no such task"}))
    async with lane_to(server) as lane:
        one, two = await ask(lane, "a", "a")
    assert one is not two
    assert str(one) == str(two)


# --- trying again


def failing(times: int, answer):
    """A rule: the first `times` requests get `answer`."""
    left = [times]

    def rule(ids, outgoing):
        left[0] -= 1
        return answer if left[0] >= 0 else None

    return rule


@in_virtual_time
async def test_a_request_that_failed_is_tried_again_as_one_batch():
    server = Server()
    server.rules.append(failing(1, respond(502, {})))
    async with lane_to(server, along=2.5) as lane:
        answers = await ask(lane, *range(10))
    assert [len(batch) for batch in server.batches] == [10, 10]
    assert all(isinstance(answer, TaskStatus) for answer in answers)


@in_virtual_time
async def test_after_three_tries_the_error_is_told():
    server = Server()
    server.rules.append(lambda ids, out: Unreachable("connection refused"))
    async with lane_to(server, retry=Retry(attempts=3)) as lane:
        (answer,) = await ask(lane, "a")
    assert isinstance(answer, Unreachable)
    assert server.requests == 3


@in_virtual_time
async def test_a_hung_request_holds_up_nobody_else():
    server = Server()

    async def hangs_for_one(outgoing):
        if outgoing.url.endswith("/slow"):
            await asyncio.sleep(1000)
        return server(outgoing)

    async with lane_to(hangs_for_one, batch=1) as lane:
        slow = asyncio.create_task(lane.answer(ref("slow")))
        await asyncio.sleep(0.1)
        await ask(lane, *range(20))
        assert now() < 1.0
        slow.cancel()


# --- rate limits


@in_virtual_time
async def test_a_rate_limit_holds_the_whole_lane_back_for_as_long_as_it_says():
    server = Server()
    server.rules.append(failing(1, respond(429, {}, headers={"Retry-After": "7"})))
    async with lane_to(server, batch=1) as lane:
        first = asyncio.create_task(lane.answer(ref("a")))
        await asyncio.sleep(1.0)
        await lane.answer(ref("b"))
        assert now() == pytest.approx(7.4)
        assert isinstance(await first, TaskStatus)
    assert server.requests == 3


@in_virtual_time
async def test_a_rate_limit_longer_than_a_caller_should_wait_is_told_at_once():
    server = Server()
    server.rules.append(failing(1, respond(429, {"message": "quota resets hourly"}, headers={"Retry-After": "600"})))
    async with lane_to(server, batch=1) as lane:
        (first,) = await ask(lane, "a")
        await asyncio.sleep(100.0)
        (second,) = await ask(lane, "b")
        assert isinstance(first, RateLimited)
        assert isinstance(second, RateLimited)
        assert second.ref == ref("b")
        assert second.retry_after == pytest.approx(500.0)
        assert server.requests == 1
        await asyncio.sleep(501.0)
        (third,) = await ask(lane, "c")
        assert isinstance(third, TaskStatus)


@in_virtual_time
async def test_lanes_that_share_a_governor_share_its_bound_and_wake_each_other():
    governor, server = Governor("gateway", concurrency=1), Server()
    async with (
        lane_to(server, batch=1, latency=1.0, governor=governor) as one,
        lane_to(server, batch=1, latency=1.0, governor=governor) as two,
    ):
        await asyncio.gather(ask(one, "a", "b"), ask(two, "c", "d"))
        assert now() == pytest.approx(4.0)
    assert server.requests == 4


@in_virtual_time
async def test_a_server_in_trouble_is_left_alone_and_asked_again():
    server = Server()
    server.rules.append(failing(6, respond(503, {})))
    async with lane_to(server, batch=1, retry=Retry(attempts=9)) as lane:
        (answer,) = await ask(lane, "a")
        assert isinstance(answer, TaskStatus)
        assert now() > 8.0
    assert server.requests == 7


# --- the truth, loudly


@in_virtual_time
async def test_an_unknown_word_is_warned_of_once(caplog):
    server = Server()
    server.rules.append(lambda ids, out: respond(json_body="PONDERING"))
    with caplog.at_level(logging.WARNING, "tidings"):
        async with lane_to(server) as lane:
            for _ in range(3):
                (answer,) = await ask(lane, "a")
    assert (answer.state, answer.raw_state) == (TaskState.unknown, "PONDERING")
    assert caplog.text.count("PONDERING") == 1


@in_virtual_time
async def test_a_defect_in_a_plugin_leaves_nobody_waiting():
    server = Server()
    server.rules.append(lambda ids, out: respond(json_body=42) if len(ids) > 1 or "odd" in ids else None)
    async with lane_to(server) as lane:
        answers = await ask(lane, "a", "odd")
    assert isinstance(answers[0], TaskStatus)
    assert (answers[1].state, answers[1].raw_state) == (TaskState.unknown, "42")


@pytest.mark.parametrize(
    "raised", [ZeroDivisionError("ours"), SystemExit(0), asyncio.CancelledError(), BaseException("panic")]
)
@in_virtual_time
async def test_whatever_a_transport_raises_leaves_nobody_waiting(raised, caplog):
    def broken(outgoing):
        raise raised

    governor = Governor("server", concurrency=1)
    async with lane_to(broken, governor=governor) as lane:
        answers = await ask(lane, "a", "b")
        assert all(isinstance(answer, TidingsError) for answer in answers)
        assert type(raised).__name__ in str(answers[0])
    assert governor._in_flight == 0


@in_virtual_time
async def test_a_conversation_without_an_end_is_ended():
    class Restless(Maker):
        name = "maker"

        def flow(self, refs):
            while True:
                yield self.request(refs[0])

    server = Server()
    async with lane_to(server, provider=Restless()) as lane:
        (answer,) = await ask(lane, "a")
    assert isinstance(answer, UnexpectedResponse)
    assert server.requests == 20


@in_virtual_time
async def test_every_request_of_a_conversation_keeps_the_pace():
    times = []

    class TwoSteps(Maker):
        def flow(self, refs):
            yield self.request(refs[0])
            return {refs[0]: self.parse((yield self.request(refs[0])), refs[0])}

    server = Server()
    server.rules.append(lambda ids, out: times.append(now()))
    governor = Governor("server", per_second=1.0)
    async with lane_to(server, provider=TwoSteps(), batch=1, governor=governor, latency=0.01) as lane:
        await ask(lane, "a", "b")
    assert times == pytest.approx([0.0, 1.0, 2.0, 3.0], abs=0.1)


@in_virtual_time
async def test_a_conversation_that_a_long_pause_holds_up_ends_and_says_so():
    class TwoSteps(Maker):
        def flow(self, refs):
            yield self.request(refs[0])
            governor.failed(RateLimited("come back in an hour", retry_after=3600.0), now())  # another lane's answer
            return {refs[0]: self.parse((yield self.request(refs[0])), refs[0])}

    server, governor = Server(), Governor("server")
    async with lane_to(server, provider=TwoSteps(), batch=1, governor=governor) as lane:
        (answer,) = await ask(lane, "a")
    assert isinstance(answer, RateLimited)
    assert now() < 10.0
    assert server.requests == 1


@in_virtual_time
async def test_who_leaves_a_batch_under_way_is_not_missed():
    server = Server()
    async with lane_to(server, latency=1.0) as lane:
        leaver, stayer = (asyncio.create_task(lane.answer(ref(name))) for name in "ab")
        await asyncio.sleep(0.5)
        leaver.cancel()
        assert isinstance(await stayer, TaskStatus)
    assert server.batches == [["a", "b"]]


@in_virtual_time
async def test_a_long_queue_in_one_lane_does_not_starve_another_with_the_same_key():
    governor, server = Governor("gateway", concurrency=2), Server()
    async with (
        lane_to(server, batch=1, latency=0.2, governor=governor) as long,
        lane_to(server, batch=1, latency=0.2, governor=governor) as short,
    ):
        many = asyncio.create_task(ask(long, *range(200)))
        await asyncio.sleep(0.1)
        await ask(short, "one")
        assert now() < 2.0
        await many


@in_virtual_time
async def test_an_extra_that_is_null_is_an_answer():
    server = Server()
    server.rules.append(lambda ids, out: respond(json_body=None))
    async with lane_to(server) as lane:
        assert await ask(lane, "a", include="seed") == [None]


@in_virtual_time
async def test_a_polling_url_of_the_makers_gets_no_key_of_somebody_elses():
    class Polled(Maker):
        hosts = ("maker.test",)

        def request(self, ref):
            return Request("GET", ref.id)

    server = Server()
    async with lane_to(server, provider=Polled()) as lane:  # its account is at http://maker.test, without TLS
        answer = await lane.answer(TaskRef("maker", "https://api.maker.test/poll"))
    assert isinstance(answer, ConfigError)
    assert server.requests == 0


@in_virtual_time
async def test_a_polling_url_of_the_makers_is_asked_as_it_is_with_the_makers_key():
    class Polled(Maker):
        hosts = ("maker.test",)

        def request(self, ref):
            return Request("GET", ref.id, query={"v": "2"})

    seen, server = [], Server()
    server.rules.append(lambda ids, out: seen.append(out))
    async with lane_to(server, provider=Polled(), base_url="https://api.maker.test") as lane:
        await lane.answer(TaskRef("maker", "https://eu.maker.test/poll?id=a%2Fb"))
    assert seen[0].url == "https://eu.maker.test/poll?id=a%2Fb&v=2"
    assert seen[0].headers["Authorization"] == f"Bearer {KEY}"


def test_event_loops_of_several_threads_share_a_governor_and_wake_each_other():
    governor, most, inside = Governor("gateway", concurrency=1), 0, 0

    async def gateway(outgoing):
        nonlocal most, inside
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1
        return respond(json_body="run")

    async def ask_some(names):
        async with lane_to(gateway, batch=1, latency=0, governor=governor, clock=SYSTEM_CLOCK) as lane:
            return await ask(lane, *names)

    with ThreadPoolExecutor(4) as threads:
        runs = [threads.submit(asyncio.run, ask_some(range(start, start + 50))) for start in (0, 100, 200, 300)]
        answers = [answer for run in runs for answer in run.result(timeout=30)]
    assert most == 1
    assert all(isinstance(answer, TaskStatus) for answer in answers)
    assert len(answers) == 200


@in_virtual_time
async def test_a_thousand_routes_leave_no_queue_behind():
    server = Server()
    async with lane_to(server, concurrency=5) as lane:
        await asyncio.gather(*(lane.answer(ref(number, f"route{number}")) for number in range(1000)))
        assert not lane._queues


@in_virtual_time
async def test_the_lane_knows_why_the_last_try_failed_while_it_tries_again():
    server = Server()
    server.rules.append(failing(1, respond(502, {"message": "bad gateway"})))
    async with lane_to(server) as lane:
        asked = asyncio.create_task(lane.answer(ref("a")))
        await asyncio.sleep(0.3)
        assert "bad gateway" in str(lane.trouble(ref("a")))
        await asked
        assert lane.trouble(ref("a")) is None


@in_virtual_time
async def test_the_key_goes_out_in_the_header_and_nowhere_else(caplog):
    seen = []
    server = Server()
    server.rules.append(lambda ids, out: seen.append(out))
    with caplog.at_level(logging.DEBUG):
        async with lane_to(server) as lane:
            await ask(lane, "a")
    assert seen[0].headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(seen[0]) + seen[0].url + caplog.text


def test_errors_of_the_server_are_told_with_its_words():
    async def story():
        server = Server()
        server.rules.append(lambda ids, out: respond(503, {"error": {"message": "upstream is down"}}))
        async with lane_to(server, retry=Retry(attempts=1)) as lane:
            return await ask(lane, "a")

    (answer,) = run_virtual(story())
    assert isinstance(answer, ProviderUnavailable)
    assert str(answer) == "maker:a: upstream is down"


# --- routes


class Routed(Maker):
    route_limits = {"feed": Limits(batch=3), "lyrics": Limits(batch=1)}


class Mixing(Maker):
    batches_mix_routes = True


@in_virtual_time
async def test_each_route_has_batches_of_its_own_size():
    server = Server()
    async with lane_to(server, provider=Routed()) as lane:
        routes = [None] * 4 + ["feed"] * 4 + ["lyrics"] * 2
        await asyncio.gather(*(lane.answer(ref(number, route)) for number, route in enumerate(routes)))
    assert sorted(map(len, server.batches)) == [3, 4]
    assert server.singles == {"7": 1, "8": 1, "9": 1}


@in_virtual_time
async def test_what_one_route_cannot_do_is_not_held_against_another():
    server = Server()
    server.rules.append(lambda ids, outgoing: PAGE if outgoing.url.endswith("/many/feed") else None)
    async with lane_to(server, provider=Routed()) as lane:
        for _ in range(2):
            await asyncio.gather(*(lane.answer(ref(number, "feed")) for number in range(3)))
            await asyncio.gather(*(lane.answer(ref(number)) for number in range(3)))
    assert [len(batch) for batch in server.batches] == [3, 3, 3]  # feed's once, the others' twice
    assert server.singles == {"0": 2, "1": 2, "2": 2}


@in_virtual_time
async def test_a_maker_whose_batches_mix_routes_is_asked_once_for_all():
    server = Server()
    async with lane_to(server, provider=Mixing()) as lane:
        await asyncio.gather(*(lane.answer(ref(number, route)) for number, route in enumerate(["fast", None, "relax"])))
    assert [sorted(batch) for batch in server.batches] == [["0", "1", "2"]]
