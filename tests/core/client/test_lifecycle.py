"""The asynchronous client from its first use to its closing, with its own connections and with the user's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tidings import AsyncClient, TaskState, TidingsError
from tidings.plugins import Observers
from tidings.testing.fake import FakeTransport, respond
from tidings.testing.virtual import VirtualClock, run_virtual

NewClient = Callable[..., AsyncClient]
URL = "https://gateway.example"
KEY = "sk-distinctive-0123456789"
DONE = {"id": "a", "state": "completed", "video": {"url": "https://cdn.example/a.mp4"}}


def played(request: httpx.Request) -> httpx.Response:
    """A gateway in a function, as httpx's users write them."""
    if request.headers["authorization"] != f"Bearer {KEY}":
        return httpx.Response(401)
    if request.url.path == "/luma/tasks":
        return httpx.Response(200, json=[DONE | {"id": task_id} for task_id in json.loads(request.content)["ids"]])
    return httpx.Response(200, json=DONE)


def test_a_client_belongs_to_the_loop_it_was_first_used_on(new_client: NewClient):
    client = new_client()
    with asyncio.Runner() as first:  # it stays open meanwhile
        first.run(client.fetch("luma:a"))
        for verb in (client.fetch("luma:a"), client.wait("luma:a"), client.fetch_many(["luma:a"]), client.aclose()):
            with pytest.raises(TidingsError, match="make one for each loop"):
                run_virtual(verb)
        first.run(client.aclose())


def test_a_closed_client_opens_again_on_any_loop(upstream, new_client: NewClient):
    client = new_client()

    async def use() -> None:
        async with client:
            assert (await client.fetch("luma:a")).state is TaskState.succeeded

    run_virtual(use())
    run_virtual(use())
    assert len(upstream.looks) == 2


def test_closing_what_was_never_used_and_closing_twice_is_fine(new_client: NewClient):
    async def story() -> None:
        client = new_client()
        await client.aclose()
        await client.fetch("luma:a")
        await client.aclose()
        await client.aclose()

    run_virtual(story())


@pytest.mark.parametrize("verb", ["fetch", "wait", "fetch_many"])
def test_whoever_still_waits_is_told_that_the_client_was_closed(upstream, new_client: NewClient, verb):
    upstream.latency["a"] = 1000.0

    async def story() -> None:
        client = new_client()
        asking = asyncio.create_task(getattr(client, verb)(["luma:a"] if verb == "fetch_many" else "luma:a"))
        await asyncio.sleep(1.0)
        await client.aclose()
        with pytest.raises(TidingsError) as caught:
            await asking
        error = caught.value.results[0] if verb == "fetch_many" else caught.value
        assert type(error) is TidingsError
        assert str(error) == "luma:a: the client was closed before the answer came"
        assert asyncio.get_running_loop().time() == 1.0

    run_virtual(story())


def test_a_wait_between_two_looks_is_told_too(upstream, new_client: NewClient):
    upstream.says("a", "processing")

    async def story() -> None:
        client = new_client()
        asking = asyncio.create_task(client.wait("luma:a", timeout=None))
        await asyncio.sleep(1.0)
        await client.aclose()
        with pytest.raises(TidingsError, match="closed"):
            await asking

    run_virtual(story())
    assert len(upstream.looks) == 1


def test_a_transport_of_ones_own_is_not_closed(upstream):
    class Own(FakeTransport):
        closed = False

        async def aclose(self) -> None:
            self.closed = True

    clock = VirtualClock()
    own = Own(upstream, clock=clock)

    async def story() -> None:
        async with AsyncClient(gateway_url=URL, gateway_key=KEY, transport=own, clock=clock) as client:
            await client.fetch("luma:a")

    run_virtual(story())
    assert not own.closed


