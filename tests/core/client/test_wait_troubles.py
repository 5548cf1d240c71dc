"""What goes wrong while waiting: borne within a budget of its own, then told with what was last seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tidings import (
    AsyncClient,
    ProviderUnavailable,
    RateLimited,
    TaskNotFound,
    TaskRef,
    TaskState,
    Unauthorized,
    UnexpectedResponse,
    UnknownState,
    Unreachable,
    WaitTimeout,
)
from tidings.flow import Retry
from tidings.schedule import Patience
from tidings.testing.fake import respond
from tidings.testing.virtual import in_virtual_time

NewClient = Callable[..., AsyncClient]
HTML = respond(200, body=b"<!doctype html><title>Maintenance</title>")


def now() -> float:
    return asyncio.get_running_loop().time()


@in_virtual_time
async def test_an_unknown_word_is_waited_through(upstream, new_client: NewClient):
    upstream.says("a", "processing", *["levitating"] * 5, "completed")
    assert (await new_client().wait("luma:a")).state is TaskState.succeeded


@in_virtual_time
async def test_an_unknown_word_that_stays_is_told_within_its_budget(upstream, new_client: NewClient):
    upstream.says("a", *["processing"] * 20, "levitating")
    with pytest.raises(UnknownState, match="levitating") as caught:
        await new_client(patience=Patience(unknown=200.0)).wait("luma:a", timeout=None)
    began = upstream.looks[20].at
    assert 200.0 <= now() - began < 200.0 + 2 * Patience().longest_pause
    assert caught.value.last_status.raw_state == "levitating"
    assert caught.value.last_status.state is TaskState.unknown


@in_virtual_time
async def test_a_known_word_between_starts_the_budget_anew(upstream, new_client: NewClient):
    upstream.says("a", *["levitating", "levitating", "levitating", "processing"] * 30, "completed")
    status = await new_client(patience=Patience(unknown=100.0)).wait("luma:a", timeout=None)
    assert status.state is TaskState.succeeded
    assert now() > 1000.0


@pytest.mark.parametrize(
    "trouble",
    [
        respond(500),
        respond(502, body=b"<html>bad gateway</html>"),
        respond(503, headers={"retry-after": "7"}),
        respond(429),
        respond(429, headers={"retry-after": "20"}),
        respond(408),
        respond(200, body=b""),
        respond(200, body=b'{"id": "a", "sta'),
        HTML,
        respond(200, []),
        respond(200, {"code": "success", "data": None}),
        respond(200, ["what", "is", "this"]),
        respond(404, body=b"<html>404</html>"),
        Unreachable("hung up"),
        None,
    ],
    ids=str,
)
@in_virtual_time
async def test_one_bad_answer_in_the_middle_does_not_end_it(upstream, new_client: NewClient, trouble):
    upstream.says("a", "processing", trouble, "processing", "completed")
    assert (await new_client().wait("luma:a")).state is TaskState.succeeded


@in_virtual_time
async def test_a_server_that_asks_for_time_gets_it(upstream, new_client: NewClient):
    upstream.says("a", "processing", respond(429, headers={"retry-after": "77"}), "completed")
    await new_client().wait("luma:a")
    assert upstream.gaps()[1] >= 77.0


@in_virtual_time
async def test_rate_limits_alone_never_end_it(upstream, new_client: NewClient):
    upstream.says("a", *[respond(429)] * 400, "completed")
    assert (await new_client().wait("luma:a", timeout=None)).state is TaskState.succeeded
    assert now() > Patience().outage


@in_virtual_time
async def test_rate_limits_to_the_deadline_are_a_timeout(upstream, new_client: NewClient):
    upstream.says("a", respond(429, {"error": {"message": "slow down"}}))
    with pytest.raises(WaitTimeout, match="it was never seen; the last look failed: slow down"):
        await new_client().wait("luma:a", timeout=300.0)
    assert now() == 300.0


@pytest.mark.parametrize(
    ("trouble", "error"), [(respond(503), ProviderUnavailable), (Unreachable("no route"), Unreachable)], ids=str
)
@in_virtual_time
async def test_an_outage_is_borne_for_its_budget_and_then_told(upstream, new_client: NewClient, trouble, error):
    upstream.says("a", "processing", trouble)
    with pytest.raises(error) as caught:
        await new_client().wait("luma:a", timeout=None)
    assert 300.0 <= now() < 500.0
    assert caught.value.last_status.raw_state == "processing"


@in_virtual_time
async def test_retries_and_looks_have_separate_budgets(upstream, new_client: NewClient):
    """A look that fails is tried three times at once; the wait counts the seconds, not the tries."""
    upstream.says("a", *[respond(500)] * 3, "completed")
    await new_client(retry=Retry(attempts=3)).wait("luma:a")
    first, second, third, look = (look.at for look in upstream.looks)
    assert third - first < 5.0
    assert look - third >= 5.0
    assert second > first


@in_virtual_time
async def test_a_web_page_from_the_first_look_on_is_a_wrong_url_and_told_at_once(upstream, new_client: NewClient):
    upstream.says("a", HTML)
    with pytest.raises(UnexpectedResponse, match="check the URL"):
        await new_client().wait("luma:a")
    assert now() == 0.0


@in_virtual_time
async def test_a_new_task_may_be_unknown_for_a_moment(upstream, new_client: NewClient):
    upstream.says("a", None, None, None, "processing", "completed")
    assert (await new_client().wait("luma:a")).state is TaskState.succeeded


@in_virtual_time
async def test_a_task_that_stays_unknown_is_not_found(upstream, new_client: NewClient):
    upstream.says("a", None)
    with pytest.raises(TaskNotFound) as caught:
        await new_client().wait("luma:a")
    assert 60.0 <= now() < 80.0
    assert (caught.value.ref, caught.value.last_status) == (TaskRef("luma", "a"), None)


@in_virtual_time
async def test_a_task_that_vanishes_for_good_is_not_found_and_was_last_seen(upstream, new_client: NewClient):
    upstream.says("a", *["processing"] * 30, None)
    with pytest.raises(TaskNotFound) as caught:
        await new_client().wait("luma:a", timeout=None)
    assert caught.value.last_status.raw_state == "processing"


@in_virtual_time
async def test_a_refused_key_is_told_at_once(upstream, new_client: NewClient):
    upstream.says("a", respond(401))
    with pytest.raises(Unauthorized):
        await new_client().wait("luma:a", timeout=None)
    assert (now(), len(upstream.looks)) == (0.0, 1)


@in_virtual_time
async def test_a_key_refused_later_is_told_at_once_with_what_was_seen(upstream, new_client: NewClient):
    upstream.says("a", "processing", respond(401))
    with pytest.raises(Unauthorized) as caught:
        await new_client().wait("luma:a", timeout=None)
    assert len(upstream.looks) == 2
    assert caught.value.last_status.raw_state == "processing"


@in_virtual_time
async def test_an_error_that_ends_a_wait_is_a_rate_limit_only_when_asked_by_fetch(upstream, new_client: NewClient):
    upstream.says("a", respond(429, headers={"retry-after": "120"}))
    with pytest.raises(RateLimited) as caught:
        await new_client().fetch("luma:a")
    assert caught.value.retry_after == 120.0
    assert now() == 0.0
