"""The key is in no message, no log, no repr and no traceback, whatever the server, a plugin or the user does."""

from __future__ import annotations

import base64
import hmac
import logging
import traceback
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tidings import AsyncClient, Client, TidingsError
from tidings.plugins import Observers
from tidings.testing import VirtualClock, run_virtual

KEY = "sk-distinctive-0123456789"
URL = "https://gateway.example"
OBJECT = {"id": "a", "state": "processing"}

Answering = Callable[[httpx.Request], httpx.Response]


def raising(error: Exception) -> Answering:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    return answer


def always(*args: Any, **kwargs: Any) -> Answering:
    return lambda request: httpx.Response(*args, **kwargs)


SERVERS: dict[str, Answering] = {
    "refuses the key and repeats it": always(401, json={"error": {"message": f"invalid token {KEY}", "code": KEY}}),
    "says it in plain text": always(400, text=f"you sent Authorization: Bearer {KEY}"),
    "says it on a web page": always(502, html=f"<!doctype html><pre>Bearer {KEY}</pre>"),
    "says it in place of JSON": always(200, text=f"debug: Bearer {KEY}"),
    "echoes the whole request": lambda request: httpx.Response(500, json=dict(request.headers)),
    "has a state named like it": always(200, json={"id": "a", "state": KEY}),
    "has a failure named like it": always(200, json={"id": "a", "state": "failed", "failure_reason": f"bad {KEY}"}),
    "redirects with it": always(302, headers={"location": f"https://elsewhere.example/?key={KEY}"}),
    "asks for time in it": always(429, headers={"retry-after": KEY}),
    "breaks the protocol with it": raising(httpx.RemoteProtocolError(f"illegal status line: Bearer {KEY}")),
    "breaks the connection": raising(httpx.ConnectError("all connection attempts failed")),
    "breaks httpx": raising(RuntimeError(f"headers were {{'authorization': 'Bearer {KEY}'}}")),
    "answers well": always(200, json=OBJECT),
}


def shown(*things: object) -> str:
    """Everything that these show of themselves, with the tracebacks and causes of errors."""
    texts = [text for thing in things for text in (repr(thing), str(thing), repr(getattr(thing, "__dict__", "")))]
    errors = [thing for thing in things if isinstance(thing, BaseException)]
    return "\n".join([*texts, *("".join(traceback.format_exception(error)) for error in errors)])


def logged(caplog: pytest.LogCaptureFixture) -> str:
    formatter = logging.Formatter("%(message)s %(args)s")
    return "\n".join(formatter.format(record) + repr(record.__dict__) for record in caplog.records)


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
@pytest.mark.parametrize("server", SERVERS)
def test_the_key_stays_secret_when_the_server(server, many, caplog):
    caplog.set_level(logging.DEBUG)
    refs = ["luma:a", "luma:b"] if many else ["luma:a"]

    async def story() -> list[Any]:  # in virtual time: most of these servers are asked three times
        clock = VirtualClock()
        transport = httpx.MockTransport(SERVERS[server])
        async with AsyncClient(gateway_url=URL, gateway_key=KEY, transport=transport, clock=clock) as client:
            answers: list[Any] = [client, *await client.fetch_many(refs, return_exceptions=True)]
            try:
                answers.append(await client.fetch("luma:a", include="unwatermarked"))
                answers.append(await client.fetch_many(refs))
            except TidingsError as error:
                answers.append(error)
            return answers

    assert KEY not in shown(*run_virtual(story()))
    assert KEY not in logged(caplog)


def test_the_synchronous_client_and_what_it_is_made_of_do_not_show_the_key():
    transport = httpx.MockTransport(SERVERS["answers well"])
    with Client(gateway_url=URL, gateway_key=KEY, transport=transport) as client:
        client.fetch("luma:a")
        assert KEY not in shown(client, client._portal, client._portal._room, client._portal._room.engine)


@pytest.mark.parametrize("client_class", [AsyncClient, Client])
@pytest.mark.parametrize(
    "settings",
    [
        {"gateway_url": KEY, "gateway_key": URL},
        {"gateway_url": f"https://user:{KEY}@gateway.example", "gateway_key": KEY},
        {"gateway_url": f"{URL}?key={KEY}", "gateway_key": KEY},
        {"gateway_url": URL, "gateway_key": f"Bearer {KEY}"},
        {"gateway_url": URL, "gateway_key": f"{KEY}\nX-Other: header"},
        {"gateway_url": URL, "gateway_key": f"“{KEY}”"},
        {"gateway_url": URL, "gateway_key": f"{KEY}\u200b"},
        {"gateway_url": URL, "gateway_key": [KEY]},
        {"accounts": {"studio": {"url": URL, "key": KEY, "provder": "luma"}}},
        {"accounts": {"studio": {"url": KEY, "key": KEY}}},
        {"accounts": {"studio": {"url": URL, "key": {"value": KEY}}}},
        {"accounts": {"studio": f"{URL} {KEY}"}},
    ],
    ids=repr,
)
def test_the_key_stays_secret_when_the_settings_are_muddled(client_class, settings, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises((TidingsError, TypeError)) as caught:
        client_class(**settings).check(["luma:a", "luma@studio:a"])
    assert KEY not in shown(caught.value).replace(repr(settings), "")
    assert KEY not in logged(caplog)


def test_the_key_stays_secret_when_a_plugin_breaks(caplog):
    caplog.set_level(logging.DEBUG)
    own = AsyncClient(gateway_url=URL, gateway_key=KEY)._plugins.provider("luma")

    class Broken(type(own)):
        def parse(self, response: Any, ref: Any) -> Any:
            raise RuntimeError(f"cannot read {response!r} {vars(self)}")

    plugins = SimpleNamespace(
        provider=lambda name: Broken(),
        observers=lambda: SimpleNamespace(exchange=heard.append, changed=heard.append, want_looks=False),
    )
    heard: list[Any] = []
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=dict(request.headers)))
    client = Client(gateway_url=URL, gateway_key=KEY, transport=transport, plugins=plugins)
    with client, pytest.raises(TidingsError, match="the plugin could not read the answer") as caught:
        client.fetch("luma:a")
    assert KEY not in shown(caught.value, *heard) + logged(caplog)
    assert heard


