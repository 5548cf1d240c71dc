"""One look and many: as few requests as can be, each answer in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tidings import (
    AsyncClient,
    ConfigError,
    FetchErrors,
    InvalidRef,
    TaskNotFound,
    TaskRef,
    TaskState,
    TaskStatus,
    TidingsError,
    Unauthorized,
    UnknownProvider,
    WaitTimeout,
)
from tidings.testing.fake import FakeTransport, respond
from tidings.testing.virtual import VirtualClock, in_virtual_time

NewClient = Callable[..., AsyncClient]


def refs(count: int) -> list[str]:
    return [f"luma:task-{number}" for number in range(count)]


@in_virtual_time
async def test_a_thousand_fetches_are_ten_requests(upstream, new_client: NewClient):
    client = new_client()
    statuses = await asyncio.gather(*(client.fetch(ref) for ref in refs(1000)))
    assert [str(status.ref) for status in statuses] == refs(1000)
    assert upstream.paths() == ["/luma/tasks"] * 10
    assert all(len(look.ids) == 100 for look in upstream.looks)


@in_virtual_time
async def test_a_thousand_fetches_of_one_task_are_one_request(upstream, new_client: NewClient):
    client = new_client()
    statuses = await asyncio.gather(*(client.fetch("luma:same") for _ in range(1000)))
    assert upstream.paths() == ["/luma/generations/same"]
    assert {status.raw_state for status in statuses} == {"completed"}


@in_virtual_time
async def test_accounts_are_asked_apart_each_with_its_key(new_client: NewClient):
    clock = VirtualClock()
    fake = FakeTransport(
        lambda outgoing: respond(json_body=[{"id": task_id, "state": "processing"} for task_id in ("a", "b")]),
        clock=clock,
    )
    client = new_client(
        transport=fake,
        clock=clock,
        accounts={"studio": {"url": "https://studio.example/v1", "key": "sk-studio-key"}},
    )
    statuses = await client.fetch_many(["luma:a", "luma@studio:a", "luma:b", "luma@studio:b"])
    assert [str(status.ref) for status in statuses] == ["luma:a", "luma@studio:a", "luma:b", "luma@studio:b"]
    assert sorted((outgoing.url, outgoing.headers["Authorization"]) for outgoing in fake.sent) == [
        ("https://gateway.example/luma/tasks", "Bearer sk-distinctive-0123456789"),
        ("https://studio.example/v1/luma/tasks", "Bearer sk-studio-key"),
    ]


@in_virtual_time
async def test_fetch_raises_what_became_of_the_asking(upstream, new_client: NewClient):
    upstream.says("gone", None)
    with pytest.raises(TaskNotFound) as caught:
        await new_client().fetch("luma:gone")
    assert (caught.value.ref, caught.value.provider) == (TaskRef("luma", "gone"), "luma")


@in_virtual_time
async def test_a_failed_task_is_a_value(upstream, new_client: NewClient):
    upstream.says("bad", "failed")
    assert (await new_client().fetch("luma:bad")).state is TaskState.failed


@in_virtual_time
async def test_fetch_takes_a_ref_as_text_and_as_value(new_client: NewClient):
    client = new_client()
    assert await client.fetch("luma:a") == await client.fetch(TaskRef("luma", "a"))


@in_virtual_time
async def test_fetch_many_keeps_the_order_of_its_input(upstream, new_client: NewClient):
    given = [f"luma:task-{number * 7919 % 250}" for number in range(250)]
    statuses = await new_client().fetch_many(given)
    assert [str(status.ref) for status in statuses] == given
    assert len(upstream.looks) == 3


@in_virtual_time
async def test_a_duplicate_is_asked_once_and_answered_in_each_place(upstream, new_client: NewClient):
    first, other, again = await new_client().fetch_many(["luma:a", "luma:b", TaskRef("luma", "a")])
    assert upstream.looks[0].ids == ("a", "b")
    assert len(upstream.looks) == 1
    assert first == again
    assert other.ref.id == "b"


@in_virtual_time
async def test_nothing_asked_is_nothing_sent(upstream, new_client: NewClient):
    assert await new_client().fetch_many([]) == []
    assert upstream.looks == []


@in_virtual_time
async def test_fetch_many_takes_any_iterable_once(new_client: NewClient):
    statuses = await new_client().fetch_many(ref for ref in refs(3))
    assert [str(status.ref) for status in statuses] == refs(3)


@in_virtual_time
async def test_errors_are_raised_together_after_all_were_answered(upstream, new_client: NewClient):
    upstream.says("gone", None)
    upstream.latency["slow"] = 20.0
    client = new_client()
    with pytest.raises(FetchErrors, match="could not find out about 2 of 4 tasks") as caught:
        await client.fetch_many(["luma:gone", "luma:slow", "luma:a", "luma:gone"])
    results = caught.value.results
    assert [type(result) for result in results] == [TaskNotFound, TaskStatus, TaskStatus, TaskNotFound]
    assert [str(result.ref) for result in results] == ["luma:gone", "luma:slow", "luma:a", "luma:gone"]
    assert [type(error) for error in caught.value.exceptions] == [TaskNotFound, TaskNotFound]


@in_virtual_time
async def test_with_return_exceptions_errors_stand_in_the_list(upstream, new_client: NewClient):
    upstream.says("gone", None)
    gone, fine = await new_client().fetch_many(["luma:gone", "luma:a"], return_exceptions=True)
    assert isinstance(gone, TaskNotFound)
    assert fine.state is TaskState.succeeded


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ("no colon", InvalidRef),
        ("nobody:1", UnknownProvider),
        ("luma:route/1", InvalidRef),
        ("luma@nobody:1", ConfigError),
        (None, InvalidRef),
        (7, InvalidRef),
    ],
)
@in_virtual_time
async def test_everything_is_checked_before_the_first_request(upstream, new_client: NewClient, bad, error):
    given = [*refs(99), bad]
    client = new_client()
    for asking in (client.fetch_many(given), client.fetch_many(given, return_exceptions=True), client.fetch(bad)):
        with pytest.raises(error):
            await asking
    with pytest.raises(error):
        await client.wait(bad)
    with pytest.raises(error):
        client.check(given)
    assert upstream.looks == []


@pytest.mark.parametrize("one", ["luma:a", TaskRef("luma", "a")])
@in_virtual_time
async def test_one_ref_in_place_of_a_list_is_refused_with_advice(new_client: NewClient, one):
    client = new_client()
    with pytest.raises(InvalidRef, match=r"write \['luma:a'\]"):
        await client.fetch_many(one)
    with pytest.raises(InvalidRef, match=r"write \['luma:a'\]"):
        client.check(one)


def test_check_returns_the_tasks_and_needs_no_loop(upstream, new_client: NewClient):
    assert new_client().check(["luma:a", TaskRef("luma", "b")]) == [TaskRef("luma", "a"), TaskRef("luma", "b")]
    assert upstream.looks == []


@in_virtual_time
async def test_fetch_stops_waiting_at_its_timeout(upstream, new_client: NewClient):
    upstream.latency["slow"] = 1000.0
    with pytest.raises(WaitTimeout, match=r"no answer within 2\.5 s") as caught:
        await new_client(request_timeout=2000.0).fetch("luma:slow", timeout=2.5)
    assert asyncio.get_running_loop().time() == 2.5
    assert caught.value.ref == TaskRef("luma", "slow")


@in_virtual_time
async def test_a_timeout_is_its_callers_alone(upstream, new_client: NewClient):
    upstream.latency["slow"] = 10.0
    client = new_client()
    hasty, patient = await asyncio.gather(
        client.fetch("luma:slow", timeout=1.0), client.fetch("luma:slow"), return_exceptions=True
    )
    assert isinstance(hasty, WaitTimeout)
    assert patient.state is TaskState.succeeded
    assert len(upstream.looks) == 1


@in_virtual_time
async def test_fetch_many_gives_what_came_in_time(upstream, new_client: NewClient):
    upstream.latency["slow"] = 10.0
    client = new_client()
    slow = asyncio.create_task(client.fetch("luma:slow"))
    await asyncio.sleep(1.0)  # so that it flies alone
    late, fine = await client.fetch_many(["luma:slow", "luma:a"], timeout=2.0, return_exceptions=True)
    assert isinstance(late, WaitTimeout)
    assert fine.state is TaskState.succeeded
    assert asyncio.get_running_loop().time() == 3.0
    assert (await slow).state is TaskState.succeeded


@in_virtual_time
async def test_cancelling_one_caller_leaves_the_others(upstream, new_client: NewClient):
    upstream.latency["slow"] = 10.0
    client = new_client()
    leaving, staying = (asyncio.create_task(client.fetch("luma:slow")) for _ in range(2))
    await asyncio.sleep(1.0)
    leaving.cancel()
    assert (await staying).state is TaskState.succeeded
    assert leaving.cancelled()
    assert len(upstream.looks) == 1


@in_virtual_time
async def test_cancelling_the_last_caller_cancels_the_request(new_client: NewClient):
    ends: list[str] = []

    async def hang(outgoing: object) -> Any:
        try:
            await asyncio.sleep(1000.0)
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    client = new_client(transport=FakeTransport(hang))
    callers = [asyncio.create_task(client.fetch("luma:a")) for _ in range(3)]
    await asyncio.sleep(1.0)
    for caller in callers:
        assert ends == []
        caller.cancel()
        await asyncio.wait([caller])
    await asyncio.sleep(0)
    assert ends == ["cancelled"]


@pytest.mark.parametrize("turns", range(6))
@in_virtual_time
async def test_callers_cancelled_at_any_moment_leave_nothing_occupied(new_client: NewClient, turns):
    clock = VirtualClock()
    fake = FakeTransport(lambda outgoing: respond(json_body={"id": "a", "state": "processing"}), latency=1, clock=clock)
    clients = [new_client(transport=fake, clock=clock) for _ in range(60)]  # more than may be in flight, one key
    for client in clients:
        caller = asyncio.create_task(client.fetch("luma:a"))
        for _ in range(turns):
            await asyncio.sleep(0)
        caller.cancel()
        await asyncio.wait([caller])
    began = clock.monotonic()
    assert (await clients[0].fetch("luma:a", timeout=5.0)).state is TaskState.running
    assert clock.monotonic() - began == 1.0


@in_virtual_time
async def test_cancelling_fetch_many_cancels_its_request(upstream, new_client: NewClient):
    upstream.latency = dict.fromkeys(["task-0", "task-1"], 1000.0)
    client = new_client(request_timeout=2000.0)
    asking = asyncio.create_task(client.fetch_many(refs(2)))
    await asyncio.sleep(1.0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await client.fetch("luma:a")).state is TaskState.succeeded


@in_virtual_time
async def test_an_unknown_word_is_an_answer_and_no_guess(upstream, new_client: NewClient):
    upstream.says("a", "levitating")
    status = await new_client().fetch("luma:a")
    assert (status.state, status.raw_state) == (TaskState.unknown, "levitating")


@in_virtual_time
async def test_a_refused_key_is_unauthorized_for_each_task(new_client: NewClient):
    fake = FakeTransport(lambda outgoing: respond(401, {"error": {"message": "invalid token"}}))
    with pytest.raises(FetchErrors) as caught:
        await new_client(transport=fake).fetch_many(refs(3))
    assert [type(error) for error in caught.value.results] == [Unauthorized] * 3
    assert {str(error.ref) for error in caught.value.results} == set(refs(3))
    assert len(fake.sent) == 1


@in_virtual_time
async def test_every_error_of_many_is_its_own(new_client: NewClient):
    """A raised exception gathers a traceback: one object for many tasks would mix them up."""
    fake = FakeTransport(lambda outgoing: respond(401))
    answers = await new_client(transport=fake).fetch_many(refs(3), return_exceptions=True)
    assert all(isinstance(answer, TidingsError) for answer in answers)
    assert len({id(answer) for answer in answers}) == 3
