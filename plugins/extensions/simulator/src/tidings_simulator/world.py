"""Everything the simulator's parts share: what there is, what goes wrong, what time it is and what was asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from tidings_simulator.clock import SimulatedClock
from tidings_simulator.faults import Faults
from tidings_simulator.links import Links
from tidings_simulator.log import RequestLog
from tidings_simulator.router import Router
from tidings_simulator.tasks import Tasks


@dataclass(frozen=True)
class World:
    """One simulator's state.

    Attributes:
        base_url: scheme, host and port it is reached at.
        key: the key it wants, None when it wants none. In no repr.
        requests, downloads: what came, to providers and for files.
    """

    router: Router
    clock: SimulatedClock
    links: Links
    base_url: str
    key: str | None = field(repr=False)
    tasks: Tasks = field(default_factory=Tasks)
    faults: Faults = field(default_factory=Faults)
    requests: RequestLog = field(default_factory=RequestLog)
    downloads: RequestLog = field(default_factory=RequestLog)
