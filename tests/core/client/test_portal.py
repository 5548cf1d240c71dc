"""The portal alone: a loop in a thread, whatever lives in it."""

from __future__ import annotations

import asyncio
import contextvars
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tidings import TidingsError
from tidings.client import portal as module
from tidings.client import sync
from tidings.client.portal import Portal


class Engine:
    """Remembers where it was used, and whether it was closed."""

    def __init__(self) -> None:
        self.is_closed = False
        self.is_busy = threading.Event()

    async def thread(self) -> threading.Thread:
        return threading.current_thread()

    async def never(self) -> None:
        self.is_busy.set()
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        self.is_closed = True


class Stuck(Engine):
    async def aclose(self) -> None:
        await asyncio.Event().wait()


class Failing(Engine):
    async def aclose(self) -> None:
        raise OSError("the line is dead")


@pytest.fixture
def engines() -> list[Engine]:
    return []


@pytest.fixture
def portal(engines: list[Engine]) -> Iterator[Portal[Engine]]:
    def make() -> Engine:
        engines.append(Engine())
        return engines[-1]

    made = Portal(make)
    yield made
    made.close()


def test_all_calls_run_in_one_thread_that_is_not_the_callers(portal):
    threads = {portal.run(Engine.thread) for _ in range(3)}
    assert len(threads) == 1
    assert threads.isdisjoint({threading.current_thread()})
    assert all(thread.daemon for thread in threads)


def test_nothing_is_made_before_the_first_call_and_one_engine_then(portal, engines):
    assert engines == []
    portal.run(Engine.thread)
    portal.run(Engine.thread)
    assert len(engines) == 1


def test_closing_closes_the_engine_and_the_next_call_makes_another(portal, engines):
    before = portal.run(Engine.thread)
    portal.close()
    assert engines[0].is_closed
    assert not before.is_alive()
    assert portal.run(Engine.thread) is not before
    assert len(engines) == 2


def test_a_call_that_nothing_else_ends_is_ended_by_closing(portal, engines):
    with ThreadPoolExecutor(1) as pool:
        portal.run(Engine.thread)
        asking = pool.submit(portal.run, Engine.never)
        assert engines[0].is_busy.wait(30)
        portal.close()
        with pytest.raises(TidingsError, match="the client was closed before the answer came"):
            asking.result(30)


@pytest.mark.parametrize("engine", [Stuck, Failing])
def test_an_engine_that_does_not_close_well_holds_nobody_up(engine, monkeypatch):
    monkeypatch.setattr(module, "_CLOSING", 0.01)
    portal = Portal(engine)
    thread = portal.run(engine.thread)
    portal.close()
    thread.join(30)
    assert not thread.is_alive()


def test_what_making_the_engine_raises_is_raised_each_time():
    def make() -> Engine:
        raise TidingsError("no engine")

    portal = Portal(make)
    for _ in range(2):
        with pytest.raises(TidingsError, match="no engine"):
            portal.run(Engine.thread)
    portal.close()


def test_the_callers_context_reaches_the_coroutine(portal):
    """So that a tracer sees to which request of the user's ours belongs."""
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")
    variable.set("the caller's")

    async def read(engine: Engine) -> str:
        return variable.get()

    assert portal.run(read) == "the caller's"


def test_a_call_from_inside_is_refused_and_never_begins(portal):
    async def call_again(engine: Engine) -> str:
        with pytest.raises(TidingsError, match="cannot be called from inside an observer") as caught:
            portal.run(Engine.thread)
        return str(caught.value)

    assert portal.run(call_again)


def test_a_portal_that_is_abandoned_starts_anew_and_leaves_the_old_room_alone(portal, engines):
    """What happens in a forked child, where the old thread does not run."""
    before = portal.run(Engine.thread)
    room = portal._room
    portal.abandon()
    assert portal.run(Engine.thread) is not before
    assert [engine.is_closed for engine in engines] == [False, False]
    assert before.is_alive()
    module._abandoned.remove(room)
    room.leave()


def test_a_fork_abandons_every_portal(monkeypatch):
    client = sync.Client(gateway_url="https://gateway.example", gateway_key="sk-distinctive")
    client.check([])
    room = client._portal._room
    monkeypatch.setattr(sync, "_portals", {client._portal})
    sync._after_fork()
    assert client._portal._room is None
    assert module._abandoned[-1] is room
    module._abandoned.remove(room)
    room.leave()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the thread dies of it, as meant
def test_a_portal_whose_thread_died_starts_anew(portal):
    before = portal.run(Engine.thread)

    async def die(engine: Engine) -> None:
        asyncio.get_running_loop().call_soon(sys.exit)

    portal.run(die)
    before.join(10)
    assert portal.run(Engine.thread) is not before
    portal.close()
