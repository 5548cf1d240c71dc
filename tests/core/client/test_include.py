"""Extras: asked for by name, after success only, and never at the expense of the status."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tidings import AsyncClient, ConfigError, FetchErrors, TaskState
from tidings.testing.fake import respond
from tidings.testing.virtual import in_virtual_time

NewClient = Callable[..., AsyncClient]
CLEAN = "/luma/generations/a/download_video_url"


@in_virtual_time
async def test_an_artifact_joins_the_outputs_first(new_client: NewClient):
    status = await new_client().fetch("luma:a", include=["unwatermarked"])
    assert [output.url for output in status.outputs] == ["https://cdn.example/a-clean.mp4", "https://cdn.example/a.mp4"]
    assert status.extras == {}


@in_virtual_time
async def test_a_link_that_is_there_already_is_not_there_twice(upstream, new_client: NewClient):
    upstream.extras["a"] = {"url": "https://cdn.example/a.mp4"}
    status = await new_client().fetch("luma:a", include=["unwatermarked"])
    assert [output.url for output in status.outputs] == ["https://cdn.example/a.mp4"]


@in_virtual_time
async def test_without_being_named_an_extra_is_not_asked_for(upstream, new_client: NewClient):
    await new_client().fetch("luma:a")
    assert upstream.paths() == ["/luma/generations/a"]


@pytest.mark.parametrize("word", ["processing", "failed", "a new word"])
@in_virtual_time
async def test_an_extra_is_asked_for_only_after_success(upstream, new_client: NewClient, word):
    upstream.says("a", word)
    await new_client().fetch("luma:a", include=["unwatermarked"])
    assert upstream.paths() == ["/luma/generations/a"]


@in_virtual_time
async def test_wait_asks_for_extras_once_at_the_end(upstream, new_client: NewClient):
    upstream.says("a", "queued", "processing", "completed")
    status = await new_client().wait("luma:a", include=["unwatermarked"])
    assert upstream.paths() == ["/luma/generations/a"] * 3 + [CLEAN]
    assert status.outputs[0].url == "https://cdn.example/a-clean.mp4"


@in_virtual_time
async def test_fetch_many_asks_for_the_extras_of_what_succeeded_one_by_one(upstream, new_client: NewClient):
    upstream.says("open", "processing")
    statuses = await new_client().fetch_many(["luma:a", "luma:open", "luma:b", "luma:a"], include=["unwatermarked"])
    assert sorted(upstream.paths()) == [CLEAN, CLEAN.replace("/a/", "/b/"), "/luma/tasks"]
    assert [len(status.outputs) for status in statuses] == [2, 0, 2, 2]


@in_virtual_time
async def test_an_extra_that_fails_leaves_the_status_intact_and_says_why(upstream, new_client: NewClient):
    upstream.extras["a"] = respond(404, {"error": {"message": "no such file"}})
    status = await new_client().fetch("luma:a", include=["unwatermarked"])
    assert status.state is TaskState.succeeded
    assert [output.url for output in status.outputs] == ["https://cdn.example/a.mp4"]
    assert status.extras == {
        "unwatermarked": {
            "error": {"type": "TaskNotFound", "message": "no such file", "retryable": False, "retry_after": None}
        }
    }


@in_virtual_time
async def test_an_extra_is_tried_again_like_any_question(upstream, new_client: NewClient):
    answers = [respond(502), respond(json_body={"url": "https://cdn.example/clean.mp4"})]
    upstream._extra = lambda task_id: answers.pop(0)
    status = await new_client().fetch("luma:a", include=["unwatermarked"])
    assert status.outputs[0].url == "https://cdn.example/clean.mp4"


@in_virtual_time
async def test_a_status_with_extras_is_still_json(upstream, new_client: NewClient):
    upstream.extras["a"] = respond(404)
    status = await new_client().fetch("luma:a", include=["unwatermarked"])
    assert type(status).model_validate_json(status.model_dump_json()).extras == status.extras


@pytest.mark.parametrize("verb", ["fetch", "wait", "fetch_many"])
@in_virtual_time
async def test_an_extra_that_comes_too_late_leaves_the_status_intact(upstream, new_client: NewClient, verb):
    async def extras_take_long(look: Any) -> None:
        await asyncio.sleep(1000.0 if look.path == CLEAN else 0.0)

    upstream.gate = extras_take_long
    client = new_client(request_timeout=2000.0)
    asked = ["luma:a"] if verb == "fetch_many" else "luma:a"
    answer = await getattr(client, verb)(asked, include=["unwatermarked"], timeout=3.0)
    status = answer[0] if isinstance(answer, list) else answer
    assert asyncio.get_running_loop().time() == 3.0
    assert status.state is TaskState.succeeded
    assert status.extras["unwatermarked"]["error"]["type"] == "WaitTimeout"


@pytest.mark.parametrize("verb", ["fetch", "wait", "fetch_many"])
@in_virtual_time
async def test_an_unknown_extra_is_refused_before_anything_is_sent(upstream, new_client: NewClient, verb):
    asked = ["luma:a"] if verb == "fetch_many" else "luma:a"
    with pytest.raises(ConfigError, match="luma has no extra called 'seed' to include; it has: unwatermarked"):
        await getattr(new_client(), verb)(asked, include=["unwatermarked", "seed"])
    assert upstream.looks == []


@pytest.mark.parametrize("verb", ["fetch", "wait", "fetch_many"])
@in_virtual_time
async def test_one_extra_may_be_named_without_a_list(upstream, new_client: NewClient, verb):
    asked = ["luma:a"] if verb == "fetch_many" else "luma:a"
    await getattr(new_client(), verb)(asked, include="unwatermarked")
    assert upstream.paths() == ["/luma/generations/a", CLEAN]


@in_virtual_time
async def test_fetch_many_takes_the_names_from_any_iterable(new_client: NewClient):
    statuses = await new_client().fetch_many(["luma:a", "luma:b"], include=iter(["unwatermarked"]))
    assert [len(status.outputs) for status in statuses] == [2, 2]


@in_virtual_time
async def test_the_same_extra_of_the_same_task_is_one_question(upstream, new_client: NewClient):
    client = new_client()
    statuses = await asyncio.gather(*(client.fetch("luma:a", include=["unwatermarked"] * 2) for _ in range(50)))
    assert upstream.paths() == ["/luma/generations/a", CLEAN]
    assert {len(status.outputs) for status in statuses} == {2}


@in_virtual_time
async def test_errors_of_tasks_are_raised_with_the_extras_of_the_others(upstream, new_client: NewClient):
    upstream.says("gone", None)
    with pytest.raises(FetchErrors) as caught:
        await new_client().fetch_many(["luma:gone", "luma:a"], include=["unwatermarked"])
    assert len(caught.value.results[1].outputs) == 2
