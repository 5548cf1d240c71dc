"""The key travels as its provider says; what was made from it is as secret as it is, and it goes to no stranger."""

from __future__ import annotations

import base64
import hashlib
import hmac
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from tidings.config import Account
from tidings.errors import ConfigError, DownloadError
from tidings.lanes import check_key, signed_for_file
from tidings.lanes.signing import parts_of, signed
from tidings.provider import Provider, bearer

KEY = "access-0123|secret-4567890"


def provider(auth=bearer, *, gateway_auth=bearer, hosts=()) -> Provider:
    facts = {
        "name": "maker",
        "auth": staticmethod(auth),
        "gateway_auth": staticmethod(gateway_auth),
        "hosts": hosts,
        "request": None,
        "parse": None,
    }
    return type("Maker", (Provider,), facts)()


def account(key: str = KEY, url: str = "https://maker.example/api", *, is_gateway: bool = False) -> Account:
    return Account(None, url, SecretStr(key), is_gateway, "", "TIDINGS_MAKER_KEY")


def token(key: str, now: float) -> str:
    access, _, secret = key.partition("|")
    if not (access and secret):
        raise ConfigError("the key is ACCESS|SECRET, and one half is empty")
    claims = base64.urlsafe_b64encode(f"{access} {now:.0f}".encode()).decode()
    return f"eyJhbGciOi.{claims}.{hmac.new(secret.encode(), claims.encode(), hashlib.sha256).hexdigest()}"


def kling(key: str, now: float) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(key, now)}"}


def test_the_key_travels_otherwise_at_a_gateway():
    maker = provider(lambda key, now: {"X-Key": key}, gateway_auth=bearer)
    assert signed(maker, account("sk-1"), 0.0).headers == {"X-Key": "sk-1"}
    assert signed(maker, account("sk-1", is_gateway=True), 0.0).headers == {"Authorization": "Bearer sk-1"}


def test_a_key_alone_is_the_only_secret():
    assert signed(provider(), account("sk-0123456789"), 0.0).secrets == ("sk-0123456789",)


def test_the_parts_of_a_key_are_secrets_when_they_are_long_enough_to_be_told_from_words():
    assert parts_of(KEY) == (KEY, "access-0123", "secret-4567890")
    assert parts_of("short|secret-4567890") == ("short|secret-4567890", "secret-4567890")
    assert parts_of("sk-0123456789") == ("sk-0123456789",)


def test_a_token_made_from_the_key_is_a_secret_without_the_word_before_it():
    signature = signed(provider(kling), account(), 1700000000.0)
    assert signature.secrets == (*parts_of(KEY), token(KEY, 1700000000.0))


def test_a_header_that_says_the_same_for_every_key_is_none():
    def auth(key: str, now: float) -> dict[str, str]:
        stamp = f"{now:.0f}"
        signature = hashlib.sha256(f"{key}{stamp}".encode()).hexdigest()
        return {"X-Version": "2024-11-06", "X-Time": stamp, "X-Signature": signature, "X-Key": f"Key {key}"}

    signature = signed(provider(auth), account("sk-0123456789"), 1700000000.0)
    assert signature.secrets == ("sk-0123456789", signature.headers["X-Signature"])


def test_auth_that_takes_no_other_key_has_all_its_headers_taken_for_secrets():
    def picky(key: str, now: float) -> dict[str, str]:
        if not key.startswith("sk-"):
            raise ConfigError("the key begins with sk-")
        return {"X-Version": "2024-11-06", "X-Key": key}

    assert signed(provider(picky), account("sk-0123456789"), 0.0).secrets == ("sk-0123456789", "2024-11-06")


def test_a_key_carried_as_it_is_is_signed_with_once():
    """A thousand requests a second need not sign twice to know that nothing was made from the key."""
    calls = []
    signed(provider(lambda key, now: calls.append(key) or bearer(key, now)), account(), 0.0)
    assert calls == [KEY]


def test_a_signature_shows_nothing_of_itself():
    assert repr(signed(provider(kling), account(), 0.0)) == "Signature()"


AT_HOME = [
    ("https://maker.example/api", "https://maker.example/files/1"),
    ("https://maker.example/api", "https://MAKER.example:443/files/1"),
    ("http://127.0.0.1:8000", "http://127.0.0.1:8000/files/1"),
    ("https://api.owned.example", "https://eu.owned.example/files/1"),
]
ABROAD = [
    ("https://gw.example", "https://cdn.example/1", "https://cdn.example"),
    ("https://gw.example", "https://gw.example.evil.example/1", "https://gw.example.evil.example"),
    ("https://gw.example", "https://gw.example@evil.example/1", "https://evil.example"),
    ("https://gw.example", "https://gw.example:8443/1", "https://gw.example:8443"),
    ("https://gw.example", "http://gw.example/1", "http://gw.example"),
    ("https://gw.example", "https://api.owned.example/1", "https://api.owned.example"),
    ("https://api.owned.example", "https://gw.example/1", "https://gw.example"),
    ("https://api.owned.example", "http://eu.owned.example/1", "http://eu.owned.example"),
    ("https://gw.example", "http://[", "nowhere"),
    ("https://gw.example", "/videos/1", "nowhere"),
]


@pytest.mark.parametrize(("base_url", "url"), AT_HOME)
def test_a_file_of_the_accounts_own_server_gets_the_key(base_url, url):
    signature = signed_for_file(url, provider(hosts=("owned.example",)), account("sk-1", base_url), 0.0)
    assert signature.headers == {"Authorization": "Bearer sk-1"}


@pytest.mark.parametrize(("base_url", "url", "named"), ABROAD)
def test_a_file_anywhere_else_does_not(base_url, url, named):
    maker = provider(hosts=("owned.example",))
    with pytest.raises(DownloadError, match=f"does not go to {named}: if that is the account") as caught:
        signed_for_file(url, maker, account("sk-0123456789", base_url), 0.0)
    assert "sk-0123456789" not in str(caught.value)


def test_a_malformed_key_is_told_with_where_it_was_found():
    with pytest.raises(ConfigError) as caught:
        check_key(provider(kling), account("access-0123|"))
    assert str(caught.value) == "TIDINGS_MAKER_KEY: the key is ACCESS|SECRET, and one half is empty"
    assert caught.value.provider == "maker"
    check_key(provider(kling), account())
    check_key(provider(kling), account("access-0123|", is_gateway=True))  # there it travels as it is


@pytest.mark.parametrize("shown", [KEY, "secret-4567890"])
def test_an_auth_that_shows_the_key_is_not_quoted(shown):
    def leaky(key: str, now: float) -> dict[str, str]:
        try:
            raise ValueError(f"bad {shown}")
        except ValueError as error:
            raise ConfigError(f"cannot use {shown}") from error

    with pytest.raises(ConfigError, match="TIDINGS_MAKER_KEY: this is no key of the form that is expected") as caught:
        check_key(provider(leaky), account())
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_plugin_that_breaks_is_left_for_whoever_asks():
    check_key(provider(lambda key, now: {"X": hex(int(key))}), account())


def test_anything_with_a_key_and_an_address_can_be_signed_for():
    stub = SimpleNamespace(key=SecretStr("sk-1"), is_gateway=False, base_url="https://maker.example")
    assert signed(provider(), stub, 0.0).secrets == ("sk-1",)
