"""Runway's web application as gateways offer it, below `/runway`: three shapes, told apart by looks alone.

- feed: `POST /runway/feed` with `{"task_id": ID}`, which only reads; at some gateways `/runway/v1/feed`. The answer is
  `{code: 200, msg, data: {task_id, status: "0" to "3", video_url, poster, last_frame, msg, create_time}}`. Times are
  texts of unix seconds, "0" where one is not set. Another `code` is an error, though HTTP says 200.
- wrapped: the same route at gateways that keep a record of their own, in their envelope: `code` is the text "success",
  and Runway's object is the record's `data`.
- task: `GET /runway/tasks/ID`, at some gateways below `/pro`: what the web application itself is told,
  `{task: {id, status, progressRatio, placeInLine, artifacts, progressText, error}}`.

There is no batch call. "0" and "1" are read as pending and running, which no page says in so many words; "2" is always
refunded and "3" comes with the video.

Seen in apiai.apifox.cn (api-208873207), docs.yutoai.net (api-259399394), apidoc.deerapi.com (runway/compat/feed),
apidoc.cometapi.com (reverse-format and compatibility-format), and Dooy/chatgpt-web-midjourney-proxy
(src/api/runway.ts).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidings import gateway
from tidings.errors import FetchError, TaskNotFound, UnexpectedResponse
from tidings.model import Failure, TaskRef, TaskState, TaskStatus
from tidings.provider import Limits, Provider
from tidings.reading import FailureTable, check_about, failure_from, ranked
from tidings.wire import Request, Response, as_int, as_number, as_progress, as_text, as_time, dig, segment
from tidings_runway_reverse import refusals
from tidings_runway_reverse.outputs import outputs_of

_FEEDS: Mapping[str | None, str] = {None: "/runway/feed", "v1": "/runway/v1/feed"}
_TASKS: Mapping[str | None, str] = {"tasks": "/runway/tasks/", "pro/tasks": "/pro/runway/tasks/"}
_WORDS = ("status", "state")  # `state` comes beside `status` at some gateways, and mostly empty
_REASONS = (("msg",), ("failure",), ("progressText",), ("error", "errorMessage"), ("error", "message"), ("error",))
# Families of Runway's failure codes, in lower case; of the web application no codes were seen.
_FAILURES: FailureTable = (
    ("safety.output", Failure(code="moderated_output", retryable=False)),
    ("safety.input", Failure(code="moderated_input", retryable=False)),
    ("input_preprocessing.safety", Failure(code="moderated_input", retryable=False)),
)


class RunwayReverse(Provider):
    name = "runway-reverse"
    title = "Runway's web application, at gateways"
    docs_url = "https://apiai.apifox.cn/en/api-208873207"
    gateway_path = ""  # paths are whole: there is no address but a gateway's
    limits = Limits(interval=5.0)
    routes = ("v1", "tasks", "pro/tasks")
    states = {
        **gateway.STATES,
        "0": TaskState.pending,
        "1": TaskState.running,
        "2": TaskState.failed,
        "3": TaskState.succeeded,
        "PENDING": TaskState.pending,
        "THROTTLED": TaskState.queued,
        "RUNNING": TaskState.running,
        "SUCCEEDED": TaskState.succeeded,
        "FAILED": TaskState.failed,
        "CANCELLED": TaskState.canceled,
        "CANCELED": TaskState.canceled,
    }

    def request(self, ref: TaskRef) -> Request:
        if ref.route in _TASKS:
            return Request("GET", _TASKS[ref.route] + segment(ref.id))
        return Request("POST", _FEEDS[ref.route], json={"task_id": ref.id})

    def error_kind(self, response: Response) -> type[FetchError] | None:
        answer = refusals.as_http(response)
        return TaskNotFound if refusals.is_about_no_task(answer) else super().error_kind(answer)

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        item = _task_in(response, ref)
        row, inner = opened = gateway.opened(item)  # what the feed says looks like a record with nothing inside
        own = _bare(_out_of_feed(inner))  # some gateways keep the feed's whole answer
        task = own or item
        word = next((task[name] for name in _WORDS if as_text(task.get(name))), None)
        state, raw_state = self.read_state(opened.word(word))
        check_about(ref, row.task_id, task.get("task_id") or task.get("id"))  # a record's own `id` is but a number
        outputs = ranked(outputs_of(task, {**item, "result_url": row.result_url}), state)
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw_state,
            action=row.action or as_text(dig(task, "taskType")),
            progress=_progress(own, row),
            submitted_at=row.submitted_at or as_time(dig(task, "createdAt")) or as_time(dig(task, "create_time")),
            started_at=row.started_at,
            finished_at=row.finished_at if state.is_final else None,
            outputs=outputs,
            missing_outputs="none" if state is TaskState.succeeded and not outputs else None,
            failure=_failure(task, row) if state is TaskState.failed else None,
            estimated_wait=_not_negative(dig(task, "estimatedTimeToStartSeconds")),
            queue_position=as_int(dig(task, "placeInLine")),
            observed_at=response.received_at,
            raw=item,
        )


def _task_in(response: Response, ref: TaskRef) -> dict[str, Any]:
    """The object about the task, out of the envelope of its shape.

    Raises:
        TaskNotFound: the envelope is empty.
        UnexpectedResponse: there is no object, or it names no status.
    """
    payload = response.json()
    item = gateway.unwrap(_out_of_feed(payload))
    if not item and item is not payload:
        raise TaskNotFound(ref=ref)
    task = _bare(item)
    is_record = gateway.is_enveloped(payload) and gateway.is_task_row(task)  # a new one may have no word yet
    if not is_record and not any(as_text(task.get(name)) for name in _WORDS):
        raise UnexpectedResponse(f"the answer names no status. {response.error_text()}".strip(), ref=ref)
    return task


def _out_of_feed(payload: Any) -> Any:
    """What the feed's envelope holds; `payload` itself when it is in none."""
    is_fed = as_number(dig(payload, "code")) == refusals.GOOD and "data" in payload
    return payload["data"] if is_fed else payload


def _bare(found: Any) -> dict[str, Any]:
    """The object itself, which the web application puts below `task`; empty where there is none."""
    inside = dig(found, "task")
    best = inside if isinstance(inside, dict) else found
    return best if isinstance(best, dict) else {}


def _progress(own: Any, row: gateway.TaskRow) -> float | None:
    """Runway's own fraction, a text in the web application, before the gateway's percentage."""
    fractions = (as_progress(dig(own, name), scale=1.0) for name in ("progressRatio", "progress"))
    return next((fraction for fraction in fractions if fraction is not None), row.progress)


def _failure(task: Any, row: gateway.TaskRow) -> Failure:
    """What Runway's code means; where there is none, a gateway may quote it in its text."""
    said = (as_text(dig(task, *place)) for place in _REASONS)
    reason = next((text for text in said if text), row.fail_reason)
    code = as_text(dig(task, "failureCode"))
    known = failure_from(code or reason, _FAILURES)
    return known.model_copy(update={"message": reason or "", "provider_code": code})


def _not_negative(value: Any) -> float | None:
    number = as_number(value)
    return number if number is not None and number >= 0 else None
