"""The asynchronous client: one look, many looks, waiting, saving."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from weakref import WeakSet

from pydantic import SecretStr

from tidings.client.accounts import Targets
from tidings.client.asked import checked_includes, checked_request_timeout, checked_timeout, listed, named, names_of
from tidings.client.completions import Completions
from tidings.client.connection import Connection
from tidings.client.feed import Feed, Refs, Terms
from tidings.client.looks import AtMost, Limit, Question, TooLate, answers
from tidings.client.outcomes import Answer, no_answer, status_of, with_extra
from tidings.client.watching import Watching
from tidings.clock import SYSTEM_CLOCK, Clock
from tidings.config import Config
from tidings.download import save
from tidings.errors import FetchErrors, TidingsError
from tidings.flow import Retry
from tidings.lanes import Signature, signed_for_file
from tidings.model import Role, TaskRef, TaskState, TaskStatus
from tidings.plugins import Plugins, default_plugins
from tidings.schedule import Budgets, Patience
from tidings.transport import TransportLike
from tidings.watch import DURATIONS_FILE, Memory, News, Tell, TellLooks, Watch

NO_BUDGETS = Budgets()
F = TypeVar("F", bound=Feed[Any])


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
        patience: what waiting bears, and for how long.
        on_looks: called with what every look at a followed task brought, per batch; for tracing. It must not raise.
        config, plugins, clock: made by you instead of found, read or taken from the machine.
    """

    def __init__(
        self,
        *,
        gateway_url: str | None = None,
        gateway_key: str | SecretStr | None = None,
        accounts: Mapping[str, Mapping[str, object]] | None = None,
        transport: TransportLike | None = None,
        request_timeout: float = 30.0,
        retry: Retry = Retry(),  # noqa: B008  # frozen, so one for all is as good as one each
        patience: Patience = Patience(),  # noqa: B008  # frozen, as the one above
        on_looks: TellLooks | None = None,
        config: Config | None = None,
        plugins: Plugins | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """
        Raises:
            ConfigError: the configuration or `request_timeout` makes no sense.
        """
        timeout = checked_request_timeout(request_timeout)
        self._plugins = plugins if plugins is not None else default_plugins()
        self._config = config or Config.load(gateway_url=gateway_url, gateway_key=gateway_key, accounts=accounts)
        self._targets = Targets(self._plugins, self._config)
        self._connection = Connection(
            self._targets, self._plugins, clock, given=transport, retry=retry, timeout=timeout
        )
        self._patience = patience
        self._on_looks = on_looks
        self._memory = Memory(self._config.state_dir / DURATIONS_FILE if self._config.learn else None)
        self._clock = clock
        self._feeds: WeakSet[Feed[Any]] = WeakSet()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close connections and end what is under way; whoever still waits gets a `TidingsError`.

        What was learned of how long tasks take is saved. May be called twice. A client that was closed opens again when
        it is next used, then also on another loop.
        """
        await self._connection.aclose()
        for feed in list(self._feeds):
            feed.close()
        self._memory.save()

    def check(self, refs: Iterable[str | TaskRef]) -> list[TaskRef]:
        """The refs as values, once it is known that each can be asked for. Sends nothing.

        Raises:
            InvalidRef, UnknownProvider, PluginError, ConfigError: for the first that cannot.
        """
        tasks = [named(ref) for ref in listed(refs)]
        for task in tasks:
            self._targets.of(task)
        return tasks

    async def fetch(
        self, ref: str | TaskRef, *, include: Iterable[str] = (), timeout: float | None = None
    ) -> TaskStatus:
        """Look once.

        Args:
            include: named extras of the provider, asked for only after success; see `tidings providers`. One that
                cannot be had, or not in time, leaves the status as it is and stands in its `extras` as an error.
            timeout: most seconds to wait for the answer, from 0; None leaves it to the limits of requests and retries.

        Raises:
            InvalidRef, UnknownProvider, PluginError, ConfigError: it cannot be asked for; nothing was sent.
            FetchError: we could not find out.
            WaitTimeout: `timeout` seconds passed; the message says why the last try failed, if one did.
        """
        task = named(ref)
        if timeout is None and include == ():  # what a thousand callers do at once
            return status_of(await self._connection.lane(task).answer(task))
        limit = self._limit(timeout)
        names = checked_includes(include, self._targets.of(task).provider)
        question = Question(self._connection.lane(task), task)
        try:
            async with AtMost(timeout, question) as asking:
                answer = await question.lane.answer(task)
        except TimeoutError as error:
            raise no_answer(task, timeout, asking.trouble) from error
        return await self._with_extras(status_of(answer), names, limit)

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
        tasks, limit, names = self.check(refs), self._limit(timeout), names_of(include)
        for task in tasks if names else ():
            checked_includes(names, self._targets.of(task).provider)
        once = list(dict.fromkeys(tasks))
        found = await self._answers([Question(self._connection.lane(task), task) for task in once], limit)
        if names:
            found = await asyncio.gather(*(self._extended(answer, names, limit) for answer in found))
        by_task = dict(zip(once, found, strict=True))
        results = [by_task[task] for task in tasks]
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
            timeout: seconds after which to stop waiting, 0 or more; None waits for ever.

        Raises:
            WaitTimeout: `timeout` seconds passed; the task goes on, and `last_status` is what was last seen.
            UnknownState: the provider keeps saying a word we do not know.
            FetchError: we could not find out at all, or not for too long (`Patience`).
            InvalidRef, UnknownProvider, PluginError, ConfigError: as in `fetch`.
        """
        async with self.as_completed([named(ref)], timeout=timeout, include=include, return_exceptions=True) as ended:
            [answer] = await ended.batch()
            return status_of(answer)

    async def wait_many(
        self,
        refs: Refs,
        *,
        timeout: float | None = 900.0,
        budgets: Budgets = NO_BUDGETS,
        include: Iterable[str] = (),
        return_exceptions: bool = False,
    ) -> list[Any]:
        """Look at all of them until nothing more will happen to any.

        Args:
            timeout: seconds after which to stop waiting for those that are still open; None waits for ever.
            budgets: how long each may take.
            include, return_exceptions: as in `fetch_many`.

        Returns:
            A `TaskStatus` for each of `refs`, in their order; with `return_exceptions` also `TidingsError`s, which
            carry what was last seen.

        Raises:
            FetchErrors: some were not over in time, or we could not find out; raised after all the others ended, and
                holds all the answers.
            InvalidRef, UnknownProvider, PluginError, ConfigError: one cannot be asked for; nothing was sent.
        """
        tasks = self.check(refs)
        ended: dict[TaskRef, Answer] = {}
        async with self.as_completed(
            tasks, timeout=timeout, budgets=budgets, include=include, return_exceptions=True
        ) as completions:
            async for answer in completions:
                ended[answer.ref] = answer
        results = [ended[task] for task in tasks]
        if not return_exceptions and any(isinstance(result, TidingsError) for result in results):
            raise FetchErrors(results)
        return results

    def as_completed(
        self,
        refs: Refs,
        *,
        timeout: float | None = 900.0,
        budgets: Budgets = NO_BUDGETS,
        include: Iterable[str] = (),
        return_exceptions: bool = False,
        open_ended: bool = False,
    ) -> Completions:
        """Each task's last status as it ends: `async for status in client.as_completed(refs)`.

        One named twice comes once. To be called on the running event loop; nothing is asked before.

        Args:
            timeout: seconds after which to stop waiting for those that are still open; None waits for ever.
            budgets: how long each may take.
            include: as in `fetch`.
            return_exceptions: also give `TidingsError`s, each when it is known; each has its `ref` and `last_status`.
                Otherwise they are raised together as `FetchErrors`, after all statuses.
            open_ended: go on when no task is open, until `close`: further tasks may be added with `add`.

        Raises:
            InvalidRef, UnknownProvider, PluginError, ConfigError: one cannot be asked for; nothing was sent.
        """
        names = names_of(include)

        def check(given: Refs) -> list[TaskRef]:
            tasks = self.check(given)
            for task in tasks if names else ():
                checked_includes(names, self._targets.of(task).provider)
            return tasks

        tasks, limit = check(refs), self._limit(timeout)  # the time begins when all is known to be in order

        async def extend(status: TaskStatus) -> TaskStatus:
            return await self._with_extras(status, names, limit)

        completions = Completions(
            self._watch_for,
            Terms(check, limit.deadline, budgets, open_ended),
            extend=extend if names else None,
            return_exceptions=return_exceptions,
        )
        return self._begun(completions, tasks)

    def watch(
        self,
        refs: Refs,
        *,
        timeout: float | None = 900.0,
        budgets: Budgets = NO_BUDGETS,
        open_ended: bool = False,
    ) -> Watching:
        """Every change as it comes: `async for change in client.watch(refs)`. Arguments and errors as `as_completed`.

        The first change of a task is what is seen first. The last one has `is_end`: the task ended, wants input, or
        `error` says why we stopped following it.
        """
        tasks, limit = self.check(refs), self._limit(timeout)
        return self._begun(Watching(self._watch_for, Terms(self.check, limit.deadline, budgets, open_ended)), tasks)

    async def download(self, status: TaskStatus, to: str | Path, *, roles: Iterable[Role] = ("primary",)) -> list[Path]:
        """Save what the task made into the folder `to`, which is made if need be, and return the files' paths.

        A file is written under a temporary name and renamed when it is whole; one that is already there is kept. A few
        tasks are saved at the same time, further callers wait for their turn. The key of the task's account goes along
        only for an output that needs it (`Artifact.needs_key`), and only to the account's own server.

        Args:
            roles: which outputs to save; see `Artifact.role`.

        Raises:
            DownloadError: it could not be saved, or there is nothing to save. `LinkExpired`: a link no longer works.
            UnknownProvider, PluginError, ConfigError: an output needs the key, and there is none.
        """
        transport = self._connection.transport()

        def sign(url: str) -> Signature:
            target = self._targets.of(status.ref)
            return signed_for_file(url, target.provider, target.account, self._clock.now().timestamp())

        async with self._connection.saving:
            return await save(status, Path(to), transport, roles=tuple(roles), sign=sign, clock=self._clock)

    def _begun(self, feed: F, tasks: Sequence[TaskRef]) -> F:
        self._feeds.add(feed)
        try:
            feed.follow(tasks)
        except TidingsError:
            feed.close()
            raise
        return feed

    def _watch_for(self, tell: Tell) -> Watch:
        news = News(self._plugins.observers(), tell, self._on_looks)
        return Watch(self._connection.course, self._clock, news=news, memory=self._memory, patience=self._patience)

    async def _answers(self, questions: Sequence[Question], limit: Limit) -> list[Answer]:
        """The answer to each question, or the error that says that there was none in time."""
        found = await answers(questions, limit.left(self._clock.monotonic()))
        return [
            no_answer(asked.task, limit.seconds, answer.trouble) if isinstance(answer, TooLate) else answer
            for asked, answer in zip(questions, found, strict=True)
        ]

    async def _with_extras(self, status: TaskStatus, names: Sequence[str], limit: Limit) -> TaskStatus:
        """The status with the extras of those names; one that cannot be had (in time) leaves the status as it is."""
        if not names or status.state is not TaskState.succeeded:
            return status
        questions = [Question(self._connection.lane(status.ref), status.ref, include=name) for name in names]
        for name, extra in zip(names, await self._answers(questions, limit), strict=True):
            status = with_extra(status, name, extra)
        return status

    async def _extended(self, answer: Answer, names: Sequence[str], limit: Limit) -> Answer:
        return await self._with_extras(answer, names, limit) if isinstance(answer, TaskStatus) else answer

    def _limit(self, timeout: float | None) -> Limit:
        return Limit.starting(checked_timeout(timeout), self._clock)
