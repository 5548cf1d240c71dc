"""A governor bounds, paces and pauses, and wakes whoever it refused."""

from __future__ import annotations

import logging
import math
import threading

import pytest

from tidings.clock import SYSTEM_CLOCK
from tidings.errors import ProviderUnavailable, RateLimited
from tidings.lanes import Governor, governor_for


def nobody() -> None:
    pytest.fail("nobody was to be woken")


def test_it_admits_up_to_its_bound_and_one_more_for_each_that_leaves():
    governor = Governor("server", concurrency=2)
    woken = []
    assert [governor.enter(0.0, lambda: woken.append(1)) for _ in range(3)] == [0.0, 0.0, math.inf]
    governor.leave()
    assert woken == [1]
    assert governor.enter(0.0, nobody) == 0.0


def test_whoever_was_refused_is_woken_once_and_has_to_ask_again():
    governor = Governor("server", concurrency=1)
    woken = []
    wake = lambda: woken.append(1)  # noqa: E731  # a name, so that it is the same one twice
    governor.enter(0.0, nobody)
    governor.enter(0.0, wake)
    governor.enter(0.0, wake)
    governor.leave()
    governor.enter(0.0, nobody)
    governor.leave()
    assert woken == [1]


def test_it_spaces_requests_evenly():
    governor = Governor("server", per_second=4.0)
    assert governor.enter(10.0, nobody) == 0.0
    assert governor.enter(10.0, lambda: None) == 0.25
    assert governor.enter(10.25, nobody) == 0.0


def test_the_strictest_of_several_limits_holds():
    governor = Governor("server", concurrency=50, per_second=10.0)
    governor.tighten(concurrency=1)
    governor.tighten(concurrency=9, per_second=2.0)
    assert governor.enter(0.0, nobody) == 0.0
    assert governor.enter(0.0, lambda: None) == math.inf
    governor.leave()
    assert governor.enter(0.0, lambda: None) == 0.5


def test_a_rate_limit_pauses_everyone_for_as_long_as_the_server_asks_and_says_so(caplog):
    governor = Governor("https://gateway.example")
    with caplog.at_level(logging.WARNING, "tidings"):
        governor.trouble(RateLimited("slow down", retry_after=8.0), 100.0)
    assert governor.paused_for(100.0) == 8.0
    assert governor.enter(103.0, lambda: None) == 5.0
    assert governor.enter(108.0, nobody) == 0.0
    assert "https://gateway.example: pausing for 8.0 s" in caplog.text


def test_pauses_grow_while_rate_limits_go_on_and_begin_anew_after_a_good_answer():
    governor = Governor("server")
    now, pauses = 0.0, []
    for _ in range(4):
        governor.trouble(RateLimited(), now)
        pauses.append(governor.paused_for(now))
        now += pauses[-1]
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    governor.fine()
    governor.trouble(RateLimited(), now)
    assert governor.paused_for(now) == 1.0


def test_fifty_requests_refused_together_count_as_one():
    governor = Governor("server")
    for _ in range(50):
        governor.trouble(RateLimited(), 0.0)
    assert governor.paused_for(0.0) == 1.0


def test_single_failures_of_a_server_pause_nobody():
    governor = Governor("server")
    governor.trouble(ProviderUnavailable(), 0.0)
    governor.trouble(ProviderUnavailable(), 0.0)
    assert governor.paused_for(0.0) == 0.0
    governor.trouble(ProviderUnavailable(), 0.0)
    assert governor.paused_for(0.0) == 1.0


def test_one_server_and_key_has_one_governor_and_every_other_its_own():
    mine = governor_for("https://a", "key-one", SYSTEM_CLOCK)
    assert governor_for("https://a", "key-one", SYSTEM_CLOCK) is mine
    assert governor_for("https://a", "key-two", SYSTEM_CLOCK) is not mine
    assert governor_for("https://b", "key-one", SYSTEM_CLOCK) is not mine
    assert "key-one" not in repr(mine) + str(vars(mine))


def test_threads_never_get_in_beyond_the_bound():
    governor = Governor("server", concurrency=3)
    inside, most, lock = 0, 0, threading.Lock()

    def visitor() -> None:
        nonlocal inside, most
        for _ in range(200):
            room = threading.Event()
            while governor.enter(0.0, room.set):
                assert room.wait(10), "a visitor who was refused was never woken"
                room = threading.Event()
            with lock:
                inside += 1
                most = max(most, inside)
            with lock:
                inside -= 1
            governor.leave()

    threads = [threading.Thread(target=visitor) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most <= 3
