"""A single URL or key, with where it was found: in an argument, an environment variable or a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import SecretStr

from tidings.config.layer import ARGUMENTS, Layer
from tidings.config.tables import GatewayTable
from tidings.config.values import checked_key, checked_url
from tidings.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Setting:
    """A value, hidden in repr because it may be a key, and where it was found."""

    value: str = field(repr=False)
    source: str

    def extended(self, path: str) -> Setting:
        """The same URL with `path` appended."""
        return Setting(self.value + path.rstrip("/"), self.source)


class Variables(NamedTuple):
    """Names of the two environment variables for one address."""

    url: str
    key: str


def variables(provider: str) -> Variables:
    """`TIDINGS_LUMA_OFFICIAL_URL` and `TIDINGS_LUMA_OFFICIAL_KEY`."""
    name = provider.upper().replace("-", "_")
    return Variables(f"TIDINGS_{name}_URL", f"TIDINGS_{name}_KEY")


PREFIX = "TIDINGS_"
"""What the names of all our variables begin with, and of all that a file in the working directory may read."""
GATEWAY = variables("gateway")


def url_variable(env: Mapping[str, str], name: str) -> Setting | None:
    """The URL in the environment variable called `name`, None where it is unset or empty.

    Raises:
        ConfigError: it makes no sense.
    """
    return _variable(env, name, is_key=False)


def key_variable(env: Mapping[str, str], name: str) -> Setting | None:
    """The key in the environment variable called `name`, None where it is unset or empty.

    Raises:
        ConfigError: it makes no sense.
    """
    return _variable(env, name, is_key=True)


def _variable(env: Mapping[str, str], name: str, *, is_key: bool) -> Setting | None:
    text = env.get(name, "")
    if not text.strip():  # CI systems and compose files set a variable they have no value for to ""
        return None
    return Setting(_checked(text, name, is_key=is_key), name)


def argument(value: str | SecretStr | None, name: str, *, is_key: bool) -> Setting | None:
    """An argument of the client, None where it was left out.

    Raises:
        ConfigError: it makes no sense; an empty text does not.
    """
    if value is None:
        return None
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        raise ConfigError(f"{name}: a text is expected, not {type(text).__name__}")
    return Setting(_checked(text, name, is_key=is_key), ARGUMENTS)


def url_in_table(table: GatewayTable, layer: Layer, path: tuple[str, ...]) -> Setting | None:
    """The table's URL, None where it has none."""
    return Setting(table.url, layer.where(*path, "url")) if table.url is not None else None


def key_in_table(table: GatewayTable, layer: Layer, path: tuple[str, ...], env: Mapping[str, str]) -> Setting | None:
    """The table's key, from the variable it names where it names one; None where it has none.

    Raises:
        ConfigError: that variable is not set, makes no sense, or is not for the layer to read.
    """
    if table.key is None:
        return None
    source = layer.where(*path, "key")
    if table.variable is None:
        return Setting(table.key.get_secret_value(), source)
    if layer.instead is not None and not table.variable.startswith(PREFIX):
        raise ConfigError(f"{source}: {_not_for_a_project(table.variable, layer.instead)}")
    found = key_variable(env, table.variable)
    if found is None:
        raise ConfigError(f"{source}: the key is to come from the environment variable {table.variable}: set it")
    return Setting(found.value, f"{table.variable} ({source})")


def _not_for_a_project(variable: str, own_file: str) -> str:
    return (
        f"a file in the working directory, which may be somebody else's, reads only variables whose names begin with "
        f"{PREFIX}: move this table to {own_file}, or rename the variable to {PREFIX}{variable}"
    )


def _checked(text: str, name: str, *, is_key: bool) -> str:
    check: Callable[[str], str] = checked_key if is_key else checked_url
    try:
        return check(text)
    except ValueError as error:
        raise ConfigError(f"{name}: {error}") from error
