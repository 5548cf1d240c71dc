"""What a URL and a key must look like, and that neither shows in the message that refuses it."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tidings.config.values import checked_key, checked_url, warn_of_plain_http
from tidings.errors import ConfigError

SECRET = "sk-very-secret"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://gw.example", "https://gw.example"),
        (" https://gw.example/ \n", "https://gw.example"),
        ("https://gw.example/a/b//", "https://gw.example/a/b"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("HTTPS://GW.example", "HTTPS://GW.example"),
    ],
)
def test_a_url_is_taken_without_spaces_around_and_slashes_behind(text, url):
    assert checked_url(text) == url


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the URL is empty"),
        ("gw.example/very-secret", "does not start with https://"),
        ("ftp://gw.example/very-secret", "does not start with https://"),
        ("https:///very-secret", "has no host"),
        ("https://:8080", "has no host"),
        ("https://user:sk-very-secret@gw.example", "put the key where keys belong"),
        ("https://sk-very-secret@gw.example", "put the key where keys belong"),
        ("https://gw.example?key=sk-very-secret", "has a ? or # in it"),
        ("https://gw.example/?", "has a ? or # in it"),
        ("https://gw.example#very-secret", "has a ? or # in it"),
        ("https://gw.example:port", "host or port makes no sense"),
        ("https://gw.example:99999", "host or port makes no sense"),
        ("https://[very-secret", "host or port makes no sense"),
        ("https://gw.exa mple", "spaces"),
        ("https://gw.example/a\nHost: evil", "spaces"),
        ("https://gw.example\\@evil.example", "backslashes"),
        ("https://gw.example/\x00", "cannot be printed"),
    ],
)
def test_what_is_no_base_url_is_refused_without_showing_it(text, said):
    with pytest.raises(ValueError, match="URL") as caught:
        checked_url(text)
    assert said in str(caught.value)
    assert "very-secret" not in str(caught.value)


@given(st.text())
def test_any_text_is_a_url_or_refused(text):
    try:
        url = checked_url(text)
    except ValueError as error:
        assert "URL" in str(error)
    else:
        assert url.lower().startswith(("http://", "https://"))
        assert not url.endswith("/")


@pytest.mark.parametrize("text", [SECRET, f" {SECRET}\n", "ACCESS|SECRET", "a", "eyJ0.e30.x-_="])
def test_a_key_is_taken_without_spaces_around(text):
    assert checked_key(text) == text.strip()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the key is empty"),
        (" \n", "the key is empty"),
        ("Bearer sk-very-secret", "leave that word out"),
        ("bearer  sk-very-secret", "leave that word out"),
        ('"sk-very-secret"', "quotation marks"),
        ("“sk-very-secret”", "quotation marks"),
        ("sk-very-secret\r\nX-Evil: 1", "line breaks"),
        ("sk-very secret", "spaces"),
        ("sk-very-secret…", "other than ASCII"),
        ("sk-very-secret\u200b", "other than ASCII"),
        ("sk-very-secret\x7f", "other than ASCII"),
    ],
)
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(text, said):
    with pytest.raises(ValueError, match="key") as caught:
        checked_key(text)
    assert said in str(caught.value)
    assert "very" not in str(caught.value)


@given(st.text())
def test_any_text_is_a_key_that_a_header_can_carry_or_refused(text):
    try:
        key = checked_key(text)
    except ValueError as error:
        assert "key" in str(error)
    else:
        assert key.isascii()
        assert not any(char.isspace() for char in key)


@pytest.mark.parametrize(
    ("name", "env", "arguments"),
    [
        ("TIDINGS_GATEWAY_URL", {"TIDINGS_GATEWAY_URL": f"https://{SECRET}@x", "TIDINGS_GATEWAY_KEY": "k"}, {}),
        ("TIDINGS_GATEWAY_KEY", {"TIDINGS_GATEWAY_URL": "https://x", "TIDINGS_GATEWAY_KEY": f'"{SECRET}"'}, {}),
        ("TIDINGS_MAKER_KEY", {"TIDINGS_MAKER_KEY": f"{SECRET}\n{SECRET}"}, {}),
        ("gateway_url", {}, {"gateway_url": f"https://x?{SECRET}"}),
        ("gateway_key", {}, {"gateway_key": f"Bearer {SECRET}"}),
        ("gateway_key", {}, {"gateway_key": SecretStr("")}),
        ("gateway_key", {}, {"gateway_key": 3}),
    ],
)
def test_a_bad_value_is_blamed_on_where_it_stands(desk, name, env, arguments):
    desk.env = env
    with pytest.raises(ConfigError) as caught:
        desk.account(**arguments)
    assert str(caught.value).startswith(f"{name}: ")
    assert SECRET not in repr(caught.value)


def test_a_bad_gateway_does_not_disturb_a_provider_that_needs_none(desk):
    desk.env = {"TIDINGS_GATEWAY_URL": "nonsense", "TIDINGS_MY_STUDIO_KEY": "k"}
    assert desk.account(desk.official_only).base_url == "https://studio.example"


def test_plain_http_to_another_machine_is_warned_of_once(desk, caplog):
    desk.env = {"TIDINGS_GATEWAY_URL": "http://gw.example", "TIDINGS_GATEWAY_KEY": "k"}
    for _ in range(3):
        desk.account()
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("TIDINGS_GATEWAY_URL: the URL is http://, not https://")


@pytest.mark.parametrize("host", ["localhost:1", "sim.localhost", "127.0.0.1", "127.8.9.1:80", "[::1]:8"])
def test_plain_http_on_this_machine_is_fine(desk, caplog, host):
    warn_of_plain_http(f"http://{host}/x", "here")
    assert not caplog.records
