"""Midjourney as midjourney-proxy speaks it, relayed by gateways: `GET /mj/task/{id}/fetch`, and in a batch
`POST /mj/task/list-by-condition`.

One task object, a little different from server to server, always bare:

- gateways (new-api, one-hub): every field there, unset ones "" or 0; `state` is the caller's own text, not the status
- midjourney-proxy and -plus on one's own server: fewer fields, unset ones null, progress as Discord words it
- trueai's midjourney-proxy: the single images, thumbnails, videos and the seed besides

Seen in the sources of Calcium-Ion/new-api (ef8ae4db), QuantumNous/new-api (08b94b7), MartialBE/one-hub (387f8bf),
novicezk/midjourney-proxy (0be95a9) and trueai-org/midjourney-proxy (ed32197), in litter-coder/midjourney-proxy-plus
(cd7ca8f, docs/api.md), and in the pages of docs.anyapi.vip, docs.geeknow.top, docs.crazyrouter.com and
apidoc.cometapi.com.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tidings import gateway
from tidings.errors import FetchError, RateLimited, TaskNotFound, UnexpectedResponse
from tidings.model import Failure, TaskRef, TaskState, TaskStatus
from tidings.provider import Auth, Include, Limits, Provider
from tidings.reading import FailureTable, check_about, failure_from
from tidings.wire import Request, Response, as_progress, as_text, as_time, dig, segment
from tidings_midjourney.outputs import outputs_of

# One code (4) covers unknown tasks, bad requests and trouble upstream, so the description decides.
_REFUSALS: tuple[tuple[str, type[FetchError]], ...] = (
    ("task_no_found", TaskNotFound),
    ("task_not_found", TaskNotFound),
    ("任务不存在", TaskNotFound),
    ("当前分组负载已饱和", RateLimited),
)
_GOOD_CODES = frozenset({"1", "21", "22"})  # done; it exists already; it is queued
# Compared in lower case, most specific first: what Midjourney's bot, the proxies and the gateways say.
_FAILURES: FailureTable = (
    ("banned prompt", Failure(code="moderated_input")),
    ("敏感词", Failure(code="moderated_input")),
    ("image filters", Failure(code="moderated_output")),
    ("moderation", Failure(code="moderated_output")),
    ("invalid parameter", Failure(code="invalid_request")),
    ("超时", Failure(code="timed_out")),
    ("timeout", Failure(code="timed_out")),
)
_PERCENT = re.compile(r"\d+(\.\d+)?\s*%")


def _at_gateways(key: str, now: float) -> Mapping[str, str]:
    """Both headers: most gateways read the first, one-hub reads only the second."""
    del now
    return {"Authorization": f"Bearer {key}", "mj-api-secret": key}


def _at_own_server(key: str, now: float) -> Mapping[str, str]:
    """Both headers, but the key bare: trueai's server compares the first one whole, and novicezk's the second."""
    del now
    return {"Authorization": key, "mj-api-secret": key}


def _path(ref: TaskRef, call: str) -> str:
    mode = f"/mj-{ref.route}" if ref.route else ""
    return f"{mode}/mj/task/{segment(ref.id)}/{call}"


def _seed_request(ref: TaskRef) -> Request:
    return Request("GET", _path(ref, "image-seed"))


def _seed(response: Response, ref: TaskRef) -> str:
    """In `result`; some gateways are documented to answer with the task, which may have it too."""
    payload = response.json()
    check_about(ref, _id_of(payload))
    seed = as_text(dig(payload, "result")) or as_text(dig(payload, "seed"))
    if seed is None:
        raise UnexpectedResponse(f"there is no seed in the answer. {response.error_text()}".strip(), ref=ref)
    return seed


class Midjourney(Provider):
    name = "midjourney"
    title = "Midjourney, through midjourney-proxy and gateways"
    docs_url = "https://github.com/litter-coder/midjourney-proxy-plus/blob/main/docs/api.md"
    gateway_path = ""  # paths are whole: Midjourney itself has no API
    auth: ClassVar[Auth] = staticmethod(_at_own_server)
    gateway_auth: ClassVar[Auth] = staticmethod(_at_gateways)
    limits = Limits(batch=100, interval=5.0)  # nobody states a limit; gateways look themselves only every 15 s
    routes = ("fast", "relax", "turbo")  # the mode it was submitted in, which does not matter for reading
    batches_mix_routes = True
    states = {
        **gateway.STATES,
        "MODAL": TaskState.input_required,  # until somebody calls /mj/submit/modal
        "CANCEL": TaskState.canceled,
        "FAILED": TaskState.failed,  # this one and those below only at single gateways
        "PENDING": TaskState.pending,
        "RUNNING": TaskState.running,
    }
    error_codes = {"30": RateLimited, "task_not_exist": TaskNotFound}
    includes = {"seed": Include(_seed_request, _seed, "the seed of the images")}

    def request(self, ref: TaskRef) -> Request:
        return Request("GET", _path(ref, "fetch"))

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        if not response.body.strip():  # how the proxies themselves say that they do not know it: 200 or 204, no body
            raise TaskNotFound(ref=ref, status_code=response.status)
        return self._status(_only(gateway.unwrap(response.json()), ref), ref, response)

    def batch_request(self, refs: Sequence[TaskRef]) -> Request:
        ids = list(dict.fromkeys(ref.id for ref in refs))
        return Request("POST", "/mj/task/list-by-condition", json={"ids": ids})

    def rows(self, response: Response, refs: Sequence[TaskRef]) -> Mapping[TaskRef, Any]:
        found = gateway.unwrap(response.json())
        if found is not None and not isinstance(found, list):
            text = f"a list of tasks was expected, not {type(found).__name__}. {response.error_text()}"
            raise UnexpectedResponse(text.strip())
        rows = _by_id(found or ())
        return {ref: rows[ref.id] for ref in refs if ref.id in rows}

    def parse_row(self, row: Any, ref: TaskRef, response: Response) -> TaskStatus:
        return self._status(row, ref, response)

    def error_kind(self, response: Response) -> type[FetchError] | None:
        if response.is_success and not _is_refusal(response):
            return None
        said = response.error_text()
        kind = next((kind for words, kind in _REFUSALS if words in said), None) or super().error_kind(response)
        codes = (self.error_codes.get(code) for code in response.error_codes())
        return kind or next((kind for kind in codes if kind), UnexpectedResponse)

    def _status(self, task: Mapping[str, Any], ref: TaskRef, response: Response) -> TaskStatus:
        if "status" not in task:  # an empty one is a new task's, none at all is no task's
            raise UnexpectedResponse(f"the answer names no status. {response.error_text()}".strip(), ref=ref)
        state, raw_state = self.read_state(task["status"])
        progress, reason = _progress(task.get("progress")), task.get("failReason")
        if gateway.has_given_up(state, progress, reason):
            state = TaskState.failed
        outputs = outputs_of(task, state)
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw_state,
            action=as_text(task.get("action")),
            progress=progress,
            submitted_at=as_time(task.get("submitTime")),
            started_at=as_time(task.get("startTime")),
            finished_at=as_time(task.get("finishTime")) if state.is_final else None,
            outputs=outputs,
            missing_outputs="none" if state is TaskState.succeeded and not outputs else None,
            failure=failure_from(reason, _FAILURES) if state is TaskState.failed else None,
            observed_at=response.received_at,
            raw=task,
        )


def _progress(value: Any) -> float | None:
    """Also of Discord's own words, "(15%) (fast)"; "Waiting to start" and "paused" are none."""
    percent = _PERCENT.search(value) if isinstance(value, str) else None
    return as_progress(percent[0] if percent else value)


