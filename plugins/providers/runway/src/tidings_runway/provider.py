"""Runway's developer API: `GET /v1/tasks/{id}`, at Runway itself and at gateways below `/runwayml`.

Two dialects are in use, told apart by shape alone:

- the maker's: one bare object, `{id, status, createdAt, progress?, output?, failure?, failureCode?}`; most gateways
  pass it through unchanged
- wrapped: the same object as `data` of the gateway's own record of the task, in the gateway's envelope. The record's
  status counts, because the gateway bills by it; the links are in the object or in the record's `result_url`.

A link works for 24 to 48 hours after the API was asked, and mostly says itself until when; asking again gives a fresh
one. Runway's object is no newer than every five seconds. There is no batch call.

Seen in runwayml/sdk-python and sdk-node and in docs.dev.runwayml.com (assets/outputs, errors/task-failures); for
gateways in docs.yutoai.net (api-234029138), gpt.morphogen.top and apidoc.cometapi.com (runway-to-get-task-details).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tidings import gateway
from tidings.errors import FetchError, TaskNotFound, UnexpectedResponse
from tidings.model import Artifact, Failure, TaskRef, TaskState, TaskStatus
from tidings.provider import Limits, Provider
from tidings.reading import FailureTable, check_about, failure_from, linked, ranked
from tidings.wire import Request, Response, as_progress, as_text, as_time, as_word, dig, media_kind, segment

_VERSION = {"X-Runway-Version": "2024-11-06"}  # Runway and some gateways refuse a request without it
_NOT_A_UUID = "must be a UUID"
# Families of failure codes (docs.dev.runwayml.com/errors/task-failures), in lower case, the most specific first.
_FAILURES: FailureTable = (
    ("input_preprocessing.safety", Failure(code="moderated_input", retryable=False)),
    ("input_preprocessing.internal", Failure(code="provider_error", retryable=True)),
    ("safety.input", Failure(code="moderated_input", retryable=False)),
    ("safety.output", Failure(code="moderated_output", retryable=False)),
    ("asset.invalid", Failure(code="invalid_request", retryable=False)),
    ("third_party.unavailable", Failure(code="provider_error", retryable=True)),
    ("internal", Failure(code="provider_error", retryable=True)),
)


class Runway(Provider):
    name = "runway"
    title = "Runway's developer API"
    docs_url = "https://docs.dev.runwayml.com/api/"
    official_url = "https://api.dev.runwayml.com"
    gateway_path = "/runwayml"
    limits = Limits(interval=5.0)
    url_lifetime = 24 * 3600.0
    states = {
        **gateway.STATES,
        "PENDING": TaskState.pending,
        "THROTTLED": TaskState.queued,  # the account's own limit of concurrent tasks: it waits for them
        "RUNNING": TaskState.running,
        "SUCCEEDED": TaskState.succeeded,
        "FAILED": TaskState.failed,
        "CANCELLED": TaskState.canceled,  # or deleted
        "CANCELED": TaskState.canceled,
    }

    def request(self, ref: TaskRef) -> Request:
        return Request("GET", f"/v1/tasks/{segment(ref.id)}", headers=_VERSION)

    def error_kind(self, response: Response) -> type[FetchError] | None:
        if response.status == 400 and _NOT_A_UUID in response.error_text():
            return TaskNotFound  # the answer is plain: no task has such an id, so none can be found by it
        return super().error_kind(response)

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        payload = response.json()
        item = gateway.unwrap(payload)
        if gateway.is_enveloped(payload) and not item:
            raise TaskNotFound(ref=ref)
        row, task = opened = gateway.opened(item)
        is_wrapped = gateway.is_task_row(item)
        word = opened.word(dig(task, "status"))
        if not is_wrapped and not as_word(word):
            raise UnexpectedResponse(f"the answer names no status. {response.error_text()}".strip(), ref=ref)
        check_about(ref, row.task_id, dig(task, "id"))
        state, raw_state = self.read_state(word)
        # A wrapped link is as old as the record, which nobody dates; a bare one was made for this very answer.
        outputs = ranked(self._outputs(item, opened, since=None if is_wrapped else response.received_at), state)
        progress = as_progress(dig(task, "progress"), scale=1.0)
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw_state,
            action=row.action,
            progress=row.progress if progress is None else progress,
            submitted_at=row.submitted_at or as_time(dig(task, "createdAt")),
            started_at=row.started_at,
            finished_at=row.finished_at if state.is_final else None,
            outputs=outputs,
            missing_outputs="none" if state is TaskState.succeeded and not outputs else None,
            failure=_failure(opened) if state is TaskState.failed else None,
            observed_at=response.received_at,
            raw=item,
        )

    def _outputs(self, item: Any, opened: gateway.Opened, *, since: datetime | None) -> Sequence[Artifact]:
        """Runway's links, else the gateway's own: each of the kind that it looks like, for Runway does not say."""
        listed = dig(opened.inner, "output")
        gateways = [opened.row.result_url or dig(item, "video_url") or dig(opened.inner, "video_url")]
        return self._linked(listed if isinstance(listed, list) else [listed], since) or self._linked(gateways, since)

    def _linked(self, links: Sequence[Any], since: datetime | None) -> Sequence[Artifact]:
        texts = dict.fromkeys(link for link in links if isinstance(link, str))
        found = (linked(link, media_kind(link) or "video", lifetime=self.url_lifetime, since=since) for link in texts)
        return [output for output in found if output is not None]


def _failure(opened: gateway.Opened) -> Failure:
    """What Runway's code means; where there is none, a gateway may quote it in its text."""
    code = as_text(dig(opened.inner, "failureCode"))
    reason = as_text(dig(opened.inner, "failure")) or opened.row.fail_reason
    known = failure_from(code or reason, _FAILURES)
    return known.model_copy(update={"message": reason or "", "provider_code": code})
