"""The module-level verbs: one client for everyone who needs no other, made on first use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tidings.client.engine import NO_BUDGETS
from tidings.client.feed import Refs
from tidings.client.sync import Client
from tidings.client.sync_feed import SyncFeed
from tidings.model import TaskRef, TaskStatus
from tidings.schedule import Budgets

_shared: dict[str, Client] = {}


def default_client() -> Client:
    """The client behind the module-level verbs, configured by the environment and the files."""
    # One for all threads without a lock, which a fork might leave locked; a client that loses the race was never used.
    return _shared.get("client") or _shared.setdefault("client", Client())


def fetch(ref: str | TaskRef, *, include: Iterable[str] = (), timeout: float | None = None) -> TaskStatus:
    """Look once. See `AsyncClient.fetch`."""
    return default_client().fetch(ref, include=include, timeout=timeout)


def fetch_many(
    refs: Iterable[str | TaskRef],
    *,
    include: Iterable[str] = (),
    return_exceptions: bool = False,
    timeout: float | None = None,
) -> list[Any]:
    """Look once at each, in as few requests as can be. See `AsyncClient.fetch_many`."""
    return default_client().fetch_many(refs, include=include, return_exceptions=return_exceptions, timeout=timeout)


def wait(ref: str | TaskRef, *, timeout: float | None = 900.0, include: Iterable[str] = ()) -> TaskStatus:
    """Look until nothing more will happen. See `AsyncClient.wait`."""
    return default_client().wait(ref, timeout=timeout, include=include)


def wait_many(
    refs: Refs,
    *,
    timeout: float | None = 900.0,
    budgets: Budgets = NO_BUDGETS,
    include: Iterable[str] = (),
    return_exceptions: bool = False,
) -> list[Any]:
    """Look at all until nothing more will happen to any. See `AsyncClient.wait_many`."""
    return default_client().wait_many(
        refs, timeout=timeout, budgets=budgets, include=include, return_exceptions=return_exceptions
    )


def as_completed(
    refs: Refs,
    *,
    timeout: float | None = 900.0,
    budgets: Budgets = NO_BUDGETS,
    include: Iterable[str] = (),
    return_exceptions: bool = False,
    open_ended: bool = False,
) -> SyncFeed[Any]:
    """Each task's last status as it ends. See `AsyncClient.as_completed`."""
    return default_client().as_completed(
        refs,
        timeout=timeout,
        budgets=budgets,
        include=include,
        return_exceptions=return_exceptions,
        open_ended=open_ended,
    )
