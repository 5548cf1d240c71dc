"""What other waiting systems get wrong, each once, through the public verbs: see that none of it happens here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace

import pluggy
import pytest

from tidings import AsyncClient, TaskNotFound, TaskRef, TaskState, TaskStatus, UnknownState, WaitTimeout
from tidings.hookspecs import hookimpl
from tidings.plugins import Observers
from tidings.provider import Provider
from tidings.testing.fake import respond
from tidings.testing.virtual import in_virtual_time
from tidings.wire import Request, Response

NewClient = Callable[..., AsyncClient]
HOURS = 3600.0


def now() -> float:
    return asyncio.get_running_loop().time()


class Maker(Provider):
    """Says our own words, and asks us to be patient for as long as it says."""

    name = "maker"
    title = "A maker with every state"
    gateway_path = ""
    states = {state.value: state for state in TaskState}

    def request(self, ref: TaskRef) -> Request:
        return Request("GET", f"/maker/tasks/{ref.id}")

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        word, _, wait = response.json()["state"].partition(" ")
        state, raw = self.read_state(word)
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw,
            estimated_wait=float(wait) if wait else None,
            missing_outputs="none" if state is TaskState.succeeded else None,
            observed_at=response.received_at,
        )


MAKER = SimpleNamespace(provider=lambda name: Maker(), observers=lambda: Observers({}))


@in_virtual_time
async def test_a_canceled_task_ends_a_wait_at_once(upstream, new_client: NewClient):
    upstream.says("a", "running", "canceled")
    status = await new_client(plugins=MAKER).wait("maker:a", timeout=None)
    assert (status.state, len(upstream.looks)) == ("canceled", 2)


@in_virtual_time
async def test_an_unseen_word_neither_hangs_nor_counts_as_done(upstream, new_client: NewClient):
    upstream.says("a", "aborted")
    with pytest.raises(UnknownState, match="'aborted'"):
        await new_client(plugins=MAKER).wait("maker:a", timeout=None)
    assert 600 <= now() < 700


@in_virtual_time
async def test_a_timeout_of_a_second_is_over_after_a_second(upstream, new_client: NewClient):
    upstream.says("a", "running")
    with pytest.raises(WaitTimeout):
        await new_client(plugins=MAKER).wait("maker:a", timeout=1)
    assert now() <= 1.2


@in_virtual_time
async def test_one_error_of_the_server_does_not_end_a_wait(upstream, new_client: NewClient):
    upstream.says("a", "running", respond(500), "running", "succeeded")
    assert (await new_client(plugins=MAKER).wait("maker:a")).state is TaskState.succeeded


@in_virtual_time
async def test_a_hint_that_changes_is_followed(upstream, new_client: NewClient):
    upstream.says("a", "running 45", "running 10", "running", "succeeded")
    await new_client(plugins=MAKER).wait("maker:a")
    assert upstream.gaps()[:2] == pytest.approx([27.0, 6.0]), "0.6 of what the maker expects, each time anew"


@in_virtual_time
async def test_a_retry_after_that_changes_is_followed(upstream, new_client: NewClient):
    busy = [respond(429, headers={"Retry-After": seconds}) for seconds in ("7", "25")]
    upstream.says("a", "running", *busy, "succeeded")
    await new_client(plugins=MAKER).wait("maker:a")
    assert [round(gap) for gap in upstream.gaps()[1:]] == [7, 25]


@in_virtual_time
async def test_too_many_requests_are_no_failure(upstream, new_client: NewClient):
    upstream.says("a", *[respond(429, {"error": {"message": "slow down"}})] * 200, "succeeded")
    assert (await new_client(plugins=MAKER).wait("maker:a", timeout=None)).state is TaskState.succeeded


@in_virtual_time
async def test_a_task_that_queues_for_hours_is_not_lost(upstream, new_client: NewClient):
    upstream.says("a", *["queued"] * 1000, "running", "succeeded")
    status = await new_client(plugins=MAKER).wait("maker:a", timeout=None)
    assert status.state is TaskState.succeeded
    assert now() > 8 * HOURS


@in_virtual_time
async def test_an_id_that_one_batch_answer_leaves_out_is_asked_again(upstream, new_client: NewClient):
    upstream.says("a", "processing", None, "processing", "completed")
    upstream.says("b", *["processing"] * 10, "completed")
    statuses = await new_client().wait_many(["luma:a", "luma:b"])
    assert [status.state for status in statuses] == ["succeeded", "succeeded"]


@in_virtual_time
async def test_an_id_that_stays_left_out_is_not_found(upstream, new_client: NewClient):
    upstream.says("a", "processing", None)
    upstream.says("b", *["processing"] * 30, "completed")
    gone, found = await new_client().wait_many(["luma:a", "luma:b"], return_exceptions=True)
    assert isinstance(gone, TaskNotFound)
    assert gone.last_status.state is TaskState.running
    assert found.state is TaskState.succeeded


@in_virtual_time
async def test_a_success_without_any_output_is_told_apart(upstream, new_client: NewClient):
    upstream.says("a", "succeeded")
    status = await new_client(plugins=MAKER).wait("maker:a")
    assert (status.state, status.outputs, status.missing_outputs) == ("succeeded", (), "none")


@in_virtual_time
async def test_two_who_wait_for_one_task_cost_one_request_each_look(upstream, new_client: NewClient):
    upstream.says("a", "running", "running", "succeeded")
    client = new_client(plugins=MAKER)
    await asyncio.gather(client.wait("maker:a"), client.wait("maker:a"))
    assert len(upstream.looks) == 3


class Broken:
    @hookimpl
    def tidings_changed(self, changes: object) -> None:
        raise RuntimeError("a defect")

    @hookimpl
    def tidings_looked(self, looks: object) -> None:
        raise SystemExit(2)

    @hookimpl
    def tidings_exchange(self, exchange: object) -> None:
        raise ValueError("another one")


@in_virtual_time
async def test_a_broken_observer_breaks_nothing(upstream, new_client: NewClient):
    from tidings import hookspecs

    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(Broken())
    observers = Observers({"broken": manager})
    plugins = SimpleNamespace(provider=lambda name: Maker(), observers=lambda: observers)
    upstream.says("a", "running", "succeeded")
    assert (await new_client(plugins=plugins).wait("maker:a")).state is TaskState.succeeded
    assert observers.failures["broken"] >= 6
