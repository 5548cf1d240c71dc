"""A governor bounds, paces and pauses, and wakes whoever it refused."""

from __future__ import annotations

import logging
import math
import threading

import pytest

from tidings.clock import SYSTEM_CLOCK
from tidings.errors import ProviderUnavailable, RateLimited, TaskNotFound, UnexpectedResponse
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


def test_whoever_was_refused_is_woken_until_it_gets_in():
    governor = Governor("server", concurrency=1)
    woken = []
    wake = lambda: woken.append(1)  # noqa: E731  # a name, so that it is the same one each time
    governor.enter(0.0, nobody)
    governor.enter(0.0, wake)
    governor.enter(0.0, wake)
    governor.leave()
    governor.enter(0.0, wake)
    governor.leave()
    assert woken == [1]


def test_who_was_just_admitted_stands_behind_those_who_were_refused():
    governor, order = Governor("server", concurrency=1), []
    busy, patient = (lambda: order.append("busy")), (lambda: order.append("patient"))
    governor.enter(0.0, busy)
    governor.enter(0.0, busy)  # wants more
    governor.enter(0.0, patient)
    governor.leave()
    assert order == ["busy", "patient"]
    governor.enter(0.0, busy)  # admitted again, and at once wants more
    governor.enter(0.0, busy)
    order.clear()
    governor.leave()
    assert order == ["patient", "busy"]


def test_nobody_who_withdrew_is_woken():
    governor = Governor("server", concurrency=1)
    governor.enter(0.0, nobody)
    governor.enter(0.0, nobody)
    governor.withdraw(nobody)
    governor.leave()


def test_a_configured_bound_holds_above_the_usual_one_too():
    governor = Governor("server")
    governor.tighten(concurrency=200)
    assert [governor.enter(0.0, lambda: None) for _ in range(201)] == [0.0] * 200 + [math.inf]


def test_further_requests_of_one_admission_wait_for_slots_and_pauses():
    governor = Governor("server", per_second=1.0)
    governor.enter(0.0, nobody)
    assert governor.further(0.0) == 1.0
    assert governor.further(0.0) == 2.0
    governor.failed(RateLimited(retry_after=9.0), 0.0)
    assert governor.further(0.0) == 9.0


def test_what_is_wrong_with_one_answer_pauses_nobody():
    governor = Governor("server")
    for _ in range(9):
        governor.failed(UnexpectedResponse("not ready yet", retryable=True), 0.0)
        governor.failed(TaskNotFound(), 0.0)
    assert governor.paused_for(0.0) == 0.0


def test_fifty_failures_within_a_pause_are_one_line_in_the_log(caplog):
    governor = Governor("server")
    with caplog.at_level(logging.WARNING, "tidings"):
        for number in range(50):
            governor.failed(RateLimited(retry_after=5.0), number / 1e6)
    assert caplog.text.count("pausing for") == 1


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
        governor.failed(RateLimited("slow down", retry_after=8.0), 100.0)
    assert governor.paused_for(100.0) == 8.0
    assert governor.enter(103.0, lambda: None) == 5.0
    assert governor.enter(108.0, nobody) == 0.0
    assert "https://gateway.example: pausing for 8.0 s" in caplog.text


def test_pauses_grow_while_rate_limits_go_on_and_begin_anew_after_a_good_answer():
    governor = Governor("server")
    now, pauses = 0.0, []
    for _ in range(4):
        governor.failed(RateLimited(), now)
        pauses.append(governor.paused_for(now))
        now += pauses[-1]
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    governor.answered()
    governor.failed(RateLimited(), now)
    assert governor.paused_for(now) == 1.0


def test_fifty_requests_refused_together_count_as_one():
    governor = Governor("server")
    for _ in range(50):
        governor.failed(RateLimited(), 0.0)
    assert governor.paused_for(0.0) == 1.0


def test_single_failures_of_a_server_pause_nobody():
    governor = Governor("server")
    governor.failed(ProviderUnavailable(), 0.0)
    governor.failed(ProviderUnavailable(), 0.0)
    assert governor.paused_for(0.0) == 0.0
    governor.failed(ProviderUnavailable(), 0.0)
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
