"""What became of a task: one answer shape for every provider."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from tidings.errors import TaskFailed
from tidings.model.ref import TaskRef

Kind = Literal["video", "image", "audio", "text", "model3d", "file"]
Role = Literal["primary", "raw", "watermarked", "preview", "thumbnail"]
Source = Literal["poll", "webhook", "journal"]
FailureCode = Literal[
    "moderated_input", "moderated_output", "invalid_request", "quota", "provider_error", "timed_out", "unknown"
]


def _in_utc(value: datetime) -> datetime:
    return value if value.tzinfo is UTC else value.astimezone(UTC)


UTCDatetime = Annotated[AwareDatetime, AfterValidator(_in_utc)]
_FROZEN = ConfigDict(frozen=True, extra="forbid")
_SHOWN = 40  # characters of a `data:` URI in a repr


class TaskState(StrEnum):
    """Where a task stands, in words that mean the same for every provider."""

    pending = "pending"
    """Accepted, not started."""
    queued = "queued"
    """Waiting for a machine."""
    running = "running"
    """Being worked on; also finished by the maker's word, but without a link yet."""
    input_required = "input_required"
    """The maker waits for the person (Midjourney's MODAL): waiting longer is pointless."""
    succeeded = "succeeded"
    failed = "failed"
    canceled = "canceled"
    expired = "expired"
    """The maker gave up on it, or no longer keeps it."""
    unknown = "unknown"
    """A word this version does not know; `raw_state` holds it. Never guessed."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen: succeeded, failed, canceled or expired."""
        return self in _FINAL


_FINAL = frozenset({TaskState.succeeded, TaskState.failed, TaskState.canceled, TaskState.expired})


class Artifact(BaseModel):
    """One thing a task made: a link to it, or its text.

    Attributes:
        url: where it lies (http or https), or None for a text. The link may expire and may itself be a secret. A small
            file may have come inside the answer: then it is a `data:` URI, which is the file itself. A provider may
            give a path from its account's base URL (`/v1/videos/ID/content`), which becomes a whole URL before anyone
            sees it.
        text: lyrics, a description; None for everything with a link.
        id: tells it from the task's other outputs of its kind and role (the second of two songs), None where none are.
        role: `primary` is what the person asked for; previews of a running task are never primary.
        media_type: as the provider states it, for example video/mp4.
        width, height: pixels.
        duration: seconds.
        expires_at: when the link dies: from the signed URL's own parameters or the provider's rule, None when unknown.
        needs_key: whether the file is only given to whoever shows the account's key. `download` shows it, to the
            account's own server alone.
    """

    model_config = _FROZEN

    kind: Kind
    url: str | None = None
    text: str | None = None
    id: str | None = None
    role: Role = "primary"
    media_type: str | None = None
    width: int | None = Field(default=None, gt=0)
    height: int | None = Field(default=None, gt=0)
    duration: float | None = Field(default=None, ge=0)
    expires_at: UTCDatetime | None = None
    needs_key: bool = False

    @model_validator(mode="after")
    def _has_one_content(self) -> Artifact:
        if (self.url is None) == (self.text is None):
            raise ValueError("an Artifact has either a url or a text")
        return self

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Of a file inside its own URL only the beginning: it may be megabytes, and end up in somebody's log."""
        for name, value in super().__repr_args__():
            is_whole_file = name == "url" and isinstance(value, str) and value[:5].lower() == "data:"
            yield name, f"{value[:_SHOWN]}…" if is_whole_file else value


class Failure(BaseModel):
    """Why a task failed.

    Attributes:
        code: one of a few causes that mean the same for every provider.
        message: the provider's own words.
        provider_code: the provider's own code, as text.
        retryable: whether submitting the same work again can succeed, where that is known. Tidings never does.
    """

    model_config = _FROZEN

    code: FailureCode = "unknown"
    message: str = ""
    provider_code: str | None = None
    retryable: bool | None = None


class TaskStatus(BaseModel):
    """What a provider said about one task at one moment.

    Attributes:
        ref: the task, as the caller named it.
        raw_state: the provider's own word.
        action: what kind of work it is, in the provider's words (LUMA_VIDEO, MUSIC, IMAGINE).
        progress: 0.0 to 1.0, None when the provider does not say.
        submitted_at, started_at, finished_at: aware UTC, None when the provider does not say.
        outputs: what it made so far; see `primary`.
        missing_outputs: why a success has no outputs: "expired" (they were removed) or "none" (there never were any).
        failure: why it failed, None for every other state.
        extras: what `include=` asked for, by name. One that could not be had is `{"error": {...}}`.
        estimated_wait: seconds the provider expects it to take.
        queue_position: how many are before it.
        observed_at: when this was seen, aware UTC.
        raw: the provider's own object for this task, untouched; not part of equality, hash or repr.
    """

    model_config = _FROZEN

    ref: TaskRef
    state: TaskState
    raw_state: str = ""
    action: str | None = None
    progress: float | None = Field(default=None, ge=0.0, le=1.0)
    submitted_at: UTCDatetime | None = None
    started_at: UTCDatetime | None = None
    finished_at: UTCDatetime | None = None
    outputs: tuple[Artifact, ...] = ()
    missing_outputs: Literal["expired", "none"] | None = None
    failure: Failure | None = None
    extras: Mapping[str, Any] = Field(default_factory=dict)
    estimated_wait: float | None = Field(default=None, ge=0.0)
    queue_position: int | None = Field(default=None, ge=0)
    observed_at: UTCDatetime
    source: Source = "poll"
    raw: Any = Field(default=None, repr=False)

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to this task."""
        return self.state.is_final

    @property
    def primary(self) -> tuple[Artifact, ...]:
        """What the person asked for: the outputs without previews, thumbnails and copies."""
        return tuple(output for output in self.outputs if output.role == "primary")

    def raise_for_state(self) -> TaskStatus:
        """Return this status when the task succeeded or is still open.

        Raises:
            TaskFailed: it failed, was canceled or has expired; `last_status` is this status.
        """
        if not self.is_final or self.state is TaskState.succeeded:
            return self
        why = f": {self.failure.message}" if self.failure and self.failure.message else ""
        raise TaskFailed(f"the task is {self.state}{why}", ref=self.ref, last_status=self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TaskStatus):
            return NotImplemented
        return _compared(self) == _compared(other)

    def __hash__(self) -> int:
        return hash((self.ref, self.state, self.raw_state, self.progress, self.outputs, self.observed_at))


def _compared(status: TaskStatus) -> dict[str, Any]:
    return {name: value for name, value in status.__dict__.items() if name != "raw"}
