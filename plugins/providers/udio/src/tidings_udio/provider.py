"""Udio's songs at gateways, by the task that made them (`GET /udio/fetch/{id}`) or by themselves (`GET /udio/query`).

Three dialects are in use; the first two differ in nothing but where the songs stand:

- U1  the gateway's envelope around its task row, the songs in `data.songs` of the row
- U2  the same with the songs in the row itself
- U3  `/udio/query?ids=a,b` takes ids of songs (route `query`), which are not the task's, and answers with a bare
  `{"songs": [...]}`. A song has no state word: `finished` and `song_path` say that it is done, a field `error_...` that
  it failed

Seen in the pages of gpt-best.apifox.cn (api-231379999), docs.yutoai.net, aiapi.apifox.cn (api-237970180),
docs.uniapi.ai, apiai.apifox.cn (api-229932218), and in the source of Dooy/chatgpt-web-midjourney-proxy. No answer about
a running or failed task was seen: they are read by the rules of the gateways' rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tidings import gateway
from tidings.errors import TaskNotFound, UnexpectedResponse
from tidings.model import Artifact, Failure, TaskRef, TaskState, TaskStatus
from tidings.provider import Limits, Provider
from tidings.reading import FailureTable, check_about, failure_from, linked, ranked
from tidings.wire import Request, Response, as_text, as_time, dig, segment
from tidings_udio import songs
from tidings_udio.songs import Song

_FAILURES: FailureTable = (
    ("moderation", Failure(code="moderated_input")),  # of the prompt and the lyrics
    ("time out", Failure(code="timed_out")),
    ("timeout", Failure(code="timed_out")),
)


class Udio(Provider):
    name = "udio"
    title = "Udio songs, at gateways"
    docs_url = "https://gpt-best.apifox.cn/api-231379999"
    gateway_path = ""  # paths are whole: there is no address but a gateway's
    routes = ("query",)
    limits = Limits(interval=5.0)  # as the open-source client looks
    # Nobody states a limit. The ids stand in the URL: 20 of 36 characters keep it below 1,000, which all servers take,
    # and a gateway that passes on less than it was asked for would make the rest look as if not found.
    route_limits = {"query": Limits(batch=20, interval=5.0)}
    states = {
        **gateway.STATES,
        songs.UNFINISHED: TaskState.running,
        songs.FINISHED: TaskState.succeeded,
        songs.ERROR: TaskState.failed,
    }

    def request(self, ref: TaskRef) -> Request:
        return self.batch_request([ref]) if ref.route else Request("GET", f"/udio/fetch/{segment(ref.id)}")

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        if ref.route:
            return self.parse_row(_found(self.rows(response, [ref]).get(ref), ref), ref, response)
        task = _found(gateway.unwrap(response.json()), ref)
        found = songs.songs(task)
        own_ids = [dig(task, "task_id")] if gateway.is_task_row(task) else [song.get("generation_id") for song in found]
        check_about(ref, *own_ids)
        return self._status(task, found, ref, response)

    def batch_request(self, refs: Sequence[TaskRef]) -> Request:
        return Request("GET", "/udio/query", query={"ids": ",".join(ref.id for ref in refs)})

    def rows(self, response: Response, refs: Sequence[TaskRef]) -> Mapping[TaskRef, Any]:
        payload = gateway.unwrap(response.json())
        if songs.listed(payload) is None and not _says_null(payload):
            raise UnexpectedResponse(f"a list of songs was expected. {response.error_text()}".strip())
        found = {as_text(song.get("id")): song for song in songs.songs(payload)}
        return {ref: found[ref.id] for ref in refs if ref.id in found}

    def parse_row(self, row: Any, ref: TaskRef, response: Response) -> TaskStatus:
        return self._status(row, [row], ref, response)

    def _status(self, task: Any, found: Sequence[Song], ref: TaskRef, response: Response) -> TaskStatus:
        """The status in a gateway's row with its songs, in songs without a row, or in one song."""
        row, _ = opened = gateway.opened(task)
        state, raw_state = self.read_state(opened.word(songs.slowest_word(found)))
        if not raw_state and not gateway.is_task_row(task):
            raise UnexpectedResponse(f"the answer names no state. {response.error_text()}".strip(), ref=ref)
        outputs = _outputs(row, found)
        if state is TaskState.succeeded and _is_early(found, outputs):
            state = TaskState.running  # the row is ahead of its songs
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw_state,
            action=row.action,
            progress=row.progress,
            submitted_at=row.submitted_at or next((as_time(song.get("created_at")) for song in found), None),
            started_at=row.started_at,
            finished_at=row.finished_at if state.is_final else None,
            outputs=ranked(outputs, state),
            missing_outputs="none" if state is TaskState.succeeded and not outputs else None,
            failure=_failure(row, found) if state is TaskState.failed else None,
            observed_at=response.received_at,
            raw=task,
        )


def _found(answer: Any, ref: TaskRef) -> Any:
    if answer is None or answer == []:
        raise TaskNotFound("the answer does not mention this task", ref=ref)
    return answer


def _says_null(payload: Any) -> bool:
    """Whether there are no songs in so many words: in Go an empty list is null."""
    return payload is None or (isinstance(payload, dict) and payload.get("songs", payload) is None)


def _outputs(row: gateway.TaskRow, found: Sequence[Song]) -> tuple[Artifact, ...]:
    """What the songs are; where no song has a file, the one that the row itself names."""
    made = tuple(output for song in found for output in songs.made(song))
    has_file = any(output.kind == "audio" for output in made)
    alone = None if has_file else linked(row.result_url, "audio")
    return made if alone is None else (alone, *made)


def _is_early(found: Sequence[Song], outputs: Sequence[Artifact]) -> bool:
    """Whether a success by its word has not all it promises: a song is unfinished, or none is listed yet."""
    return any(map(songs.is_awaited, found)) if found else not outputs


def _failure(row: gateway.TaskRow, found: Sequence[Song]) -> Failure:
    reason, code = songs.why_failed(found)
    return failure_from(row.fail_reason or reason, _FAILURES, provider_code=code)
