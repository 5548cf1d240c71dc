"""Flux of Black Forest Labs: `GET /v1/get_result?id=`, at their own regions and, unchanged, at gateways.

- official: `id`, `status`, `result` (null until it is ready), `progress`, `details`, `preview`, `cost`
- older, and most gateways: the same without `progress`, `details` and `preview`; some clients know `state` for `status`
- gateways that got the task from Replicate answer with Replicate's prediction, see `tidings_flux.prediction`
- a gateway may put its own record of the task around any of these

Each task lives in the region that took it: the whole polling URL from the submit answer may stand in place of the id.

Seen in docs.bfl.ai (errors), docs.bfl.ml (get-result), help.bfl.ai, black-forest-labs/skills, vercel/ai, ComfyUI, and
in the pages of apiai.apifox.cn (api-233032087), doc.dmxapi.com, apidoc.deerapi.com, apidoc.cometapi.com,
f.openai-hk.com.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tidings import gateway
from tidings.errors import FetchError, InvalidRef, TaskNotFound, Unauthorized, UnexpectedResponse
from tidings.model import Artifact, Failure, TaskRef, TaskState, TaskStatus
from tidings.provider import Auth, Provider
from tidings.reading import FailureTable, check_about, failure_from, linked, ranked
from tidings.wire import Request, Response, as_number, as_progress, as_text, as_time, as_url, dig, media_kind, type_kind
from tidings_flux import prediction

_NOT_FOUND = "task not found"  # stands where a state would, with status 404 or 200; such a task has no state
# The refusals are states of their own; the gateway's record may have them in the reason it gives.
_FAILURES: FailureTable = (
    ("request moderated", Failure(code="moderated_input")),
    ("content moderated", Failure(code="moderated_output")),
    *prediction.FAILURES,
)
# Where `details` says why, when it is an object; the first is the documented one, with a space in its name.
_REASONS = ("Moderation Reasons", "message", "msg", "reason", "error", "detail")


def x_key(key: str, now: float) -> Mapping[str, str]:
    """`x-key: KEY`, what Black Forest Labs expect. Gateways expect the usual bearer."""
    del now
    return {"x-key": key}


class Flux(Provider):
    name = "flux"
    title = "Flux (Black Forest Labs)"
    docs_url = "https://docs.bfl.ml/api-reference/utility/get-result"
    official_url = "https://api.bfl.ai"
    gateway_path = "/flux"
    auth: ClassVar[Auth] = staticmethod(x_key)
    hosts = ("bfl.ai",)
    url_lifetime = 600.0  # docs.bfl.ai; a link that is signed says its own instant
    states = {
        **gateway.STATES,
        **prediction.STATES,
        "Pending": TaskState.pending,  # queued and being worked on alike; see _begun
        "Reasoning": TaskState.running,
        "Generating": TaskState.running,
        "Ready": TaskState.succeeded,
        "Error": TaskState.failed,
        "Failed": TaskState.failed,
        "Request Moderated": TaskState.failed,
        "Content Moderated": TaskState.failed,
    }

    def request(self, ref: TaskRef) -> Request:
        if ref.is_url:
            return Request("GET", ref.id)
        return Request("GET", "/v1/get_result", query={"id": ref.id})

    def validate_ref(self, ref: TaskRef) -> None:
        super().validate_ref(ref)
        _by_id(ref)

    def owns_url(self, url: str) -> bool:
        """Polling URLs alone: the delivery hosts, which lie below the same domain, must not see the key."""
        return super().owns_url(url) and not (urlsplit(url).hostname or "").startswith("delivery")

    def error_kind(self, response: Response) -> type[FetchError] | None:
        is_about_the_key = response.status == 422 and "api key" in response.error_text().lower()
        return Unauthorized if is_about_the_key else super().error_kind(response)

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        payload = response.json()
        item = gateway.unwrap(payload)
        if gateway.is_enveloped(payload) and not item:
            raise TaskNotFound(ref=ref)
        row, flux = opened = gateway.opened(item)
        own_word = dig(flux, "status") or dig(flux, "state")
        if not gateway.is_task_row(item) and not as_text(own_word):
            raise UnexpectedResponse(f"the answer names no state. {response.error_text()}".strip(), ref=ref)
        state, raw_state = self.read_state(opened.word(own_word))
        if raw_state.lower() == _NOT_FOUND:
            raise TaskNotFound("the task does not exist, or has expired", ref=ref)
        check_about(_by_id(ref), row.task_id, dig(flux, "id"))  # regions were seen to answer for tasks of others
        progress = _progress(dig(flux, "progress"))
        times = prediction.times(flux)
        finished_at = as_time(dig(flux, "result", "end_time")) or times.finished_at or row.finished_at
        outputs = ranked(self._outputs(flux, row.result_url, response), state)
        return TaskStatus(
            ref=ref,
            state=_begun(state, progress),
            raw_state=raw_state,
            action=row.action,
            progress=progress if progress is not None else row.progress,
            submitted_at=row.submitted_at or times.submitted_at,
            started_at=as_time(dig(flux, "result", "start_time")) or times.started_at or row.started_at,
            finished_at=finished_at if state.is_final else None,
            outputs=outputs,
            missing_outputs=prediction.why_missing(flux) if state is TaskState.succeeded and not outputs else None,
            failure=_failure(flux, own_word, row.fail_reason) if state is TaskState.failed else None,
            observed_at=response.received_at,
            raw=item,
        )

    def _outputs(self, flux: Any, at_the_gateway: str | None, response: Response) -> tuple[Artifact, ...]:
        """The file, and whatever is shown of it before. Each look is given a link that was signed for it."""
        sample = _file(dig(flux, "result", "sample"), lifetime=self.url_lifetime, since=response.received_at)
        files = (sample,) if sample is not None else (*prediction.outputs(flux),)
        elsewhere = _file(at_the_gateway) if not files else None
        preview = linked(dig(flux, "preview"), role="preview")
        return tuple(output for output in (*files, elsewhere, preview) if output is not None)


def _by_id(ref: TaskRef) -> TaskRef:
    """The task by its id alone, which a polling URL has in its query.

    Raises:
        InvalidRef: it has none, or one that is no id.
    """
    if not ref.is_url:
        return ref
    ids = parse_qs(urlsplit(ref.id).query).get("id")
    if ids is None:
        raise InvalidRef("this link names no task: write ?id= and the task's id behind it", ref=ref)
    return replace(ref, id=ids[0])


def _progress(value: Any) -> float | None:
    """A fraction; what is more than 1 can only be meant in percent."""
    is_percent = (as_number(value) or 0.0) > 1.0
    return as_progress(value, scale=100.0 if is_percent else 1.0)


def _begun(state: TaskState, progress: float | None) -> TaskState:
    return TaskState.running if state is TaskState.pending and progress else state


def _file(url: Any, **life: Any) -> Artifact | None:
    """The file behind a link, whose kind its suffix tells, or the media type it will be served as."""
    link = as_url(url) or ""
    media_type = _media_type(link)
    return linked(link, media_kind(link) or type_kind(media_type), media_type=media_type, **life)


def _media_type(link: str) -> str | None:
    """What Azure's signatures say in `rsct`."""
    try:
        return dict(parse_qsl(urlsplit(link).query)).get("rsct")
    except ValueError:  # http://[ is enough
        return None


def _failure(flux: Any, own_word: Any, fail_reason: str | None) -> Failure:
    reason = _said(dig(flux, "details")) or _said(dig(flux, "error")) or fail_reason
    return failure_from(reason, _FAILURES, provider_code=own_word)


def _said(details: Any) -> str:
    """Why, in words, from a text, a list of them or an object that holds either."""
    if isinstance(details, dict):
        named = next((details[name] for name in _REASONS if details.get(name)), None)
        return _said(named) if named is not None else _said(list(details.values()))
    if isinstance(details, list):
        return ", ".join(text for text in map(_said, details) if text)
    return as_text(details) or ""
