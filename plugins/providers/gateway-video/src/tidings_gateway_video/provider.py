"""The video endpoints that gateways of the new-api family offer for whatever maker is behind them.

Without a route, `GET /v1/video/generations/{id}`, which answers in four shapes:

1. the gateway's task row in its envelope, with the maker's own object as `data`
2. for Gemini and Vertex, a simple object in the envelope: `{error, format, metadata, status, task_id, url}`
3. the same simple object without an envelope, sometimes with `id`, `progress`, `video_url`
4. builds around rc.30: a flat row `{created_at, fail_reason, finished_at, platform, progress, status, task_id}`, which
   says nothing about the result

With the route `videos`, `GET /v1/videos/{id}`: OpenAI's video object, often with `metadata.url`, `url` or `output_url`.

Shapes are told apart by what is in them, not by where they were asked for: mirrors mix them. Some gateways let makers'
own state words through.

Seen in the source of QuantumNous/new-api (relay/relay_task.go, model/task.go, dto/task.go, dto/openai_video.go,
dto/video.go, controller/task_video.go, controller/video_proxy.go) and its docs (query-video, openai-video), in its
issue 7194 and in ArcReel's pull request 1889; errors also in MartialBE/one-hub.
"""

from __future__ import annotations

from typing import Any

from tidings import gateway
from tidings.errors import UnexpectedResponse
from tidings.model import Failure, TaskRef, TaskState, TaskStatus
from tidings.provider import Provider
from tidings.reading import FailureTable, check_about, failure_from, ranked
from tidings.wire import Request, Response, as_progress, as_text, as_time, dig, segment
from tidings_gateway_video import results

# What makers behind gateways say, and what gateways do not always translate.
_MAKERS_WORDS = {
    "preparing": TaskState.pending,
    "starting": TaskState.pending,
    "queueing": TaskState.queued,
    "throttled": TaskState.queued,
    "running": TaskState.running,
    "generating": TaskState.running,
    "dreaming": TaskState.running,
    "succeed": TaskState.succeeded,
    "complete": TaskState.succeeded,
    "ready": TaskState.succeeded,
    "fail": TaskState.failed,
    "error": TaskState.failed,
}
_FAILURES: FailureTable = (
    ("output new_sensitive", Failure(code="moderated_output")),
    ("output sensitive", Failure(code="moderated_output")),
    ("input new_sensitive", Failure(code="moderated_input")),
    ("input sensitive", Failure(code="moderated_input")),
    ("content_policy_violation", Failure(code="moderated_input")),  # OpenAI's code for a rejected prompt
    ("content policy", Failure(code="moderated_input")),  # its text
    ("risk control", Failure(code="moderated_input")),  # Kling's
    ("insufficient_user_quota", Failure(code="quota")),
    ("insufficient_quota", Failure(code="quota")),
    ("timed out", Failure(code="timed_out")),
    ("timeout", Failure(code="timed_out")),
)


class GatewayVideo(Provider):
    name = "gateway-video"
    title = "Gateways' own video endpoints"
    docs_url = "https://github.com/QuantumNous/new-api-docs/blob/main/docs/en/api/query-video.md"
    gateway_path = ""  # paths are whole: there is no address but a gateway's
    routes = ("videos",)
    states = {
        **gateway.STATES,
        "pending": TaskState.pending,
        "queued": TaskState.queued,
        "in_progress": TaskState.running,
        "processing": TaskState.running,
        "completed": TaskState.succeeded,
        "succeeded": TaskState.succeeded,
        "failed": TaskState.failed,
        "cancelled": TaskState.canceled,
        "canceled": TaskState.canceled,
        "expired": TaskState.expired,
        **_MAKERS_WORDS,
    }

    def request(self, ref: TaskRef) -> Request:
        folder = "videos" if ref.route == "videos" else "video/generations"
        return Request("GET", f"/v1/{folder}/{segment(ref.id)}")

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        item = gateway.unwrap(response.json())
        if not (as_text(dig(item, "status")) or _is_row(item)):
            raise UnexpectedResponse(f"the answer names no state. {response.error_text()}".strip(), ref=ref)
        # A row's `id` is the number of its line in the gateway's database.
        check_about(ref, item.get("task_id"), None if _is_row(item) else item.get("id"))
        row = gateway.read_task_row(item)
        state, raw_state = self._state(item, row)
        outputs = results.outputs(item, row, ref, state)
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw_state,
            action=row.action,
            progress=row.progress,
            submitted_at=row.submitted_at or as_time(item.get("created_at")),
            started_at=row.started_at,
            # `completed_at` is when the row was last updated: it is there while the task runs, too.
            finished_at=(row.finished_at or as_time(item.get("completed_at"))) if state.is_final else None,
            outputs=ranked(outputs, state),
            failure=_failure(item, row) if state is TaskState.failed else None,
            observed_at=response.received_at,
            raw=item,
        )

    def _state(self, item: dict[str, Any], row: gateway.TaskRow) -> tuple[TaskState, str]:
        """By the word; but OpenAI's shape has none for a task that has not started, and says `unknown` of it."""
        state, raw_state = self.read_state(row.status)
        has_not_started = as_progress(item.get("progress")) == 0.0 and not item.get("error") and not _is_row(item)
        if state is TaskState.unknown and raw_state.lower() == "unknown" and has_not_started:
            state = TaskState.pending
        return state, raw_state


def _is_row(item: Any) -> bool:
    """Whether `item` is the gateway's own record of a task. The simple and OpenAI's object have no `fail_reason`."""
    return gateway.is_task_row(item) and "fail_reason" in item


def _failure(item: dict[str, Any], row: gateway.TaskRow) -> Failure:
    """Why it failed. Where the link to a result belongs, some gateways put the reason."""
    error, in_place_of_a_link = item.get("error"), as_text(dig(item, "metadata", "url"))
    said = as_text(dig(error, "message")) or as_text(error) or row.fail_reason or in_place_of_a_link
    return failure_from(said, _FAILURES, provider_code=dig(error, "code"))
