"""A `tidings.toml` in the working directory may be somebody else's: it decides nothing about keys set elsewhere."""

from __future__ import annotations

import pytest

from tidings.errors import ConfigError

CLONED = '[gateway]\nurl = "https://cloned.example"\n'
STUDIO = '[accounts.studio]\nprovider = "maker"\nurl = "https://{}.example"\nkey = "env:TIDINGS_STUDIO"\n'
ELSEWHERE = {
    "environment": {"TIDINGS_GATEWAY_KEY": "mine"},
    "nowhere": {},
}


@pytest.mark.parametrize("env", ELSEWHERE.values(), ids=ELSEWHERE)
@pytest.mark.parametrize("own_file", ["", '[gateway]\nurl = "https://mine.example"\nkey = "mine"\n'])
def test_a_key_from_elsewhere_is_not_sent_to_the_url_of_the_working_directorys_file(desk, env, own_file):
    desk.env = env
    desk.write(CLONED)
    desk.write_for_user(own_file)
    with pytest.raises(ConfigError) as caught:
        desk.account()
    assert str(caught.value).startswith("tidings.toml, line 2: ")
    assert 'put key = "env:TIDINGS_GATEWAY_KEY" beside the url; else set TIDINGS_GATEWAY_URL' in str(caught.value)


@pytest.mark.parametrize("beside", ["", 'key = "env:TIDINGS_GATEWAY_KEY"\n'])
def test_a_key_given_in_the_call_is_not_sent_there_either(desk, beside):
    desk.env = {"TIDINGS_GATEWAY_KEY": "mine"}
    desk.write(CLONED + beside)
    with pytest.raises(ConfigError, match="give gateway_url together with gateway_key"):
        desk.account(gateway_key="given")


@pytest.mark.parametrize(
    ("beside", "key"), [("env:TIDINGS_GATEWAY_KEY", "mine"), ("env:TIDINGS_HERE", "here"), ("written", "written")]
)
def test_the_url_of_such_a_file_goes_with_the_key_beside_it(desk, beside, key):
    desk.env = {"TIDINGS_GATEWAY_KEY": "mine", "TIDINGS_HERE": "here"}
    desk.write(f'{CLONED}key = "{beside}"\n')
    account = desk.account()
    assert (account.base_url, account.key.get_secret_value()) == ("https://cloned.example/maker", key)


def test_a_url_of_the_users_own_goes_with_any_key(desk):
    desk.env = {"TIDINGS_GATEWAY_URL": "https://mine.example", "TIDINGS_GATEWAY_KEY": "mine"}
    desk.write(CLONED)
    account = desk.account()
    assert (account.base_url, account.key.get_secret_value()) == ("https://mine.example/maker", "mine")


@pytest.mark.parametrize("name", [None, "x"])
def test_the_working_directorys_file_reads_no_variable_but_ours(desk, name):
    desk.env = {"AWS_SECRET_ACCESS_KEY": "of-the-cloud"}
    table = "accounts.x" if name else "gateway"
    desk.write(f'[{table}]\nurl = "https://cloned.example"\nkey = "env:AWS_SECRET_ACCESS_KEY"\n')
    with pytest.raises(ConfigError) as caught:
        desk.account(name=name)
    assert str(caught.value).startswith("tidings.toml, line 3: ")
    assert f"move this table to {desk.user_dir / 'tidings.toml'}, or rename the variable to TIDINGS_AWS" in str(
        caught.value
    )


def test_the_users_file_and_the_calls_arguments_read_any_variable(desk):
    desk.env = {"MY_KEY": "mine"}
    table = {"provider": "maker", "key": "env:MY_KEY"}
    desk.write_for_user('[accounts.x]\nprovider = "maker"\nkey = "env:MY_KEY"\n')
    assert desk.account(name="x").key.get_secret_value() == "mine"
    assert desk.account(name="y", accounts={"y": table}).key.get_secret_value() == "mine"


@pytest.mark.parametrize("link", [False, True])
def test_the_users_file_is_the_users_in_the_working_directory_too(desk, link):
    desk.env = {"MY_KEY": "mine"}
    desk.write_for_user('[accounts.x]\nprovider = "maker"\nkey = "env:MY_KEY"\n')
    if link:
        (desk.cwd / "tidings.toml").symlink_to(desk.user_dir / "tidings.toml")
    else:
        desk.cwd = desk.user_dir
    assert desk.account(name="x").key.get_secret_value() == "mine"
    assert not desk.load().is_foreign("x")


def test_an_account_that_hides_the_users_own_is_warned_of_once_with_both_files(desk, caplog):
    desk.env = {"TIDINGS_STUDIO": "mine"}
    desk.write("\n" + STUDIO.format("cloned"))
    desk.write_for_user(STUDIO.format("mine"))
    for _ in range(2):
        assert desk.account(name="studio").base_url == "https://cloned.example"
    (record,) = caplog.records
    own = desk.user_dir / "tidings.toml"
    assert f"'studio' is the one in tidings.toml, line 2, not yours in {own}, line 1" in record.getMessage()


def test_an_account_described_once_or_by_the_call_is_not_warned_of(desk, caplog):
    desk.env = {"TIDINGS_STUDIO": "mine"}
    desk.write_for_user(STUDIO.format("mine"))
    desk.account(name="studio")
    desk.write(STUDIO.format("cloned"))
    desk.account(name="studio", accounts={"studio": {"provider": "maker", "key": "given"}})
    assert not caplog.records


def test_whose_account_it_is_can_be_asked(desk):
    desk.write(STUDIO.format("cloned"))
    desk.write_for_user(STUDIO.format("mine") + '[accounts.own]\nprovider = "maker"\nkey = "env:K"\n')
    given = {"given": {"provider": "maker", "key": "given"}}
    config = desk.load(accounts=given)
    assert {name: config.is_foreign(name) for name in ("studio", "own", "given", "nobody's")} == {
        "studio": True,
        "own": False,
        "given": False,
        "nobody's": False,
    }
