"""What to say when no address or key is found: the exact lines that would help."""

from __future__ import annotations

from collections.abc import Sequence

from tidings.config.settings import GATEWAY, Setting, Variables, variables
from tidings.config.tables import AccountTable
from tidings.provider import Provider


def nothing_configured(provider: Provider, accounts: Sequence[str]) -> str:
    """Nothing at all says whom to ask. `accounts`: names of those that would do."""
    own = variables(provider.name)
    ways: list[str] = []
    if provider.gateway_path is not None:
        ways.append(f"  {GATEWAY.url}=https://…  and  {GATEWAY.key}=…   (a gateway, for every provider it serves)")
    url = "" if provider.official_url is not None else f"{own.url}=https://…  and  "
    ways.append(f"  {url}{own.key}=…   ({provider.name} only{_officially(provider)})")
    if accounts:
        ways.append(f"  or name one of your accounts in the ref, like {provider.name}@{accounts[0]}:ID")
    lines = "\n".join(ways)
    return f"nothing says whom to ask about {provider.name} tasks, or with which key. Set in the environment\n{lines}"


def _officially(provider: Provider) -> str:
    return f", at {provider.official_url}" if provider.official_url is not None else ""


def key_missing(url_source: str, key_name: str) -> str:
    """There is a URL, but no key for it."""
    return f"there is a URL ({url_source}), but no key for it: set {key_name}"


def url_missing(provider: Provider, names: Variables) -> str:
    """There is a key of the provider's own, but no URL."""
    return f"{names.key} is set, but {provider.name} has no official address: set {names.url} as well"


def gateway_url_missing(key: Setting | None) -> str:
    """There is a key for the gateway, but no URL."""
    source = key.source if key is not None else GATEWAY.key
    return f"there is a gateway key ({source}), but no gateway: set {GATEWAY.url} to its address"


def gateway_key_elsewhere(where: str, *, is_given: bool) -> str:
    """Only a file that may be somebody else's names the gateway, and the key would come from elsewhere."""
    if is_given:
        mend = "give gateway_url together with gateway_key"
    else:
        mend = f'if you trust the file, put key = "env:{GATEWAY.key}" beside the url; else set {GATEWAY.url} yourself'
    return (
        f"{where}: the url in a file of the working directory, which may be somebody else's, "
        f"is sent only the key named beside it: {mend}"
    )


def shadowed(name: str, here: str, own: str) -> str:
    """A file that may be somebody else's describes an account of the user's anew."""
    return f"the account {name!r} is the one in {here}, not yours in {own}: rename one of them to use both"


def unknown_account(provider: Provider, name: str, known: Sequence[str]) -> str:
    """The ref names an account that is nowhere described."""
    have = f"the accounts are: {', '.join(known)}" if known else "there are none"
    return f"no account is called {name!r} (for {provider.name}); {have}; add it to [accounts] in tidings.toml"


def other_provider(provider: Provider, own: str, name: str, where: str) -> str:
    """The account belongs to another provider."""
    return f"{where}: the account {name!r} is one at {own}, not at {provider.name}: name another, or none"


def not_at_gateways(provider: Provider, name: str, where: str, table: AccountTable) -> str:
    """The account is one at a gateway, and no gateway is known to serve this provider."""
    if table.provider is None:
        mend = f'if its url is not a gateway\'s, add provider = "{provider.name}"'
    else:
        mend = 'if this one does, add where, as path = "/…"; else leave out gateway = true'
    return f"{where}: the account {name!r} is one at a gateway, and no gateway serves {provider.name}; {mend}"