def test_the_key_stays_secret_when_a_plugin_cannot_sign_with_it(caplog):
    own = AsyncClient(gateway_url=URL, gateway_key=KEY)._plugins.provider("luma")

    class Signing(type(own)):
        @staticmethod
        def gateway_auth(key: str, now: float) -> dict[str, str]:
            return {"X-Signature": hex(int(key))}  # "invalid literal for int() with base 10: 'sk-…'"

    plugins = SimpleNamespace(provider=lambda name: Signing(), observers=lambda: Observers({}))
    client = Client(gateway_url=URL, gateway_key=KEY, transport=httpx.MockTransport(always(200)), plugins=plugins)
    with client, pytest.raises(TidingsError, match=r"asking failed \(ValueError\)") as caught:
        client.wait("luma:a")
    assert KEY not in shown(caught.value) + logged(caplog)


PAIR = "access-0123456|secret-7890123"


def as_token(key: str, now: float) -> dict[str, str]:
    """As Kling's: the access key and the time in plain sight of a decoder, signed with the secret one."""
    access, _, secret = key.partition("|")
    claims = base64.urlsafe_b64encode(f"{access} {now:.0f}".encode()).decode().rstrip("=")
    signature = hmac.new(secret.encode(), claims.encode(), "sha256").digest()
    return {"Authorization": f"Bearer eyJhbGciOi.{claims}.{base64.urlsafe_b64encode(signature).decode()}"}


def token_in(request: httpx.Request) -> str:
    return request.headers["authorization"].removeprefix("Bearer ")


def saying(what: Callable[[httpx.Request], str]) -> dict[str, Answering]:
    """Servers that let slip what `what` finds in a request."""

    def broken(request: httpx.Request) -> httpx.Response:
        raise RuntimeError(f"cannot send {what(request)}")

    return {
        "refuses it": lambda request: httpx.Response(401, json={"error": {"message": f"invalid {what(request)}"}}),
        "escapes it": lambda request: httpx.Response(500, json={"error": {"message": f"é 100% {what(request)}\n"}}),
        "puts it into a header": lambda request: httpx.Response(429, headers={"retry-after": what(request)}),
        "names a state after it": lambda request: httpx.Response(200, json={"id": "a", "state": what(request)}),
        "redirects with it": lambda request: httpx.Response(302, headers={"location": f"//{what(request)[:50]}.test"}),
        "breaks": broken,
    }


SLIPS = {"the token": token_in, "the secret half": lambda request: PAIR.rpartition("|")[2]}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("server", saying(token_in))
def test_what_was_made_from_the_key_and_its_halves_stay_secret_when_a_server(server, slip, caplog):
    caplog.set_level(logging.DEBUG)
    own = AsyncClient(gateway_url=URL, gateway_key=KEY)._plugins.provider("luma")
    kind = type("Signing", (type(own),), {"gateway_auth": staticmethod(as_token)})
    heard: list[Any] = []
    plugins = SimpleNamespace(
        provider=lambda name: kind(),
        observers=lambda: SimpleNamespace(exchange=heard.append, changed=heard.append, want_looks=False),
    )
    tokens: set[str] = set()

    def answer(request: httpx.Request) -> httpx.Response:
        tokens.add(token_in(request))
        return saying(SLIPS[slip])[server](request)

    async def story() -> list[Any]:
        settings = {"gateway_url": URL, "gateway_key": PAIR, "clock": VirtualClock(), "plugins": plugins}
        async with AsyncClient(transport=httpx.MockTransport(answer), **settings) as client:
            return [client, *await client.fetch_many(["luma:a"], return_exceptions=True)]

    said = shown(*run_virtual(story()), *heard) + logged(caplog)
    assert tokens
    assert not [secret for secret in (*tokens, *PAIR.split("|")) if secret in said]


def test_this_file_can_tell():
    """The tests above look where a key would be seen."""
    error = TidingsError("fine")
    error.__cause__ = ValueError(KEY)
    assert KEY in shown(error)
    assert KEY in shown(TidingsError(KEY))