async def test_the_users_httpx_client_is_used_as_it_is_and_left_open():
    seen: list[httpx.Request] = []

    def remember(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return played(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(remember), headers={"x-team": "films"}) as http:
        async with AsyncClient(gateway_url=URL, gateway_key=KEY, transport=http) as client:
            assert (await client.fetch("luma:a")).state is TaskState.succeeded
        assert not http.is_closed
    assert seen[0].headers["x-team"] == "films"
    assert str(seen[0].url) == "https://gateway.example/luma/generations/a"


async def test_the_users_httpx_transport_carries_batches():
    async with AsyncClient(gateway_url=URL, gateway_key=KEY, transport=httpx.MockTransport(played)) as client:
        statuses = await client.fetch_many(["luma:b", "luma:c"])
    assert [status.primary[0].url for status in statuses] == ["https://cdn.example/a.mp4"] * 2


async def test_over_real_connections(httpserver):
    def batch(request: Any) -> Any:
        from werkzeug import Response  # what the loopback server answers with

        return Response(json.dumps([DONE | {"id": task_id} for task_id in request.get_json()["ids"]]))

    httpserver.expect_request(
        "/luma/generations/a", method="GET", headers={"Authorization": f"Bearer {KEY}"}
    ).respond_with_json(DONE)
    httpserver.expect_request("/luma/tasks", method="POST").respond_with_handler(batch)
    url = httpserver.url_for("")
    async with AsyncClient(gateway_url=url, gateway_key=KEY) as client:
        assert (await client.fetch("luma:a")).state is TaskState.succeeded
        assert (await client.wait("luma:a", timeout=60.0)).state is TaskState.succeeded
        many = await asyncio.gather(*(client.fetch(f"luma:{number}") for number in range(1000)))
    assert [status.ref.id for status in many] == [str(number) for number in range(1000)]
    assert len(httpserver.log) == 12


async def test_what_it_made_is_saved(httpserver, tmp_path):
    url = httpserver.url_for("")
    made = DONE | {"video": {"url": f"{url}/a.mp4"}}
    httpserver.expect_request("/luma/generations/a").respond_with_json(made)
    httpserver.expect_request("/a.mp4").respond_with_data(b"\x00\x00\x00\x18ftypmp42")
    async with AsyncClient(gateway_url=url, gateway_key=KEY) as client:
        paths = await client.download(await client.fetch("luma:a"), tmp_path / "out")
    assert [path.read_bytes() for path in paths] == [b"\x00\x00\x00\x18ftypmp42"]
    assert "Authorization" not in httpserver.log[-1][0].headers


def test_whom_to_ask_is_looked_up_once(upstream, new_client: NewClient):
    """Finding a plugin and an account is not paid again for each of a hundred thousand tasks."""
    luma, named = new_client()._plugins.provider("luma"), []

    def provider(name: str) -> Any:
        named.append(name)
        return luma

    plugins = SimpleNamespace(provider=provider, observers=lambda: Observers({}))
    run_virtual(new_client(plugins=plugins).fetch_many([f"luma:{number}" for number in range(200)]))
    assert named == ["luma"]


def test_an_observer_hears_of_each_request(upstream, new_client: NewClient):
    heard: list[Any] = []
    client = new_client()
    plugins = SimpleNamespace(
        provider=client._plugins.provider,
        observers=lambda: SimpleNamespace(exchange=heard.append),
    )
    run_virtual(new_client(plugins=plugins).fetch_many(["luma:a", "luma:b"]))
    (exchange,) = heard
    assert (exchange.provider, exchange.tasks, exchange.status) == ("luma", 2, 200)


def test_a_slow_answer_is_cut_at_the_request_timeout(new_client: NewClient):
    """`request_timeout` is handed to the transport with each request."""
    fake = FakeTransport(lambda outgoing: respond(json_body=DONE))
    run_virtual(new_client(transport=fake, request_timeout=12.5).fetch("luma:a"))
    assert fake.sent[0].timeout == 12.5


def test_a_client_left_open_on_a_loop_that_is_closed_starts_anew_on_the_next():
    transport = FakeTransport(lambda outgoing: respond(json_body={"id": "a", "state": "processing"}))
    client = AsyncClient(gateway_url="https://gateway.example", gateway_key="sk-0123456789", transport=transport)

    async def look():
        return (await client.fetch("luma:a")).state

    assert asyncio.run(look()) == asyncio.run(look()) == "running"
    asyncio.run(client.aclose())
