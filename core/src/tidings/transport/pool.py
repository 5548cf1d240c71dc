"""The connections: aiohttp's connector behind httpx's face, with the environment's proxies and certificates.

Handing httpx a transport of one's own switches its proxy settings off, so they are given back here.
"""

from __future__ import annotations

import base64
import functools
import os
import ssl
import urllib.request

import aiohttp
import httpx
from httpx_aiohttp.transport import AiohttpResponseStream, AiohttpTransport, map_aiohttp_exceptions
from yarl import URL

from tidings.errors import Unreachable

_VERSION = {"http_version": b"HTTP/1.1"}
_KEEP_ALIVE = 30.0  # seconds an idle connection is kept: longer than most gaps between two looks


def pooled_transport() -> httpx.AsyncBaseTransport:
    """A transport that goes through HTTP_PROXY, HTTPS_PROXY, ALL_PROXY unless NO_PROXY says otherwise."""
    return _ProxyAware()


class _ProxyAware(httpx.AsyncBaseTransport):
    """One pool without a proxy and one per proxy, made when first needed."""

    def __init__(self) -> None:
        self._pools: dict[str | None, _Pool] = {}
        self._proxies = urllib.request.getproxies_environment()  # read once, as httpx does

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        proxy = self._proxy_for(request.url) if self._proxies else None
        pool = self._pools.get(proxy)
        if pool is None:
            pool = self._pools[proxy] = _Pool(proxy)
        return await pool.handle_async_request(request)

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()

    def _proxy_for(self, url: httpx.URL) -> str | None:
        host = f"{url.host}:{url.port}" if url.port else url.host
        if urllib.request.proxy_bypass_environment(host, self._proxies):  # type: ignore[attr-defined]  # typeshed lacks it
            return None
        return self._proxies.get(url.scheme) or self._proxies.get("all")


class _Pool(AiohttpTransport):
    """httpx-aiohttp over a session that leaves URLs alone. Made on a running loop.

    Raises:
        Unreachable: the environment names a proxy or certificates that cannot be used.
    """

    def __init__(self, proxy: str | None) -> None:
        context = _ssl_context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        super().__init__(verify=context, proxy=_proxy(proxy) if proxy else None)
        self._proxy_url = str(self.proxy.url) if self.proxy else None
        self._proxy_headers = dict(self.proxy.headers) if self.proxy else {}
        # No bound of its own (limit=0): the governors bound what is in flight, and a pool makes a poor queue.
        connector = aiohttp.TCPConnector(ssl=context, limit=0, keepalive_timeout=_KEEP_ALIVE)
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """As httpx-aiohttp does it, without making anew what is the same for all requests of a pool or of a task.

        And without yarl's tidying of the URL: it decodes what need not be quoted, so that `%2e%2e` becomes a way up the
        path and a signed query another one.
        """
        url, headers = _exact(str(request.url)), dict(request.headers.items())
        if self._proxy_headers and url.scheme == "http":  # aiohttp itself sends them with CONNECT only
            headers |= self._proxy_headers
        allowed = request.extensions["timeout"]
        try:
            response = await self._session.request(
                request.method,
                url,
                headers=headers,
                data=request.content or None,
                allow_redirects=False,
                auto_decompress=False,
                timeout=_timeout(allowed["connect"], allowed["read"]),
                proxy=self._proxy_url,
                proxy_headers=self._proxy_headers or None,
            )
        except Exception:
            with map_aiohttp_exceptions():
                raise
        return httpx.Response(
            response.status, headers=response.raw_headers, stream=_Body(response), request=request, extensions=_VERSION
        )

    async def aclose(self) -> None:
        await self._session.close()


class _Body(AiohttpResponseStream):
    """A body that need not be closed once it was read to its end: its connection serves another request by then."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        super().__init__(response)
        self._response = response

    async def aclose(self) -> None:
        if not self._response.closed:
            await super().aclose()


@functools.cache
def _timeout(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(sock_connect=connect, sock_read=read)


@functools.lru_cache(maxsize=4096)
def _exact(url: str) -> URL:
    """Tasks are asked about again and again, so most URLs come back."""
    return URL(url, encoded=True)


def _proxy(url: str) -> httpx.Proxy:
    """The proxy, its credentials in a header: aiohttp is giving up its own way of taking them."""
    try:
        proxy = httpx.Proxy(url if "://" in url else f"http://{url}")
    except (ValueError, httpx.InvalidURL):
        proxy = None  # the message must not quote it, nor its cause: it may hold a password
    if proxy is None or proxy.url.scheme not in {"http", "https"} or not proxy.url.host:
        raise Unreachable("the proxy that the environment names is no http:// or https:// URL", retryable=False)
    if proxy.raw_auth is None:
        return proxy
    credentials = base64.b64encode(b":".join(proxy.raw_auth)).decode()
    return httpx.Proxy(proxy.url, headers={"Proxy-Authorization": f"Basic {credentials}"})


@functools.lru_cache(maxsize=8)
def _ssl_context(cert_file: str | None, cert_dir: str | None) -> ssl.SSLContext:
    """One context per set of certificates: making one costs about 20 ms. httpx reads both variables itself."""
    try:
        return httpx.create_ssl_context(trust_env=True)
    except OSError as error:
        named = f"SSL_CERT_FILE={cert_file}" if cert_file else f"SSL_CERT_DIR={cert_dir}"
        raise Unreachable(f"the certificates of {named} cannot be read: {error.strerror}", retryable=False) from error
