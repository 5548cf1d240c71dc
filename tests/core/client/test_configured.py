"""A configuration that cannot work is told in words that help, before anything is sent."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tidings import AsyncClient, Client, ConfigError, Unauthorized, UnknownProvider
from tidings.cli import diagnosis
from tidings.cli.doctor import _all_answered
from tidings.config import Config
from tidings.model import TaskState
from tidings.provider import Provider
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


def test_a_provider_that_is_not_installed_comes_with_its_package(client_class, monkeypatch):
    monkeypatch.setattr("tidings.plugins.unknown.INSTALLABLE", {"acme": "tidings-acme"})
    with pytest.raises(UnknownProvider, match="tidings-acme"):
        client_class(gateway_url="https://gateway.example", gateway_key="sk-distinctive").check(["acme:a"])


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


class Picky(Provider):
    """Has keys of two halves."""

    name = "picky"
    title = "Picky"
    states = {"done": TaskState.succeeded}
    gateway_path = ""
    request = parse = None

    @staticmethod
    def gateway_auth(key, now):
        access, _, secret = key.partition("|")
        if not (access and secret):
            raise ConfigError("a key of Picky's is ACCESS|SECRET, and one half is empty")
        return {"Authorization": f"{access} {now:.0f}"}


@pytest.fixture
def picky():
    """Arguments for a client whose only provider has keys of two halves, and the transport, which must stay unused."""
    fake = FakeTransport(lambda outgoing: respond())
    plugins = SimpleNamespace(provider=lambda name: Picky(), observers=lambda: ())
    return {"gateway_url": "https://gateway.example", "plugins": plugins, "transport": fake}


@pytest.mark.parametrize("key", ["access-0123456|", "|secret-0123456", "sk-0123456789"])
def test_a_key_of_the_wrong_form_is_told_before_anything_is_sent(client_class, picky, key):
    with pytest.raises(ConfigError) as caught:
        client_class(gateway_key=key, **picky).check(["picky:a"])
    assert str(caught.value) == "the call's arguments: a key of Picky's is ACCESS|SECRET, and one half is empty"
    assert caught.value.provider == "picky"
    assert picky["transport"].sent == []


def test_a_key_of_the_right_form_is_no_trouble(client_class, picky):
    client = client_class(gateway_key="access-0123456|secret-0123456", **picky)
    assert [str(ref) for ref in client.check(["picky:a"])] == ["picky:a"]


async def test_the_doctor_shows_a_key_of_the_wrong_form_as_a_broken_configuration(picky, tmp_path):
    env = {"TIDINGS_GATEWAY_URL": "https://gateway.example", "TIDINGS_GATEWAY_KEY": "access-0123456|"}
    config = Config.load(env=env, cwd=tmp_path, user_dir=tmp_path)
    known = diagnosis.examine(config, [Picky()], ask_all=False)
    [finding] = await _all_answered(known, config, picky["plugins"])
    assert (finding.status, diagnosis.exit_of([finding])) == ("broken", 2)
    assert finding.detail == "TIDINGS_GATEWAY_KEY: a key of Picky's is ACCESS|SECRET, and one half is empty"


class Polled(Picky):
    """Takes its own polling URLs in place of ids."""

    hosts = ("picky.example",)
    official_url = "https://api.picky.example"
    gateway_auth = auth = staticmethod(lambda key, now: {"Authorization": key})


@pytest.fixture
def polled():
    fake = FakeTransport(lambda outgoing: respond())
    plugins = SimpleNamespace(provider=lambda name: Polled(), observers=lambda: ())
    return {"plugins": plugins, "transport": fake}


def test_a_polling_url_that_the_gateways_key_must_not_go_to_is_told_before_anything_is_sent(client_class, polled):
    client = client_class(gateway_url="https://gateway.example", gateway_key="sk-distinctive", **polled)
    with pytest.raises(
        ConfigError, match=r"for https://gateway.example does not go to https://eu.picky.example: .* task's id"
    ):
        client.check(["picky:a", "picky:https://eu.picky.example/poll?id=a"])
    assert polled["transport"].sent == []


def test_a_polling_url_is_no_trouble_with_a_key_of_the_makers_own(client_class, polled, monkeypatch):
    monkeypatch.setenv("TIDINGS_PICKY_KEY", "sk-distinctive")
    [task] = client_class(**polled).check(["picky:https://eu.picky.example/poll?id=a"])
    assert task.is_url
