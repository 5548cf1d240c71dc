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

from collections.abc import Sequence
from typing import Any

from tidings import gateway
from tidings.errors import TaskNotFound, UnexpectedResponse
from tidings.model import Artifact, Failure, Kind, Role, TaskRef, TaskState, TaskStatus
from tidings.provider import Answer, Answers, Include, Limits, Provider
from tidings.wire import (
    Request,
    Response,
    as_int,
    as_number,
    as_text,
    as_time,
    as_url,
    as_word,
    dig,
    segment,
    signed_url_expiry,
)
from tidings_luma import matching

# Where a finished video may lie, the best copy first: without watermark, then raw (for paying members), then any.
_VIDEOS: tuple[tuple[tuple[str, ...], Role], ...] = (
    (("video", "download_url"), "primary"),
    (("assets", "video"), "primary"),
    (("video_raw", "url"), "raw"),
    (("artifact", "video_raw", "url"), "raw"),
    (("video", "url"), "watermarked"),
)
_IMAGES: tuple[tuple[tuple[str, ...], Role], ...] = (
    (("thumbnail", "url"), "thumbnail"),
    (("thumbnail",), "thumbnail"),
    (("video", "thumbnail"), "thumbnail"),
    (("last_frame", "url"), "preview"),
)
# Luma's failure texts (docs.lumalabs.ai, errors), most specific first; compared in lower case.
_FAILURES: tuple[tuple[str, Failure], ...] = (
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
    url = as_url(dig(gateway.unwrap(response.json()), "url"))
    if url is None:
        raise UnexpectedResponse("there is no link to a video without watermark (yet)", ref=ref, retryable=True)
    return Artifact(kind="video", url=url, expires_at=signed_url_expiry(url))


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

    def parse_batch(self, response: Response, refs: Sequence[TaskRef]) -> Answers:
        found = gateway.unwrap(response.json())
        if found is not None and not isinstance(found, list):  # null is how a gateway says that it knows none of them
            raise UnexpectedResponse(_unreadable(found, f"a list of tasks was expected, not {type(found).__name__}"))
        rows = matching.by_id(found or ())
        return {ref: self._answer(rows[ref.id], ref, response) for ref in refs if ref.id in rows}

    def _answer(self, rows: Sequence[Any], ref: TaskRef, response: Response) -> Answer:
        try:
            return self._status(matching.one_of(rows, ref, self._state_of), ref, response)
        except UnexpectedResponse as error:  # one odd row is that task's trouble, not its neighbours'
            return error

    def _status(self, item: Any, ref: TaskRef, response: Response) -> TaskStatus:
        """The status in one row of dialect A, or in one bare object of the others."""
        is_row = gateway.is_task_row(item)
        row = gateway.read_task_row(item if is_row else {})
        luma = row.data if is_row else item
        if not is_row and not as_text(dig(luma, "state")):
            text = f"the answer names no state. {response.error_text()}".strip()
            raise UnexpectedResponse(_unreadable(item, text), ref=ref)
        state, raw_state = self._state(row.status, dig(luma, "state"))
        videos = _outputs(luma, _VIDEOS, "video") or _gateway_video(row.result_url)
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
            outputs=_ranked(videos, state) + _outputs(luma, _IMAGES, "image"),
            failure=_failure(reason) if state is TaskState.failed else None,
            estimated_wait=_not_negative(dig(luma, "estimate_wait_seconds")),
            observed_at=response.received_at,
            raw=item,
        )

    def _state_of(self, item: Any) -> TaskState:
        if gateway.is_task_row(item):
            return self._state(as_word(item["status"]), dig(item, "data", "state"))[0]
        return self._state("", dig(item, "state"))[0]

    def _state(self, outer: str, inner: Any) -> tuple[TaskState, str]:
        """The gateway's word goes first, it is what the gateway bills by; Luma's own where the gateway has none."""
        has_none = outer.upper() in {"", "UNKNOWN"}
        return self.read_state(inner if has_none and as_text(inner) else outer)


def _unreadable(payload: Any, otherwise: str) -> str:
    """Why nothing can be read from `payload`: `otherwise`, unless it lies in an envelope that nobody has seen yet."""
    if not gateway.is_foreign_envelope(payload):
        return otherwise
    return f"the task lies in an envelope that is not known here, with code {as_word(payload['code'])}"


def _outputs(source: Any, places: Sequence[tuple[tuple[str, ...], Role]], kind: Kind) -> tuple[Artifact, ...]:
    """What lies at `places`; a link that several places hold is taken once, in its first role."""
    found: dict[str, Artifact] = {}
    for path, role in places if isinstance(source, dict) else ():
        if source.get(path[0]) is None:
            continue  # most tasks, most of the time, have made nothing yet
        url = as_url(dig(source, *path))
        if url is not None and url not in found:
            beside = dig(source, *path[:-1])
            found[url] = Artifact(
                kind=kind,
                url=url,
                role=role,
                width=as_int(dig(beside, "width")) or None,
                height=as_int(dig(beside, "height")) or None,
                expires_at=signed_url_expiry(url),
            )
    return tuple(found.values())


def _gateway_video(url: str | None) -> tuple[Artifact, ...]:
    """The video that only the gateway's own row holds."""
    return (Artifact(kind="video", url=url, expires_at=signed_url_expiry(url)),) if url is not None else ()


def _ranked(videos: tuple[Artifact, ...], state: TaskState) -> tuple[Artifact, ...]:
    """The best copy there is counts as what the person asked for; of no success, any copy is but a preview."""
    if state is not TaskState.succeeded:
        return tuple(video.model_copy(update={"role": "preview"}) for video in videos)
    if not videos or videos[0].role == "primary":
        return videos
    return (videos[0].model_copy(update={"role": "primary"}), *videos[1:])


def _failure(reason: str | None) -> Failure:
    text = (reason or "").lower()
    known = next((failure for words, failure in _FAILURES if words in text), Failure(code="provider_error"))
    return known.model_copy(update={"message": reason or ""})


def _not_negative(value: Any) -> float | None:
    number = as_number(value)
    return number if number is not None and number >= 0 else None
