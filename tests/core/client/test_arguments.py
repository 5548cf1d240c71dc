"""Arguments that make no sense are refused in words that help, before anything is sent."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any

import pytest

from tidings import AsyncClient, Client, ConfigError, InvalidRef, TaskState, WaitTimeout
from tidings.testing import FakeTransport, respond
from tidings.testing.virtual import in_virtual_time

NewClient = Callable[..., AsyncClient]
VERBS = ["fetch", "fetch_many", "wait"]
KEY = "sk-distinctive-0123456789"


def asked(verb: str) -> Any:
    return ["luma:a"] if verb == "fetch_many" else "luma:a"


@pytest.mark.parametrize("seconds", [-1, 0, 0.0, math.nan, math.inf, None, "5", True, [5]])
@pytest.mark.parametrize("client_class", [AsyncClient, Client])
def test_a_request_timeout_that_is_no_time_is_refused_when_the_client_is_made(client_class, seconds):
    with pytest.raises(ConfigError, match=r"request_timeout is a number of seconds, more than 0; not ") as caught:
        client_class(request_timeout=seconds)
    assert caught.value.message.endswith(repr(seconds))


@pytest.mark.parametrize("client_class", [AsyncClient, Client])
def test_a_whole_number_of_seconds_is_a_request_timeout(client_class):
    client_class(request_timeout=5)


@pytest.mark.parametrize("seconds", [-1, -0.001, math.nan, math.inf, -math.inf, "5", "", True, [5]])
@pytest.mark.parametrize("verb", VERBS)
@in_virtual_time
async def test_a_timeout_that_is_no_time_is_refused(upstream, new_client: NewClient, verb, seconds):
    with pytest.raises(ConfigError, match=r"timeout is a number of seconds, 0 or more, or None for no limit; not "):
        await getattr(new_client(), verb)(asked(verb), timeout=seconds)
    assert upstream.looks == []


@pytest.mark.parametrize("verb", VERBS)
def test_the_synchronous_client_refuses_it_as_well(verb):
    fake = FakeTransport(lambda _: respond())
    client = Client(gateway_url="https://gateway.example", gateway_key=KEY, transport=fake)
    with client, pytest.raises(ConfigError, match="timeout is a number of seconds"):
        getattr(client, verb)(asked(verb), timeout=-1)
    assert fake.sent == []


@pytest.mark.parametrize("verb", VERBS)
@in_virtual_time
async def test_none_is_no_limit(upstream, new_client: NewClient, verb):
    upstream.latency["a"] = 5000.0
    answer = await getattr(new_client(request_timeout=9999), verb)(asked(verb), timeout=None)
    assert (answer[0] if verb == "fetch_many" else answer).state is TaskState.succeeded


@pytest.mark.parametrize("verb", ["fetch", "wait"])
@in_virtual_time
async def test_no_seconds_at_all_are_over_at_once(new_client: NewClient, verb):
    with pytest.raises(WaitTimeout, match=r" 0 s"):
        await getattr(new_client(), verb)("luma:a", timeout=0)
    assert asyncio.get_running_loop().time() == 0.0


@pytest.mark.parametrize("verb", VERBS)
@in_virtual_time
async def test_none_to_include_is_nothing_to_include(upstream, new_client: NewClient, verb):
    await getattr(new_client(), verb)(asked(verb), include=None)
    assert upstream.paths() == ["/luma/generations/a"]


@pytest.mark.parametrize("names", [7, [7], [["unwatermarked"]], [None], b"unwatermarked", {"unwatermarked": 1}.items()])
@pytest.mark.parametrize("verb", VERBS)
@in_virtual_time
async def test_what_names_no_extra_is_refused(upstream, new_client: NewClient, verb, names):
    with pytest.raises(ConfigError, match=r"include takes names of extras, such as \['unwatermarked'\], not "):
        await getattr(new_client(), verb)(asked(verb), include=names)
    assert upstream.looks == []


@pytest.mark.parametrize("ref", [None, 7, b"luma:a", ["luma:a"], ("luma", "a"), object()])
@in_virtual_time
async def test_a_task_is_named_by_a_ref_or_its_text(upstream, new_client: NewClient, ref):
    client = new_client()
    for asking in (client.fetch(ref), client.wait(ref), client.fetch_many(["luma:b", ref])):
        with pytest.raises(InvalidRef, match=f"not by {type(ref).__name__}"):
            await asking
    assert upstream.looks == []


@pytest.mark.parametrize("refs", [None, 7, object()])
@in_virtual_time
async def test_what_is_no_list_of_tasks_is_refused(new_client: NewClient, refs):
    client = new_client()
    with pytest.raises(InvalidRef, match=r"a list of tasks is wanted here, such as \['luma:9d4b7516'\], not "):
        await client.fetch_many(refs)
    with pytest.raises(InvalidRef, match="a list of tasks is wanted here"):
        client.check(refs)
