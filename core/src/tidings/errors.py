"""Every error Tidings raises, as one tree.

    TidingsError
    ├── ConfigError               no URL or key, a broken file, arguments that make no sense
    ├── InvalidRef                the text does not name a task
    ├── UnknownProvider           no installed plugin has this name
    ├── PluginError               a plugin is broken, or was quarantined
    ├── FetchError                we could not find out
    │   ├── Unreachable           no connection, no answer in time, or an answer cut short
    │   ├── Unauthorized          the key was refused (401, 403)
    │   ├── QuotaExhausted        the key is good, but its money or quota is used up
    │   ├── RateLimited           too many requests (429)
    │   ├── TaskNotFound          the provider does not know this task
    │   ├── ProviderUnavailable   the provider or the gateway is in trouble (5xx)
    │   └── UnexpectedResponse    an answer that is not what this provider documents
    ├── FetchErrors               several of the above, raised once all tasks were asked for
    ├── WaitTimeout               we stopped waiting; the task goes on
    ├── UnknownState              the provider keeps saying a word we do not know
    ├── TaskFailed                raised only by `status.raise_for_state()`
    └── DownloadError             an output could not be saved
        └── LinkExpired           its link no longer works

A failed task is a value (`TaskStatus.state` is `failed`), not an exception: errors mean that *we* could not do or
find out something. Each class's docstring is its default message.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from tidings.model import TaskRef, TaskStatus


def _seconds(value: object) -> float | None:
    """What a plugin gave as seconds, None when it is no number of them: arithmetic far from here relies on it."""
    try:
        seconds = float(value)  # type: ignore[arg-type]  # whatever does not fit is what the handler below is for
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0.0 <= seconds < math.inf else None


class TidingsError(Exception):
    """Something went wrong in Tidings."""

    retryable: bool = False
    """Whether asking again later, unchanged, can help."""

    def __init__(
        self,
        message: str | None = None,
        *,
        ref: TaskRef | None = None,
        provider: str | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
        last_status: TaskStatus | None = None,
    ) -> None:
        """
        Args:
            message: what happened and what to do; the class's docstring when left out.
            ref: the task it is about.
            provider: the provider's name; taken from `ref` when left out.
            retryable: overrides the class's own verdict.
            retry_after: seconds the server asked us to wait, or None.
            last_status: the last good answer about the task, where there is one.
        """
        self._message = message or (type(self).__doc__ or "").partition("\n")[0]
        super().__init__(self._message)
        self.ref = ref
        self.provider = provider or (ref.provider if ref is not None else None)
        if retryable is not None:
            self.retryable = retryable
        self.retry_after = _seconds(retry_after)
        self.last_status = last_status

    @property
    def message(self) -> str:
        """What happened and what to do, without the task's name."""
        return self._message

    def add(self, clause: str) -> None:
        """Append a clause to the message: what is known besides, which whoever raised it could not know."""
        self._message = f"{self._message.rstrip('. ')}; {clause}"
        self.args = (self._message,)

    def __str__(self) -> str:
        return f"{self.ref}: {self._message}" if self.ref is not None else self._message


class ConfigError(TidingsError):
    """The configuration, or what was asked for, makes no sense."""


class InvalidRef(TidingsError):
    """This does not name a task. A task is written provider[@account]:[route/]id, for example luma:9d4b7516."""


class UnknownProvider(TidingsError):
    """No installed plugin provides this."""


class PluginError(TidingsError):
    """A plugin is broken and was set aside."""


class FetchError(TidingsError):
    """We could not find out what became of the task."""

    def __init__(self, message: str | None = None, *, status_code: int | None = None, **facts: Any) -> None:
        """`status_code`: the HTTP status of the answer, None when there was none. The rest as `TidingsError`."""
        super().__init__(message, **facts)
        self.status_code = status_code


class Unreachable(FetchError):
    """No answer: the server could not be reached, took too long, or hung up half-way."""

    retryable = True


class Unauthorized(FetchError):
    """The server refused the key. Check it with `tidings doctor`."""


class QuotaExhausted(FetchError):
    """The key is valid, but its quota or credit is used up."""


class RateLimited(FetchError):
    """Too many requests: the server asks us to slow down."""

    retryable = True


class TaskNotFound(FetchError):
    """The provider does not know this task (it may be too new, too old, or another account's)."""


class ProviderUnavailable(FetchError):
    """The provider or the gateway is in trouble and could not answer."""

    retryable = True


class UnexpectedResponse(FetchError):
    """The answer is not what this provider documents."""

    def __init__(self, message: str | None = None, *, no_route: bool = False, **facts: Any) -> None:
        """`no_route`: the server has no such route (a web page, 405): a wrong URL or an older gateway."""
        super().__init__(message, **facts)
        self.no_route = no_route


class FetchErrors(TidingsError, ExceptionGroup[TidingsError]):
    """Some tasks could not be asked for. `results` holds every answer and every error, in the order asked."""

    results: Sequence[TaskStatus | TidingsError]
    _default: ClassVar[str] = "could not find out about {failed} of {total} tasks"

    def __new__(cls, results: Iterable[TaskStatus | TidingsError]) -> FetchErrors:
        answers = tuple(results)
        errors = [answer for answer in answers if isinstance(answer, TidingsError)]
        group = super().__new__(cls, cls._default.format(failed=len(errors), total=len(answers)), errors)
        group.results = answers
        return group

    def __init__(self, results: Iterable[TaskStatus | TidingsError]) -> None:
        del results  # kept by __new__, which sees an iterator first
        errors = [answer for answer in self.results if isinstance(answer, TidingsError)]
        super().__init__(
            self._default.format(failed=len(errors), total=len(self.results)),
            retryable=all(error.retryable for error in errors),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Made again from all answers: the message alone, which an exception pickles, would lose them."""
        return type(self), (self.results,)

    def derive(self, excs: Sequence[Any], /) -> FetchErrors:  # type: ignore[override]  # ours holds only our errors
        """A group of the same kind, for `except*` and `split`."""
        return type(self)(excs)


class WaitTimeout(TidingsError):
    """We stopped waiting; the task itself goes on. `last_status` holds what was last seen."""

    retryable = True


class UnknownState(TidingsError):
    """The provider keeps answering with a state this version does not know. `last_status` holds it."""


class TaskFailed(TidingsError):
    """The task ended without success. `last_status` says how."""


class DownloadError(TidingsError):
    """An output could not be saved. Nothing half-written was left under its final name."""


class LinkExpired(DownloadError):
    """The link to this output no longer works. Fetch the task again for a fresh one, if its provider makes them."""
