"""A client's transport and lanes, made when they are first needed, on the event loop they belong to."""

from __future__ import annotations

import asyncio

from tidings.client.accounts import Targets, lane_to
from tidings.clock import Clock
from tidings.errors import TidingsError
from tidings.flow import Retry
from tidings.lanes import Lane
from tidings.model import TaskRef
from tidings.plugins import Plugins
from tidings.transport import Transport, TransportLike, as_transport
from tidings.watch import Course

DOWNLOADS = 8
"""Tasks whose outputs one client saves at the same time: files are large, and storage is slow to thousands at once."""


class Connection:
    """Belongs to the event loop it is first used on, until it is closed or that loop is.

    Args:
        given: the transport that the user gave, which is not closed here; None for one of our own.
        timeout: seconds for one request.

    Attributes:
        saving: bounds how many tasks' outputs are saved at the same time.
    """

    def __init__(
        self,
        targets: Targets,
        plugins: Plugins,
        clock: Clock,
        *,
        given: TransportLike | None,
        retry: Retry,
        timeout: float,
    ) -> None:
        self.saving = asyncio.Semaphore(DOWNLOADS)
        self._targets = targets
        self._plugins = plugins
        self._clock = clock
        self._given = given
        self._retry = retry
        self._timeout = timeout
        self._transport: Transport | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lanes: dict[tuple[str, str | None], Lane] = {}
        self._courses: dict[tuple[str, str | None, str | None], Course] = {}

    def transport(self) -> Transport:
        """The transport.

        Raises:
            TidingsError: this is another event loop than the one it belongs to.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not None and self._loop.is_closed():  # and with it every connection and whoever waited
            self._forget()
        if self._transport is None:
            self._transport, self._loop = as_transport(self._given, self._clock), loop
            self.saving = asyncio.Semaphore(DOWNLOADS)  # anew: one that made somebody wait is tied to its loop
        elif self._loop is not loop:
            raise TidingsError("an AsyncClient belongs to the event loop it was first used on: make one for each loop")
        return self._transport

    def lane(self, task: TaskRef) -> Lane:
        """The lane to the task's provider with its account. Raises as `transport`, and as `Targets.of`."""
        transport, target = self.transport(), self._targets.of(task)
        lane = self._lanes.get((task.provider, task.account))
        if lane is None:
            lane = lane_to(target, transport, self._clock, self._plugins, self._retry, self._timeout)
            self._lanes[task.provider, task.account] = lane
        return lane

    def course(self, task: TaskRef) -> Course:
        """How the task is followed. Raises as `lane`."""
        lane = self.lane(task)
        kind = (task.provider, task.account, task.route)
        course = self._courses.get(kind)
        if course is None:
            interval = self._targets.of(task).limits_of(task.route).interval
            course = self._courses[kind] = Course(lane, lane.batch_route(task), interval)
        return course

    async def aclose(self) -> None:
        """End what is under way and close the connections; the next use opens new ones."""
        if self._transport is None:
            return
        transport, lanes = self.transport(), list(self._lanes.values())
        self._forget()
        for lane in lanes:
            await lane.aclose()
        if transport is not self._given:
            await transport.aclose()

    def _forget(self) -> None:
        self._transport, self._loop, self._lanes, self._courses = None, None, {}, {}
