"""The synchronous client: the same engine, from any thread, inside any loop, and never waiting for itself."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

import tidings
from tidings import Client, FetchErrors, TaskNotFound, TaskRef, TaskState, TidingsError, Unauthorized
from tidings.client.default import _shared, default_client
from tidings.testing.fake import FakeTransport, respond

NewSync = Callable[..., Client]
URL = "https://gateway.example"
KEY = "sk-distinctive-0123456789"


@pytest.fixture
def new_sync(upstream) -> Iterator[NewSync]:
    made: list[Client] = []

    def make(**settings: Any) -> Client:
        given = {"gateway_url": URL, "gateway_key": KEY, "transport": FakeTransport(upstream)} | settings
        made.append(Client(**given))
        return made[-1]

    yield make
    for client in made:
        client.close()


def thread_of(client: Client) -> threading.Thread:
    room = client._portal._room
    assert room is not None
    return room._thread


async def until_asked_by(callers: int, client: Client, ref: TaskRef) -> None:
    """On the client's own loop: return when so many wait for the answer about `ref`."""
    (lane,) = client._portal._room.engine._connection._lanes.values()
    while len(lane._asks[None][ref].waiters) < callers:
        await asyncio.sleep(0)


def test_each_verb_does_what_its_twin_does(new_sync: NewSync):
    client = new_sync()
    assert client.check(["luma:a"]) == [TaskRef("luma", "a")]
    assert client.fetch("luma:a").state is TaskState.succeeded
    assert client.wait("luma:a", timeout=60.0).state is TaskState.succeeded
    assert [status.ref.id for status in client.fetch_many(["luma:b", "luma:c", "luma:b"])] == ["b", "c", "b"]
    assert len(client.fetch("luma:a", include="unwatermarked").outputs) == 2


def test_it_saves_files(httpserver, tmp_path):
    httpserver.expect_request("/luma/generations/a").respond_with_json(
        {"id": "a", "state": "completed", "video": {"url": httpserver.url_for("/a.mp4")}}
    )
    httpserver.expect_request("/a.mp4").respond_with_data(b"film", content_type="video/mp4")
    with Client(gateway_url=httpserver.url_for(""), gateway_key=KEY) as client:
        paths = client.download(client.fetch("luma:a"), tmp_path / "out")
    assert [path.read_bytes() for path in paths] == [b"film"]


async def test_it_works_under_a_running_loop_as_in_a_notebook(new_sync: NewSync):
    assert new_sync().fetch("luma:a").state is TaskState.succeeded


def test_an_error_keeps_its_type_and_its_facts(upstream, new_sync: NewSync):
    upstream.says("gone", None)
    with pytest.raises(TaskNotFound, match="no such task") as caught:
        new_sync().fetch("luma:gone")
    assert (caught.value.ref, caught.value.status_code) == (TaskRef("luma", "gone"), 404)
    with pytest.raises(FetchErrors) as together:
        new_sync().fetch_many(["luma:gone", "luma:a"])
    assert together.value.results[1].state is TaskState.succeeded


def test_an_error_keeps_what_was_last_seen(upstream, new_sync: NewSync):
    upstream.says("a", "processing", respond(401))
    quick = {"url": URL, "key": KEY, "interval": 0.001}
    with pytest.raises(Unauthorized) as caught:
        new_sync(accounts={"quick": quick}).wait("luma@quick:a")
    assert caught.value.last_status.raw_state == "processing"


def test_threads_that_ask_for_the_same_task_share_one_request(upstream, new_sync: NewSync):
    client, all_asked = new_sync(), threading.Barrier(20)

    def ask(_: int) -> TaskState:
        all_asked.wait()
        return client.fetch("luma:same").state

    async def until_all_have_asked(look: object) -> None:
        await until_asked_by(20, client, TaskRef("luma", "same"))

    upstream.gate = until_all_have_asked
    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(ask, range(20))) == {TaskState.succeeded}
    assert len(upstream.looks) == 1


def test_threads_that_ask_for_different_tasks_share_a_batch(upstream, new_sync: NewSync, monkeypatch):
    client, submitted = new_sync(), threading.Semaphore(0)
    client.check([])  # starts the thread
    submit = client._portal._submit

    def counted(use: Any) -> Any:
        future = submit(use)
        submitted.release()
        return future

    def stand_still_until_all_have_asked() -> None:
        for _ in range(20):
            submitted.acquire()

    monkeypatch.setattr(client._portal, "_submit", counted)
    client._portal._room.loop.call_soon_threadsafe(stand_still_until_all_have_asked)
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(client.fetch, [f"luma:{number}" for number in range(20)]))
    assert [status.ref.id for status in statuses] == [str(number) for number in range(20)]
    assert [len(look.ids) for look in upstream.looks] == [20]


def test_refs_are_read_in_the_callers_own_thread(new_sync: NewSync):
    database = sqlite3.connect(":memory:")  # which refuses every thread but the one that opened it
    database.execute("CREATE TABLE tasks AS SELECT 'luma:a' AS ref UNION SELECT 'luma:b'")
    rows = (row[0] for row in database.execute("SELECT ref FROM tasks ORDER BY ref"))
    assert [status.ref.id for status in new_sync().fetch_many(rows)] == ["a", "b"]
    rows = (row[0] for row in database.execute("SELECT ref FROM tasks ORDER BY ref"))
    assert [task.id for task in new_sync().check(rows)] == ["a", "b"]
    database.close()


