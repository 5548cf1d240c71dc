"""Finds the task in an answer: bare in Kling's envelope, in a gateway's row around that, flat, or in a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tidings import gateway
from tidings.errors import TaskNotFound, UnexpectedResponse
from tidings.model import TaskRef
from tidings.wire import Response, as_number, as_text, dig, shorten

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
    is_row = gateway.is_task_row(item)
    known_by = [as_text(dig(inside, "task_id")), row.task_id, *_ids(task)]
    _check_is_about(ref, {name for name in known_by if name}, is_row=is_row)
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
    return next((task for task in tasks if ref.id in _ids(task)), tasks[0])


def _ids(task: Any) -> Iterator[str]:
    """What a task may be asked for by: its id, in both spellings, or the one that its maker's customer gave it."""
    places = (("task_id",), ("id",), ("task_info", "external_task_id"), ("external_id",))
    return (name for name in (as_text(dig(task, *place)) for place in places) if name)


def _check_is_about(ref: TaskRef, known_by: set[str], *, is_row: bool) -> None:
    if not known_by or ref.id in known_by:
        return
    is_renamed = ref.id.startswith(_GATEWAYS_OWN) and not any(name.startswith(_GATEWAYS_OWN) for name in known_by)
    if not is_renamed:
        whose = "the gateway's record" if is_row else "the answer"
        others = shorten(", ".join(sorted(known_by)), 100)
        raise UnexpectedResponse(f"{whose} is not about this task, but about {others}", ref=ref)
