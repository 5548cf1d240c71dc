"""Whatever a server does, every followed task ends in exactly one way, and that way is true.

A state machine drives the scheduler and the lanes through the public verbs, in virtual time, against a server that
delays, drops, refuses, breaks and says words that nobody knows.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from tidings import AsyncClient, Budgets, Patience, TaskNotFound, UnknownState, WaitTimeout
from tidings.errors import FetchError, Unreachable
from tidings.lanes import forget_governors
from tidings.model import Change, TaskRef
from tidings.testing.fake import FakeTransport, respond
from tidings.testing.virtual import VirtualClock, _VirtualLoop
from tidings.transport import Outgoing
from tidings.wire import Response

PATIENCE = Patience(outage=120.0, not_found=40.0, unknown=90.0)
LONGEST = 3600.0  # seconds that one task may take
FINAL = {"completed": "succeeded", "failed": "failed"}
MOODS = ("well", "limited", "limited for 20 s", "broken", "cut", "web page", "forgetful", "strange", "slow")


@dataclass
class Server:
    """Knows the truth, and tells it as its mood allows.

    Attributes:
        ends: when each task ends and with which word.
        said: the last word that was told about each task.
    """

    loop: asyncio.AbstractEventLoop
    mood: str = "well"
    ends: dict[str, tuple[float, str]] = field(default_factory=dict)
    moods: list[tuple[float, str]] = field(default_factory=lambda: [(0.0, "well")])
    in_flight: set[str] = field(default_factory=set)

    def feel(self, mood: str) -> None:
        self.mood = mood
        self.moods.append((self.loop.time(), mood))

    async def __call__(self, outgoing: Outgoing) -> Response:
        mood = self.mood
        await asyncio.sleep(12.0 if mood == "slow" else 0.05)
        if mood == "cut":
            raise Unreachable("the line was cut")
        if refusal := REFUSALS.get(mood):
            return refusal
        is_batch = outgoing.method == "POST"
        ids = json.loads(outgoing.body or b"{}")["ids"] if is_batch else [outgoing.url.rpartition("/")[2]]
        if mood == "forgetful":
            ids = ids[1:]
        objects = [self._object(task, mood) for task in ids]
        if not is_batch:
            return respond(json_body=objects[0]) if objects else respond(404, {"error": {"message": "no such task"}})
        return respond(json_body=objects)

    def _object(self, task: str, mood: str) -> dict[str, object]:
        at, word = self.ends[task]
        said = word if self.loop.time() >= at else "processing"
        video = {"url": f"https://cdn.example/{task}.mp4"} if said == "completed" else None
        return {"id": task, "state": "levitating" if mood == "strange" else said, "video": video}


REFUSALS = {
    "limited": respond(429, {"error": {"message": "slow down"}}),
    "limited for 20 s": respond(429, {"error": {"message": "slow down"}}, headers={"Retry-After": "20"}),
    "broken": respond(500, {"error": {"message": "oops"}}),
    "web page": respond(200, body=b"<!doctype html><title>Maintenance</title>"),
}


class Following(RuleBasedStateMachine):
    tasks = Bundle("tasks")

    def __init__(self) -> None:
        super().__init__()
        forget_governors()
        self.runner = asyncio.Runner(loop_factory=_VirtualLoop)
        self.loop = self.runner.get_loop()
        self.server = Server(self.loop)
        self.changes: list[tuple[float, Change]] = []
        self.began: dict[str, float] = {}
        self.removed: set[str] = set()

    @initialize(batch=st.sampled_from([1, 2, 100]), limit=st.sampled_from([None, 900.0]))
    def open(self, batch: int, limit: float | None) -> None:
        clock = VirtualClock()
        self.limit = limit
        account = {"url": "https://gateway.example", "key": "sk-state-machine", "batch": batch}
        transport = FakeTransport(self.server, clock=clock)
        self.client = AsyncClient(accounts={"it": account}, transport=transport, clock=clock, patience=PATIENCE)

        async def start() -> None:
            self.feed = self.client.watch([], timeout=None, budgets=Budgets(task=limit), open_ended=True)
            self.reader = asyncio.create_task(self.read())

        self.runner.run(start())

    async def read(self) -> None:
        async for change in self.feed:
            self.changes.append((self.loop.time(), change))

    @rule(target=tasks, takes=st.floats(0.0, LONGEST), word=st.sampled_from(sorted(FINAL)))
    def begin(self, takes: float, word: str) -> str:
        task = f"t{len(self.began)}"
        self.server.ends[task] = (self.loop.time() + takes, word)
        self.began[task] = self.loop.time()
        self.on_loop(lambda: self.feed.add([f"luma@it:{task}"]))
        return task

    @rule(task=tasks)
    def add_again(self, task: str) -> None:
        if task not in self.removed and not self.ends_of(task):
            self.on_loop(lambda: self.feed.add([f"luma@it:{task}"]))

    @rule(task=tasks)
    def remove(self, task: str) -> None:
        self.on_loop(lambda: self.feed.remove([f"luma@it:{task}"]))
        if not self.ends_of(task):
            self.removed.add(task)

    @rule(mood=st.sampled_from(MOODS))
    def change_mood(self, mood: str) -> None:
        self.server.feel(mood)

    @rule(seconds=st.sampled_from([0.01, 1.0, 7.0, 31.0, 95.0, 400.0]))
    def let_time_pass(self, seconds: float) -> None:
        self.runner.run(asyncio.sleep(seconds))

    @rule(task=tasks)
    def look_once(self, task: str) -> None:
        """Somebody else asks, too, and leaves before there is an answer."""

        async def look() -> None:
            asking = asyncio.create_task(self.client.fetch(f"luma@it:{task}"))
            await asyncio.sleep(0.01)
            asking.cancel()
            await asyncio.wait([asking])

        self.runner.run(look())

    @invariant()
    def nobody_ends_twice(self) -> None:
        ended = [change.ref for _, change in self.changes if change.is_end]
        assert len(ended) == len(set(ended))

    def ends_of(self, task: str) -> list[tuple[float, Change]]:
        self.runner.run(asyncio.sleep(0))  # what was told is read
        ref = TaskRef("luma", task, "it")
        return [(at, change) for at, change in self.changes if change.ref == ref and change.is_end]

    def on_loop(self, act: Callable[[], None]) -> None:
        async def there() -> None:
            act()

        self.runner.run(there())

    def teardown(self) -> None:
        if not hasattr(self, "client"):
            return
        self.server.feel("well")
        self.runner.run(asyncio.sleep(2 * LONGEST))
        for task in self.began:
            ends = self.ends_of(task)
            assert len(ends) == (1 if task not in self.removed else 0), (task, ends)
            for at, change in ends:
                self.check(task, at, change)
        self.on_loop(self.feed.close)
        self.runner.run(self.client.aclose())
        self.runner.close()

    def check(self, task: str, at: float, change: Change) -> None:
        """The one end is what happened."""
        over, word = self.server.ends[task]
        if change.error is None:
            assert change.status is not None
            assert change.status.state == FINAL[word]
            assert at >= over
        elif isinstance(change.error, WaitTimeout):
            assert self.limit is not None
            assert abs(at - self.began[task] - self.limit) < 0.01
        elif isinstance(change.error, UnknownState):
            assert self.felt({"strange"}, at)
        elif isinstance(change.error, TaskNotFound):
            assert self.felt({"forgetful"}, at)
        else:
            assert isinstance(change.error, FetchError)
            assert self.felt({"broken", "cut", "web page", "slow"}, at)

    def felt(self, moods: set[str], until: float) -> bool:
        return any(mood in moods for since, mood in self.moods_until(until))

    def moods_until(self, until: float) -> list[tuple[float, str]]:
        return [(since, mood) for since, mood in self.server.moods if since <= until]


Following.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,  # time is virtual
    suppress_health_check=[HealthCheck.too_slow],
)
TestFollowing = Following.TestCase
