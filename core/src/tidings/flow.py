"""Pure decisions about one conversation with a provider: the next step, another try, or what else to ask."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

from tidings.errors import FetchError, RateLimited, TaskNotFound, TidingsError, UnexpectedResponse
from tidings.model import TaskRef, TaskStatus
from tidings.provider import Answer, Include, Provider
from tidings.wire import Request, Response, shorten

_BASE_DELAY = 0.5  # seconds before the second try
_MAX_DELAY = 30.0  # seconds; beyond it the caller should know rather than wait


Conversation = Generator[Request, Response, Mapping[TaskRef, Any]]
"""A provider's `Flow`, or one about an extra, whose answers are no statuses."""


def begin(flow: Conversation) -> Request | Mapping[TaskRef, Any]:
    """The first request of a conversation, or its answers if it asks nothing.

    Raises:
        FetchError: the provider gave up, or its plugin broke.
    """
    return _advance(flow, None)


def resume(flow: Conversation, response: Response) -> Request | Mapping[TaskRef, Any]:
    """What follows on `response`: the next request or the answers. Raises as `begin`."""
    return _advance(flow, response)


def _advance(flow: Conversation, response: Response | None) -> Request | Mapping[TaskRef, Any]:
    try:
        return next(flow) if response is None else flow.send(response)
    except StopIteration as stop:
        return finish(stop)
    except (TidingsError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a plugin may raise anything; nobody's wait may die of it
        raise UnexpectedResponse(f"the plugin could not read the answer: {shorten(repr(error))}") from error


def finish(stop: StopIteration) -> Mapping[TaskRef, Any]:
    """What a finished conversation returned: `StopIteration.value` with a type."""
    answers: Mapping[TaskRef, Any] = stop.value
    return answers


def include_flow(provider: Provider, include: Include, ref: TaskRef) -> Conversation:
    """The conversation about a named extra of one task: an `Artifact` or a JSON value."""
    response = provider.checked((yield include.request(ref)))
    return {ref: include.parse(response, ref)}


def complete(answers: Mapping[TaskRef, Any], refs: Sequence[TaskRef]) -> dict[TaskRef, Answer]:
    """An answer for each of `refs` and for nothing else: a task the provider did not mention was not found."""
    return {ref: _checked_answer(answers.get(ref), ref) for ref in refs}


def _checked_answer(answer: object, ref: TaskRef) -> Answer:
    if isinstance(answer, TaskStatus) and (answer.ref is ref or answer.ref == ref):
        return answer
    if isinstance(answer, FetchError):
        return about(answer, ref)
    if answer is None:
        return TaskNotFound("the answer does not mention this task", ref=ref)
    return UnexpectedResponse(f"the plugin answered with {shorten(repr(answer), 80)} for this task", ref=ref)


_E = TypeVar("_E", bound=TidingsError)


def about(error: _E, ref: TaskRef | None = None) -> _E:
    """The same error, told of one task. Each task and each waiter gets its own: a raised one gathers a traceback."""
    told = copy(error)
    if ref is not None:
        told.ref, told.provider = ref, ref.provider
    told.__cause__, told.__traceback__ = error.__cause__, None
    return told


class Fallback(Enum):
    """What to do when a request for several tasks failed."""

    fail = auto()
    """Give the error to all of them."""
    singles = auto()
    """This account has no batch route: ask one by one, and remember it."""
    bisect = auto()
    """One of the tasks spoils the request: ask for each half."""


def after_batch_error(error: FetchError, attempt: int) -> Fallback:
    """What the `attempt`-th failure of a request for several tasks calls for.

    A missing route is no task's fault. An answer that refuses the request, knows no such task or cannot be read may be
    one task's; one that may have been cut short is tried again as it is, once.
    """
    if getattr(error, "no_route", False):
        return Fallback.singles
    is_perhaps_one_tasks = isinstance(error, TaskNotFound | UnexpectedResponse)
    if is_perhaps_one_tasks and not (error.retryable and attempt == 1):
        return Fallback.bisect
    return Fallback.fail


@dataclass(frozen=True, slots=True)
class Retry:
    """Which failed calls are tried again, and when. It says nothing about tasks that are merely unfinished.

    Attributes:
        attempts: most tries for one question, the first included.
        patience: most seconds a server may ask us to wait before the caller is told instead.
    """

    attempts: int = 3
    patience: float = _MAX_DELAY

    def delay(self, error: FetchError, attempt: int, spread: float) -> float | None:
        """Seconds until the next try after the `attempt`-th failed, None when there is none.

        `spread` from 0.0 to 1.0 keeps many clients from coming back at the same instant.
        """
        if not error.retryable or attempt >= self.attempts:
            return None
        if error.retry_after:  # "0" asks for nothing, and would have us hammer
            return error.retry_after if error.retry_after <= self.patience else None
        return min(_MAX_DELAY, _BASE_DELAY * float(2 ** (attempt - 1))) * (0.5 + spread / 2)


_PAUSE_AFTER = 3  # failures in a row; one 502 is weather
_MAX_PAUSE = 60.0  # seconds
_MAX_ASKED_PAUSE = 3600.0  # seconds; a server that asks for more is asked again after an hour


def pause_after(error: FetchError, failures: int) -> float:
    """Seconds to leave a server alone after `failures` in a row, the last of which is `error`; 0.0 for not at all."""
    if error.retry_after:
        return min(error.retry_after, _MAX_ASKED_PAUSE)
    grace = 0 if isinstance(error, RateLimited) else _PAUSE_AFTER - 1
    if not error.retryable or failures <= grace:
        return 0.0
    return float(min(_MAX_PAUSE, 2 ** min(failures - grace - 1, 6)))
