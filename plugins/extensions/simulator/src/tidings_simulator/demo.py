"""The demo: a dozen simulated Luma tasks, looked at, waited for and downloaded over real HTTP."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from httpx_aiohttp import AiohttpTransport

from tidings.client import AsyncClient
from tidings.config import Config
from tidings.errors import TidingsError
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings_simulator.server import Simulator

SPEED = 10.0  # simulated seconds in a real one: half a minute of rendering is three seconds of watching
_INTERVAL = 5.0  # simulated seconds between two looks at a task: Luma's own, as the simulator's clock has them
_WIDTH = 22
_SETTINGS = """
[gateway]
url = "{url}"
key = "env:DEMO_KEY"
interval = {interval}
"""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Part:
    """A task of the demo: its id, the dialect its gateway speaks and how long what takes, in simulated seconds."""

    id: str
    dialect: str
    durations: Mapping[str, float]
    outcome: str = "succeeded"
    failure: str | None = None
    age: float = 0.0

    @property
    def ref(self) -> TaskRef:
        return TaskRef("luma", self.id)


def _lasting(pending: float, processing: float, **others: float) -> Mapping[str, float]:
    return {"pending": pending, "processing": processing, **others}


PARTS: Sequence[Part] = (
    Part("cat-dance", "A", _lasting(2, 28)),
    Part("paper-boat", "C", _lasting(2, 8), age=20),
    Part("night-train", "D", _lasting(5, 40)),
    Part("tea-ceremony", "E", _lasting(10, 30)),
    Part("first-snow", "F", _lasting(15, 25)),
    Part("market-day", "B", _lasting(5, 15)),
    Part("lost-balloon", "A", _lasting(5, 30), outcome="failed", failure="Frame moderation failed"),
    Part("deep-sea", "C", _lasting(10, 20, linkless=15)),
    Part("old-lighthouse", "D", _lasting(5, 50)),
    Part("desert-bloom", "E", _lasting(5, 35, queued=10)),
    Part("clockmaker", "F", _lasting(20, 25)),
)
UNKNOWN = TaskRef("luma", "no-such-task")


def run_demo(folder: Path, *, say: Say, speed: float = SPEED) -> None:
    """Play it, saying what happens line by line, and save the files into `folder`.

    Raises:
        TidingsError: something did not work; in a sound installation nothing does not.
    """
    with Simulator(providers=["luma"], speed=speed) as simulator:
        for part in PARTS:
            simulator.add(
                "luma",
                part.id,
                dialect=part.dialect,
                outcome=part.outcome,
                durations=part.durations,
                failure=part.failure,
                age=part.age,
            )
        asyncio.run(_Demo(simulator, folder, say).run())


@dataclass
class _Demo:
    simulator: Simulator
    folder: Path
    say: Say
    states: dict[TaskRef, TaskState] = field(default_factory=dict)
    looks: int = 0

    async def run(self) -> None:
        """The acts in order."""
        speed = self.simulator.clock.speed
        self.say(f"A simulated gateway at {self.simulator.url}, its clock {speed:g} times as fast as yours.")
        async with _client(_config(self.simulator)) as client:
            await self._look_at_one(client)
            await self._look_at_all(client)
            statuses = await self._wait(client)
            await self._ask_for_more(client)
            files = await self._download(client, statuses)
        self._sum_up(files)

    async def _look_at_one(self, client: AsyncClient) -> None:
        self.say("\n1. One look at one task: GET /luma/generations/ID, in four gateways' dialects")
        for part in PARTS[1:5]:
            status = await client.fetch(part.ref)
            self.looks += 1
            self.say(_line(status, f"dialect {part.dialect} says {status.raw_state!r}"))

    async def _look_at_all(self, client: AsyncClient) -> None:
        refs = [*(part.ref for part in PARTS), UNKNOWN]
        self.say(f"\n2. One look at all {len(refs)}, in one request: POST /luma/tasks")
        answers = await client.fetch_many(refs, return_exceptions=True)
        self.looks += len(refs)
        for ref, answer in zip(refs, answers, strict=True):
            if isinstance(answer, TidingsError):
                self.say(f"   {ref!s:<{_WIDTH}} not found: {answer.message}")
            else:
                self.states[ref] = answer.state
                self.say(_line(answer))

    async def _wait(self, client: AsyncClient) -> list[TaskStatus]:
        """Everybody waits for a task of his own; someone else looks at those still open. They share their requests."""
        self.say(f"\n3. {len(PARTS)} callers wait, each for one task")
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch(client))
            waiting = [group.create_task(self._wait_for(client, part.ref)) for part in PARTS]
            statuses = [await each for each in waiting]
            watching.cancel()
        return statuses

    async def _wait_for(self, client: AsyncClient, ref: TaskRef) -> TaskStatus:
        self.looks += 1
        status = await client.wait(ref)
        self._note(status)
        return status

    async def _watch(self, client: AsyncClient) -> None:
        while True:
            await asyncio.sleep(_INTERVAL / self.simulator.clock.speed)
            still_open = [ref for ref, state in self.states.items() if not state.is_final]
            self.looks += len(still_open)
            for status in await client.fetch_many(still_open):
                self._note(status)

    def _note(self, status: TaskStatus) -> None:
        """Say what changed, once."""
        if self.states[status.ref] is status.state:
            return
        before, self.states[status.ref] = self.states[status.ref], status.state
        why = f": {status.failure.message}" if status.failure else ""
        self.say(f"   {status.ref!s:<{_WIDTH}} {before} -> {status.state}{why}")

    async def _ask_for_more(self, client: AsyncClient) -> None:
        self.say("\n4. Something extra on request: fetch(..., include=('unwatermarked',))")
        status = await client.fetch(PARTS[1].ref, include=("unwatermarked",))
        self.looks += 1
        best = status.outputs[0]
        dies = f", its link dies at {best.expires_at:%H:%M:%S} UTC" if best.expires_at else ""
        self.say(_line(status, f"{best.kind} without watermark{dies}"))

    async def _download(self, client: AsyncClient, statuses: Sequence[TaskStatus]) -> list[Path]:
        self.say(f"\n5. Downloading what succeeded to {self.folder}")
        succeeded = [status for status in statuses if status.state is TaskState.succeeded]
        saved = await asyncio.gather(*(client.download(status, self.folder) for status in succeeded))
        files = [path for paths in saved for path in paths]
        for path in files:
            self.say(f"   {path.name}  {path.stat().st_size} bytes")
        return files

    def _sum_up(self, files: Sequence[Path]) -> None:
        log = self.simulator.requests
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(log.counts["luma"].items()))
        finals = sum(state.is_final for state in self.states.values())
        self.say(f"\n{finals} tasks finished, {len(files)} files saved.")
        self.say(f"{self.looks} looks and waits took {len(log)} requests ({kinds}).")
        self.say("done")


@asynccontextmanager
async def _client(config: Config) -> AsyncIterator[AsyncClient]:
    """A client that goes through no proxy of the machine."""
    async with (
        httpx.AsyncClient(transport=AiohttpTransport(), trust_env=False) as http,
        AsyncClient(config=config, transport=http) as client,
    ):
        yield client


def _config(simulator: Simulator) -> Config:
    """A configuration that knows only the simulator: no variable and no file of the machine reaches it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, "tidings.toml")
        interval = _INTERVAL / simulator.clock.speed
        settings.write_text(_SETTINGS.format(url=simulator.url, interval=interval), encoding="utf-8")
        return Config.load(env={"DEMO_KEY": simulator.key or ""}, cwd=settings.parent, user_dir=settings.parent)


def _line(status: TaskStatus, remark: str = "") -> str:
    return f"   {status.ref!s:<{_WIDTH}} {status.state:<10} {remark}".rstrip()