def _is_refusal(response: Response) -> bool:
    """Whether an answer with a good HTTP status is an error object: a code with a description, and no task's id."""
    try:
        payload = response.json()
    except UnexpectedResponse:
        return False
    if not isinstance(payload, dict) or not {"code", "description"} <= payload.keys() or "id" in payload:
        return False
    return as_text(payload["code"]) not in _GOOD_CODES


def _id_of(task: Any) -> str | None:
    return as_text(dig(task, "id")) or as_text(dig(task, "task_id"))


def _by_id(items: Sequence[Any]) -> Mapping[str, Any]:
    """The objects by their task's id. Of several about one task the first counts; what has no id is nobody's."""
    rows: dict[str, Any] = {}
    for item in items:
        task_id = _id_of(item)
        if task_id is not None:
            rows.setdefault(task_id, item)
    return rows


def _only(payload: Any, ref: TaskRef) -> Mapping[str, Any]:
    """The task in the answer to a question about it alone. An object without any id is taken to be about it.

    Raises:
        TaskNotFound: there is nothing in the answer.
        UnexpectedResponse: it is about another task, or no task.
    """
    if payload is None or payload == []:
        raise TaskNotFound(ref=ref)
    rows = _by_id(payload if isinstance(payload, list) else [payload])
    check_about(ref, *rows)
    task = rows.get(ref.id, payload)
    if not isinstance(task, dict):
        raise UnexpectedResponse(f"a task was expected, not a {type(payload).__name__}", ref=ref)
    return task
