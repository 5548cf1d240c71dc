"""From a provider and an account's name to whom to ask and with which key."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from tidings.config import advice
from tidings.config.account import Account
from tidings.config.files import read_files
from tidings.config.keeping import is_learning, state_dir
from tidings.config.layer import Layer, layer_of_accounts
from tidings.config.settings import (
    GATEWAY,
    Setting,
    argument,
    key_in_table,
    key_variable,
    url_in_table,
    url_variable,
    variables,
)
from tidings.config.tables import AccountTable, GatewayTable
from tidings.config.values import warn_of_plain_http, warn_once
from tidings.errors import ConfigError
from tidings.model.ref import normalized
from tidings.provider import Provider

_OFFICIAL = "the provider's official address"


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that was configured when it was loaded. Holds keys, shows none.

    Attributes:
        learn: whether what is learned of how long tasks take is kept from one run to the next.
        state_dir: the folder it is kept in, which need not be there yet.
    """

    _gateway_url: Setting | None
    _gateway_key: Setting | None
    _env: Mapping[str, str] = field(repr=False)
    _layers: Sequence[Layer] = field(repr=False)
    learn: bool
    state_dir: Path

    @classmethod
    def load(
        cls,
        *,
        gateway_url: str | None = None,
        gateway_key: str | SecretStr | None = None,
        accounts: Mapping[str, Mapping[str, object]] | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user_dir: Path | None = None,
    ) -> Config:
        """Read what there is: the arguments, the environment, both files. Sends nothing.

        Args:
            gateway_url, gateway_key: go before everything else, for the providers that a gateway serves.
            accounts: as `[accounts]` in the file: `{"studio": {"url": …, "key": …}}`.
            env: in place of the environment.
            cwd: where the first `tidings.toml` is looked for; the working directory when left out.
            user_dir: where the second one is; the user's configuration folder when left out.

        Raises:
            ConfigError: an argument makes no sense, or a file is broken (named with the line).
        """
        given = [layer_of_accounts(accounts)] if accounts is not None else []
        layers = [*given, *read_files(cwd or Path(), user_dir or _user_dir())]
        env = dict(os.environ if env is None else env)
        return cls(
            argument(gateway_url, "gateway_url", is_key=False),
            argument(gateway_key, "gateway_key", is_key=True),
            env,
            layers,
            learn=is_learning(env, layers),
            state_dir=state_dir(env, cwd or Path()),
        )

    @property
    def account_names(self) -> list[str]:
        """The names that may stand behind the @ in a ref, sorted."""
        return sorted({name for layer in self._layers for name in layer.accounts})

    def accounts_of(self, provider: Provider) -> list[str]:
        """The names that may stand behind the @ in this provider's refs, sorted."""
        tables = {name: table for layer in reversed(self._layers) for name, table in layer.accounts.items()}
        fits = provider.gateway_path is not None
        return sorted(
            name
            for name, table in tables.items()
            if (fits if table.provider is None else normalized(table.provider) == provider.name)
        )

    def is_foreign(self, account: str) -> bool:
        """Whether the account of that name is described by a file that may have come with somebody else's project."""
        layer = self._layer_of(account)
        return layer is not None and layer.is_foreign

    def says_anything_of(self, provider: Provider) -> bool:
        """Whether this provider's default account was configured at all, be it badly."""
        try:
            return self._find_default(provider) is not None
        except ConfigError:
            return True

    def account_for(self, provider: Provider, account: str | None) -> Account:
        """Whom to ask about this provider's tasks: the named account, else its own variables, else the gateway.

        A gateway given by the arguments goes before the provider's variables. Of two tables for the same thing, the
        first found counts as a whole: a key written beside one URL is not sent to another file's. The file in the
        working directory may be somebody else's: the gateway it names gets only the key named beside it, and it reads
        only variables that begin with `TIDINGS_`.

        Raises:
            ConfigError: something is missing, does not fit or makes no sense; says what to set.
        """
        try:
            found = self._named(provider, account) if account is not None else self._default(provider)
        except ConfigError as error:
            error.provider = provider.name
            raise
        warn_of_plain_http(found.base_url, found.url_source)
        return found

    def _default(self, provider: Provider) -> Account:
        found = self._find_default(provider)
        if found is None:
            raise ConfigError(advice.nothing_configured(provider, self.accounts_of(provider)))
        return found

    def _find_default(self, provider: Provider) -> Account | None:
        was_given = self._gateway_url is not None or self._gateway_key is not None
        own = None if was_given and provider.gateway_path is not None else self._by_own_variables(provider)
        return own or self._at_gateway(provider)

    def _by_own_variables(self, provider: Provider) -> Account | None:
        names = variables(provider.name)
        url, key = url_variable(self._env, names.url), key_variable(self._env, names.key)
        if url is None and key is None:
            return None
        if key is None:
            raise ConfigError(advice.key_missing(names.url, names.key))
        if url is None:
            url = _official(provider)
        if url is None:
            raise ConfigError(advice.url_missing(provider, names))
        return _account(None, url, key, is_gateway=False)

    def _at_gateway(self, provider: Provider) -> Account | None:
        if provider.gateway_path is None:
            return None
        layer = next((layer for layer in self._layers if layer.gateway is not None), Layer())
        table, path = layer.gateway or GatewayTable(), ("gateway",)
        url = self._gateway_url or url_variable(self._env, GATEWAY.url)
        if url is None and table.url is not None and layer.is_foreign:
            key = self._key_beside_url(table, layer)
        else:
            key = self._gateway_key or key_variable(self._env, GATEWAY.key)
            key = key or key_in_table(table, layer, path, self._env)
        url = url or url_in_table(table, layer, path)
        if url is None and key is None:
            return None
        if url is None or key is None:
            missing = advice.gateway_url_missing(key) if url is None else advice.key_missing(url.source, GATEWAY.key)
            raise ConfigError(missing)
        return _account(None, url.extended(provider.gateway_path), key, is_gateway=True, table=table)

    def _key_beside_url(self, table: GatewayTable, layer: Layer) -> Setting | None:
        """The only key that may go to the address such a file names."""
        if self._gateway_key is not None or table.key is None:
            where = layer.where("gateway", "url")
            raise ConfigError(advice.gateway_key_elsewhere(where, is_given=self._gateway_key is not None))
        return key_in_table(table, layer, ("gateway",), self._env)

    def _layer_of(self, account: str) -> Layer | None:
        return next((layer for layer in self._layers if account in layer.accounts), None)

    def _warn_of_shadow(self, name: str) -> None:
        first, *others = (layer for layer in self._layers if name in layer.accounts)
        if first.is_foreign and others:
            here, own = (layer.where("accounts", name) for layer in (first, others[0]))
            warn_once(advice.shadowed(name, here, own))

    def _named(self, provider: Provider, name: str) -> Account:
        layer = self._layer_of(name)
        if layer is None:
            raise ConfigError(advice.unknown_account(provider, name, self.account_names))
        self._warn_of_shadow(name)
        table, path = layer.accounts[name], ("accounts", name)
        url = self._url_of_account(provider, table, layer, path)
        key = key_in_table(table, layer, path, self._env)
        if key is None:  # pragma: no cover  # the table was checked to have one
            raise ConfigError(f"{layer.where(*path)}: the account has no key")
        return _account(name, url, key, is_gateway=table.is_at_gateway, table=table)

    def _url_of_account(self, provider: Provider, table: AccountTable, layer: Layer, path: tuple[str, ...]) -> Setting:
        if table.provider is not None and normalized(table.provider) != provider.name:
            raise ConfigError(advice.other_provider(provider, table.provider, path[-1], layer.where(*path)))
        at_gateway = provider.gateway_path if table.path is None else table.path
        if table.is_at_gateway and at_gateway is None:
            raise ConfigError(advice.not_at_gateways(provider, path[-1], layer.where(*path), table))
        url = url_in_table(table, layer, path) or _official(provider)
        if url is None:
            raise ConfigError(f"{layer.where(*path)}: the account has no url, and {provider.name} has no official one")
        return url.extended(at_gateway or "") if table.is_at_gateway else url


def _account(
    name: str | None, url: Setting, key: Setting, *, is_gateway: bool, table: GatewayTable | None = None
) -> Account:
    limits = table.limits() if table is not None else {}
    secret = SecretStr(key.value)
    return Account(name, url.value, secret, is_gateway, url_source=url.source, key_source=key.source, **limits)


def _official(provider: Provider) -> Setting | None:
    return Setting(provider.official_url.rstrip("/"), _OFFICIAL) if provider.official_url is not None else None


def _user_dir() -> Path:
    from platformdirs import user_config_path  # 4 ms that those who name their own folder need not pay

    return user_config_path("tidings", appauthor=False)
