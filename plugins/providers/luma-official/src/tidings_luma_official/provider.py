"""Luma's own API, and its path at gateways: `GET /dream-machine/v1/generations/{id}`.

Three formats are in use, told apart by shape alone:

- Luma's own: `state`, `failure_reason`, `assets{video, image, progress_video}`; older ones have `version` for `model`
- the gateways' format at the same path: `video{url, download_url}`, `video_raw`, `thumbnail`, `last_frame`,
  `estimate_wait_seconds`; bare or in the gateway's envelope
- that of Luma's API for agents (route `agents`, `GET /v1/generations/{id}` at a host of its own):
  `output[{type, url}]`, `failure_code`

Seen in lumalabs/lumaai-api (openapi.yaml), lumalabs/lumaai-python, docs.lumalabs.ai (errors), docs.agents.lumalabs.ai,
bobtista/luma-ai-mcp-server, and in the page apiai.apifox.cn (api-238205156).
"""

from __future__ import annotations

from typing import Any

from tidings import gateway
from tidings.errors import UnexpectedResponse
from tidings.model import Failure, TaskRef, TaskState, TaskStatus
from tidings.provider import Provider
from tidings.reading import FailureTable, check_about, failure_from
from tidings.wire import Request, Response, as_number, as_text, as_time, dig, segment
from tidings_luma_official.outputs import outputs, results

# Luma's failure texts (docs.lumalabs.ai, errors) and the codes of its API for agents; the most specific first.
_FAILURES: FailureTable = (
    ("read user input frames", Failure(code="invalid_request")),
    ("blacklisted words", Failure(code="moderated_input")),
    ("frame moderation", Failure(code="moderated_input")),
    ("prompt moderation", Failure(code="moderated_input")),
    ("moderate image", Failure(code="moderated_input")),
    ("moderation", Failure(code="moderated_output")),
    ("content_moderated", Failure(code="moderated_output")),
    ("budget_exhausted", Failure(code="quota")),
    ("image_too_large", Failure(code="invalid_request")),
    ("unsupported_format", Failure(code="invalid_request")),
    ("corrupt_input", Failure(code="invalid_request")),
    ("invalid_request", Failure(code="invalid_request")),
    ("rate_limited", Failure(code="provider_error", retryable=True)),
)
_PATHS = {None: "/dream-machine/v1/generations/", "agents": "/v1/generations/"}


class LumaOfficial(Provider):
    name = "luma-official"
    title = "Luma's own API, and its path at gateways"
    docs_url = "https://docs.lumalabs.ai/docs/api"
    official_url = "https://api.lumalabs.ai"
    gateway_path = ""  # gateways serve the same whole path
    routes = ("agents",)
    states = {
        **gateway.STATES,
        "queued": TaskState.queued,
        "dreaming": TaskState.running,
        "completed": TaskState.succeeded,
        "failed": TaskState.failed,
        "cancelled": TaskState.canceled,  # in no documentation, but in a client's tests
        "canceled": TaskState.canceled,
        # of the gateways' format, and of the API for agents
        "pending": TaskState.pending,
        "processing": TaskState.running,
    }

    def request(self, ref: TaskRef) -> Request:
        return Request("GET", _PATHS[ref.route] + segment(ref.id))

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        item = gateway.unwrap(response.json())
        opened = gateway.opened(item)
        row, luma = opened
        if not gateway.is_task_row(item) and not as_text(dig(luma, "state")):
            raise UnexpectedResponse("the answer names no state of the task", ref=ref)
        check_about(ref, dig(item, "task_id"), dig(luma, "id"))
        state, raw_state = self.read_state(opened.word(dig(luma, "state")))
        found = results(luma, row)
        if state is TaskState.succeeded and not found:
            state = TaskState.running  # "completed" can come before the link
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw_state,
            action=row.action or as_text(dig(luma, "generation_type")) or as_text(dig(luma, "type")),
            progress=row.progress,
            submitted_at=row.submitted_at or as_time(dig(luma, "created_at")),
            started_at=row.started_at,
            finished_at=row.finished_at if state.is_final else None,
            outputs=outputs(found, luma, state),
            failure=_failure(luma, row) if state is TaskState.failed else None,
            estimated_wait=_not_negative(dig(luma, "estimate_wait_seconds")),
            observed_at=response.received_at,
            raw=item,
        )


def _failure(luma: Any, row: gateway.TaskRow) -> Failure:
    reason = as_text(dig(luma, "failure_reason")) or row.fail_reason
    return failure_from(reason, _FAILURES, provider_code=dig(luma, "failure_code"))


def _not_negative(value: Any) -> float | None:
    number = as_number(value)
    return number if number is not None and number >= 0 else None
