"""Asks one provider about one or many tasks and always comes back with an answer for each, errors included."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tidings.clock import Clock
from tidings.errors import FetchError, TaskNotFound, UnexpectedResponse
from tidings.flow import Conversation, Fallback, about, after_batch_error, begin, complete, include_flow, resume
from tidings.lanes.digest import UNCHANGED, IsKnown, status_flow
from tidings.lanes.governor import Governor
from tidings.lanes.links import with_whole_links
from tidings.lanes.rates import RATE_HEADERS, quota_of
from tidings.lanes.sender import Sender
from tidings.model import TaskRef
from tidings.provider import Limits, Provider
from tidings.wire import Request, Response

_log = logging.getLogger("tidings.lanes")
_LONGEST = 20  # requests in one conversation; the longest known needs two
_PATIENCE = 30.0  # seconds a conversation is held up by a pause before those who wait are told
_TOO_MUCH = frozenset({413, 414})  # the body is too large; or the URL too long, where the ids stand in it
_HOPELESS = 4  # tasks each of which was refused by itself: what is left of their batch would be refused as well


@dataclass(slots=True)
class _Visit:
    """One admission by the governor: how often these tasks were tried, and the requests that were sent so far."""

    attempt: int
    is_known: IsKnown
    requests: int = 0


class Inquiry:
    """Drives the provider's conversations and knows what its account cannot do.

    Args:
        limits_of: from a task's route to what holds for it.
    """

    def __init__(
        self,
        provider: Provider,
        sender: Sender,
        governor: Governor,
        clock: Clock,
        *,
        limits_of: Callable[[str | None], Limits],
    ) -> None:
        self._limits_of = cache(limits_of)  # asked for every request
        self._batch: dict[str | None, int] = {}  # what the account turned out to take at once, by the batch's route
        self._provider = provider
        self._sender = sender
        self._governor = governor
        self._clock = clock

    def batch_route(self, ref: TaskRef) -> str | None:
        """The route of the batches that `ref` may travel in: its own, None where batches mix them."""
        return None if self._provider.batches_mix_routes else ref.route

    def batch(self, route: str | None) -> int:
        """Most tasks in one request of this route.

        Fewer than its limit once the account refused that many (413, 414), 1 once it turned out to have no batch route.
        """
        known = self._batch.get(route)
        return self._limits_of(route).batch if known is None else known

    def along(self, route: str | None) -> float:
        """A batch takes along tasks that fall due within this many seconds anyway; 0.0 where there is no batch."""
        limits = self._limits_of(route)
        return limits.interval / 2 if limits.batch > 1 else 0.0

    async def answers(
        self, refs: Sequence[TaskRef], include: str | None, attempt: int, *, is_known: IsKnown
    ) -> Mapping[TaskRef, Any]:
        """An answer or a `FetchError` for each of `refs`; a task that is left out should be asked for by itself.

        Args:
            is_known: whether what was read about a task can be answered with `UNCHANGED`.
        """
        visit = _Visit(attempt, is_known)
        if include is None:
            return await self._statuses(refs, visit)
        conversation = include_flow(self._provider, self._provider.includes[include], refs[0])
        try:
            return await self._converse(conversation, 1, visit)
        except FetchError as error:
            return {refs[0]: about(error, refs[0])}

    async def _statuses(self, refs: Sequence[TaskRef], visit: _Visit) -> Mapping[TaskRef, Any]:
        if len(refs) > max(1, self.batch(self.batch_route(refs[0]))):  # the batch route was given up meanwhile
            return {}
        try:
            conversation = status_flow(self._provider, refs, visit.is_known)
            return _complete(await self._converse(conversation, len(refs), visit), refs)
        except FetchError as error:
            fallback = after_batch_error(error, visit.attempt) if len(refs) > 1 else Fallback.fail
            if fallback is Fallback.singles:
                return await self._without_batch(refs, error, visit)
            if fallback is Fallback.bisect:
                return await self._in_halves(refs, error, visit)
            return {ref: about(error, ref) for ref in refs}

    async def _in_halves(self, refs: Sequence[TaskRef], error: FetchError, visit: _Visit) -> Mapping[TaskRef, Any]:
        """One task spoils the request for all: find it in O(log n) requests, and answer the others."""
        middle = len(refs) // 2
        left = await self._statuses(refs[:middle], visit)
        if middle >= _HOPELESS and left and all(isinstance(answer, UnexpectedResponse) for answer in left.values()):
            return {**left, **{ref: about(error, ref) for ref in refs[middle:]}}
        answers = {**left, **await self._statuses(refs[middle:], visit)}
        if not any(isinstance(answer, FetchError) for answer in answers.values()):
            self._learn_from(error, refs)
        return answers

    def _learn_from(self, error: FetchError, refs: Sequence[TaskRef]) -> None:
        """Together they failed, in halves all are fine: the account takes fewer at once, or has no batch route."""
        if error.status_code is None or error.status_code < 400:
            return  # it was sent, but could not be read: that is one row's trouble
        if len(refs) == 2:
            self._remember_no_batch(error, refs[0])
        elif error.status_code in _TOO_MUCH:
            route = self.batch_route(refs[0])
            self._batch[route] = min(self.batch(route), len(refs) // 2)

    async def _without_batch(self, refs: Sequence[TaskRef], error: FetchError, visit: _Visit) -> Mapping[TaskRef, Any]:
        """Ask one task alone before all the others: where even that fails, a hundred more would tell nothing new."""
        answers = await self._statuses(refs[:1], visit)
        probe = answers[refs[0]]
        if isinstance(probe, FetchError) and not isinstance(probe, TaskNotFound):
            return {ref: about(probe, ref) for ref in refs}
        self._remember_no_batch(error, refs[0])
        return answers

    def _remember_no_batch(self, error: FetchError, ref: TaskRef) -> None:
        route = self.batch_route(ref)
        self._batch[route] = 1
        what = f"{self._provider.name}:{route}" if route else self._provider.name
        _log.warning("%s has no batch route for %s (%s)", self._governor.name, what, error.message)

    async def _converse(self, conversation: Conversation, tasks: int, visit: _Visit) -> Mapping[TaskRef, Any]:
        try:
            step = begin(conversation)
            for _ in range(_LONGEST):
                if not isinstance(step, Request):
                    self._governor.answered()
                    return with_whole_links(step, self._sender.base_url)
                await self._take_turn(visit)
                response = await self._sender.send(step, tasks=tasks, attempt=visit.attempt)
                self._heed(response)
                step = resume(conversation, response)
            raise UnexpectedResponse(f"the plugin was not content after {_LONGEST} requests about one thing")
        except FetchError as error:
            self._governor.failed(error, self._clock.monotonic())
            raise
        finally:
            conversation.close()

    def _heed(self, response: Response) -> None:
        """Take notice of how many requests the server says are left."""
        if not RATE_HEADERS.isdisjoint(response.headers):
            quota = quota_of(response.headers, self._clock.now().timestamp())
            if quota is not None:
                self._governor.told(quota, self._clock.monotonic())

    async def _take_turn(self, visit: _Visit) -> None:
        """The first request of a visit was admitted with it; each further one waits for its own turn."""
        visit.requests += 1
        if visit.requests == 1:
            return
        delay = self._governor.further(self._clock.monotonic())
        error = self._governor.last_error
        if delay > _PATIENCE and error is not None:
            raise about(error)
        await self._clock.sleep(delay)


def _complete(answers: Mapping[TaskRef, Any], refs: Sequence[TaskRef]) -> dict[TaskRef, Any]:
    """`complete`, which knows nothing of answers that are none: of those that are `UNCHANGED`."""
    same: dict[TaskRef, Any] = {ref: UNCHANGED for ref in refs if answers.get(ref) is UNCHANGED}
    return same if len(same) == len(refs) else {**complete(answers, [ref for ref in refs if ref not in same]), **same}
