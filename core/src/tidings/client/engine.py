"""The asynchronous client: one look, many looks, waiting, saving."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tidings.client.accounts import Targets, checked_includes, lane_to
from tidings.client.outcomes import no_answer, outcome, status_of, timed_out, with_extra
from tidings.clock import SYSTEM_CLOCK, Clock
from tidings.config import Config
from tidings.download import save
from tidings.errors import FetchErrors, TidingsError
from tidings.flow import Retry
from tidings.lanes import Lane
from tidings.model import Role, TaskRef, TaskState, TaskStatus
from tidings.plugins import Plugins, default_plugins
from tidings.schedule import Done, GiveUp, Patience, Waiting, judge
from tidings.transport import Transport, TransportLike, as_transport


class AsyncClient:
    """Asks what became of tasks, with as few requests as can be.

    Any number of callers share its requests: one task asked for twice at once is one question, and tasks of one account
    travel together where the maker has a batch call. It belongs to the event loop it is first used on; make one and
    keep it, a client per call gives all that away.

    Args:
        gateway_url, gateway_key: one gateway for every provider it serves; else the environment and the files say.
        accounts: further accounts by name, each as a table `[accounts.NAME]` of `tidings.toml`.
        transport: an `httpx.AsyncClient` or `httpx.AsyncBaseTransport` of your own, or a `tidings.transport.Transport`.
        request_timeout: seconds for one request, from connecting to its last byte.
        retry: which failed requests are tried again.
        patience: what `wait` bears, and for how long.
        config, plugins, clock: made by you instead of found, read or taken from the machine.
    """

    def __init__(
        self,
        *,
        gateway_url: str | None = None,
        gateway_key: str | None = None,
        accounts: Mapping[str, Mapping[str, object]] | None = None,
        transport: TransportLike | None = None,
        request_timeout: float = 30.0,
        retry: Retry = Retry(),  # noqa: B008  # frozen, so one for all is as good as one each
        patience: Patience = Patience(),  # noqa: B008  # likewise
        config: Config | None = None,
        plugins: Plugins | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._plugins = plugins if plugins is not None else default_plugins()
        self._config = config or Config.load(gateway_url=gateway_url, gateway_key=gateway_key, accounts=accounts)
        self._targets = Targets(self._plugins, self._config)
        self._given_transport = transport
        self._transport: Transport | None = None
        self._request_timeout = request_timeout
        self._retry = retry
        self._patience = patience
        self._clock = clock
        self._lanes: dict[tuple[str, str | None], Lane] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close connections and end what is under way; whoever still waits gets a `TidingsError`."""
        lanes, self._lanes = list(self._lanes.values()), {}
        for lane in lanes:
            await lane.aclose()
        if self._transport is not None and self._transport is not self._given_transport:
            await self._transport.aclose()
        self._transport = self._loop = None

    def check(self, refs: Iterable[str | TaskRef]) -> list[TaskRef]:
        """The refs as values, once it is known that each can be asked for. Sends nothing.

        Raises:
            InvalidRef, UnknownProvider, PluginError, ConfigError: for the first that cannot.
        """
        tasks = [named(ref) for ref in refs]
        for task in tasks:
            self._targets.of(task)
        return tasks

    async def fetch(
        self, ref: str | TaskRef, *, include: Iterable[str] = (), timeout: float | None = None
    ) -> TaskStatus:
        """Look once.

        Args:
            include: named extras of the provider, asked for only after success; see `tidings providers`.
            timeout: most seconds to wait for the answer; None leaves it to the limits of requests and retries.

        Raises:
            InvalidRef, UnknownProvider, PluginError, ConfigError: it cannot be asked for; nothing was sent.
            FetchError: we could not find out.
            WaitTimeout: `timeout` seconds passed.
        """
        task = named(ref)
        names = checked_includes(include, self._targets.of(task).provider) if include else ()
        if timeout is None and not names:
            return status_of(await self._lane(task).answer(task))
        try:
            async with asyncio.timeout(timeout):
                return await self._look(task, names)
        except TimeoutError as error:
            raise no_answer(task, timeout) from error

    async def fetch_many(
        self,
        refs: Iterable[str | TaskRef],
        *,
        include: Iterable[str] = (),
        return_exceptions: bool = False,
        timeout: float | None = None,
    ) -> list[Any]:
        """Look once at each, in as few requests as can be.

        Args:
            return_exceptions: put errors into the list instead of raising them together at the end.
            include, timeout: as in `fetch`; the seconds are for all of them together.

        Returns:
            A `TaskStatus` for each of `refs`, in their order; with `return_exceptions` also `TidingsError`s.

        Raises:
            InvalidRef, UnknownProvider, PluginError, ConfigError: one cannot be asked for; nothing was sent.
            FetchErrors: some could not be asked or found; raised after all were answered, and holds all the answers.
        """
        tasks = self.check(refs)
        names = tuple(include)
        for task in tasks if names else ():
            checked_includes(names, self._targets.of(task).provider)
        looks = {task: asyncio.create_task(self._look_or_error(task, names)) for task in dict.fromkeys(tasks)}
        await done(looks.values(), timeout)
        results = [outcome(looks[task], task, timeout) for task in tasks]
        if not return_exceptions and any(isinstance(result, TidingsError) for result in results):
            raise FetchErrors(results)
        return results

    async def wait(
        self, ref: str | TaskRef, *, timeout: float | None = 900.0, include: Iterable[str] = ()
    ) -> TaskStatus:
        """Look until nothing more will happen: the task ended, or the maker waits for the person (`input_required`).

        A failed task is returned, not raised: see `TaskStatus.raise_for_state`.

        Args:
            include: as in `fetch`.
            timeout: seconds after which to stop waiting; None waits for ever.

        Raises:
            WaitTimeout: `timeout` seconds passed; the task goes on, and `last_status` is what was last seen.
            UnknownState: the provider keeps saying a word we do not know.
            FetchError: we could not find out at all, or not for too long (`Patience`).
            InvalidRef, UnknownProvider, PluginError, ConfigError: as in `fetch`.
        """
        task = named(ref)
        target = self._targets.of(task)
        names = checked_includes(include, target.provider)
        now = self._clock.monotonic()
        deadline = None if timeout is None else now + timeout
        waiting = Waiting(began=now, least_pause=target.limits.interval, deadline=deadline, next_look=now)
        try:
            async with asyncio.timeout(timeout):
                while True:
                    answer = await self._lane(task).answer(task, due=waiting.next_look)
                    verdict = judge(waiting, answer, self._clock.monotonic(), self._patience)
                    if isinstance(verdict, GiveUp):
                        raise verdict.error
                    if isinstance(verdict, Done):
                        return await self._with_extras(verdict.status, names)
                    waiting = verdict
        except TimeoutError as error:
            raise timed_out(task, timeout, waiting) from error

    async def download(self, status: TaskStatus, to: str | Path, *, roles: Iterable[Role] = ("primary",)) -> list[Path]:
        """Save what the task made into the folder `to`, which is made if need be, and return the files' paths.

        A file is written under a temporary name and renamed when it is whole; one that is already there is kept.

        Args:
            roles: which outputs to save; see `Artifact.role`.

        Raises:
            DownloadError: it could not be saved, or there is nothing to save. `LinkExpired`: a link no longer works.
        """
        return await save(status, Path(to), self._connected(), roles=tuple(roles), clock=self._clock)

    async def _look(self, task: TaskRef, names: tuple[str, ...]) -> TaskStatus:
        return await self._with_extras(status_of(await self._lane(task).answer(task)), names)

    async def _look_or_error(self, task: TaskRef, names: tuple[str, ...]) -> TaskStatus | TidingsError:
        try:
            return await self._look(task, names)
        except TidingsError as error:
            return error

    async def _with_extras(self, status: TaskStatus, names: Sequence[str]) -> TaskStatus:
        """The status with the extras of those names; one that cannot be had leaves the status as it is."""
        if status.state is not TaskState.succeeded:
            return status
        lane = self._lane(status.ref)
        extras = await asyncio.gather(*(lane.answer(status.ref, include=name) for name in names))
        for name, extra in zip(names, extras, strict=True):
            status = with_extra(status, name, extra)
        return status

    def _lane(self, task: TaskRef) -> Lane:
        """The lane to the task's provider with its account, on the running loop."""
        transport = self._connected()
        target = self._targets.of(task)
        lane = self._lanes.get((task.provider, task.account))
        if lane is None:
            lane = lane_to(target, transport, self._clock, self._plugins, self._retry, self._request_timeout)
            self._lanes[task.provider, task.account] = lane
        return lane

    def _connected(self) -> Transport:
        """The transport, made on first use; from then on the client belongs to the running loop."""
        loop = asyncio.get_running_loop()
        if self._transport is None:
            self._transport, self._loop = as_transport(self._given_transport, self._clock), loop
        elif self._loop is not loop:
            raise TidingsError("an AsyncClient belongs to the event loop it was first used on: make one for each loop")
        return self._transport


def named(ref: str | TaskRef) -> TaskRef:
    """The ref as a value."""
    return ref if isinstance(ref, TaskRef) else TaskRef.parse(ref)


async def done(looks: Iterable[asyncio.Task[Any]], timeout: float | None) -> None:
    """Return when all are done; those that are not within `timeout` seconds are cancelled, as all are with us."""
    pending = set(looks)
    try:
        if pending:
            _, pending = await asyncio.wait(pending, timeout=timeout)
    finally:
        for look in pending:
            look.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
