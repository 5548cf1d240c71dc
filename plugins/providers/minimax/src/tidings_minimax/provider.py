"""MiniMax (Hailuo), whose three generations of video APIs are asked at three addresses and answer in four shapes.

- no route, or `v1`: `GET /v1/query/video_generation?task_id=` names a file, `GET /v1/files/retrieve?file_id=` its link
- `template`: `GET /v1/query/video_template_generation?task_id=`, the Video Agent; its link stands in the answer
- `v2`: `GET /v2/query/video_generation/{id}`, MiniMax-H3; `{"task": {...}}` with the link in it
- gateways put `/minimax` before the path. Some wrap the answer into their own task row, the file merged into it and
  the file's id, of all places, in the `fail_reason` of a success

Errors come with status 200 and a `base_resp.status_code` other than 0.

Seen in the pages of platform.minimax.io (video-generation-query, -download, video-agent-query, errorcode),
docs.phanedge.cloud and docs.anyapi.vip, in the sources of QuantumNous/new-api (relay/channel/task/hailuo),
MiniMax-AI/MiniMax-MCP, MiniMax-AI/cli and ComfyUI, and in the tests of vercel/ai (packages/minimax).
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

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
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.provider import Flow, Provider
from tidings.reading import check_about, ranked
from tidings.wire import Request, Response, as_text, as_time, dig, segment
from tidings_minimax import reading

_QUERIES = MappingProxyType(
    {
        None: "/v1/query/video_generation",
        "v1": "/v1/query/video_generation",
        "template": "/v1/query/video_template_generation",
    }
)
_CODES: dict[str, type[FetchError]] = {
    "1000": ProviderUnavailable,  # unknown error
    "1001": ProviderUnavailable,  # timeout
    "1024": ProviderUnavailable,  # internal error
    "1033": ProviderUnavailable,  # system error
    "1002": RateLimited,
    "1039": RateLimited,  # too many tokens
    "1004": Unauthorized,
    "2049": Unauthorized,  # invalid key
    "2061": Unauthorized,  # the plan lacks the model
    "1008": QuotaExhausted,  # balance
    "1028": QuotaExhausted,
    "1030": QuotaExhausted,
    "2013": TaskNotFound,  # invalid parameters: a query has none but the task's id
}


class MiniMax(Provider):
    name = "minimax"
    title = "MiniMax (Hailuo)"
    docs_url = "https://platform.minimax.io/docs/api-reference/video-generation-query"
    official_url = "https://api.minimax.io"
    gateway_path = "/minimax"
    routes = ("v1", "template", "v2")
    url_lifetime = reading.LIFETIME
    error_codes = {**Provider.error_codes, **_CODES}
    states = {
        "Preparing": TaskState.pending,
        "Queueing": TaskState.queued,
        "Processing": TaskState.running,
        "Success": TaskState.succeeded,
        "Fail": TaskState.failed,
        "queued": TaskState.queued,
        "running": TaskState.running,
        "succeeded": TaskState.succeeded,
        "failed": TaskState.failed,
        "cancelled": TaskState.canceled,
        "canceled": TaskState.canceled,
        "expired": TaskState.expired,
        **gateway.STATES,
    }

    def request(self, ref: TaskRef) -> Request:
        if ref.route == "v2":
            return Request("GET", f"/v2/query/video_generation/{segment(ref.id)}")
        return Request("GET", _QUERIES[ref.route], query={"task_id": ref.id})

    def flow(self, refs: Sequence[TaskRef]) -> Flow:
        """One query; the file's link is asked for only when the task succeeded and the answer has none yet."""
        [ref] = refs  # there is no batch call
        response = self.checked((yield self.request(ref)))
        status = self.parse(response, ref)
        file_id = self._file_to_ask_for(status)
        if file_id is None:
            return {ref: status}
        answer = yield Request("GET", "/v1/files/retrieve", query={"file_id": file_id})
        file = self._file(answer, status)
        return {ref: self._status(reading.with_file(status.raw, file), ref, response)}

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        """What the query says by itself: a success whose link is still to be asked for counts as running."""
        return self._status(gateway.unwrap(response.json()), ref, response)

    def error_kind(self, response: Response) -> type[FetchError] | None:
        if not response.is_success:
            return super().error_kind(response)
        code = reading.refusal(response)
        return None if code is None else self.error_codes.get(code, UnexpectedResponse)

    def _status(self, item: Any, ref: TaskRef, response: Response) -> TaskStatus:
        opened = reading.opened(item)
        row, task = opened
        word = as_text(dig(task, "status"))
        if not (reading.is_row(item) or word):
            raise UnexpectedResponse(f"the answer names no state. {response.error_text()}".strip(), ref=ref)
        check_about(ref, row.task_id, dig(task, "task_id"), dig(task, "id"))
        state, raw_state = self.read_state(opened.word(word))
        video = reading.video(row, task, since=response.received_at)
        if state is TaskState.succeeded and video is None:
            state = TaskState.running  # done by the maker's word, but where the file lies is not known yet
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw_state,
            action=row.action or as_text(dig(task, "task_type")),
            progress=row.progress,
            submitted_at=row.submitted_at or as_time(dig(task, "created_at")),
            started_at=row.started_at,
            finished_at=(row.finished_at or as_time(dig(task, "updated_at"))) if state.is_final else None,
            outputs=ranked((video,) if video else (), state),
            failure=reading.failure(row, task) if state is TaskState.failed else None,
            observed_at=response.received_at,
            raw=item,
        )

    def _file_to_ask_for(self, status: TaskStatus) -> str | None:
        is_done = self.read_state(status.raw_state)[0] is TaskState.succeeded
        return reading.file_id(status.raw) if is_done and not status.outputs else None

    def _file(self, answer: Response, status: TaskStatus) -> Any:
        """The file's record.

        That it cannot be had now says nothing about the task, which neither failed nor is unknown: so it is an error to
        be tried again, with what the query said in `last_status`.
        """
        try:
            return dig(gateway.unwrap(self.checked(answer).json()), "file")
        except TaskNotFound as error:
            text = f"the task succeeded, but its file is not known (yet): {error.message}"
            told: FetchError = UnexpectedResponse(text, status_code=answer.status, retryable=True)
        except FetchError as error:
            told = error
        told.last_status = status
        raise told
