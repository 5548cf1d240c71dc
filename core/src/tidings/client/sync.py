"""The synchronous client: the same verbs over the same engine, which runs in a thread of its own."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import SecretStr

from tidings.client.asked import checked_request_timeout, listed
from tidings.client.engine import NO_BUDGETS, AsyncClient
from tidings.client.feed import Refs
from tidings.client.portal import Portal
from tidings.client.sync_feed import SyncFeed
from tidings.clock import SYSTEM_CLOCK, Clock
from tidings.config import Config
from tidings.flow import Retry
from tidings.lanes import forget_governors
from tidings.model import Change, Role, TaskRef, TaskStatus
from tidings.plugins import Plugins, default_plugins
from tidings.schedule import Budgets, Patience
from tidings.transport import TransportLike
from tidings.watch import TellLooks

_portals: weakref.WeakSet[Portal[AsyncClient]] = weakref.WeakSet()


class Client:
    """Asks what became of tasks, for code without `await`: a script, a notebook, threads that share one client.

    Takes what `AsyncClient` takes. Close it, or use `with`; one left open is closed when it is collected or when the
    interpreter exits, and one that was closed opens again when it is next used. After a fork the child starts with
    connections of its own, a `transport` given here excepted.
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
        checked_request_timeout(request_timeout)  # now, not when the engine is made
        read = config or Config.load(gateway_url=gateway_url, gateway_key=gateway_key, accounts=accounts)

        def make() -> AsyncClient:
            return AsyncClient(
                transport=transport,
                request_timeout=request_timeout,
                retry=retry,
                patience=patience,
                on_looks=on_looks,
                config=read,
                plugins=plugins,
                clock=clock,
            )

        self._portal = Portal(make)
        self._finalizer = weakref.finalize(self, self._portal.close)
        _portals.add(self._portal)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and the thread."""
        self._portal.close()

    def check(self, refs: Iterable[str | TaskRef]) -> list[TaskRef]:
        """See `AsyncClient.check`."""
        given = listed(refs)  # in this thread: a database cursor, for one, is bound to it

        async def check(engine: AsyncClient) -> list[TaskRef]:
            return engine.check(given)

        return self._portal.run(check)

    def fetch(self, ref: str | TaskRef, *, include: Iterable[str] = (), timeout: float | None = None) -> TaskStatus:
        """See `AsyncClient.fetch`."""
        return self._portal.run(lambda engine: engine.fetch(ref, include=include, timeout=timeout))

    def fetch_many(
        self,
        refs: Iterable[str | TaskRef],
        *,
        include: Iterable[str] = (),
        return_exceptions: bool = False,
        timeout: float | None = None,
    ) -> list[Any]:
        """See `AsyncClient.fetch_many`."""
        given = listed(refs)  # as in `check`
        return self._portal.run(
            lambda engine: engine.fetch_many(
                given, include=include, return_exceptions=return_exceptions, timeout=timeout
            )
        )

    def wait(self, ref: str | TaskRef, *, timeout: float | None = 900.0, include: Iterable[str] = ()) -> TaskStatus:
        """See `AsyncClient.wait`."""
        return self._portal.run(lambda engine: engine.wait(ref, timeout=timeout, include=include))

    def wait_many(
        self,
        refs: Refs,
        *,
        timeout: float | None = 900.0,
        budgets: Budgets = NO_BUDGETS,
        include: Iterable[str] = (),
        return_exceptions: bool = False,
    ) -> list[Any]:
        """See `AsyncClient.wait_many`."""
        given = listed(refs)  # as in `check`
        return self._portal.run(
            lambda engine: engine.wait_many(
                given, timeout=timeout, budgets=budgets, include=include, return_exceptions=return_exceptions
            )
        )

    def as_completed(
        self,
        refs: Refs,
        *,
        timeout: float | None = 900.0,
        budgets: Budgets = NO_BUDGETS,
        include: Iterable[str] = (),
        return_exceptions: bool = False,
        open_ended: bool = False,
    ) -> SyncFeed[Any]:
        """Each task's last status as it ends: `for status in client.as_completed(refs)`.

        See `AsyncClient.as_completed`.
        """
        given = listed(refs)  # as in `check`
        return SyncFeed(
            self._portal,
            lambda engine: engine.as_completed(
                given,
                timeout=timeout,
                budgets=budgets,
                include=include,
                return_exceptions=return_exceptions,
                open_ended=open_ended,
            ),
        )

    def watch(
        self,
        refs: Refs,
        *,
        timeout: float | None = 900.0,
        budgets: Budgets = NO_BUDGETS,
        open_ended: bool = False,
    ) -> SyncFeed[Change]:
        """Every change as it comes: `for change in client.watch(refs)`. See `AsyncClient.watch`."""
        given = listed(refs)  # as in `check`
        return SyncFeed(
            self._portal,
            lambda engine: engine.watch(given, timeout=timeout, budgets=budgets, open_ended=open_ended),
        )

    def download(self, status: TaskStatus, to: str | Path, *, roles: Iterable[Role] = ("primary",)) -> list[Path]:
        """See `AsyncClient.download`."""
        return self._portal.run(lambda engine: engine.download(status, to, roles=roles))


def _after_fork() -> None:
    forget_governors()
    default_plugins().renew_lock()
    for portal in list(_portals):
        portal.abandon()


if hasattr(os, "register_at_fork"):  # pragma: no branch  # not on Windows, which cannot fork
    os.register_at_fork(after_in_child=_after_fork)
