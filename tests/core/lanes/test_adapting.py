"""A governor finds the pace that a server bears: it is refused a few times, not for ever, and recovers."""

from __future__ import annotations

import asyncio

from maker import Server, lane_to, ref

from tidings.errors import RateLimited
from tidings.flow import Retry
from tidings.lanes import Governor
from tidings.testing.fake import respond
from tidings.testing.virtual import in_virtual_time


class Bucket:
    """Bears so many requests a second; tells what is left where `tells`."""

    def __init__(self, rate: float, size: float, *, tells: bool = False) -> None:
        self.rate, self.size, self.tells = rate, size, tells
        self.level, self.at = size, 0.0
        self.refusals = 0

    def __call__(self, ids, outgoing):
        now = asyncio.get_running_loop().time()
        self.level = min(self.size, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < 1:
            self.refusals += 1
            return respond(429, {"error": {"message": "slow down"}})
        self.level -= 1
        left = int(self.level)
        headers = (
            {"RateLimit": f'"it";r={left};t={max(1, round((self.size - left) / self.rate))}'} if self.tells else {}
        )
        return respond(json_body="run", headers=headers)


PATIENT = Retry(attempts=1000, patience=1e6)


async def ask_all(lane, count):
    await asyncio.gather(*(lane.answer(ref(n)) for n in range(count)))


@in_virtual_time
async def test_it_converges_to_what_a_server_bears():
    bucket, server = Bucket(5.0, 10.0), Server()
    server.rules.append(bucket)
    async with lane_to(server, batch=1, retry=PATIENT) as lane:
        await ask_all(lane, 1000)
        seconds = asyncio.get_running_loop().time()
    assert 190 <= seconds < 600, "the server bears 1,000 in 200 s"
    assert bucket.refusals < 250


@in_virtual_time
async def test_a_server_that_tells_what_is_left_is_never_run_into_its_limit():
    bucket, server = Bucket(5.0, 60.0, tells=True), Server()
    server.rules.append(bucket)
    async with lane_to(server, batch=1, retry=PATIENT, concurrency=10) as lane:
        await ask_all(lane, 500)
    assert bucket.refusals == 0


def test_it_says_what_slows_it_down_and_when_that_is_over():
    governor = Governor("https://gateway.example")
    for tenth in range(100):
        governor.enter(tenth / 10, lambda: None)
        governor.leave()
    assert governor.trouble(10.0) is None
    governor.failed(RateLimited("slow down"), 10.0)
    trouble = governor.trouble(10.0)
    assert (trouble.server, trouble.pause, trouble.message) == ("https://gateway.example", 1.0, "slow down")
    assert 4.0 < trouble.per_second < 6.0
    later = governor.trouble(30.0)
    assert (later.pause, later.per_second > trouble.per_second) == (0.0, True)
    assert governor.trouble(100.0) is None


def test_what_was_in_flight_when_it_was_refused_counts_once():
    governor = Governor("https://gateway.example", per_second=10.0)
    for _ in range(20):
        governor.failed(RateLimited("slow down"), 5.0)
    assert governor.trouble(5.0).per_second == 5.0


def test_fewer_are_in_flight_while_it_is_throttled_but_never_none():
    governor = Governor("https://gateway.example", concurrency=4)
    for now in range(0, 400, 20):
        governor.failed(RateLimited("slow down"), float(now))
    assert governor.enter(500.0, lambda: None) == 0.0
