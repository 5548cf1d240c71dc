"""Luma in the gateways' own format: `GET /luma/generations/{id}` and, for many at once, `POST /luma/tasks`.

Six dialects are in use, told apart by shape alone:

- A  a batch in the gateway's envelope; each row holds the gateway's own status around Luma's object
- B  a batch as a bare list of Luma's objects
- C  one bare object, newer: `video`, `video_raw`, `artifact`, `thumbnail`, `last_frame`, `request`
- D  one bare object, older: `video` with a thumbnail and a `download_url`, `queue_state`, `estimate_wait_seconds`
- E  D with `assets.video`, `media_request` or `failure_reason`
- F  minimal: `id`, `state`, `created_at`, `video`

Seen in the pages of apiai.apifox.cn (api-196533481, api-196537370), v98store.com (api-247123648, -658), docs.yutoai.net
(api-189362390), docs.crazyrouter.com, and in the source of LumaAI-API/Luma-API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tidings import gateway
from tidings.errors import TaskNotFound, UnexpectedResponse
from tidings.model import Artifact, Failure, TaskRef, TaskState, TaskStatus
from tidings.provider import Include, Limits, Provider
from tidings.reading import FailureTable, Place, failure_from, linked, outputs_at, ranked
from tidings.wire import Request, Response, as_number, as_text, as_time, as_word, dig, segment
from tidings_luma import matching

# Where a finished video may lie, the best copy first: without watermark, then raw (for paying members), then any.
_VIDEOS = (
    Place("video", ("video", "download_url")),
    Place("video", ("assets", "video")),
    Place("video", ("video_raw", "url"), "raw"),
    Place("video", ("artifact", "video_raw", "url"), "raw"),
    Place("video", ("video", "url"), "watermarked"),
)
_AT_THE_GATEWAY = (Place("video", ("result_url",)),)  # only the gateway's own row holds it
_IMAGES = (
    Place("image", ("thumbnail", "url"), "thumbnail"),
    Place("image", ("thumbnail",), "thumbnail"),
    Place("image", ("video", "thumbnail"), "thumbnail"),
    Place("image", ("last_frame", "url"), "preview"),
)
# Luma's failure texts (docs.lumalabs.ai, errors), most specific first; compared in lower case.
_FAILURES: FailureTable = (
    ("read user input frames", Failure(code="invalid_request")),
    ("blacklisted words", Failure(code="moderated_input")),
    ("frame moderation", Failure(code="moderated_input")),
    ("prompt moderation", Failure(code="moderated_input")),
    ("moderate image", Failure(code="moderated_input")),
    ("moderation", Failure(code="moderated_output")),
)


def _unwatermarked_request(ref: TaskRef) -> Request:
    return Request("GET", f"/luma/generations/{segment(ref.id)}/download_video_url")


def _unwatermarked(response: Response, ref: TaskRef) -> Artifact:
    video = linked(dig(gateway.unwrap(response.json()), "url"), "video")
    if video is None:
        raise UnexpectedResponse("there is no link to a video without watermark (yet)", ref=ref, retryable=True)
    return video


class Luma(Provider):
    name = "luma"
    title = "Luma Dream Machine, in the gateways' format"
    docs_url = "https://apiai.apifox.cn/en/api-196537370"
    gateway_path = ""  # paths are whole: there is no address but a gateway's
    limits = Limits(batch=100, interval=5.0)
    states = {
        **gateway.STATES,
        "pending": TaskState.pending,
        "queued": TaskState.queued,
        "processing": TaskState.running,
        "dreaming": TaskState.running,
        "completed": TaskState.succeeded,
        "failed": TaskState.failed,
    }
    includes = {"unwatermarked": Include(_unwatermarked_request, _unwatermarked, "the video without watermark")}

    def request(self, ref: TaskRef) -> Request:
        return Request("GET", f"/luma/generations/{segment(ref.id)}")

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        payload = gateway.unwrap(response.json())
        if payload is None or payload == []:
            raise TaskNotFound(ref=ref)
        return self._status(matching.only(payload, ref, self._state_of), ref, response)

    def batch_request(self, refs: Sequence[TaskRef]) -> Request:
        return Request("POST", "/luma/tasks", json={"ids": [ref.id for ref in refs]})

    def rows(self, response: Response, refs: Sequence[TaskRef]) -> Mapping[TaskRef, Any]:
        found = gateway.unwrap(response.json())
        if found is not None and not isinstance(found, list):  # null is how a gateway says that it knows none of them
            raise UnexpectedResponse(_unreadable(found, f"a list of tasks was expected, not {type(found).__name__}"))
        rows = matching.by_id(found or ())
        return {ref: rows[ref.id] for ref in refs if ref.id in rows}

    def parse_row(self, row: Any, ref: TaskRef, response: Response) -> TaskStatus:
        return self._status(matching.one_of(row, ref, self._state_of), ref, response)

    def _status(self, item: Any, ref: TaskRef, response: Response) -> TaskStatus:
        """The status in one row of dialect A, or in one bare object of the others."""
        opened = gateway.opened(item)
        row, luma = opened
        if not gateway.is_task_row(item) and not as_text(dig(luma, "state")):
            text = f"the answer names no state. {response.error_text()}".strip()
            raise UnexpectedResponse(_unreadable(item, text), ref=ref)
        state, raw_state = self.read_state(opened.word(dig(luma, "state")))
        videos = outputs_at(luma, _VIDEOS) or outputs_at(row._asdict(), _AT_THE_GATEWAY)
        if state is TaskState.succeeded and not videos:
            state = TaskState.running  # "completed" can come before the link
        reason = row.fail_reason or as_text(dig(luma, "failure_reason"))
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw_state,
            action=row.action,
            progress=row.progress,
            submitted_at=row.submitted_at or as_time(dig(luma, "created_at")),
            started_at=row.started_at,
            finished_at=row.finished_at if state.is_final else None,
            outputs=ranked(videos, state) + outputs_at(luma, _IMAGES),
            failure=failure_from(reason, _FAILURES) if state is TaskState.failed else None,
            estimated_wait=_not_negative(dig(luma, "estimate_wait_seconds")),
            observed_at=response.received_at,
            raw=item,
        )

    def _state_of(self, item: Any) -> TaskState:
        opened = gateway.opened(item)
        return self.read_state(opened.word(dig(opened.inner, "state")))[0]


def _unreadable(payload: Any, otherwise: str) -> str:
    """Why nothing can be read from `payload`: `otherwise`, unless it lies in an envelope that nobody has seen yet."""
    if not gateway.is_foreign_envelope(payload):
        return otherwise
    return f"the task lies in an envelope that is not known here, with code {as_word(payload['code'])}"


def _not_negative(value: Any) -> float | None:
    number = as_number(value)
    return number if number is not None and number >= 0 else None
