"""One of the places in which accounts are described: the arguments, or a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tidings.config.tables import AccountTable, GatewayTable, Misfit, SettingsTable, read_tables
from tidings.errors import ConfigError

ARGUMENTS = "the call's arguments"


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place says.

    Attributes:
        where: from the keys that lead to a value to where it stands, for people.
        instead: where the user's own file is, for a file that may have come with somebody else's project; None for
            what the user wrote.
    """

    gateway: GatewayTable | None = None
    accounts: Mapping[str, AccountTable] = field(default_factory=dict)
    where: Callable[..., str] = field(default=lambda *_: ARGUMENTS, repr=False)
    instead: str | None = None
    settings: SettingsTable = field(default_factory=SettingsTable)

    @property
    def is_foreign(self) -> bool:
        """Whether somebody else may have written it: it may not decide where keys go that were set elsewhere."""
        return self.instead is not None


def layer_of_accounts(accounts: Mapping[str, Mapping[str, object]]) -> Layer:
    """What the argument `accounts` says; it has the shape of the file's `[accounts]`.

    Raises:
        ConfigError: it does not.
    """
    if not isinstance(accounts, Mapping):
        raise ConfigError("accounts must map names to tables, like {'studio': {'url': …, 'key': …}}")
    given: Mapping[str, object] = accounts
    plain = {name: dict(table) if isinstance(table, Mapping) else table for name, table in given.items()}
    try:
        tables = read_tables({"accounts": plain})
    except Misfit as misfit:
        raise ConfigError(f"{ARGUMENTS}: {misfit}") from misfit
    return Layer(accounts=tables.accounts)
