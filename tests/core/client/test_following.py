"""Following many tasks: each ends once and in its own time, with few requests, whoever reads and however slowly."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

import pytest

from tidings import (
    AsyncClient,
    Budgets,
    FetchErrors,
    InvalidRef,
    TaskNotFound,
    TaskRef,
    TaskState,
    TidingsError,
    WaitTimeout,
)
from tidings.testing.virtual import in_virtual_time

NewClient = Callable[..., AsyncClient]


def now() -> float:
    return asyncio.get_running_loop().time()


@in_virtual_time
async def test_tasks_come_in_the_order_in_which_they_end(upstream, new_client: NewClient):
    upstream.says("slow", "processing", "processing", "completed")
    upstream.says("quick", "processing", "failed")
    ended = [(s.ref.id, s.state) async for s in new_client().as_completed(["luma:slow", "luma:quick", "luma:done"])]
    assert ended == [("done", "succeeded"), ("quick", "failed"), ("slow", "succeeded")]


@in_virtual_time
async def test_a_thousand_tasks_cost_ten_requests_a_round(upstream, new_client: NewClient):
    refs = [f"luma:t{n}" for n in range(1000)]
    for n in range(1000):
        upstream.says(f"t{n}", "processing", "processing", "completed")
    assert len([status async for status in new_client().as_completed(refs)]) == 1000
    assert len(upstream.looks) == 30
    assert now() == pytest.approx(10.0, abs=0.5)


@in_virtual_time
async def test_one_named_twice_ends_once_and_stands_in_both_places_of_a_list(upstream, new_client: NewClient):
    client = new_client()
    assert len([s async for s in client.as_completed(["luma:a", "luma:a"])]) == 1
    statuses = await client.wait_many(["luma:a", "luma:b", "luma:a"])
    assert [status.ref.id for status in statuses] == ["a", "b", "a"]


@in_virtual_time
async def test_errors_are_raised_together_once_the_others_have_ended(upstream, new_client: NewClient):
    upstream.says("gone", None)
    upstream.says("slow", *["processing"] * 30, "completed")
    seen: list[str] = []
    with pytest.raises(FetchErrors) as caught:
        async for status in new_client().as_completed(["luma:gone", "luma:slow"]):
            seen += [status.ref.id]
    assert seen == ["slow"]
    assert [type(error) for error in caught.value.results] == [TaskNotFound]


@in_virtual_time
async def test_errors_are_items_where_that_is_asked_for(upstream, new_client: NewClient):
    upstream.says("gone", None)
    refs = ["luma:gone", "luma:a"]
    items = [item async for item in new_client().as_completed(refs, return_exceptions=True)]
    assert [(type(item).__name__, item.ref.id) for item in items] == [("TaskStatus", "a"), ("TaskNotFound", "gone")]


@in_virtual_time
async def test_a_list_with_errors_holds_every_answer(upstream, new_client: NewClient):
    upstream.says("stuck", "processing")
    with pytest.raises(FetchErrors) as caught:
        await new_client().wait_many(["luma:stuck", "luma:a"], timeout=60)
    stuck, a = caught.value.results
    assert isinstance(stuck, WaitTimeout)
    assert stuck.last_status.state is TaskState.running
    assert a.state is TaskState.succeeded
    assert now() == pytest.approx(60.0)


@in_virtual_time
async def test_tasks_are_added_and_taken_out_while_others_are_followed(upstream, new_client: NewClient):
    upstream.says("a", "processing", "processing", "completed")
    upstream.says("b", "processing", "completed")
    upstream.says("c", "processing")
    ended = []
    async with new_client().as_completed(["luma:a", "luma:c"]) as completions:
        completions.add(["luma:b"])
        completions.remove(["luma:c"])
        assert len(completions) == 2
        ended += [status.ref.id async for status in completions]
    assert ended == ["b", "a"]
    assert all("c" not in look.ids for look in upstream.looks)


@in_virtual_time
async def test_an_open_ended_feed_waits_for_further_tasks_until_it_is_closed(upstream, new_client: NewClient):
    client, ended = new_client(), []
    async with client.as_completed([], open_ended=True) as completions:
        asyncio.get_running_loop().call_later(10, completions.add, ["luma:a"])
        async for status in completions:
            ended.append((status.ref.id, now()))
            completions.close()
    assert ended == [("a", 10.0)]


@in_virtual_time
async def test_nothing_to_follow_is_over_at_once(upstream, new_client: NewClient):
    assert [s async for s in new_client().as_completed([])] == []
    assert await new_client().wait_many([]) == []
    assert upstream.looks == []


@in_virtual_time
async def test_nothing_is_asked_when_one_of_them_cannot_be(upstream, new_client: NewClient):
    client = new_client()
    with pytest.raises(InvalidRef):
        client.as_completed(["luma:a", "no task"])
    with pytest.raises(InvalidRef, match="a list of tasks"):
        client.watch("luma:a")
    assert upstream.looks == []


@in_virtual_time
async def test_every_change_is_told_and_nothing_else(upstream, new_client: NewClient):
    upstream.says("a", "pending", "pending", "processing", "processing", "completed")
    changes = [change async for change in new_client().watch(["luma:a"])]
    assert [(c.previous, c.status.state, c.is_end) for c in changes] == [
        (None, "pending", False),
        ("pending", "running", False),
        ("running", "succeeded", True),
    ]
    assert changes[1].status.raw is None
    assert changes[2].status.raw is not None


@in_virtual_time
async def test_an_end_without_an_ending_is_told_as_what_it_is(upstream, new_client: NewClient):
    upstream.says("a", "processing")
    changes = [change async for change in new_client().watch(["luma:a"], timeout=20)]
    assert [type(change.error).__name__ for change in changes] == ["NoneType", "WaitTimeout"]
    assert (changes[-1].is_end, changes[-1].status.state) == (True, "running")


@in_virtual_time
async def test_a_slow_reader_slows_nobody_and_reads_the_latest(upstream, new_client: NewClient):
    upstream.says("a", "pending", "queued", "processing", "completed")
    upstream.says("b", *["processing"] * 3, "completed")
    client = new_client()
    slow = client.watch(["luma:a"])
    quick = [change.status.state async for change in client.watch(["luma:b"])]
    assert quick == ["running", "succeeded"]
    assert [(change.previous, change.status.state) async for change in slow] == [(None, "succeeded")]


@in_virtual_time
async def test_a_feed_that_is_forgotten_asks_no_more(upstream, new_client: NewClient):
    upstream.says("a", "processing")
    client = new_client()
    async for _ in client.watch(["luma:a"]):
        break
    gc.collect()
    await asyncio.sleep(100)
    assert len(upstream.looks) == 1


@in_virtual_time
async def test_closing_the_client_ends_every_feed(upstream, new_client: NewClient):
    upstream.says("a", "processing")
    client = new_client()
    feed = client.as_completed(["luma:a"], return_exceptions=True)
    endless = client.watch([], open_ended=True)
    asyncio.get_running_loop().call_later(7, lambda: asyncio.ensure_future(client.aclose()))
    [error] = [item async for item in feed]
    assert isinstance(error, TidingsError)
    assert "closed" in str(error)
    assert [change async for change in endless] == []


@in_virtual_time
async def test_extras_come_with_what_has_ended(upstream, new_client: NewClient):
    upstream.says("a", "processing", "completed")
    upstream.says("b", "failed")
    refs = ["luma:a", "luma:b"]
    ended = {s.ref.id: s async for s in new_client().as_completed(refs, include=["unwatermarked"])}
    assert ended["a"].outputs[0].url.endswith("a-clean.mp4")
    assert ended["b"].state is TaskState.failed


@pytest.mark.parametrize(
    ("budgets", "words", "seconds", "limit"),
    [
        (Budgets(task=40), ("pending", "processing"), 40, "40"),
        (Budgets(queued=30), ("pending",), 30, "30"),
        (Budgets(running=30), ("pending", "pending", "processing"), 40, "30"),
    ],
)
@in_virtual_time
async def test_queueing_and_running_have_budgets_of_their_own(upstream, new_client, budgets, words, seconds, limit):
    upstream.says("a", *words)
    client = new_client()
    [error] = await client.wait_many(["luma:a"], timeout=None, budgets=budgets, return_exceptions=True)
    assert isinstance(error, WaitTimeout)
    assert limit in str(error)
    assert now() == pytest.approx(seconds, abs=0.2)


@in_virtual_time
async def test_two_who_wait_for_one_task_cost_one_request(upstream, new_client: NewClient):
    upstream.says("a", "processing", "processing", "completed")
    client = new_client()
    both = await asyncio.gather(client.wait("luma:a"), client.wait_many(["luma:a"]))
    assert both[0] == both[1][0]
    assert len(upstream.looks) == 3


@in_virtual_time
async def test_every_look_can_be_had_with_its_reason(upstream, new_client: NewClient):
    upstream.says("a", "pending", "pending", "completed")
    looks = []
    await new_client(on_looks=looks.extend).wait_many(["luma:a"])
    assert [look.event for look in looks] == ["followed", "changed", "unchanged", "ended"]
    assert [look.ref for look in looks] == [TaskRef("luma", "a")] * 4
    assert [look.reason for look in looks] == ["first", "interval", "interval", ""]
