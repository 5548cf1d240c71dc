"""A file that is given only to whoever shows the key is saved with it, and the key goes nowhere else."""

from __future__ import annotations

import traceback
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tidings import Artifact, AsyncClient, Client, DownloadError, LinkExpired, TaskRef, TaskState, TaskStatus
from tidings.errors import ConfigError, TidingsError
from tidings.provider import Include, Provider
from tidings.testing import FakeTransport, respond
from tidings.wire import Request

KEY = "sk-distinctive-0123456789"
FILM = (200, {"Content-Type": "video/mp4"}, b"\x00\x00film")
DONE = (200, {"Content-Type": "application/json"}, b'{"state": "done"}')
NOW = respond().received_at
HELD = Artifact(kind="video", url="/v1/videos/a/content", needs_key=True)


class Holder(Provider):
    """Gives its files only to whoever shows the key, and says where they lie as a path."""

    name = "holder"
    title = "A holder of files"
    states = {"done": TaskState.succeeded}
    gateway_path = "/holder"
    hosts = ("holder.example",)
    includes = {"raw": Include(lambda ref: Request("GET", f"/raw/{ref.id}"), lambda response, ref: HELD)}

    def request(self, ref):
        return Request("GET", f"/tasks/{ref.id}")

    def parse(self, response, ref):
        state, raw = self.read_state(response.json()["state"])
        return TaskStatus(ref=ref, state=state, raw_state=raw, outputs=(HELD,), observed_at=response.received_at)


def plugins(kind: type[Provider] = Holder) -> SimpleNamespace:
    return SimpleNamespace(provider=lambda name: kind(), observers=lambda: ())


def client_of(url: str, **settings) -> AsyncClient:
    given = {"gateway_url": url, "gateway_key": KEY, "plugins": plugins()} | settings
    return AsyncClient(**given)


def made(*urls: str, needs_key: bool = True) -> TaskStatus:
    outputs = tuple(Artifact(kind="video", url=url, needs_key=needs_key) for url in urls)
    return TaskStatus(ref=TaskRef("holder", "a"), state=TaskState.succeeded, outputs=outputs, observed_at=NOW)


def keys(server) -> list[str | None]:
    return [request.headers.get("authorization") for request in server.received]


async def test_a_file_behind_the_key_is_fetched_with_it(serve, tmp_path):
    server = await serve(DONE, FILM)
    async with client_of(f"{server.url}/base") as client:
        status = await client.fetch("holder:a")
        assert status.outputs[0].url == f"{server.url}/base/holder/v1/videos/a/content"
        [path] = await client.download(status, tmp_path)
    assert path.read_bytes() == FILM[2]
    assert server.targets == ["/base/holder/tasks/a", "/base/holder/v1/videos/a/content"]
    assert keys(server) == [f"Bearer {KEY}"] * 2


async def test_an_include_that_is_a_path_is_whole_and_saved_as_well(serve, tmp_path):
    server = await serve(DONE, DONE, FILM)
    async with client_of(server.url) as client:
        status = await client.fetch("holder:a", include="raw")
        assert {output.url for output in status.outputs} == {f"{server.url}/holder/v1/videos/a/content"}
        [path] = await client.download(status, tmp_path)
    assert path.read_bytes() == FILM[2]


async def test_a_status_that_was_saved_is_downloaded_by_another_client(serve, tmp_path):
    server = await serve(DONE, FILM)
    async with client_of(server.url) as client:
        saved = (await client.fetch("holder:a")).model_dump_json()
    async with client_of(server.url) as another:
        [path] = await another.download(TaskStatus.model_validate_json(saved), tmp_path)
    assert (path.read_bytes(), keys(server)[-1]) == (FILM[2], f"Bearer {KEY}")


async def test_the_key_is_that_of_the_account_the_ref_names(serve, tmp_path):
    server = await serve(FILM)
    accounts = {"studio": {"url": server.url, "key": "sk-studio-0123456789"}}
    status = made(f"{server.url}/a").model_copy(update={"ref": TaskRef("holder", "a", account="studio")})
    async with client_of("http://127.0.0.1:1", accounts=accounts) as client:
        await client.download(status, tmp_path)
    assert keys(server) == ["Bearer sk-studio-0123456789"]


@pytest.mark.parametrize("needs_key", [False, True])
async def test_a_file_on_another_server_never_gets_the_key(serve, tmp_path, needs_key):
    storage = await serve(FILM)
    async with client_of("http://127.0.0.1:1") as client:
        status = made(f"{storage.url}/a.mp4", needs_key=needs_key)
        if not needs_key:
            await client.download(status, tmp_path)
            assert keys(storage) == [None]
            return
        with pytest.raises(DownloadError, match=f"key for http://127.0.0.1:1 does not go to {storage.url}:") as caught:
            await client.download(status, tmp_path)
    assert (caught.value.ref, storage.connections) == (status.ref, 0)
    assert list(tmp_path.iterdir()) == []


