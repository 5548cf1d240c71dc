"""From a ref to whom it is asked of and how: provider, account and the lane between them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from tidings.clock import Clock
from tidings.config import Account, Config
from tidings.flow import Retry
from tidings.lanes import Inquiry, Lane, Sender, check_key, check_link, governor_for
from tidings.model import TaskRef
from tidings.plugins import Plugins
from tidings.provider import Limits, Provider
from tidings.transport import Transport


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to ask: a provider with an account."""

    provider: Provider
    account: Account

    def limits_of(self, route: str | None) -> Limits:
        """What holds for both, for tasks of this route."""
        limits, account = self.provider.limits_for(route), self.account
        return Limits(
            batch=min(account.batch or limits.batch, limits.batch),
            # A maker's own rate does not hold at a gateway, where it would slow every other provider of that key, too.
            per_second=account.per_second or (None if account.is_gateway else limits.per_second),
            interval=account.interval if account.interval is not None else limits.interval,
        )


class Targets:
    """Finds the target of a ref; each (provider, account) is looked up once."""

    def __init__(self, plugins: Plugins, config: Config) -> None:
        self._plugins = plugins
        self._config = config
        self._known: dict[tuple[str, str | None], Target] = {}

    def of(self, ref: TaskRef) -> Target:
        """The target of `ref`.

        Raises:
            UnknownProvider, PluginError: there is no such plugin, or it is broken.
            ConfigError: there is no URL or key for it, the key is malformed, or does not go to the polling URL.
            InvalidRef: the provider takes no such route or URL.
        """
        target = self._known.get((ref.provider, ref.account))
        if target is None:
            provider = self._plugins.provider(ref.provider)
            account = self._config.account_for(provider, ref.account)
            check_key(provider, account)
            target = Target(provider, account)
            self._known[ref.provider, ref.account] = target
        target.provider.validate_ref(ref)
        if ref.is_url:
            check_link(ref.id, target.provider, target.account)
        return target


def lane_to(target: Target, transport: Transport, clock: Clock, plugins: Plugins, retry: Retry, timeout: float) -> Lane:
    """A lane on the running event loop."""
    account = target.account
    governor = governor_for(_origin(account.base_url), account.key.get_secret_value(), clock)
    governor.tighten(concurrency=account.concurrency, per_second=target.limits_of(None).per_second)
    sender = Sender(
        target.provider, account, transport=transport, clock=clock, observers=plugins.observers(), timeout=timeout
    )
    inquiry = Inquiry(target.provider, sender, governor, clock, limits_of=target.limits_of)
    return Lane(inquiry, governor, clock, retry=retry)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
