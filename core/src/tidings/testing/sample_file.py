"""The form of a sample file, checked so that a malformed one is refused by file and field."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import from_json

from tidings import errors
from tidings.errors import FetchError, PluginError
from tidings.model import TaskRef, TaskStatus

_CLOSED = ConfigDict(extra="forbid", frozen=True)
_STATUS_FIELDS = frozenset(TaskStatus.model_fields) - {"ref", "raw", "observed_at"}
_ERROR_FIELDS = frozenset({"error", "retryable", "retry_after", "status_code", "no_route", "message"})


class RequestForm(BaseModel):
    """What was asked. `headers` are there for the reader: a provider writes none that matter here."""

    model_config = _CLOSED

    method: Literal["GET", "POST"]
    path: Annotated[str, Field(pattern=r"^(/|https://)")]
    query: dict[str, str] = {}
    body: Any = None
    headers: dict[str, str] = {}


class ResponseForm(BaseModel):
    """What came back: its body as JSON, or as text where it is none; with neither it was empty."""

    model_config = _CLOSED

    status: Annotated[int, Field(ge=100, le=599)]
    headers: dict[str, str] = {}
    payload: Any = Field(default=None, alias="json")
    text: str | None = None

    @property
    def has_json(self) -> bool:
        """Whether `json` is given at all, for it may be null."""
        return "payload" in self.model_fields_set

    @model_validator(mode="after")
    def _has_one_body(self) -> ResponseForm:
        if self.has_json and self.text is not None:
            raise ValueError("give either json or text, not both")
        return self


class ExchangeForm(BaseModel):
    """One request and its response."""

    model_config = _CLOSED

    request: RequestForm
    response: ResponseForm


def _known_fields(expected: dict[str, Any]) -> dict[str, Any]:
    """What may be expected of a task: fields of `TaskStatus`, an error's class and facts, or an include's `extra`."""
    if "error" in expected:
        kind = getattr(errors, str(expected["error"]), None)
        if not (isinstance(kind, type) and issubclass(kind, FetchError)):
            raise ValueError(f"error: {expected['error']!r} is not the name of a FetchError")
        known = _ERROR_FIELDS
    else:
        known = frozenset({"extra"}) if "extra" in expected else _STATUS_FIELDS
    if unknown := sorted(expected.keys() - known):
        raise ValueError(f"{', '.join(unknown)}: not among {', '.join(sorted(known))}")
    return expected


Expected = Annotated[dict[str, Any], AfterValidator(_known_fields)]


class SampleFile(BaseModel):
    """The whole file: `request` and `response`, or several `exchanges` where the maker needs several calls."""

    model_config = _CLOSED

    source: Annotated[str, Field(min_length=1)]
    request: RequestForm | None = None
    response: ResponseForm | None = None
    exchanges: tuple[ExchangeForm, ...] = ()
    expect: Annotated[dict[TaskRef, Expected], Field(min_length=1)]
    include: str | None = None

    @model_validator(mode="after")
    def _has_one_form(self) -> SampleFile:
        given = (self.request is not None, self.response is not None)
        if any(given) == bool(self.exchanges) or any(given) != all(given):
            raise ValueError("give either request and response, or exchanges")
        return self

    @property
    def conversation(self) -> tuple[ExchangeForm, ...]:
        """The exchanges, in either form."""
        if self.request is not None and self.response is not None:
            return (ExchangeForm(request=self.request, response=self.response),)
        return self.exchanges


def read_sample_file(content: bytes, name: str) -> SampleFile:
    """Read one file.

    Raises:
        PluginError: it is malformed; the message names the file, the field and what is wrong with it.
    """
    try:
        return SampleFile.model_validate(from_json(content))
    except ValidationError as error:
        raise PluginError(f"{name}: {_first_mistake(error)}") from error
    except ValueError as error:
        raise PluginError(f"{name}: not JSON: {error}") from error


def _first_mistake(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part != "[key]") or "the file"
    return f"{where}: {first['msg'].removeprefix('Value error, ')}"
