"""Holds a conversation with a provider from a sample's responses: no client between them, so nothing hides a bug."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tidings.errors import FetchError
from tidings.flow import complete, include_flow
from tidings.model import TaskRef, TaskStatus
from tidings.provider import Flow, Provider
from tidings.testing.samples import RecordedExchange, Sample
from tidings.wire import Request, Response

Conversation = Generator[Request, Response, Mapping[TaskRef, Any]]
"""A `Flow`, or the same about an include, whose answers may be anything."""

_MOST_REQUESTS = 20  # no maker needs as many; a flow that never ends must not hang the tests


@dataclass
class Asked:
    """A conversation that was held.

    Attributes:
        answers: per task its status, its error, or what an include found.
        requests: what the provider asked, in order.
        mentioned: the tasks that the provider itself answered about; empty when it failed for all.
    """

    answers: dict[TaskRef, Any] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    mentioned: frozenset[TaskRef] = frozenset()

    @property
    def statuses(self) -> dict[TaskRef, TaskStatus]:
        """The answers that are statuses."""
        return {ref: answer for ref, answer in self.answers.items() if isinstance(answer, TaskStatus)}


def single_flow(provider: Provider, refs: Sequence[TaskRef]) -> Flow:
    """The provider's own conversation: about one task its single call, about several its batch call."""
    return provider.flow(refs)


def batch_flow(provider: Provider, refs: Sequence[TaskRef]) -> Flow:
    """The batch call, also for one task."""
    response = provider.checked((yield provider.batch_request(refs)))
    return provider.parse_batch(response, refs)


StartFlow = Callable[[Provider, Sequence[TaskRef]], Flow]


def ways(provider: Provider, route: str | None) -> Iterator[StartFlow]:
    """How the status of a task on this route can be asked for."""
    yield single_flow
    if provider.limits_for(route).batch > 1:
        yield batch_flow


def way_of(provider: Provider, sample: Sample) -> StartFlow:
    """How the sample's tasks were asked for: the way whose first request it records, the usual one when none is."""
    return next((way for way in ways(provider, sample.refs[0].route) if _records(sample, provider, way)), single_flow)


def is_batch(provider: Provider, sample: Sample) -> bool:
    """Whether the sample records a batch call."""
    many = len(sample.refs) > 1 or way_of(provider, sample) is batch_flow
    return sample.include is None and provider.limits_for(sample.refs[0].route).batch > 1 and many


def first_request(provider: Provider, refs: Sequence[TaskRef], way: StartFlow = single_flow) -> Request:
    """What the provider asks first about `refs`."""
    return next(way(provider, refs))


def ask(provider: Provider, sample: Sample, *, refs: Sequence[TaskRef] | None = None) -> Asked:
    """Hold the conversation, with the sample's responses as answers to whatever is asked.

    Args:
        refs: asked for instead of the sample's own tasks.
    """
    asked_for = sample.refs if refs is None else tuple(refs)
    asked = Asked()
    try:
        answers = _converse(_conversation(provider, sample, asked_for), provider, sample, asked)
    except FetchError as error:
        asked.answers = dict.fromkeys(asked_for, error)
        return asked
    asked.mentioned = frozenset(answers)
    asked.answers = dict(answers) if sample.include else dict(complete(answers, asked_for))
    return asked


def _conversation(provider: Provider, sample: Sample, refs: Sequence[TaskRef]) -> Conversation:
    if sample.include is None:
        return way_of(provider, sample)(provider, refs)
    return include_flow(provider, provider.includes[sample.include], refs[0])


def _converse(flow: Conversation, provider: Provider, sample: Sample, asked: Asked) -> Mapping[TaskRef, Any]:
    try:
        request = next(flow)
        while len(asked.requests) < _MOST_REQUESTS:
            asked.requests.append(request)
            request = flow.send(answering(provider, sample, request, len(asked.requests)).response())
    except StopIteration as stop:
        answers: Mapping[TaskRef, Any] = stop.value
        return answers
    raise AssertionError(f"{sample}: the provider goes on asking after {_MOST_REQUESTS} requests")


def answering(provider: Provider, sample: Sample, request: Request, number: int) -> RecordedExchange:
    """The recorded exchange for `request`; else the `number`-th, since changed bodies lead to other requests."""
    recorded = sample.exchange_for(request, prefix=provider.gateway_path or "")
    return recorded or sample.exchanges[min(number, len(sample.exchanges)) - 1]


def _records(sample: Sample, provider: Provider, way: StartFlow) -> bool:
    request = first_request(provider, sample.refs, way)
    return not sample.exchanges[0].differences(request, prefix=provider.gateway_path or "")
