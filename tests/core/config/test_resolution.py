"""Which address and key a ref gets: first found wins, and what is missing is named."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from tidings.config import Config
from tidings.errors import ConfigError

GATEWAY = {"TIDINGS_GATEWAY_URL": "https://gw.example/v1/", "TIDINGS_GATEWAY_KEY": "gw-key"}
OWN = {"TIDINGS_MAKER_URL": "https://own.example/api", "TIDINGS_MAKER_KEY": "own-key"}


def where(account) -> tuple[str, str, bool]:
    return account.base_url, account.key.get_secret_value(), account.is_gateway


def test_the_gateway_of_the_environment_gets_the_providers_path_and_auth(desk):
    desk.env = GATEWAY
    account = desk.account()
    assert where(account) == ("https://gw.example/v1/maker", "gw-key", True)
    assert (account.url_source, account.key_source) == ("TIDINGS_GATEWAY_URL", "TIDINGS_GATEWAY_KEY")
    assert account.name is None
    assert desk.account(desk.gateway_only).base_url == "https://gw.example/v1"


def test_the_providers_own_variables_go_before_the_gateways(desk):
    desk.env = GATEWAY | OWN
    account = desk.account()
    assert where(account) == ("https://own.example/api", "own-key", False)
    assert (account.url_source, account.key_source) == ("TIDINGS_MAKER_URL", "TIDINGS_MAKER_KEY")


def test_a_key_of_the_providers_own_alone_means_its_official_address(desk):
    desk.env = GATEWAY | {"TIDINGS_MAKER_KEY": "own-key"}
    account = desk.account()
    assert where(account) == ("https://api.maker.example", "own-key", False)
    assert account.url_source == "the provider's official address"


def test_dashes_in_a_providers_name_are_underscores_in_its_variables(desk):
    desk.env = {"TIDINGS_MY_STUDIO_KEY": "k"}
    assert desk.account(desk.official_only).base_url == "https://studio.example"


def test_a_gateway_given_in_the_call_goes_before_the_providers_variables(desk):
    desk.env = OWN
    account = desk.account(gateway_url="https://given.example", gateway_key="given")
    assert where(account) == ("https://given.example/maker", "given", True)
    assert (account.url_source, account.key_source) == ("the call's arguments", "the call's arguments")


def test_a_gateway_given_in_the_call_changes_nothing_for_a_provider_no_gateway_serves(desk):
    desk.env = {"TIDINGS_MY_STUDIO_KEY": "own-key"}
    account = desk.account(desk.official_only, gateway_url="https://given.example", gateway_key="given")
    assert where(account) == ("https://studio.example", "own-key", False)


def test_each_of_the_gateways_values_is_taken_where_it_is_first_found(desk):
    desk.env = {"TIDINGS_GATEWAY_KEY": "env-key"}
    desk.write_for_user('[gateway]\nurl = "https://file.example"\nkey = "env:UNSET"\nbatch = 7\n')
    account = desk.account()
    assert where(account) == ("https://file.example/maker", "env-key", True)
    assert account.url_source == f"{desk.user_dir / 'tidings.toml'}, line 2"
    assert account.batch == 7
    assert desk.account(gateway_url="https://given.example").base_url == "https://given.example/maker"


def test_the_working_directorys_file_goes_before_the_users(desk):
    desk.write(
        '[gateway]\nurl = "https://here.example"\nkey = "here"\n[accounts.a]\nprovider = "maker"\nkey = "here-a"\n'
    )
    desk.write_for_user(
        '[gateway]\nurl = "https://user.example"\nkey = "user"\n'
        '[accounts.a]\nprovider = "maker"\nkey = "user-a"\n[accounts.b]\nprovider = "maker"\nkey = "user-b"\n'
    )
    assert where(desk.account()) == ("https://here.example/maker", "here", True)
    assert desk.account(name="a").key.get_secret_value() == "here-a"
    assert desk.account(name="b").key.get_secret_value() == "user-b"
    assert desk.load().account_names == ["a", "b"]


def test_the_users_file_is_named_in_full_as_a_source(desk):
    desk.write_for_user('[gateway]\nurl = "https://user.example"\nkey = "user"\n')
    assert desk.account().url_source == f"{desk.user_dir / 'tidings.toml'}, line 2"


def test_an_empty_variable_counts_as_unset(desk):
    desk.env = GATEWAY | {"TIDINGS_MAKER_KEY": "", "TIDINGS_MAKER_URL": " "}
    assert desk.account().is_gateway


def test_an_account_with_a_provider_is_at_its_official_address(desk):
    desk.write('[accounts.studio]\nprovider = "maker"\nkey = "env:TIDINGS_STUDIO"\nconcurrency = 3\ninterval = 2\n')
    desk.env = GATEWAY | OWN | {"TIDINGS_STUDIO": "studio-key"}
    account = desk.account(name="studio")
    assert where(account) == ("https://api.maker.example", "studio-key", False)
    assert account.key_source == "TIDINGS_STUDIO (tidings.toml, line 3)"
    assert (account.name, account.concurrency, account.interval) == ("studio", 3, 2.0)


def test_a_url_beside_a_provider_is_taken_as_it_is(desk):
    desk.write('[accounts.studio]\nprovider = "MAKER"\nurl = "https://proxy.example/x/"\nkey = "k"\n')
    assert where(desk.account(name="studio")) == ("https://proxy.example/x", "k", False)


def test_an_account_without_a_provider_is_one_at_a_gateway(desk):
    desk.write('[accounts.team]\nurl = "https://team.example"\nkey = "k"\nrequests_per_second = 0.5\n')
    account = desk.account(name="team")
    assert where(account) == ("https://team.example/maker", "k", True)
    assert account.per_second == 0.5
    assert desk.account(desk.gateway_only, "team").base_url == "https://team.example"


def test_accounts_given_in_the_call_go_before_the_files_and_may_hold_keys(desk, caplog):
    desk.write('[accounts.team]\nurl = "https://team.example"\nkey = "env:K"\n')
    given = {
        "team": {"url": "https://given.example", "key": SecretStr("given")},
        "own": {"provider": "maker", "key": "own"},
    }
    account = desk.account(name="team", accounts=given)
    assert where(account) == ("https://given.example/maker", "given", True)
    assert account.url_source == "the call's arguments"
    assert desk.account(name="own", accounts=given).base_url == "https://api.maker.example"
    assert not caplog.records


def test_the_environment_is_read_once_so_a_client_does_not_change_under_way(desk):
    desk.env = dict(GATEWAY)
    config = desk.load()
    desk.env.clear()
    assert config.account_for(desk.both, None).is_gateway


def test_without_arguments_the_machines_own_places_are_read(tmp_path, monkeypatch):
    folder = tmp_path / "config" / "tidings"
    folder.mkdir(parents=True)
    (folder / "tidings.toml").write_text('[accounts.user]\nprovider = "maker"\nkey = "env:K"\n')
    (tmp_path / "tidings.toml").write_text('[accounts.here]\nprovider = "maker"\nkey = "env:K"\n')
    monkeypatch.setattr("platformdirs.user_config_path", lambda name, appauthor: tmp_path / "config" / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIDINGS_MAKER_KEY", "from-the-machine")
    config = Config.load()
    assert config.account_names == ["here", "user"]


# configuration → what the error must say
MISSING = {
    "nothing": (
        "both",
        {},
        "",
        ["TIDINGS_GATEWAY_URL", "TIDINGS_GATEWAY_KEY", "TIDINGS_MAKER_KEY", "https://api.maker.example"],
    ),
    "nothing, gateway only": ("gateway_only", {}, "", ["TIDINGS_GATEWAY_URL", "TIDINGS_LUMA_URL", "TIDINGS_LUMA_KEY"]),
    "a gateway that does not serve it": ("official_only", GATEWAY, "", ["TIDINGS_MY_STUDIO_KEY"]),
    "own url alone": (
        "both",
        {"TIDINGS_MAKER_URL": "https://x.example"},
        "",
        ["there is a URL (TIDINGS_MAKER_URL), but no key for it: set TIDINGS_MAKER_KEY"],
    ),
    "own key alone": (
        "gateway_only",
        {"TIDINGS_LUMA_KEY": "k"},
        "",
        ["TIDINGS_LUMA_KEY is set, but luma has no official address: set TIDINGS_LUMA_URL as well"],
    ),
    "gateway url alone": ("both", {"TIDINGS_GATEWAY_URL": "https://x.example"}, "", ["set TIDINGS_GATEWAY_KEY"]),
    "gateway key alone": (
        "both",
        {"TIDINGS_GATEWAY_KEY": "k"},
        "",
        ["there is a gateway key (TIDINGS_GATEWAY_KEY), but no gateway: set TIDINGS_GATEWAY_URL"],
    ),
    "gateway key from an unset variable": (
        "both",
        {},
        '[gateway]\nurl = "https://x.example"\nkey = "env:TIDINGS_UNSET"\n',
        ["tidings.toml, line 3", "TIDINGS_UNSET: set it"],
    ),
    "an account would do": ("both", {}, '[accounts.studio]\nprovider = "maker"\nkey = "env:K"\n', ["maker@studio:ID"]),
}


@pytest.mark.parametrize(("which", "env", "file", "said"), MISSING.values(), ids=MISSING)
def test_what_is_missing_is_named(desk, which, env, file, said):
    desk.env = env
    desk.write(file)
    with pytest.raises(ConfigError) as caught:
        desk.account(getattr(desk, which))
    for words in said:
        assert words in str(caught.value)
    assert caught.value.provider == getattr(desk, which).name


def test_no_gateway_is_suggested_where_no_gateway_serves(desk):
    with pytest.raises(ConfigError) as caught:
        desk.account(desk.official_only)
    assert "GATEWAY" not in str(caught.value)


# name asked for, provider → what the error must say
WRONG_ACCOUNTS = {
    "unknown": ("other", "both", ["no account is called 'other'", "the accounts are: home, studio, team"]),
    "another provider's": ("studio", "both", ["tidings.toml, line 1", "is one at luma, not at maker"]),
    "no gateway serves": ("team", "official_only", ["tidings.toml, line 4", "no gateway serves my-studio"]),
    "no address": ("home", "nowhere", ["tidings.toml, line 7", "homemade has no official one"]),
    "unset key": ("team", "both", ["tidings.toml, line 6", "TIDINGS_TEAM: set it"]),
}
ACCOUNTS_FILE = """[accounts.studio]
provider = "luma"
key = "env:K"
[accounts.team]
url = "https://team.example"
key = "env:TIDINGS_TEAM"
[accounts.home]
provider = "homemade"
key = "env:K"
"""


@pytest.mark.parametrize(("name", "which", "said"), WRONG_ACCOUNTS.values(), ids=WRONG_ACCOUNTS)
def test_an_account_that_does_not_fit_is_explained(desk, name, which, said):
    desk.write(ACCOUNTS_FILE)
    with pytest.raises(ConfigError) as caught:
        desk.account(getattr(desk, which), name)
    for words in said:
        assert words in str(caught.value)


def test_without_any_account_the_error_says_where_they_go(desk):
    with pytest.raises(ConfigError, match=r"there are none; add it to \[accounts\] in tidings.toml"):
        desk.account(name="studio")


def test_an_account_whose_key_is_missing_elsewhere_disturbs_nobody(desk):
    desk.write(ACCOUNTS_FILE)
    desk.env = GATEWAY
    assert desk.account().is_gateway


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({}, False),
        (OWN, True),
        (GATEWAY, True),
        ({"TIDINGS_MAKER_URL": "https://x.example"}, True),
        ({"OTHER": "x"}, False),
    ],
)
def test_a_provider_of_which_nothing_is_said_is_told_from_a_badly_configured_one(desk, env, says):
    desk.env = env
    assert desk.load().says_anything_of(desk.both) is says


def test_a_value_given_as_none_counts_as_not_given(desk):
    given = {"a": {"provider": "maker", "url": None, "key": "k", "batch": None}}
    assert desk.account(name="a", accounts=given).base_url == "https://api.maker.example"
    with pytest.raises(ConfigError, match="the account has no key"):
        desk.load(accounts={"a": {"provider": "maker", "key": None}})
