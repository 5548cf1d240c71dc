"""What `tidings.toml`, and the argument `accounts`, may say."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from tidings.config.values import checked_key, checked_path, checked_url

_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=1)]
_FROM_ENV = "env:"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class GatewayTable(BaseModel):
    """`[gateway]`: whom to ask for every provider that has no address of its own.

    Attributes:
        key: `env:NAME` to read it from the environment (better), or the key itself.
        requests_per_second, concurrency, batch, interval: in place of the provider's own limits, see `Account`.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    url: str | None = None
    key: SecretStr | None = None
    requests_per_second: _Positive | None = None
    concurrency: _Count | None = None
    batch: _Count | None = None
    interval: _Positive | None = None

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str | None) -> str | None:
        return checked_url(url) if url is not None else None

    @field_validator("key")
    @classmethod
    def _check_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is None:
            return None
        text = key.get_secret_value().strip()
        if not text.startswith(_FROM_ENV):
            return SecretStr(checked_key(text))
        if not _VARIABLE.fullmatch(text.removeprefix(_FROM_ENV)):
            raise ValueError('after "env:" comes the name of an environment variable: letters, digits, underscores')
        return SecretStr(text)

    @property
    def variable(self) -> str | None:
        """The environment variable that holds the key, None where the key is given itself or not at all."""
        text = self.key.get_secret_value() if self.key is not None else ""
        return text.removeprefix(_FROM_ENV) if text.startswith(_FROM_ENV) else None

    def limits(self) -> dict[str, Any]:
        """The limits by their names in `Account`."""
        return {
            "per_second": self.requests_per_second,
            "concurrency": self.concurrency,
            "batch": self.batch,
            "interval": self.interval,
        }


class AccountTable(GatewayTable):
    """`[accounts.NAME]`: used for refs that name it, `provider@NAME:id`.

    Attributes:
        provider: whose account it is; None: it is one at a gateway, good for every provider the gateway serves.
        gateway: whether this provider is asked through a gateway. Without a provider there is no other way.
        path: what stands before the provider's paths at this gateway, in place of its own `gateway_path`.
    """

    provider: str | None = None
    gateway: bool | None = None
    path: str | None = None

    @field_validator("path")
    @classmethod
    def _check_path(cls, path: str | None) -> str | None:
        return checked_path(path) if path is not None else None

    @model_validator(mode="after")
    def _check_completeness(self) -> AccountTable:
        problem = next((problem for is_so, problem in _PROBLEMS if is_so(self)), None)
        if problem is not None:
            raise ValueError(problem)
        return self

    @property
    def is_at_gateway(self) -> bool:
        """Whether it is asked as a gateway is: with `Provider.gateway_auth`, below `path` or the provider's own."""
        return self.provider is None or self.gateway is True


_PROBLEMS: tuple[tuple[Callable[[AccountTable], bool], str], ...] = (
    (lambda it: it.key is None, 'the account has no key: add key = "env:NAME_OF_A_VARIABLE"'),
    (
        lambda it: it.provider is None and it.url is None,
        "the account has neither provider nor url: add the gateway's url, or the provider's name",
    ),
    (
        lambda it: it.provider is None and it.gateway is False,
        "gateway = false, but an account without a provider is one at a gateway: add the provider, or leave that out",
    ),
    (
        lambda it: it.provider is None and it.path is not None,
        "path is one provider's at the gateway: add the provider, or put the path into the url",
    ),
    (
        lambda it: it.path is not None and not it.is_at_gateway,
        "path is for accounts at a gateway: add gateway = true, or put the path into the url",
    ),
    (
        lambda it: it.is_at_gateway and it.url is None,
        "the account is one at a gateway, but has no url: add the gateway's",
    ),
)


class SettingsTable(BaseModel):
    """`[settings]`: how Tidings behaves, whomever it asks.

    Attributes:
        learn: whether what is learned of how long tasks take is kept from one run to the next.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    learn: bool | None = None

    @field_validator("learn", mode="before")
    @classmethod
    def _check_learn(cls, learn: object) -> object:
        if learn is not True and learn is not False:
            raise ValueError("write learn = false to switch learning off, learn = true to leave it on")
        return learn


class Tables(BaseModel):
    """The whole file."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    gateway: GatewayTable | None = None
    accounts: dict[str, AccountTable] = Field(default_factory=dict)
    settings: SettingsTable = Field(default_factory=SettingsTable)


class Misfit(Exception):
    """Tables that do not fit. Never leaves this room: who read them knows where they stood.

    Attributes:
        path: the keys that lead to what is wrong.
        reason: what is wrong, without any value.
    """

    def __init__(self, path: tuple[str, ...], reason: str) -> None:
        super().__init__(f"{'.'.join(path)}: {reason}")
        self.path = path
        self.reason = reason


def read_tables(content: Mapping[str, object]) -> Tables:
    """The content of a file as a model.

    Raises:
        Misfit: something in it is unknown, of the wrong type or out of range. Its cause is dropped: it holds the key.
    """
    misfit: Misfit
    try:
        return Tables.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = tuple(str(part) for part in first["loc"])
        misfit = Misfit(path, _reason(first["type"], first["msg"], path))
    raise misfit


def _reason(kind: str, message: str, path: tuple[str, ...]) -> str:
    if kind != "extra_forbidden":
        return message.removeprefix("Value error, ")
    known = _known_at(path)
    close = difflib.get_close_matches(path[-1], known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}"
    return f"unknown name; {hint}"


def _known_at(path: tuple[str, ...]) -> list[str]:
    tables: Mapping[str, type[BaseModel]] = {
        "gateway": GatewayTable,
        "accounts": AccountTable,
        "settings": SettingsTable,
    }
    return list((tables[path[0]] if len(path) > 1 else Tables).model_fields)
