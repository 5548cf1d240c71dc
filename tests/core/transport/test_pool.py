"""The environment's proxies and certificates are honoured, though httpx leaves them to a transport of one's own."""

from __future__ import annotations

import asyncio
import base64
import ssl
from urllib.parse import urlsplit

import pytest
import trustme

from tidings.errors import Unreachable
from tidings.transport import HttpTransport, Outgoing

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture
def environment(monkeypatch):
    """Sets variables of the environment, none of which is set before."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)

    def set_all(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_all


async def body_of(url: str) -> bytes:
    """What a transport made now, in the present environment, gets from there."""
    transport = HttpTransport()
    try:
        return (await transport.send(Outgoing("GET", url, {"Authorization": "Bearer sk-0123456789"}, timeout=10))).body
    finally:
        await transport.aclose()


PROXIED = (200, {}, b"through the proxy")


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"])
@pytest.mark.parametrize("form", ["http://127.0.0.1:{port}", "127.0.0.1:{port}", "http://127.0.0.1:{port}/"])
async def test_the_environments_proxy_is_used(serve, environment, name, form):
    proxy = await serve(PROXIED)
    environment(**{name: form.format(port=proxy.port)})
    assert await body_of("http://maker.test/tasks/a%2Fb?x=%41") == b"through the proxy"
    assert proxy.targets == ["http://maker.test/tasks/a%2Fb?x=%41"]
    assert "proxy-authorization" not in proxy.received[0].headers


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "NO_PROXY"])
async def test_a_variable_for_something_else_changes_nothing(serve, environment, name):
    proxy, server = await serve(PROXIED), await serve((200, {}, b"straight"))
    environment(**{name: proxy.url})
    assert await body_of(server.url) == b"straight"
    assert proxy.received == []


@pytest.mark.parametrize("exempt", ["127.0.0.1", "*", "other.test, 127.0.0.1", "127.0.0.1:{port}"])
async def test_hosts_in_no_proxy_are_asked_straight(serve, environment, exempt):
    proxy, server = await serve(PROXIED), await serve((200, {}, b"straight"))
    environment(HTTP_PROXY=proxy.url, NO_PROXY=exempt.format(port=server.port))
    assert await body_of(server.url) == b"straight"
    assert proxy.received == []


@pytest.mark.parametrize("exempt", ["other.test", "127.0.0.1:2", ""])
async def test_hosts_that_no_proxy_does_not_name_go_through_the_proxy(serve, environment, exempt):
    proxy = await serve(PROXIED)
    environment(HTTP_PROXY=proxy.url, NO_PROXY=exempt)
    assert await body_of("http://127.0.0.1:3/") == b"through the proxy"


async def test_the_proxys_credentials_go_to_the_proxy_alone(serve, environment):
    proxy = await serve(PROXIED)
    environment(HTTP_PROXY=f"http://us%40er:pa%3Ass@127.0.0.1:{proxy.port}")
    await body_of("http://maker.test/")
    headers = proxy.received[0].headers
    assert headers["proxy-authorization"] == "Basic " + base64.b64encode(b"us@er:pa:ss").decode()
    assert headers["authorization"] == "Bearer sk-0123456789"


async def test_a_proxy_that_is_away_is_named_as_the_culprit(environment, unused_port):
    environment(HTTP_PROXY=f"http://user:pass@127.0.0.1:{unused_port}")
    with pytest.raises(Unreachable, match=r"^maker\.test could not be reached through the proxy") as caught:
        await body_of("http://maker.test/")
    assert caught.value.retryable
    assert "pass" not in str(caught.value)


@pytest.mark.parametrize("proxy", ["socks5://user:pass@127.0.0.1:1", "http://", "http://user:pass@", "http://a:pass"])
async def test_a_proxy_that_cannot_be_used_is_said_without_its_password(environment, proxy):
    environment(ALL_PROXY=proxy)
    with pytest.raises(Unreachable, match="proxy that the environment names is no http") as caught:
        await body_of("http://maker.test/")
    assert not caught.value.retryable
    assert "pass" not in str(caught.value)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority):
    """A server's side of TLS for 127.0.0.1, vouched for by an authority that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def authority_file(authority, tmp_path):
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    return path


async def test_a_certificate_nobody_vouches_for_is_hopeless_and_the_key_stays_here(serve, environment, tls):
    server = await serve((200, {}, b"{}"), tls=tls)
    with pytest.raises(Unreachable, match=r"^127\.0\.0\.1 has a certificate that is not trusted: .*set SSL_") as caught:
        await body_of(server.url)
    assert not caught.value.retryable
    assert server.received == []


async def test_an_authority_of_ones_own_is_trusted(serve, environment, tls, authority_file):
    server = await serve((200, {}, b"trusted"), tls=tls)
    environment(SSL_CERT_FILE=str(authority_file))
    assert await body_of(server.url) == b"trusted"


async def test_a_certificate_for_another_host_is_refused(serve, environment, authority, authority_file):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("maker.test").configure_cert(context)
    server = await serve((200, {}, b"{}"), tls=context)
    environment(SSL_CERT_FILE=str(authority_file))
    with pytest.raises(Unreachable, match=r"not trusted.*IP address mismatch") as caught:
        await body_of(server.url)
    assert not caught.value.retryable


async def test_certificates_that_cannot_be_read_are_named(environment, tmp_path):
    environment(SSL_CERT_FILE=str(tmp_path / "nowhere.pem"))
    with pytest.raises(Unreachable, match=r"certificates of SSL_CERT_FILE=.*nowhere\.pem cannot be read") as caught:
        await body_of("https://127.0.0.1:1/")
    assert not caught.value.retryable


async def test_https_on_a_port_that_speaks_http_says_where_to_look(environment):
    def protest(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(protest, "127.0.0.1", 0) as server:
        with pytest.raises(Unreachable, match="could not agree on encryption: check the URL's scheme and port"):
            await body_of(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")


async def piped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65536):
        writer.write(chunk)
        await writer.drain()
    writer.close()


async def connect(request, reader, writer):
    """A proxy's CONNECT: the bytes go both ways, unseen."""
    host, _, port = request.target.rpartition(":")
    far_reader, far_writer = await asyncio.open_connection(host, int(port))
    writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
    try:
        await asyncio.gather(piped(reader, far_writer), piped(far_reader, writer))
    finally:
        far_writer.close()
        writer.close()


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
async def test_https_goes_through_the_proxy_unread(serve, environment, tls, authority_file, name):
    server, proxy = await serve((200, {}, b"tunnelled"), tls=tls), await serve(connect)
    environment(**{name: f"http://user:pass@127.0.0.1:{proxy.port}", "SSL_CERT_FILE": str(authority_file)})
    assert await body_of(server.url) == b"tunnelled"
    [request] = proxy.received
    assert (request.method, request.target) == ("CONNECT", urlsplit(server.url).netloc)
    assert request.headers["proxy-authorization"] == "Basic " + base64.b64encode(b"user:pass").decode()
    assert "authorization" not in request.headers
    assert "proxy-authorization" not in server.received[0].headers


async def test_a_proxy_that_refuses_is_named_as_the_culprit(serve, environment, tls):
    proxy = await serve((407, {}, b""))
    environment(HTTPS_PROXY=proxy.url)
    with pytest.raises(Unreachable, match="through the proxy"):
        await body_of("https://maker.test/")