@pytest.mark.parametrize("which", ["itself", "another"])
def test_a_call_from_inside_an_observer_is_an_error_and_no_deadlock(new_sync: NewSync, which):
    errors: list[BaseException] = []

    def ask(exchange: object) -> None:
        try:
            clients[which].fetch("luma:b")
        except TidingsError as error:
            errors.append(error)

    plugins = SimpleNamespace(
        provider=tidings.AsyncClient(gateway_url=URL, gateway_key=KEY)._plugins.provider,
        observers=lambda: SimpleNamespace(exchange=ask),
    )
    clients = {"itself": new_sync(plugins=plugins), "another": new_sync()}
    assert clients["itself"].fetch("luma:a").state is TaskState.succeeded
    assert [str(error) for error in errors] == [
        "a client cannot be called from inside an observer: it would wait for itself"
    ]


def test_closing_ends_the_thread_and_may_be_done_twice(new_sync: NewSync):
    client = new_sync()
    client.close()
    client.fetch("luma:a")
    thread = thread_of(client)
    client.close()
    assert not thread.is_alive()
    client.close()


def test_a_closed_client_opens_again_when_it_is_used(new_sync: NewSync):
    client = new_sync()
    for _ in range(3):
        with client:
            assert client.fetch("luma:a").state is TaskState.succeeded


def test_making_a_client_starts_nothing(new_sync: NewSync):
    before = threading.active_count()
    new_sync()
    assert threading.active_count() == before


def test_a_client_that_is_collected_ends_its_thread(upstream):
    client = Client(gateway_url=URL, gateway_key=KEY, transport=FakeTransport(upstream))
    client.fetch("luma:a")
    thread, gone = thread_of(client), weakref.ref(client)
    del client
    gc.collect()
    assert gone() is None
    assert not thread.is_alive()


class Closing(httpx.AsyncBaseTransport):
    """Remembers whether it was closed."""

    def __init__(self) -> None:
        self.is_closed = threading.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"id": "a", "state": "processing"})

    async def aclose(self) -> None:
        self.is_closed.set()


def test_a_client_that_its_own_thread_collects_still_closes_its_connections():
    transport = Closing()
    client = Client(gateway_url=URL, gateway_key=KEY, transport=transport)
    client.fetch("luma:a")
    client.me = client  # a cycle: only the collector can free it, in whichever thread it runs
    thread, loop = thread_of(client), client._portal._room.loop
    gc.disable()
    try:
        del client
        loop.call_soon_threadsafe(gc.collect)
        thread.join(30.0)
    finally:
        gc.enable()
    assert transport.is_closed.is_set()
    assert not thread.is_alive()


def test_whoever_still_waits_in_another_thread_is_told_that_it_was_closed(upstream, new_sync: NewSync):
    client, asked = new_sync(), threading.Event()

    async def never(look: object) -> None:
        await until_asked_by(2, client, TaskRef("luma", "a"))
        asked.set()
        await asyncio.Event().wait()

    upstream.gate = never
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(client.fetch, "luma:a"), pool.submit(client.wait, "luma:a", timeout=None)]
        assert asked.wait(30.0)
        client.close()
        for future in waiting:
            with pytest.raises(TidingsError, match="closed before the answer came"):
                future.result(30.0)


def test_closing_while_others_use_it_hangs_nobody(new_sync: NewSync):
    client = new_sync()

    def use(number: int) -> str:
        try:
            return client.fetch(f"luma:{number}").state.value
        except TidingsError as error:
            return str(error)

    with ThreadPoolExecutor(8) as pool:
        uses = [pool.submit(use, number) for number in range(400)]
        for _ in range(40):
            client.close()
        outcomes = {future.result(30.0).rpartition(": ")[2] for future in uses}
    assert outcomes <= {"succeeded", "the client was closed before the answer came"}


def test_the_module_level_verbs_share_one_client_made_on_first_use(gateway, monkeypatch):
    for name, value in gateway.env.items():
        monkeypatch.setenv(name, value)
    assert _shared == {}
    assert tidings.fetch("luma:a").state is TaskState.succeeded
    client = default_client()
    assert tidings.wait("luma:b", timeout=60.0).state is TaskState.succeeded
    assert [status.ref.id for status in tidings.fetch_many(["luma:c"])] == ["c"]
    assert default_client() is client
    assert len({port for _, port in gateway.asked}) == 1  # one connection


def test_threads_that_first_ask_together_get_one_shared_client(monkeypatch):
    monkeypatch.setenv("TIDINGS_GATEWAY_URL", URL)
    with ThreadPoolExecutor(16) as pool:
        clients = list(pool.map(lambda _: default_client(), range(64)))
    assert len(set(map(id, clients))) == 1


def test_a_shared_client_that_cannot_be_configured_may_be_later(monkeypatch):
    with pytest.raises(tidings.ConfigError):
        tidings.fetch("luma:a")
    with pytest.raises(tidings.InvalidRef):
        tidings.fetch("nothing")
