"""The simulator: what tests, the demo and the commands hold in their hands."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from tidings_simulator.app import Application
from tidings_simulator.cast import Plugins, check_dialect, installed
from tidings_simulator.clock import SimulatedClock
from tidings_simulator.control import control
from tidings_simulator.faults import Faults
from tidings_simulator.hosting import Host
from tidings_simulator.links import Links
from tidings_simulator.log import RequestLog
from tidings_simulator.router import OFFICIAL, Router
from tidings_simulator.tasks import Record, Tasks
from tidings_simulator.world import World

DEFAULT_KEY = "sk-simulated"


class Simulator:
    """A server on loopback that plays every installed provider. Listens once started, as a context manager does.

        with Simulator(speed=60) as simulator:
            task = simulator.add("luma", outcome="failed")
            client = tidings.Client(gateway_url=simulator.url, gateway_key=simulator.key)

    Args:
        providers: names of those to play; all installed ones when left out.
        speed: simulated seconds in a real one; 0 stands still until `advance` moves it.
        start: what the simulated clock shows at first, aware UTC; the real time when left out.
        key: the key it wants in every request to a provider; None wants none.
        dialects: provider to the dialect that its tasks speak where they say nothing themselves.
        host, port: where to listen; port 0 takes a free one.
        plugins: where providers come from; the installed ones when left out.

    Raises:
        ValueError, TidingsError: a provider that cannot be played, a dialect or a speed that does not exist.
        OSError: the port is taken.
    """

    def __init__(
        self,
        *,
        providers: Iterable[str] | None = None,
        speed: float = 1.0,
        start: datetime | None = None,
        key: str | None = DEFAULT_KEY,
        dialects: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        plugins: Plugins | None = None,
    ) -> None:
        found = plugins if plugins is not None else _installed_plugins()
        self._played, self.skipped = installed(found, names=providers, dialects=dialects or {})
        self.clock = SimulatedClock(speed=speed, start=start)
        self.key = key
        router = Router(self._played.values())
        self._host = Host(host, port)
        self.url = f"http://{self._host.host}:{self._host.port}"
        links = Links(self.url, now=self.clock.now, secret=secrets.token_bytes(16))
        self._world = World(router, self.clock, links, self.url, key)
        self._numbers = itertools.count(1)

    @property
    def providers(self) -> tuple[str, ...]:
        """The names of those it plays."""
        return tuple(self._played)

    @property
    def tasks(self) -> Tasks:
        """All tasks that were added."""
        return self._world.tasks

    @property
    def faults(self) -> Faults:
        """What goes wrong: `simulator.faults.add("rate_limited", times=3)`."""
        return self._world.faults

    @property
    def requests(self) -> RequestLog:
        """What providers were asked: `simulator.requests.count(route="batch")`."""
        return self._world.requests

    @property
    def downloads(self) -> RequestLog:
        """Which files were asked for."""
        return self._world.downloads

    def url_for(self, provider: str) -> str:
        """The provider's own address, as opposed to the gateway at `url`: for its official client library."""
        return f"{self.url}{OFFICIAL}/{provider}"

    def dialects(self, provider: str) -> tuple[str, ...]:
        """The dialects the provider's simulation knows."""
        return tuple(self._played[provider].simulation.dialects)

    def add(
        self,
        provider: str,
        id: str | None = None,  # noqa: A002  # the same name as in refs and statuses
        *,
        outcome: str = "succeeded",
        dialect: str | None = None,
        durations: Mapping[str, float] | None = None,
        failure: str | None = None,
        route: str | None = None,
        age: float = 0.0,
        facts: Mapping[str, Any] | None = None,
    ) -> Record:
        """Begin a task now; it lives through its states by itself.

        Args:
            id: any text; one such as the provider gives when left out. A task with the same id is replaced.
            outcome: how it ends: succeeded, failed, or what else the provider's simulation lists.
            dialect: how the provider speaks about it.
            durations: stages to simulated seconds; 0 skips a stage, infinity makes the task stuck in it.
            failure: why it fails, in the provider's words.
            route: what else addresses it (Kling's family); the provider's usual one when left out.
            age: simulated seconds ago that it began.
            facts: what else the provider's simulation may say about it: a prompt, a size.

        Raises:
            ValueError: the provider is not played, or has no such outcome, stage or dialect.
        """
        if provider not in self._played:
            raise ValueError(f"{provider!r} is not played here; played: {', '.join(self._played)}")
        simulation, number = self._played[provider].simulation, next(self._numbers)
        if dialect is not None:
            check_dialect(simulation, dialect)
        record = Record(
            provider=provider,
            id=simulation.new_id(number) if id is None else id,
            number=number,
            created=self.clock.elapsed() - age,
            timeline=simulation.timeline(outcome, durations or {}),
            failure=simulation.failure if failure is None else failure,
            dialect=dialect,
            route=simulation.default_route if route is None else route,
            facts=dict(facts or {}),
        )
        self.tasks.add(record)
        return record

    def advance(self, seconds: float) -> None:
        """Move simulated time on by `seconds` at once."""
        self.clock.advance(seconds)

    def start(self) -> Self:
        """Answer requests from now on."""
        self._host.start(Application(self._world, control=control(self), hang_up=self._host.hang_up))
        return self

    def stop(self) -> None:
        """Close every connection and the port."""
        self._host.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _installed_plugins() -> Plugins:
    from tidings.plugins import default_plugins  # reads entry points: only when none were given

    return default_plugins()
