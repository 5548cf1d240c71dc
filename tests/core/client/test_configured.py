"""A configuration that cannot work is told in words that help, before anything is sent."""

from __future__ import annotations

import pytest

from tidings import AsyncClient, Client, ConfigError, Unauthorized, UnknownProvider
from tidings.testing.fake import FakeTransport, respond


@pytest.fixture(params=["AsyncClient", "Client"])
def client_class(request):
    return {"AsyncClient": AsyncClient, "Client": Client}[request.param]


def test_without_a_url_and_a_key_it_says_what_to_set(client_class):
    with pytest.raises(ConfigError, match=r"TIDINGS_GATEWAY_URL=.*TIDINGS_GATEWAY_KEY=") as caught:
        client_class().check(["luma:a"])
    assert caught.value.provider == "luma"


def test_without_a_key_it_says_so(client_class):
    with pytest.raises(ConfigError, match="set TIDINGS_GATEWAY_KEY"):
        client_class(gateway_url="https://gateway.example").check(["luma:a"])


def test_without_a_url_it_says_so(client_class):
    with pytest.raises(ConfigError, match="set TIDINGS_GATEWAY_URL"):
        client_class(gateway_key="sk-distinctive-0123456789").check(["luma:a"])


def test_an_account_that_is_nowhere_described(client_class):
    with pytest.raises(ConfigError, match="no account is called 'studio'"):
        client_class(gateway_url="https://gateway.example", gateway_key="sk-distinctive").check(["luma@studio:a"])


def test_a_provider_that_is_not_installed_comes_with_its_package(client_class):
    with pytest.raises(UnknownProvider, match="tidings-suno"):
        client_class(gateway_url="https://gateway.example", gateway_key="sk-distinctive").check(["suno:a"])


@pytest.mark.parametrize("settings", [{"gateway_url": "gateway.example"}, {"gateway_key": "Bearer sk-123"}])
def test_an_argument_that_makes_no_sense_is_told_at_construction(client_class, settings):
    with pytest.raises(ConfigError):
        client_class(**settings)


def test_an_argument_there_is_not_is_told_at_construction(client_class):
    with pytest.raises(TypeError, match="gateway_uri"):
        client_class(gateway_uri="https://gateway.example")


def test_the_environment_and_a_file_are_read_when_nothing_is_given(client_class, monkeypatch, tmp_path):
    monkeypatch.setenv("TIDINGS_GATEWAY_URL", "https://gateway.example")
    monkeypatch.setenv("TIDINGS_STUDIO_KEY", "sk-of-the-studio")
    (tmp_path / "tidings.toml").write_text('[gateway]\nkey = "env:TIDINGS_STUDIO_KEY"\n')
    assert [task.id for task in client_class().check(["luma:a"])] == ["a"]


def test_a_refused_key_is_unauthorized_through_the_synchronous_client_too():
    fake = FakeTransport(lambda outgoing: respond(401))
    client = Client(gateway_url="https://gateway.example", gateway_key="sk-wrong", transport=fake)
    with client, pytest.raises(Unauthorized) as caught:
        client.fetch("luma:a")
    assert caught.value.status_code == 401
    assert len(fake.sent) == 1