async def test_a_file_on_the_same_server_that_needs_no_key_gets_none(serve, tmp_path):
    server = await serve(FILM)
    async with client_of(server.url) as client:
        await client.download(made(f"{server.url}/a.mp4", needs_key=False), tmp_path)
    assert keys(server) == [None]


async def test_a_redirect_to_storage_is_followed_without_the_key(serve, tmp_path):
    storage = await serve(FILM)
    server = await serve((302, {"Location": f"{storage.url}/a.mp4?sig=1"}, b""))
    async with client_of(server.url) as client:
        [path] = await client.download(made(f"{server.url}/a"), tmp_path)
    assert (path.read_bytes(), keys(server), keys(storage)) == (FILM[2], [f"Bearer {KEY}"], [None])


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_was_refused_is_no_link_that_ran_out(serve, tmp_path, status):
    server = await serve((status, {}, b""))
    async with client_of(server.url) as client:
        with pytest.raises(DownloadError, match=rf"answered {status}: the key was refused") as caught:
            await client.download(made(f"{server.url}/a"), tmp_path)
    assert not isinstance(caught.value, LinkExpired)
    assert (len(server.received), list(tmp_path.iterdir())) == (1, [])


async def test_storage_that_never_saw_the_key_cannot_refuse_it(serve, tmp_path):
    storage = await serve((403, {}, b""))
    server = await serve((302, {"Location": f"{storage.url}/a.mp4?sig=1"}, b""))
    async with client_of(server.url) as client:
        with pytest.raises(LinkExpired):
            await client.download(made(f"{server.url}/a"), tmp_path)


async def test_the_key_is_in_nothing_that_a_broken_server_brings_about(serve, tmp_path, caplog):
    caplog.set_level("DEBUG")
    server = await serve(f"HTTP/1.1 broken Bearer {KEY}\r\n\r\n".encode())
    async with client_of(server.url, clock=Hasty()) as client:
        with pytest.raises(DownloadError) as caught:
            await client.download(made(f"{server.url}/a"), tmp_path)
    assert KEY not in told(caught.value) + caplog.text


async def test_the_key_is_in_nothing_that_a_transport_of_the_users_raises(tmp_path):
    def break_off(outgoing):
        raise RuntimeError(f"cannot send {outgoing.headers}")

    async with client_of("https://gw.example", transport=FakeTransport(break_off)) as client:
        with pytest.raises(TidingsError, match="because it shows the key") as caught:
            await client.download(made("https://gw.example/a"), tmp_path)
    assert KEY not in told(caught.value)


async def test_a_signature_is_made_anew_for_each_try(serve, tmp_path):
    class Ticking(Holder):
        @staticmethod
        def gateway_auth(key, now):
            return {"Authorization": f"{now:.0f}"}

    clock = Hasty()
    server = await serve((503, {}, b""), FILM)
    async with client_of(server.url, plugins=plugins(Ticking), clock=clock) as client:
        await client.download(made(f"{server.url}/a"), tmp_path)
    assert float(keys(server)[1]) > float(keys(server)[0])


async def test_without_a_key_nothing_is_sent_and_what_is_missing_is_said(serve, tmp_path):
    server = await serve(FILM)
    async with AsyncClient(plugins=plugins()) as client:
        with pytest.raises(ConfigError, match="TIDINGS_GATEWAY_KEY"):
            await client.download(made(f"{server.url}/a"), tmp_path)
    assert server.connections == 0


def test_the_synchronous_client_shows_the_key_too(tmp_path):
    fake = FakeTransport(lambda outgoing: respond(body=b"\x00film", headers={"content-type": "video/mp4"}))
    with Client(gateway_url="https://gw.example", gateway_key=KEY, transport=fake, plugins=plugins()) as client:
        client.download(made("https://gw.example/a", "https://gw.example/b"), tmp_path)
    assert [outgoing.headers for outgoing in fake.sent] == [{"Authorization": f"Bearer {KEY}"}] * 2
    assert all(outgoing.secrets == (KEY,) for outgoing in fake.sent)


def told(error: BaseException) -> str:
    """All that a traceback shows."""
    return "".join(traceback.format_exception(error)) + repr(error)


class Hasty:
    """A clock that goes on by what is slept, which takes no time."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self):
        return NOW + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.passed += 10 * seconds
