"""Kling's own API and its path at gateways: `GET /v1/{videos|images|audio}/{family}/{id}`.

The family is a part of the address, so a ref names it: `kling:text2video/ID`, `kling:images/generations/ID`. Five
dialects are in use, told apart by shape alone:

- Kling's envelope `{code: 0, data: {task_id, task_status, task_result}}`; some gateways send seconds for milliseconds
- Kling 3.0, with the model in the address: `data: {id, status, message}`, files in `task_result` or in `outputs`
- the same as a list, from `/tasks?task_ids=ID`
- a gateway's row around Kling's envelope: `{code: "success", data: {task_id, status, data: {code: 0, data: {…}}}}`
- a gateway's flat object: `{task_id, status, url, metadata, error}`, with or without the envelope

Seen in Kling's documentation, in vercel/ai (packages/klingai), QuantumNous/new-api (relay/channel/task/kling), ComfyUI
(nodes_kling), and in the pages of v98store.com (api-243012261), doc.aimanyi.top (api-476826216), docs.xmsmartlink.com
and docs.newapi.ai.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Literal

from tidings import gateway
from tidings.errors import (
    FetchError,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    TaskNotFound,
    Unauthorized,
    UnexpectedResponse,
)
from tidings.model import Artifact, Failure, TaskRef, TaskState, TaskStatus
from tidings.provider import Auth, Provider
from tidings.reading import FailureTable, failure_from, ranked
from tidings.wire import Request, Response, as_progress, as_text, as_time, dig
from tidings_kling.families import PATHS, kind_of, names_a_model, request_for
from tidings_kling.keys import authorization
from tidings_kling.outputs import LIFETIME, outputs
from tidings_kling.shapes import Found, code_of, find

# What tasks fail of, in Kling's words and those of its error table; the most specific first.
_FAILURES: FailureTable = (
    ("risk control", Failure(code="moderated_input")),
    ("content security", Failure(code="moderated_input")),
    ("platform policy", Failure(code="moderated_input")),
    ("strategy of the platform", Failure(code="moderated_input")),
    ("sensitive", Failure(code="moderated_input")),
    ("moderation", Failure(code="moderated_input")),
    ("resource pack", Failure(code="quota")),
    ("invalid param", Failure(code="invalid_request")),
    ("timeout", Failure(code="timed_out")),
    ("timed out", Failure(code="timed_out")),
)


class Kling(Provider):
    name = "kling"
    title = "Kling, at its own API and at gateways"
    docs_url = "https://kling.ai/document-api"
    official_url = "https://api-singapore.klingai.com"
    gateway_path = "/kling"
    auth: ClassVar[Auth] = staticmethod(authorization)
    routes = tuple(PATHS)
    route_required = True
    url_lifetime = LIFETIME
    states = {
        **gateway.STATES,
        "submitted": TaskState.queued,
        "processing": TaskState.running,
        "succeed": TaskState.succeeded,
        "failed": TaskState.failed,
        # of Kling 3.0, and of gateways' flat objects
        "queued": TaskState.queued,
        "in_progress": TaskState.running,
        "succeeded": TaskState.succeeded,
        "completed": TaskState.succeeded,
        "canceled": TaskState.canceled,
        "cancelled": TaskState.canceled,
        "expired": TaskState.expired,
    }
    error_codes = {
        **Provider.error_codes,
        **dict.fromkeys(("1000", "1001", "1002", "1003", "1004", "1100", "1103", "1304"), Unauthorized),
        **dict.fromkeys(("1101", "1102"), QuotaExhausted),
        **dict.fromkeys(("1200", "1202", "1300", "1301"), UnexpectedResponse),
        # All that we ask with is the id: a parameter that is invalid, or a resource that is not there, is the task.
        **dict.fromkeys(("1201", "1203"), TaskNotFound),
        **dict.fromkeys(("1302", "1303"), RateLimited),
        **dict.fromkeys(("5000", "5001", "5002"), ProviderUnavailable),
    }

    def validate_ref(self, ref: TaskRef) -> None:
        if ref.is_url or ref.route is None or not names_a_model(ref.route):
            super().validate_ref(ref)

    def request(self, ref: TaskRef) -> Request:
        return request_for(ref)

    def error_kind(self, response: Response) -> type[FetchError] | None:
        if not response.is_success:
            return super().error_kind(response)
        code = code_of(response)
        return self.error_codes.get(f"{code:.0f}", UnexpectedResponse) if code else None

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        found = find(response.json(), ref)
        row, task = found.row, found.task
        state, raw_state = self.read_state(found.word)
        finished_at = _finished_at(found) if state.is_final else None
        made = ranked(outputs(found, kind_of(ref.route), finished_at), state)
        progress = as_progress(dig(task, "progress")) if row.progress is None else row.progress
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw_state,
            action=row.action,
            progress=progress,
            submitted_at=row.submitted_at or _time_at(task, "created_at", "create_time"),
            started_at=row.started_at,
            finished_at=finished_at,
            outputs=made,
            missing_outputs=_why_missing(state, made, finished_at, response.received_at),
            failure=_failure(found) if state is TaskState.failed else None,
            observed_at=response.received_at,
            raw=found.item,
        )


def _finished_at(found: Found) -> datetime | None:
    """When a task that is final was last touched: nothing happens to it afterwards."""
    return found.row.finished_at or _time_at(found.task, "updated_at", "update_time")


def _time_at(task: object, *names: str) -> datetime | None:
    """The first instant there is of `names`; in milliseconds, or in seconds at some gateways."""
    return next((instant for instant in (as_time(dig(task, name)) for name in names) if instant), None)


def _why_missing(
    state: TaskState, made: tuple[Artifact, ...], finished_at: datetime | None, now: datetime
) -> Literal["expired", "none"] | None:
    if state is not TaskState.succeeded or made:
        return None
    is_old = finished_at is not None and now - finished_at > timedelta(seconds=LIFETIME)
    return "expired" if is_old else "none"


def _failure(found: Found) -> Failure:
    """Why it failed: as Kling says it, else as the gateway does. An error with code 0 is none."""
    said = (
        dig(found.task, "task_status_msg"),
        found.row.fail_reason,
        dig(found.item, "error", "message"),
        dig(found.item, "error"),
        dig(found.task, "message"),
    )
    reason = next((text for text in map(as_text, said) if text), None)
    return failure_from(reason, _FAILURES, provider_code=dig(found.item, "error", "code") or None)
