"""Waiting: every ending ends it, every deadline is kept, and what goes wrong meanwhile is borne or told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tidings import (
    AsyncClient,
    InvalidRef,
    TaskFailed,
    TaskRef,
    TaskState,
    TaskStatus,
    WaitTimeout,
)
from tidings.plugins import Observers
from tidings.provider import Provider
from tidings.testing.fake import respond
from tidings.testing.virtual import in_virtual_time
from tidings.wire import Request, Response

NewClient = Callable[..., AsyncClient]
HTML = respond(200, body=b"<!doctype html><title>Maintenance</title>")
HOURS = 3600.0


def now() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("completed", TaskState.succeeded),
        ("failed", TaskState.failed),
        ("FAILURE", TaskState.failed),
    ],
)
@in_virtual_time
async def test_a_final_word_ends_it(upstream, new_client: NewClient, word, state):
    upstream.says("a", "processing", word)
    status = await new_client().wait("luma:a")
    assert (status.state, status.ref) == (state, TaskRef("luma", "a"))
    assert len(upstream.looks) == 2


class Maker(Provider):
    """Says our own words, so that each state can be reached."""

    name = "maker"
    title = "A maker with every state"
    gateway_path = ""
    states = {state.value: state for state in TaskState}

    def request(self, ref: TaskRef) -> Request:
        return Request("GET", f"/maker/tasks/{ref.id}")

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        state, raw = self.read_state(response.json()["state"])
        return TaskStatus(ref=ref, state=state, raw_state=raw, observed_at=response.received_at)


MAKER = SimpleNamespace(provider=lambda name: Maker(), observers=lambda: Observers({}))


@pytest.mark.parametrize("state", [state for state in TaskState if state.is_final or state == "input_required"])
@in_virtual_time
async def test_every_ending_ends_it(upstream, new_client: NewClient, state):
    upstream.says("a", "pending", "queued", "running", state.value)
    status = await new_client(plugins=MAKER).wait("maker:a", timeout=None)
    assert (status.state, len(upstream.looks)) == (state, 4)


@in_virtual_time
async def test_a_failed_task_is_returned_and_raised_only_on_request(upstream, new_client: NewClient):
    upstream.says("a", "failed")
    status = await new_client().wait("luma:a")
    with pytest.raises(TaskFailed) as caught:
        status.raise_for_state()
    assert caught.value.last_status == status


@in_virtual_time
async def test_the_first_look_is_at_once(upstream, new_client: NewClient):
    await new_client().wait("luma:a")
    assert [look.at for look in upstream.looks] == [0.0]


@in_virtual_time
async def test_looks_keep_the_providers_distance_and_grow_apart(upstream, new_client: NewClient):
    upstream.says("a", "processing")
    with pytest.raises(WaitTimeout):
        await new_client().wait("luma:a", timeout=900.0)
    gaps = [round(gap, 6) for gap in upstream.gaps()[:-1]]  # the last look is the one before the deadline
    assert gaps == sorted(gaps)
    assert (gaps[0], gaps[-1]) == (5.0, 30.0)
    assert len(upstream.looks) < 75


@in_virtual_time
async def test_an_account_may_ask_for_a_greater_distance(upstream, new_client: NewClient):
    upstream.says("a", "processing", "processing", "completed")
    accounts = {"slow": {"url": "https://gateway.example", "key": "sk-other-key", "interval": 20}}
    await new_client(accounts=accounts).wait("luma@slow:a")
    assert upstream.gaps() == pytest.approx([20.0, 20.0])


@pytest.mark.parametrize("timeout", [0.5, 1.0, 7.25, 60.0])
@in_virtual_time
async def test_the_timeout_is_kept_to_the_second_though_the_server_hangs(upstream, new_client: NewClient, timeout):
    upstream.latency["a"] = 10 * HOURS
    with pytest.raises(WaitTimeout, match="it was never seen") as caught:
        await new_client(request_timeout=20 * HOURS).wait("luma:a", timeout=timeout)
    assert now() == timeout
    assert caught.value.last_status is None


@in_virtual_time
async def test_a_timeout_carries_what_was_last_seen(upstream, new_client: NewClient):
    upstream.says("a", "processing")
    with pytest.raises(WaitTimeout) as caught:
        await new_client().wait("luma:a", timeout=60.0)
    assert now() == 60.0
    assert caught.value.last_status.raw_state == "processing"
    assert caught.value.ref == TaskRef("luma", "a")
    assert caught.value.retryable
    assert str(caught.value) == (
        "luma:a: stopped waiting after 60 s; it was last seen running (processing) 1 s ago. "
        "The task goes on: wait again to hear of its end"
    )


@in_virtual_time
async def test_a_timeout_tells_the_last_trouble(upstream, new_client: NewClient):
    upstream.says("a", "processing", respond(503, {"error": {"message": "the cluster is on fire"}}))
    with pytest.raises(WaitTimeout, match=r"running \(processing\) 60 s ago; the last look failed: the cluster is on"):
        await new_client().wait("luma:a", timeout=60.0)


@in_virtual_time
async def test_there_is_a_look_just_before_the_deadline(upstream, new_client: NewClient):
    upstream.says("a", "processing")
    with pytest.raises(WaitTimeout):
        await new_client().wait("luma:a", timeout=123.0)
    assert 121.0 <= upstream.looks[-1].at < 123.0


@in_virtual_time
async def test_what_ends_at_the_last_moment_is_seen(upstream, new_client: NewClient):
    upstream.says("a", "processing", "processing", "completed")
    assert (await new_client().wait("luma:a", timeout=9.0)).state is TaskState.succeeded


@in_virtual_time
async def test_without_a_timeout_it_waits_for_ten_hours(upstream, new_client: NewClient):
    upstream.says("a", *["processing"] * 1260, "completed")
    assert (await new_client().wait("luma:a", timeout=None)).state is TaskState.succeeded
    assert now() > 10 * HOURS


@in_virtual_time
async def test_by_itself_it_stops_after_fifteen_minutes(upstream, new_client: NewClient):
    upstream.says("a", "processing")
    with pytest.raises(WaitTimeout):
        await new_client().wait("luma:a")
    assert now() == 900.0


@in_virtual_time
async def test_a_thousand_waits_share_batches(upstream, new_client: NewClient):
    names = [f"task-{number}" for number in range(1000)]
    for name in names:
        upstream.says(name, "processing", "processing", "completed")
    client = new_client()
    statuses = await asyncio.gather(*(client.wait(f"luma:{name}") for name in names))
    assert {status.state for status in statuses} == {TaskState.succeeded}
    assert upstream.paths() == ["/luma/tasks"] * 30


@in_virtual_time
async def test_waits_that_began_at_different_times_come_to_share_batches(upstream, new_client: NewClient):
    names = [f"task-{number}" for number in range(100)]
    for name in names:
        upstream.says(name, *["processing"] * 20, "completed")
    client = new_client()

    async def later(number: int, name: str) -> None:
        await asyncio.sleep(number * 0.37)
        await client.wait(f"luma:{name}")

    await asyncio.gather(*(later(number, name) for number, name in enumerate(names)))
    assert len(upstream.looks) < 300  # of the 2,100 that they would be alone


@in_virtual_time
async def test_two_waits_for_one_task_cost_one_request_each_look(upstream, new_client: NewClient):
    upstream.says("a", "processing", "processing", "completed")
    client = new_client()

    async def late() -> Any:
        await asyncio.sleep(2.0)
        return await client.wait("luma:a")

    one, other = await asyncio.gather(client.wait("luma:a"), late())
    assert one.state is other.state is TaskState.succeeded
    assert len(upstream.looks) == 3


@in_virtual_time
async def test_a_wait_that_is_cancelled_asks_no_more(upstream, new_client: NewClient):
    upstream.says("a", "processing")
    waiting = asyncio.create_task(new_client().wait("luma:a", timeout=None))
    await asyncio.sleep(60.0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    seen = len(upstream.looks)
    await asyncio.sleep(HOURS)
    assert len(upstream.looks) == seen


@in_virtual_time
async def test_one_waits_deadline_is_not_the_others(upstream, new_client: NewClient):
    upstream.says("a", *["processing"] * 20, "completed")
    client = new_client()
    hasty, patient = await asyncio.gather(
        client.wait("luma:a", timeout=10.0), client.wait("luma:a"), return_exceptions=True
    )
    assert isinstance(hasty, WaitTimeout)
    assert patient.state is TaskState.succeeded


@in_virtual_time
async def test_a_bad_ref_is_told_before_anything_is_sent(upstream, new_client: NewClient):
    with pytest.raises(InvalidRef):
        await new_client().wait("luma:route/a")
    assert upstream.looks == []


@in_virtual_time
async def test_a_fetch_meanwhile_is_at_once_and_tells_the_wait_too(upstream, new_client: NewClient):
    upstream.says("a", "processing", "completed")
    client = new_client()
    waiting = asyncio.create_task(client.wait("luma:a"))
    await asyncio.sleep(2.0)
    assert (await client.fetch("luma:a")).state is TaskState.succeeded
    assert (await waiting).state is TaskState.succeeded
    assert [look.at for look in upstream.looks] == [0.0, 2.0]
    assert now() == 2.0
