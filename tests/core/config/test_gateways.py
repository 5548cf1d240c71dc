"""An account at one provider may be reached through a gateway, which may keep that provider at a path of its own."""

from __future__ import annotations

import pytest

from tidings.config.values import checked_path
from tidings.errors import ConfigError

AT_GATEWAY = {"provider": "maker", "gateway": True, "url": "https://gw.example/v1/", "key": "gw-key"}


def where(account) -> tuple[str, str, bool]:
    return account.base_url, account.key.get_secret_value(), account.is_gateway


def test_an_account_at_one_provider_can_be_one_at_a_gateway(desk):
    desk.env = {"TIDINGS_GW": "gw-key"}
    desk.write(
        '[accounts.gw]\nprovider = "maker"\ngateway = true\nurl = "https://gw.example/v1/"\nkey = "env:TIDINGS_GW"\n'
    )
    account = desk.account(name="gw")
    assert where(account) == ("https://gw.example/v1/maker", "gw-key", True)
    assert account.url_source == "tidings.toml, line 4"


@pytest.mark.parametrize(
    ("path", "base_url"),
    [
        ("/bfl", "https://gw.example/v1/bfl"),
        (" /a/b/ ", "https://gw.example/v1/a/b"),
        ("/", "https://gw.example/v1"),
        ("", "https://gw.example/v1"),
    ],
)
def test_a_path_stands_in_place_of_the_providers_own(desk, path, base_url):
    account = desk.account(name="gw", accounts={"gw": AT_GATEWAY | {"path": path}})
    assert where(account) == (base_url, "gw-key", True)


def test_a_path_is_enough_for_a_provider_that_no_gateway_is_known_to_serve(desk):
    table = AT_GATEWAY | {"provider": "my-studio", "path": "/studio"}
    account = desk.account(desk.official_only, "gw", accounts={"gw": table})
    assert where(account) == ("https://gw.example/v1/studio", "gw-key", True)


def test_without_a_path_that_gateway_cannot_serve_it(desk):
    with pytest.raises(ConfigError, match=r'no gateway serves my-studio; if this one does, add where, as path = "/…"'):
        desk.account(desk.official_only, "gw", accounts={"gw": AT_GATEWAY | {"provider": "my-studio"}})


def test_a_gateway_account_of_one_provider_is_none_of_another(desk):
    with pytest.raises(ConfigError, match="is one at maker, not at luma"):
        desk.account(desk.gateway_only, "gw", accounts={"gw": AT_GATEWAY})
    config = desk.load(accounts={"gw": AT_GATEWAY})
    assert (config.accounts_of(desk.both), config.accounts_of(desk.gateway_only)) == (["gw"], [])


def test_what_is_implied_may_be_said(desk):
    tables = {
        "team": {"gateway": True, "url": "https://team.example", "key": "k"},
        "own": {"provider": "maker", "gateway": False, "key": "k"},
    }
    assert where(desk.account(name="team", accounts=tables)) == ("https://team.example/maker", "k", True)
    assert where(desk.account(name="own", accounts=tables)) == ("https://api.maker.example", "k", False)


MUDDLED = {
    "no gateway and no provider": (
        {"gateway": False, "url": "https://x.example"},
        "gateway = false, but an account without a provider is one at a gateway: add the provider, or leave that out",
    ),
    "a path at no gateway": (
        {"provider": "maker", "path": "/bfl"},
        "path is for accounts at a gateway: add gateway = true, or put the path into the url",
    ),
    "a path where a gateway is denied": (
        {"provider": "maker", "gateway": False, "path": "/bfl"},
        "path is for accounts at a gateway: add gateway = true",
    ),
    "a path for all providers": (
        {"url": "https://x.example", "path": "/bfl"},
        "path is one provider's at the gateway: add the provider, or put the path into the url",
    ),
    "a gateway without an address": (
        {"provider": "maker", "gateway": True},
        "the account is one at a gateway, but has no url: add the gateway's",
    ),
    "a gateway in words": ({"provider": "maker", "gateway": "yes"}, "accounts.a.gateway: Input should be a valid bool"),
    "a path with a query": (
        AT_GATEWAY | {"path": "/bfl?a=1"},
        "accounts.a.path: the path has spaces, backslashes, a ?",
    ),
    "a path without a slash": (AT_GATEWAY | {"path": "bfl"}, "accounts.a.path: the path does not start with a slash"),
}


@pytest.mark.parametrize(("table", "said"), MUDDLED.values(), ids=MUDDLED)
def test_what_makes_no_sense_together_is_explained(desk, table, said):
    with pytest.raises(ConfigError) as caught:
        desk.load(accounts={"a": {"key": "gw-key"} | table})
    assert str(caught.value).startswith("the call's arguments: accounts.a")
    assert said in str(caught.value)


def test_a_muddle_in_a_file_is_told_with_its_line(desk):
    desk.write('\n[accounts.a]\nprovider = "maker"\nkey = "env:K"\npath = "/bfl"\n')
    with pytest.raises(ConfigError, match=r"^tidings.toml, line 2: accounts.a: path is for accounts at a gateway"):
        desk.load()
    desk.write('[accounts.a]\nprovider = "maker"\nkey = "env:K"\ngatway = true\n')
    with pytest.raises(ConfigError, match=r"^tidings.toml, line 4: accounts.a.gatway: unknown name; did you mean gate"):
        desk.load()


@pytest.mark.parametrize("path", ["/a b", "/a\\b", "/a#b", "/a\nb", "/a\x00", "a", "https://gw.example/bfl"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match="the path "):
        checked_path(path)
