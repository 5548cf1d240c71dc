"""Finds the task in an answer: bare in Kling's envelope, in a gateway's row around that, flat, or in a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tidings import gateway
from tidings.errors import TaskNotFound, UnexpectedResponse
from tidings.model import TaskRef
from tidings.reading import check_about
from tidings.wire import Response, as_number, as_text, dig

_STATE_FIELDS = frozenset({"task_status", "status"})
_GATEWAYS_OWN = "task_"  # begins the ids that gateways give tasks; Kling's own id then stands inside


class Found(NamedTuple):
    """One task of an answer, taken apart.

    Attributes:
        item: all that is about the task: the gateway's row or flat object, else Kling's task itself.
        row: the gateway's record; all of it None or "" where there is none.
        task: Kling's own task, whatever it lay in; None where a gateway shows none.
    """

    item: Any
    row: gateway.TaskRow
    task: Any

    @property
    def word(self) -> Any:
        """The state word that counts.

        Raises:
            UnexpectedResponse: there is none, and no row that is merely young.
        """
        own = dig(self.task, "task_status") or dig(self.task, "status")
        if not gateway.is_task_row(self.item) and not as_text(own):
            raise UnexpectedResponse("the answer names no state of the task")
        return gateway.Opened(self.row, self.task).word(own)


def own_code(payload: Any) -> float | None:
    """Kling's own code, a number: 0 for a good answer. None where there is none: a gateway's code is a word."""
    return as_number(dig(payload, "code"))


def code_of(response: Response) -> float | None:
    """`own_code` of an answer, None when it cannot be read."""
    try:
        return own_code(response.json())
    except UnexpectedResponse:
        return None


def find(payload: Any, ref: TaskRef) -> Found:
    """The task `ref` in an answer about it.

    Raises:
        TaskNotFound: the answer says so.
        UnexpectedResponse: it is about another task, or an error in a gateway's envelope.
    """
    inside = payload if own_code(payload) is not None else gateway.unwrap(payload)
    item = _peeled(inside, ref)
    row, inner = gateway.opened(item)
    task = _peeled(inner, ref)
    known_by = (as_text(dig(inside, "task_id")), row.task_id, *_ids(task))
    if not _is_renamed(ref, known_by):
        check_about(ref, *known_by)
    return Found(item, row, task)


def _peeled(value: Any, ref: TaskRef) -> Any:
    """What is inside of envelopes: the first object that names a state; of a list, the one about `ref`."""
    while isinstance(value, dict) and not _STATE_FIELDS & value.keys() and isinstance(value.get("data"), dict | list):
        value = value["data"]
        if isinstance(value, list):
            value = _one_of(value, ref)
    return value


def _one_of(tasks: list[Any], ref: TaskRef) -> Any:
    if not tasks:
        raise TaskNotFound(ref=ref)
    found = next((task for task in tasks if ref.id in _ids(task)), None)
    if found is None and len(tasks) > 1:
        raise UnexpectedResponse(f"the answer lists {len(tasks)} tasks, none of which is this one", ref=ref)
    return tasks[0] if found is None else found


def _ids(task: Any) -> Iterator[str]:
    """What a task may be asked for by: its id, in both spellings, or the one that its maker's customer gave it."""
    places = (("task_id",), ("id",), ("task_info", "external_task_id"), ("external_id",))
    return (name for name in (as_text(dig(task, *place)) for place in places) if name)


def _is_renamed(ref: TaskRef, known_by: Iterable[str | None]) -> bool:
    """Whether a gateway that was asked by an id of its own answers with Kling's alone."""
    return ref.id.startswith(_GATEWAYS_OWN) and not any((name or "").startswith(_GATEWAYS_OWN) for name in known_by)
