"""Suno's songs and lyrics at gateways: `GET /suno/fetch/{id}` and, for many at once, `POST /suno/fetch {"ids": [...]}`.

A task is asked for by its id, whatever it is: music, lyrics, a song that was extended, joined or uploaded. What came of
it is told by the shape of its data. Five dialects are in use:

- new-api    the gateway's envelope around its task row; newer ones add `platform`, `result_url` and `properties`, and
  name songs' states in `state`; a task it does not know is 400 `task_not_exist`
- one-hub    the same, but 404 for a task it does not know, at most 100 rows for a batch, and a limit per user
- crazyrouter    `code` is the number 1, and the words are its own: submitted, processing, complete, error
- Suno-API   used directly, it answers for one task with the bare list of songs or the lyrics instead of a row, and with
  400 "task not exist"; for a batch with rows
- Suno's own objects    `GET /suno/feed/{id},{id}` takes ids of songs (route `feed`), `GET /suno/lyrics/{id}` an id of
  lyrics (route `lyrics`); the answers are bare

Seen in the pages of apiai.apifox.cn (api-195997543, -8379), gpt-best.apifox.cn (api-175909212), docs.yutoai.net,
xiaotian.apifox.cn (api-230451836), docs.crazyrouter.com, and in the source of Suno-API, new-api, one-hub and
Dooy/chatgpt-web-midjourney-proxy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tidings import gateway
from tidings.errors import FetchError, TaskNotFound, UnexpectedResponse
from tidings.model import Artifact, Failure, TaskRef, TaskState, TaskStatus
from tidings.provider import Limits, Provider
from tidings.reading import FailureTable, check_about, failure_from, linked, ranked
from tidings.wire import Request, Response, as_number, as_text, as_time, as_word, dig, media_kind, segment
from tidings_suno import pieces

_PATHS: Mapping[str | None, str] = {None: "/suno/fetch/", "feed": "/suno/feed/", "lyrics": "/suno/lyrics/"}
_UNKNOWN_TASK = "task not exist"  # Suno-API's words; its code is the one for every bad request
_GOOD = 1.0  # crazyrouter's code
_FAILURES: FailureTable = (
    ("moderation", Failure(code="moderated_input")),  # of what was asked for: Suno refuses before it sings
    ("artist name", Failure(code="moderated_input")),
    ("time out", Failure(code="timed_out")),
    ("timeout", Failure(code="timed_out")),
)


class Suno(Provider):
    name = "suno"
    title = "Suno songs and lyrics, at gateways"
    docs_url = "https://apiai.apifox.cn/en/api-195997543"
    gateway_path = ""  # paths are whole: there is no address but a gateway's
    routes = ("feed", "lyrics")
    limits = Limits(batch=100, interval=5.0)  # one-hub answers with 100 rows at most; gateways look at Suno every 15 s
    route_limits = {
        # Nobody states a limit. The ids stand in the path: 20 of 36 characters keep it below 1,000, which all servers
        # take, and a gateway that passes on less than it was asked for would make the rest look as if not found.
        "feed": Limits(batch=20, interval=5.0),
        "lyrics": Limits(interval=5.0),
    }
    states = pieces.STATES

    def request(self, ref: TaskRef) -> Request:
        return Request("GET", _PATHS[ref.route] + segment(ref.id))

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        found = _inside(response)
        if found is None or found == []:
            raise TaskNotFound("the answer does not mention this task", ref=ref)
        return self.parse_row(_asked_for(found, ref), ref, response)

    def batch_request(self, refs: Sequence[TaskRef]) -> Request:
        if refs[0].route is None:
            return Request("POST", "/suno/fetch", json={"ids": [ref.id for ref in refs]})
        return Request("GET", _PATHS[refs[0].route] + ",".join(segment(ref.id) for ref in refs))

    def rows(self, response: Response, refs: Sequence[TaskRef]) -> Mapping[TaskRef, Any]:
        found = _inside(response)
        if found is not None and not isinstance(found, list):  # null is how a gateway says that it knows none of them
            text = f"a list of tasks was expected, not {type(found).__name__}. {response.error_text()}"
            raise UnexpectedResponse(text.strip())
        rows = _by_id(found or ())
        return {ref: rows[ref.id] for ref in refs if ref.id in rows}

    def parse_row(self, row: Any, ref: TaskRef, response: Response) -> TaskStatus:
        record, data = opened = gateway.opened(row)
        found = pieces.pieces(data)
        state, raw_state = self.read_state(opened.word(pieces.slowest_word(found)))
        if not raw_state and not gateway.is_task_row(row):
            raise UnexpectedResponse(f"the answer names no state. {response.error_text()}".strip(), ref=ref)
        outputs = _outputs(record, found)
        if state is TaskState.succeeded and _is_early(record, found, outputs):
            state = TaskState.running  # the row is ahead of its songs
        elif gateway.has_given_up(state, record.progress, record.fail_reason):
            state = TaskState.failed
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw_state,
            action=record.action,
            progress=record.progress,
            submitted_at=record.submitted_at or next((as_time(piece.get("created_at")) for piece in found), None),
            started_at=record.started_at,
            finished_at=record.finished_at if state.is_final else None,
            outputs=ranked(outputs, state),
            missing_outputs="none" if state is TaskState.succeeded and not outputs else None,
            failure=_failure(record, found) if state is TaskState.failed else None,
            observed_at=response.received_at,
            raw=row,
        )

    def error_kind(self, response: Response) -> type[FetchError] | None:
        if response.status < 500 and response.error_codes() and response.error_text() == _UNKNOWN_TASK:
            return TaskNotFound
        return super().error_kind(response)


def _inside(response: Response) -> Any:
    """What the answer holds, out of its envelope: `code` is the text "success", at crazyrouter the number 1.

    Raises:
        TaskNotFound, UnexpectedResponse: the envelope says that something went wrong.
    """
    payload = response.json()
    is_numbered = isinstance(payload, dict) and {"code", "data"} <= payload.keys()
    if is_numbered and as_number(payload["code"]) == _GOOD:
        return pieces.decoded(payload["data"])
    if gateway.is_foreign_envelope(payload):
        said = f"{as_word(payload['code'])} {response.error_text()}".strip()
        raise UnexpectedResponse(f"the gateway answered with a code that is not known here: {said}")
    return pieces.decoded(gateway.unwrap(payload))


def _by_id(items: Sequence[Any]) -> Mapping[str, Any]:
    """The rows by their task's id, bare songs by their own. In a row `id` is but the database's number."""
    found: dict[str, Any] = {}
    for item in items:
        names = ("task_id",) if gateway.is_task_row(item) else ("id", "clip_id")
        for own_id in (as_text(dig(item, name)) for name in names):
            if own_id is not None:
                found.setdefault(own_id, item)
    return found


def _asked_for(found: Any, ref: TaskRef) -> Any:
    """The part of the answer about `ref` that is about it: a row, a song, lyrics, or all songs of a task.

    Raises:
        UnexpectedResponse: it is about others.
    """
    items = found if isinstance(found, list) else [found]
    if ref.route is None and not any(map(gateway.is_task_row, items)):
        return found  # Suno-API: the songs have ids of their own
    known = _by_id(items)
    check_about(ref, *known)
    if not known and len(items) > 1:
        raise UnexpectedResponse(f"the answer is about {len(items)} tasks without ids", ref=ref)
    return known.get(ref.id, items[0])


def _outputs(record: gateway.TaskRow, found: Sequence[pieces.Piece]) -> tuple[Artifact, ...]:
    """What the songs and lyrics are; where none has its own link, the row's, or its data itself where that is one."""
    made = tuple(output for piece in found for output in pieces.made(piece))
    link = as_text(record.result_url) or as_text(record.data)
    if link is None or any(map(pieces.has_result, found)):
        return made
    alone = linked(link, media_kind(link) or "audio", role=pieces.audio_role(link))
    return made if alone is None else (alone, *made)


def _is_early(record: gateway.TaskRow, found: Sequence[pieces.Piece], outputs: Sequence[Artifact]) -> bool:
    """Whether a success by its word has not all it promises: a song still streams, or its link is not there yet."""
    promised = [piece for piece in found if pieces.is_promised(piece)]
    lacking = [piece for piece in promised if not pieces.has_result(piece)]
    if any(map(pieces.is_open, promised)):
        return True
    if len(lacking) < len(promised):
        return bool(lacking)
    has_link = bool(outputs) and outputs[0].role == "primary"  # the row's, or data that nobody has seen
    return not has_link and (bool(promised) or not record.data)


def _failure(record: gateway.TaskRow, found: Sequence[pieces.Piece]) -> Failure:
    reason, error_type = pieces.why_failed(found)
    return failure_from(record.fail_reason or reason, _FAILURES, provider_code=error_type)
