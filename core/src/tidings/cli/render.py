"""What people read: one line per task, aligned in columns that `grep` and `awk` can use."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from tidings.cli.lines import SavedStatus
from tidings.cli.words import printable, shortened
from tidings.model import Artifact, TaskState, TaskStatus
from tidings.wire import is_data_uri

if TYPE_CHECKING:
    from tidings.errors import TidingsError
    from tidings.model import TaskRef

_STATE_WIDTH = max(map(len, TaskState))
_REF_WIDTH = 60  # characters; a longer ref pushes its own line's columns, not everybody's
_TEXT_WIDTH = 200  # characters of a text or a message; links are never cut
_URI_WIDTH = 40  # characters of a `data:` URI, which is no link to open but the whole file
_EXTRA_WIDTH = 1000  # characters of an extra, which may hold a link

# Of a state on a terminal; the states of a task under way have none.
_COLOURS: Mapping[TaskState, str] = MappingProxyType(
    {
        TaskState.succeeded: "green",
        TaskState.failed: "red",
        TaskState.canceled: "red",
        TaskState.expired: "red",
        TaskState.input_required: "magenta",
        TaskState.unknown: "magenta",
    }
)


def colour_of(state: str) -> str | None:
    """The colour of a state on a terminal; None for one of a task under way."""
    return next((colour for known, colour in _COLOURS.items() if known == state), None)


def ref_width(refs: Sequence[TaskRef]) -> int:
    """How wide the first column is: as the longest ref, within reason."""
    return min(_REF_WIDTH, max((len(str(ref)) for ref in refs), default=0))


def answer_lines(status: TaskStatus, *, width: int = 0, colour: bool = False) -> list[str]:
    """What is printed about a task: one line; for one whose outputs were saved, the path of each file."""
    if isinstance(status, SavedStatus):
        return [str(path) for path in status.paths]
    return [status_line(status, width=width, colour=colour)]


def status_line(status: TaskStatus, *, width: int = 0, colour: bool = False) -> str:
    """`ref  state  progress  remark`: the remark is the first output's link, the failure, or what else is known."""
    state = f"{status.state:<{_STATE_WIDTH}}"
    shown = (
        f"{status.ref!s:<{width}}",
        click.style(state, fg=_COLOURS.get(status.state)) if colour else state,
        f"{percent(status.progress):>4}",
        remark(status),
    )
    return "  ".join(shown).rstrip()


def error_line(ref: TaskRef, error: TidingsError) -> str:
    """`ref: what went wrong`, with what was last seen of the task."""
    return f"{ref}: {shortened(error.message)}{_last_seen(error.last_status)}"


def remark(status: TaskStatus) -> str:
    """What is most worth knowing beside the state, on one line."""
    found = (_primary(status), _failure(status), _missing(status), _strange(status), _outlook(status))
    extras = (f"{name}={json.dumps(value, ensure_ascii=False, default=str)}" for name, value in status.extras.items())
    return "  ".join([*[text for text in found if text][:1], *(shortened(text, _EXTRA_WIDTH) for text in extras)])


def percent(progress: float | None) -> str:
    """`42%`; `-` when the provider does not say. Rounded down: 100% means all of it."""
    return "-" if progress is None else f"{int(progress * 100 + 1e-9)}%"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """`rows` as lines whose columns are aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _last_seen(status: TaskStatus | None) -> str:
    if status is None:
        return ""
    progress = f" {percent(status.progress)}" if status.progress is not None else ""
    return f" (last seen: {status.state}{progress})"


def _primary(status: TaskStatus) -> str:
    return _content(status.primary[0]) if status.primary else ""


def _content(artifact: Artifact) -> str:
    if artifact.url is None:
        return _short(artifact.text or "")
    if is_data_uri(artifact.url):
        return shortened(artifact.url[: _URI_WIDTH + 1], _URI_WIDTH)
    return printable(artifact.url)


def _failure(status: TaskStatus) -> str:
    failure = status.failure
    return f"{failure.code}: {_short(failure.message)}".removesuffix(": ") if failure is not None else ""


def _missing(status: TaskStatus) -> str:
    return {"expired": "its outputs have expired", "none": "it has no outputs", None: ""}[status.missing_outputs]


def _strange(status: TaskStatus) -> str:
    return f"the provider says {_short(status.raw_state)!r}" if status.state is TaskState.unknown else ""


def _outlook(status: TaskStatus) -> str:
    if status.is_final:
        return ""
    before = f"{status.queue_position} before it" if status.queue_position is not None else ""
    wait = f"expected to take {status.estimated_wait:.0f} s" if status.estimated_wait is not None else ""
    return ", ".join(text for text in (before, wait) if text)


def _short(text: str) -> str:
    return shortened(text, _TEXT_WIDTH)
