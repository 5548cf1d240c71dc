"""The demo: sixty simulated tasks of every system, looked at, waited for and downloaded over real HTTP."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from httpx_aiohttp import AiohttpTransport

from tidings.client import AsyncClient
from tidings.config import Config
from tidings.errors import LinkExpired, TidingsError
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings_simulator.programme import ASKS_BACK, EXPIRING, PARTS, WITH_EXTRA, Part
from tidings_simulator.server import Simulator

SPEED = 10.0  # simulated seconds in a real one: a minute of rendering is six seconds of watching
UNKNOWN = TaskRef("luma", "no-such-task")
_INTERVAL = 5.0  # simulated seconds between two looks at a task, as the simulator's clock has them
_HOURS = 2 * 3600.0  # simulated seconds after which the links of the makers that sign them are dead
_WIDTH = max(len(str(part.ref)) for part in PARTS)
_LOOK_AT_NONE = frozenset({"unwatermarked", "retrieve", "content"})  # routes that ask for a link or a file
_SETTINGS = """
[gateway]
url = "{url}"
key = "env:DEMO_KEY"
interval = {interval}

[settings]
learn = false
"""

Say = Callable[[str], None]


def run_demo(folder: Path, *, say: Say, speed: float = SPEED) -> None:
    """Play it, saying what happens line by line, and save the files into `folder`.

    Raises:
        TidingsError: something did not work; in a sound installation nothing does not.
    """
    with Simulator(speed=speed) as simulator:
        parts = [part for part in PARTS if part.provider in simulator.providers]
        for part in parts:
            part.add_to(simulator)
        asyncio.run(_Demo(simulator, folder, say, parts).run())


@dataclass
class _Demo:
    simulator: Simulator
    folder: Path
    say: Say
    parts: Sequence[Part]

    async def run(self) -> None:
        """The acts in order."""
        speed = self.simulator.clock.speed
        self.say(f"A simulated gateway at {self.simulator.url}, its clock {speed:g} times as fast as yours.")
        if missing := sorted({part.provider for part in PARTS} - {part.provider for part in self.parts}):
            self.say(f"Not installed here, so not shown: {', '.join(missing)}. `make demo` installs all.")
        async with _client(_config(self.simulator)) as client:
            await self._look_at_one_of_each(client)
            await self._look_at_all(client)
            statuses = await self._wait(client)
            await self._ask_for_more(client)
            files = await self._download(client, statuses)
            if EXPIRING in self.parts:
                await self._renew_a_link(client)
        self._sum_up(statuses, files)

    async def _look_at_one_of_each(self, client: AsyncClient) -> None:
        self.say("\n1. One look at one task of each system: what it says, and what that means")
        for part in {part.provider: part for part in self.parts}.values():
            status = await client.fetch(part.ref)
            self.say(_line(status, f"its word is {status.raw_state!r}"))

    async def _look_at_all(self, client: AsyncClient) -> None:
        refs = [*(part.ref for part in self.parts), UNKNOWN]
        before = len(self.simulator.requests)
        answers = await client.fetch_many(refs, return_exceptions=True)
        requests = len(self.simulator.requests) - before
        states = Counter(str(answer.state) for answer in answers if isinstance(answer, TaskStatus))
        self.say(
            f"\n2. One look at all {len(refs)}, in {requests} requests: tasks travel together where a maker lets them"
        )
        self.say(f"   {', '.join(f'{count} {state}' for state, count in states.most_common())}")
        for ref, answer in zip(refs, answers, strict=True):
            if isinstance(answer, TidingsError):
                self.say(f"   {ref!s:<{_WIDTH}}  not found: {answer.message}")

    async def _wait(self, client: AsyncClient) -> list[TaskStatus]:
        self.say(f"\n3. {len(self.parts)} callers wait, each for one task")
        return await asyncio.gather(*(self._wait_for(client, part.ref) for part in self.parts))

    async def _wait_for(self, client: AsyncClient, ref: TaskRef) -> TaskStatus:
        status = await client.wait(ref)
        self.say(_line(status, _remark(status)))
        return status

    async def _ask_for_more(self, client: AsyncClient) -> None:
        self.say("\n4. Something extra on request: fetch(..., include=('unwatermarked',))")
        status = await client.fetch(WITH_EXTRA.ref, include=("unwatermarked",))
        best = status.outputs[0]
        dies = f", its link dies at {best.expires_at:%H:%M:%S} UTC" if best.expires_at else ""
        self.say(_line(status, f"{best.kind} without watermark{dies}"))

    async def _download(self, client: AsyncClient, statuses: Sequence[TaskStatus]) -> list[Path]:
        self.say(f"\n5. Downloading what succeeded to {self.folder}")
        succeeded = [status for status in statuses if status.state is TaskState.succeeded and status.primary]
        saved = await asyncio.gather(*(client.download(status, self.folder) for status in succeeded))
        files = [path for paths in saved for path in paths]
        kinds = Counter(path.suffix for path in files)
        self.say(f"   {len(files)} files: {', '.join(f'{count} {suffix}' for suffix, count in kinds.most_common())}")
        return files

    async def _renew_a_link(self, client: AsyncClient) -> None:
        self.say("\n6. Hours later a link is dead; another look brings a new one")
        stale, aside = await client.fetch(EXPIRING.ref), self.folder / "later"
        self.simulator.advance(_HOURS)
        try:
            await client.download(stale, aside)
        except LinkExpired as error:
            self.say(_line(stale, error.message))
        (path,) = await client.download(await client.fetch(EXPIRING.ref), aside)
        self.say(_line(stale, f"saved as later/{path.name}"))

    def _sum_up(self, statuses: Sequence[TaskStatus], files: Sequence[Path]) -> None:
        ends = Counter(str(status.state) for status in statuses)
        ask_back = ends.pop(str(TaskState.input_required), 0)
        waits = f" {ask_back} waits for you ({ASKS_BACK.ref})," if ask_back else ""
        self.say(
            f"\n{ends.total()} tasks ended ({', '.join(f'{count} {state}' for state, count in ends.most_common())}),"
            f"{waits} {len(files)} files saved."
        )
        requests, looks = _counted(self.simulator)
        self.say(
            f"{looks} looks at tasks took {requests} requests; "
            f"a loop with one request for each task and look would have sent {looks}."
        )
        self.say("done")


def _remark(status: TaskStatus) -> str:
    """What a person would want to know of a task that is over."""
    if status.failure is not None:
        return f"{status.failure.code}: {status.failure.message}"
    if status.state is TaskState.input_required:
        return f"says {status.raw_state}: it goes on when you answer it, so waiting longer is pointless"
    return ", ".join(f"{count} {kind}" for kind, count in Counter(output.kind for output in status.primary).items())


def _counted(simulator: Simulator) -> tuple[int, int]:
    """How many requests asked for states, and of how many tasks, each as often as it was looked at."""
    looks = [len(request.task_ids) for request in simulator.requests if request.route not in _LOOK_AT_NONE]
    return len(looks), sum(looks)


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
    return f"   {status.ref!s:<{_WIDTH}}  {status.state:<14} {remark}".rstrip()
