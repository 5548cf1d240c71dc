"""Standard tests of answers that are no answers: each becomes the right error of ours, and never a status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tidings.errors import (
    FetchError,
    ProviderUnavailable,
    RateLimited,
    TaskNotFound,
    Unauthorized,
    UnexpectedResponse,
)
from tidings.model import TaskState, TaskStatus
from tidings.testing.conformance.asking import ask
from tidings.testing.conformance.kit import Kit
from tidings.testing.samples import Sample

_JSON = {"content-type": "application/json"}
_HTML = {"content-type": "text/html; charset=utf-8"}
_PAGE = b"<!doctype html>\n<html><body><div id=root></div></body></html>"


@dataclass(frozen=True)
class Refusal:
    """An answer that refuses, and what must come of it.

    Attributes:
        raises: the error's class; for a task that is not found a batch may say so of the whole.
        facts: attributes of that error.
    """

    name: str
    status: int
    raises: type[FetchError]
    headers: Mapping[str, str] = field(default_factory=lambda: _JSON)
    body: bytes = b'{"error": {"message": "refused"}}'
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


_WAIT = {"retry-after": "7"}
REFUSALS: Sequence[Refusal] = (
    Refusal("401", 401, Unauthorized, facts={"retryable": False}),
    Refusal("401 without a body", 401, Unauthorized, body=b""),
    Refusal("403", 403, Unauthorized, facts={"retryable": False}),
    Refusal("404", 404, TaskNotFound),
    Refusal("429", 429, RateLimited, facts={"retry_after": None, "retryable": True}),
    Refusal("429 without a body", 429, RateLimited, headers={}, body=b"", facts={"retry_after": None}),
    Refusal("429 with Retry-After", 429, RateLimited, headers=_JSON | _WAIT, facts={"retry_after": 7.0}),
    Refusal("429 as a page", 429, RateLimited, headers=_HTML | _WAIT, body=_PAGE, facts={"retry_after": 7.0}),
    Refusal("500", 500, ProviderUnavailable, facts={"retryable": True}),
    Refusal("502 as a page", 502, ProviderUnavailable, headers=_HTML, body=_PAGE, facts={"retryable": True}),
    Refusal("503 with Retry-After", 503, ProviderUnavailable, headers=_JSON | _WAIT, facts={"retry_after": 7.0}),
    Refusal("504 without a body", 504, ProviderUnavailable, headers={}, body=b"", facts={"retryable": True}),
    Refusal("200 as a page", 200, UnexpectedResponse, headers=_HTML, body=_PAGE, facts={"no_route": True}),
    Refusal("200 without a body", 200, UnexpectedResponse, headers={}, body=b""),
    Refusal("200 with a text", 200, UnexpectedResponse, headers={}, body=b"ok"),
)
_HOLLOW: Sequence[bytes] = (b"null", b"[]", b"{}", b"5", b'"ok"', b"[null]", b"[{}]", b'{"data": null}', b"true")


class RefusalsConformance(Kit):
    """What is no answer becomes an error."""

    @pytest.mark.parametrize("refusal", REFUSALS, ids=str)
    def test_a_refusal_is_the_right_error(self, refusal: Refusal) -> None:
        """Wrong key, no such task, too many requests, trouble, a web page: told apart, with all facts kept."""
        for sample in self._one_of_each_kind():
            for answer in ask(self.provider, _refused(sample, refusal)).answers.values():
                assert type(answer) is refusal.raises, f"{sample}: {refusal} was read as {answer!r}"
                facts = {name: getattr(answer, name) for name in refusal.facts}
                assert facts == refusal.facts, f"{sample}: {refusal} was read as {answer!r} with {facts}"

    @pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
    def test_an_http_error_is_never_a_status(self, answered: Sample, status: int) -> None:
        """The status code counts even when the body reads like a good answer."""
        exchange = replace(answered.exchanges[0], status=status)
        answers = ask(self.provider, answered.with_exchange(0, exchange)).answers
        taken = [ref for ref, answer in answers.items() if not isinstance(answer, FetchError)]
        assert not taken, f"{answered} answered with {status} was taken for a good answer about {taken[0]}"

    @pytest.mark.parametrize("body", _HOLLOW, ids=bytes.decode)
    def test_a_hollow_answer_is_no_status(self, body: bytes) -> None:
        """JSON that says nothing about the task is an error or `unknown`: nothing may be concluded from it."""
        for sample in self._one_of_each_kind():
            hollow = sample.with_exchange(0, replace(sample.exchanges[0], status=200, headers=_JSON, content=body))
            for answer in ask(self.provider, hollow).answers.values():
                is_honest = isinstance(answer, FetchError) or _is_unknown(answer) or _is_extra(sample, answer)
                assert is_honest, f"{sample} answered with {body.decode()} was read as {answer!r}"

    def _one_of_each_kind(self) -> Sequence[Sample]:
        """A single look, a batch and every include, as far as there are samples of them."""
        kinds = {self.kind_of(sample): sample for sample in reversed(self.samples)}
        return list(kinds.values())


def _refused(sample: Sample, refusal: Refusal) -> Sample:
    recorded = sample.exchanges[0]
    return sample.with_exchange(
        0, replace(recorded, status=refusal.status, headers=refusal.headers, content=refusal.body)
    )


def _is_unknown(answer: object) -> bool:
    return isinstance(answer, TaskStatus) and answer.state is TaskState.unknown


def _is_extra(sample: Sample, answer: object) -> bool:
    """An include may find anything, so what it makes of nothing is its own matter, as long as it is no status."""
    return sample.include is not None and not isinstance(answer, TaskStatus)
