"""Luma's own client library takes the simulator for Luma, and reads what Tidings reads there."""

from __future__ import annotations

import pytest
from makers_library import file_at, library

lumaai = library("lumaai")

pytestmark = pytest.mark.tidings_simulator(providers=["luma-official"])


def options(simulator) -> dict:
    """Never try again, which would take time; and believe nothing that is not in the library's own types."""
    address = f"{simulator.url_for('luma-official')}/dream-machine/v1"
    return {"auth_token": simulator.key, "base_url": address, "max_retries": 0, "_strict_response_validation": True}


@pytest.fixture
def client(tidings_simulator):
    with lumaai.LumaAI(**options(tidings_simulator)) as client:
        yield client


@pytest.mark.parametrize("kind", ["video", "image"])
def test_a_generation_lives_through_its_states(client, tidings_simulator, kind):
    task = tidings_simulator.add("luma-official", facts={"generation_type": kind})
    said = []
    for _ in range(3):
        said.append(client.generations.get(task.id))
        tidings_simulator.advance(25)

    assert [generation.state for generation in said] == ["queued", "dreaming", "completed"]
    assert {generation.request.generation_type for generation in said} == {kind}
    assert [generation.assets is not None for generation in said] == [False, False, True]


@pytest.mark.parametrize("kind", ["video", "image"])
def test_both_read_the_same_result(client, tidings_simulator, tidings_reads, kind):
    task = tidings_simulator.add("luma-official", facts={"generation_type": kind}, age=600)
    generation, status = client.generations.get(task.id), tidings_reads(task.ref)

    assert (generation.state, generation.created_at) == (status.raw_state, status.submitted_at)
    assert [getattr(generation.assets, kind)] == [output.url for output in status.primary]
    assert status.state == "succeeded"


def test_both_read_the_same_failure(client, tidings_simulator, tidings_reads):
    task = tidings_simulator.add("luma-official", outcome="failed", failure="Frame moderation failed", age=600)
    generation, status = client.generations.get(task.id), tidings_reads(task.ref)

    assert generation.state == status.raw_state == status.state == "failed"
    assert generation.failure_reason == status.failure.message == "Frame moderation failed"
    assert generation.assets is None


@pytest.mark.parametrize(
    ("kind", "media_type", "start"), [("video", "video/mp4", b"ftyp"), ("image", "image/jpeg", b"\xff\xd8\xff")]
)
def test_its_file_can_be_downloaded(client, tidings_simulator, kind, media_type, start):
    task = tidings_simulator.add("luma-official", facts={"generation_type": kind}, age=600)
    found, content = file_at(getattr(client.generations.get(task.id).assets, kind))

    assert found == media_type
    assert start in content[:8]


async def test_the_asynchronous_client_reads_it(tidings_simulator):
    task = tidings_simulator.add("luma-official", age=600)
    async with lumaai.AsyncLumaAI(**options(tidings_simulator)) as client:
        generation = await client.generations.get(task.id)

    assert (generation.id, generation.state) == (task.id, "completed")


def test_an_unknown_id_is_not_found(client):
    with pytest.raises(lumaai.NotFoundError):
        client.generations.get("no-such-generation")


def test_a_wrong_key_is_not_authenticated(client, tidings_simulator):
    task = tidings_simulator.add("luma-official")
    with pytest.raises(lumaai.AuthenticationError):
        client.copy(auth_token="luma-wrong").generations.get(task.id)


def test_too_many_requests_are_the_librarys_rate_limit(client, tidings_simulator):
    tidings_simulator.faults.add("rate_limited", times=1)
    with pytest.raises(lumaai.RateLimitError):
        client.generations.get(tidings_simulator.add("luma-official").id)
