"""Tidings tells what became of your asynchronous generative-AI tasks, whichever maker or gateway runs them.

Importing it costs next to nothing: each name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidings.client import AsyncClient, Client, as_completed, fetch, fetch_many, wait, wait_many
    from tidings.errors import (
        ConfigError,
        DownloadError,
        FetchError,
        FetchErrors,
        InvalidRef,
        LinkExpired,
        PluginError,
        ProviderUnavailable,
        QuotaExhausted,
        RateLimited,
        TaskFailed,
        TaskNotFound,
        TidingsError,
        Unauthorized,
        UnexpectedResponse,
        UnknownProvider,
        UnknownState,
        Unreachable,
        WaitTimeout,
    )
    from tidings.flow import Retry
    from tidings.model import Artifact, Change, Failure, Look, TaskRef, TaskState, TaskStatus
    from tidings.schedule import Budgets, Patience

__all__ = [
    "Artifact",
    "AsyncClient",
    "Budgets",
    "Change",
    "Client",
    "ConfigError",
    "DownloadError",
    "Failure",
    "FetchError",
    "FetchErrors",
    "InvalidRef",
    "LinkExpired",
    "Look",
    "Patience",
    "PluginError",
    "ProviderUnavailable",
    "QuotaExhausted",
    "RateLimited",
    "Retry",
    "TaskFailed",
    "TaskNotFound",
    "TaskRef",
    "TaskState",
    "TaskStatus",
    "TidingsError",
    "Unauthorized",
    "UnexpectedResponse",
    "UnknownProvider",
    "UnknownState",
    "Unreachable",
    "WaitTimeout",
    "as_completed",
    "fetch",
    "fetch_many",
    "wait",
    "wait_many",
]

_HOMES = {
    "tidings.client": ("AsyncClient", "Client", "as_completed", "fetch", "fetch_many", "wait", "wait_many"),
    "tidings.flow": ("Retry",),
    "tidings.schedule": ("Budgets", "Patience"),
    "tidings.model": ("Artifact", "Change", "Failure", "Look", "TaskRef", "TaskState", "TaskStatus"),
}
_HOME_OF = dict.fromkeys(__all__, "tidings.errors") | {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # 40 ms that only those pay who ask

        return version("tidings")
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
