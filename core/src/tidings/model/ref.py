"""Which task: `provider[@account]:[route/]id`, as a value and as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from tidings.errors import InvalidRef

GRAMMAR = "provider[@account]:[route/]id"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")  # what almost every id is: nothing further to check, nothing to encode
_RESERVED = frozenset({"gateway"})
_MAX_LENGTH = 4096  # characters; a signed polling URL fits, a pasted log does not
_SCHEMES = ("https://", "http://")
_DOTS = frozenset({".", ".."})  # as path segments they name a folder, not a task, however they are encoded


class _Hashed:
    """Room for a hash that is no field: it is not compared, shown or pickled, as it holds within one process only."""

    __slots__ = ("_hash",)
    _hash: int


@dataclass(frozen=True, slots=True)
class TaskRef(_Hashed):
    """Names one task. Holds no secret, so it may be logged, stored and shared.

    A dataclass rather than a pydantic model because every lane uses it as a dictionary key. In pydantic models and in
    JSON it is its text form.

    Attributes:
        provider: the provider's name, lower case with dashes (`-` and `_` are the same).
        id: the maker's or the gateway's id for the task, unquoted; or a whole http(s) URL where the provider takes one.
        account: the name of a configured account, or None for the default one.
        route: what else addresses the task (Kling's family, MiniMax's API version), unquoted, or None.

    Raises:
        InvalidRef: a part is empty, malformed or reserved.
    """

    provider: str
    id: str
    account: str | None = None
    route: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "provider", normalized(self.provider))
        _check(self)

    def __hash__(self) -> int:
        """Worked out once: a look at a task takes it ten times."""
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", hash((self.provider, self.id, self.account, self.route)))
            return self._hash

    @classmethod
    def parse(cls, text: str) -> TaskRef:
        """Read the text form; `TaskRef.parse(str(ref)) == ref` for every ref.

        Raises:
            InvalidRef: `text` does not follow the grammar; the message shows both.
        """
        head, colon, tail = text.strip().partition(":")
        if not colon or not head or not tail:
            raise InvalidRef(_explain(text, "there is no provider before, or no id after, a colon"))
        if head in {"https", "http"}:
            raise InvalidRef(_explain(text, "a link needs its provider before it, as in flux:https://…"))
        provider, at, account = head.partition("@")
        if at and not account:
            raise InvalidRef(_explain(text, "the account after @ is empty"))
        if tail.startswith(_SCHEMES):  # a pasted URL is taken as it is: decoding it would change what it addresses
            return cls(provider, tail, _decoded(account, text) or None)
        if "://" in tail:
            raise InvalidRef(_explain(text, "a link begins with https:// and stands for route and id"))
        route, slash, task_id = tail.rpartition("/")
        if slash and not route:
            raise InvalidRef(_explain(text, "the route before the last slash is empty"))
        return cls(provider, _decoded(task_id, text), _decoded(account, text) or None, _decoded(route, text) or None)

    @property
    def is_url(self) -> bool:
        """Whether the id is a whole polling URL rather than an id."""
        return self.id.startswith(_SCHEMES)

    def __str__(self) -> str:
        account = f"@{quote(self.account, safe='')}" if self.account else ""
        route = f"{quote(self.route, safe='/')}/" if self.route else ""
        return f"{self.provider}{account}:{route}{quote(self.id, safe='')}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """In a model: an instance as it is, a text parsed; in JSON: its text form."""
        del source, handler
        return core_schema.no_info_plain_validator_function(
            _validated, serialization=core_schema.to_string_ser_schema(when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        del schema, handler
        return {"type": "string", "description": GRAMMAR, "examples": ["luma:9d4b7516-77e5-481a-b015-48313946f33b"]}


def normalized(provider: str) -> str:
    """A provider's name as Tidings writes it: lower case, dashes for underscores."""
    return provider.strip().lower().replace("_", "-")


def _validated(value: object) -> TaskRef:
    if isinstance(value, TaskRef):
        return value
    if isinstance(value, str):
        try:
            return TaskRef.parse(value)
        except InvalidRef as error:
            raise ValueError(str(error)) from error
    raise ValueError(f"a task is named by a TaskRef or a text {GRAMMAR}, not by {type(value).__name__}")


def _check(ref: TaskRef) -> None:
    if not _NAME.fullmatch(ref.provider):
        raise InvalidRef(_explain(ref.provider, "a provider's name has only letters, digits and dashes"))
    if ref.provider in _RESERVED:
        raise InvalidRef(f"{ref.provider!r} is not a provider: name the maker of the task, for example luma:ID")
    if ref.account is None and ref.route is None and _PLAIN_ID.fullmatch(ref.id):
        return
    # Counted here and not in the text, where one character of an id may take twelve.
    if sum(len(part) for part in (ref.provider, ref.id, ref.account, ref.route) if part) > _MAX_LENGTH:
        raise InvalidRef(_explain(ref.id, f"it is longer than {_MAX_LENGTH} characters"))
    for part, name in ((ref.id, "id"), (ref.account, "account"), (ref.route, "route")):
        if part is not None:
            _check_part(part, name)
    if ref.route is not None and not all(ref.route.split("/")):
        raise InvalidRef(_explain(ref.route, "a part of the route is empty"))


def _check_part(part: str, name: str) -> None:
    segments = part.split("/") if name == "route" else [part]
    if not part.strip() or part != part.strip():
        raise InvalidRef(_explain(part, f"the {name} is empty or has spaces around it"))
    if not _DOTS.isdisjoint(segments):
        raise InvalidRef(_explain(part, f"the {name} cannot be a dot or two"))
    # isprintable is false for control characters and for lone surrogates, which no URL can carry; spaces pass
    if not part.isprintable():
        raise InvalidRef(_explain(part, f"the {name} has characters that cannot be printed"))


def _decoded(text: str, whole: str) -> str:
    if "%" not in text:
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError as error:
        raise InvalidRef(_explain(whole, "its percent-encoding is not UTF-8")) from error


def _explain(text: str, why: str) -> str:
    shown = ascii(text if len(text) <= 80 else text[:77] + "...")
    return f"{shown} does not name a task: {why}. Write {GRAMMAR}, for example luma:9d4b7516 or kling:text2video/8672"
