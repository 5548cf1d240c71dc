"""Replicate: `GET /v1/predictions/{id}` and, the same object with fewer keys, `GET /v1/trainings/{id}`.

Gateways pass it through unchanged, below `/replicate`; one that keeps a record of its own around it is read, too. The
links in `urls` always point at Replicate itself, and are never followed: a gateway's key is no business of Replicate's.

Seen in replicate/replicate-python (recorded HTTP in tests/cassettes, prediction.py, client.py), replicate-javascript
(index.d.ts), Replicate's OpenAPI description and rate limits, vercel/ai, and in the pages of ai.xunxkj.cn,
doc.quickrouter.ai and apidoc.cometapi.com.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Literal

from tidings import gateway
from tidings.errors import FetchError, RateLimited, TaskNotFound, UnexpectedResponse
from tidings.model import Artifact, Failure, TaskRef, TaskState, TaskStatus
from tidings.provider import Limits, Provider
from tidings.reading import FailureTable, check_about, failure_from, linked, ranked
from tidings.wire import Request, Response, as_number, as_text, as_time, dig, segment
from tidings_replicate.outputs import read_outputs

# A line of tqdm's: `  94%|█████████▍| 47/50 [00:03<00:00, 16.82it/s]`. Other bars are the model's own affair.
_BAR = re.compile(r"\s*(\d{1,3})%\s*\|[^|]*\|\s*\d+/\d+")
_RESETS_IN = re.compile(r"resets in ~?\s*(\d+)\s*s\b")
_FAILURES: FailureTable = (("nsfw", Failure(code="moderated_output")),)  # what image models' safety checkers say


class Replicate(Provider):
    name = "replicate"
    title = "Replicate"
    docs_url = "https://replicate.com/docs/reference/http"
    official_url = "https://api.replicate.com"
    gateway_path = "/replicate"
    routes = ("predictions", "trainings")  # predictions when none is given
    limits = Limits(per_second=50.0)  # 3000 a minute
    url_lifetime = 3600.0  # what predictions made over the API put in and out is removed then
    states = {
        **gateway.STATES,
        "starting": TaskState.queued,
        "processing": TaskState.running,
        "succeeded": TaskState.succeeded,
        "failed": TaskState.failed,
        "canceled": TaskState.canceled,
        "aborted": TaskState.canceled,  # ended before it ran, by its deadline for one
    }

    def request(self, ref: TaskRef) -> Request:
        return Request("GET", f"/v1/{ref.route or 'predictions'}/{segment(ref.id)}")

    def error(self, response: Response) -> FetchError | None:
        error = super().error(response)
        if isinstance(error, RateLimited) and error.retry_after is None:
            error.retry_after = _told_to_wait(response)
        return error

    def error_kind(self, response: Response) -> type[FetchError] | None:
        status = _http_status_in(response)
        return super().error_kind(response if status is None else replace(response, status=status))

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        payload = response.json()
        item = gateway.unwrap(payload)
        if gateway.is_enveloped(payload) and not item:
            raise TaskNotFound(ref=ref)
        row, prediction = opened = gateway.opened(item)
        own_word = dig(prediction, "status")
        if not gateway.is_task_row(item) and not as_text(own_word):
            raise UnexpectedResponse(f"the answer names no state. {response.error_text()}".strip(), ref=ref)
        check_about(ref, row.task_id, dig(prediction, "id"))
        state, raw_state = self.read_state(opened.word(own_word))
        progress = _progress(dig(prediction, "logs"))
        finished_at = as_time(dig(prediction, "completed_at")) or row.finished_at
        outputs = ranked(self._outputs(prediction, row.result_url, ref), state)
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw_state,
            action=row.action,
            progress=row.progress if progress is None else progress,
            submitted_at=as_time(dig(prediction, "created_at")) or row.submitted_at,
            started_at=as_time(dig(prediction, "started_at")) or row.started_at,
            finished_at=finished_at if state.is_final else None,
            outputs=outputs,
            missing_outputs=_why_missing(prediction) if state is TaskState.succeeded and not outputs else None,
            failure=_failure(prediction, row.fail_reason) if state is TaskState.failed else None,
            observed_at=response.received_at,
            raw=item,
        )

    def _outputs(self, prediction: Any, at_the_gateway: str | None, ref: TaskRef) -> tuple[Artifact, ...]:
        """What it made. What was trained, or made on the web site, is kept; the rest is removed after an hour."""
        is_kept = ref.route == "trainings" or dig(prediction, "source") == "web"
        own = read_outputs(
            dig(prediction, "output"),
            lifetime=None if is_kept else self.url_lifetime,
            since=as_time(dig(prediction, "completed_at")),
        )
        elsewhere = linked(at_the_gateway)
        return own or ((elsewhere,) if elsewhere is not None else ())


def _http_status_in(response: Response) -> int | None:
    """The status of a problem report (RFC 7807), where an error comes with 200: a prediction's `status` is a word."""
    try:
        status = dig(response.json(), "status") if response.is_success else None
    except UnexpectedResponse:  # said when it is read
        return None
    return status if type(status) is int and 400 <= status < 600 else None


def _told_to_wait(response: Response) -> float | None:
    """Seconds, from the body, where there is no Retry-After."""
    try:
        stated = as_number(dig(response.json(), "retry_after"))
    except UnexpectedResponse:
        stated = None
    found = _RESETS_IN.search(response.error_text())
    return stated if stated is not None or found is None else float(found[1])


def _progress(logs: Any) -> float | None:
    """As far as the last progress bar in the logs has come."""
    lines = reversed(logs.splitlines()) if isinstance(logs, str) else ()
    bar = next((bar for bar in map(_BAR.match, lines) if bar), None)
    return None if bar is None else min(int(bar[1]) / 100, 1.0)


def _failure(prediction: Any, fail_reason: str | None) -> Failure:
    error = dig(prediction, "error")
    reason = as_text(error) or as_text(dig(error, "message")) or as_text(dig(error, "detail"))
    return failure_from(reason or fail_reason, _FAILURES, provider_code=dig(error, "code"))


def _why_missing(prediction: Any) -> Literal["expired", "none"]:
    """Why a success has no outputs."""
    return "expired" if dig(prediction, "data_removed") is True else "none"
