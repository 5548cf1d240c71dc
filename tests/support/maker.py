"""An invented maker with a batch call, and a lane to it whose time is virtual."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from pydantic import SecretStr

from tidings.config import Account
from tidings.errors import FetchError
from tidings.flow import Retry
from tidings.lanes import Governor, Inquiry, Lane, Sender
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.plugins import Observers
from tidings.provider import Include, Limits, Provider
from tidings.testing.fake import FakeTransport, respond
from tidings.testing.virtual import VirtualClock
from tidings.wire import Request, Response

KEY = "sk-lanes-secret"


class Maker(Provider):
    name = "maker"
    title = "A maker"
    states = {"run": TaskState.running, "done": TaskState.succeeded}
    gateway_path = ""
    routes = ("*",)
    limits = Limits(batch=10, interval=5.0)
    includes = {"seed": Include(lambda ref: Request("GET", f"/seed/{ref.id}"), lambda response, ref: response.json())}

    def request(self, ref: TaskRef) -> Request:
        return Request("GET", f"/one/{ref.id}")

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        return self._status(response, ref, response.json())

    def batch_request(self, refs: Sequence[TaskRef]) -> Request:
        return Request("POST", f"/many/{refs[0].route or ''}", json=[ref.id for ref in refs])

    def parse_batch(self, response: Response, refs: Sequence[TaskRef]) -> Mapping[TaskRef, TaskStatus | FetchError]:
        words = response.json()
        return {ref: self._status(response, ref, words[ref.id]) for ref in refs if ref.id in words}

    def _status(self, response: Response, ref: TaskRef, word: str) -> TaskStatus:
        state, raw = self.read_state(word)
        return TaskStatus(ref=ref, state=state, raw_state=raw, observed_at=response.received_at)


class Server:
    """Answers "run" for every task, unless a rule says otherwise.

    Attributes:
        rules: functions from (ids, outgoing) to a response, an exception to raise, or None to let the next one answer.
        batches: the ids of each request for several tasks, in order.
        singles: how often each task was asked for alone.
    """

    def __init__(self) -> None:
        self.rules: list[Callable] = []
        self.batches: list[list[str]] = []
        self.singles: Counter[str] = Counter()

    @property
    def requests(self) -> int:
        return len(self.batches) + self.singles.total()

    def __call__(self, outgoing):
        is_batch = outgoing.method == "POST"
        ids = json.loads(outgoing.body) if is_batch else [outgoing.url.rsplit("/", 1)[1]]
        if is_batch:
            self.batches.append(ids)
        else:
            self.singles[ids[0]] += 1
        for rule in self.rules:
            answer = rule(ids, outgoing)
            if isinstance(answer, Exception):
                raise answer
            if answer is not None:
                return answer
        return respond(json_body=dict.fromkeys(ids, "run") if is_batch else "run")


THREE_TRIES = Retry()


@asynccontextmanager
async def lane_to(
    server,
    *,
    latency=0.2,
    batch=10,
    along=0.0,
    concurrency=50,
    retry=THREE_TRIES,
    governor=None,
    observers=None,
    provider=None,
    base_url="http://maker.test",
    clock=None,
):
    async def answered_late(outgoing):
        answer = server(outgoing)  # what was asked is known when it arrives
        await asyncio.sleep(latency)
        return await answer if inspect.isawaitable(answer) else answer

    clock = clock or VirtualClock()
    transport = FakeTransport(answered_late, clock=clock)
    account = Account(None, base_url, SecretStr(KEY), True, "", "")
    governor = governor or Governor("http://maker.test", concurrency=concurrency)
    provider = provider or Maker()
    sender = Sender(
        provider, account, transport=transport, clock=clock, observers=observers or Observers({}), timeout=30.0
    )
    limits = {None: Limits(batch=batch, interval=2 * along), **provider.route_limits}
    inquiry = Inquiry(provider, sender, governor, clock, limits_of=lambda route: limits.get(route, limits[None]))
    lane = Lane(inquiry, governor, clock, retry=retry, spread=lambda: 1.0)
    try:
        yield lane
    finally:
        await lane.aclose()


def ref(name: object, route: str | None = None) -> TaskRef:
    return TaskRef("maker", str(name), route=route)
