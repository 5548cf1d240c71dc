"""Asks one provider about one or many tasks and always comes back with an answer for each, errors included."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from tidings.clock import Clock
from tidings.errors import FetchError, TaskNotFound
from tidings.flow import Conversation, Fallback, about, after_batch_error, begin, complete, include_flow, resume
from tidings.lanes.governor import Governor
from tidings.lanes.sender import Sender
from tidings.model import TaskRef
from tidings.provider import Provider
from tidings.wire import Request

_log = logging.getLogger("tidings.lanes")


class Inquiry:
    """Drives the provider's conversations and knows what its account cannot do.

    Args:
        batch: most tasks in one request.

    Attributes:
        batch: as given; 1 once the account turned out to have no batch route.
    """

    def __init__(self, provider: Provider, sender: Sender, governor: Governor, clock: Clock, *, batch: int) -> None:
        self.batch = batch
        self._provider = provider
        self._sender = sender
        self._governor = governor
        self._clock = clock

    async def answers(self, refs: Sequence[TaskRef], include: str | None, attempt: int) -> Mapping[TaskRef, Any]:
        """An answer or a `FetchError` for each of `refs`; a task that is left out should be asked for by itself."""
        if include is None:
            return await self._statuses(refs, attempt)
        conversation = include_flow(self._provider, self._provider.includes[include], refs[0])
        try:
            return await self._converse(conversation, 1, attempt)
        except FetchError as error:
            return {refs[0]: about(error, refs[0])}

    async def _statuses(self, refs: Sequence[TaskRef], attempt: int) -> Mapping[TaskRef, Any]:
        try:
            answers = await self._converse(self._provider.flow(refs), len(refs), attempt)
            return complete(answers, refs)
        except FetchError as error:
            fallback = after_batch_error(error) if len(refs) > 1 else Fallback.fail
            if fallback is Fallback.singles:
                return await self._without_batch(refs, error, attempt)
            if fallback is Fallback.bisect:
                return await self._in_halves(refs, error, attempt)
            return {ref: about(error, ref) for ref in refs}

    async def _in_halves(self, refs: Sequence[TaskRef], error: FetchError, attempt: int) -> Mapping[TaskRef, Any]:
        """One task spoils the request for all: find it in O(log n) requests, and answer the others."""
        middle = len(refs) // 2
        answers = {**await self._statuses(refs[:middle], attempt), **await self._statuses(refs[middle:], attempt)}
        has_culprit = any(getattr(answer, "status_code", None) == error.status_code for answer in answers.values())
        if not has_culprit and self.batch > 1:  # each task is fine alone: it is the route that is not
            self._remember_no_batch(error)
        return answers

    async def _without_batch(self, refs: Sequence[TaskRef], error: FetchError, attempt: int) -> Mapping[TaskRef, Any]:
        """Ask one task alone before all the others: where even that fails, a hundred more would tell nothing new."""
        answers = await self._statuses(refs[:1], attempt)
        probe = answers[refs[0]]
        if isinstance(probe, FetchError) and not isinstance(probe, TaskNotFound):
            return {ref: about(probe, ref) for ref in refs}
        self._remember_no_batch(error)
        return answers

    def _remember_no_batch(self, error: FetchError) -> None:
        self.batch = 1
        _log.warning("%s has no batch route for %s (%s)", self._governor.name, self._provider.name, error.message)

    async def _converse(self, conversation: Conversation, tasks: int, attempt: int) -> Mapping[TaskRef, Any]:
        try:
            step = begin(conversation)
            while isinstance(step, Request):
                response = await self._sender.send(step, tasks=tasks, attempt=attempt)
                step = resume(conversation, response)
        except FetchError as error:
            if error.retryable:
                self._governor.trouble(error, self._clock.monotonic())
            raise
        finally:
            conversation.close()
        self._governor.fine()
        return step
