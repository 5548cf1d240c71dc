"""The connections: aiohttp's connector behind httpx's face, with the environment's proxies and certificates.

Handing httpx a transport of one's own switches its proxy settings off, so they are given back here.
"""

from __future__ import annotations

import functools
import os
import ssl
import urllib.request

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

_KEEP_ALIVE = 30.0  # seconds an idle connection is kept: longer than most gaps between two looks


def pooled_transport() -> httpx.AsyncBaseTransport:
    """A transport that goes through HTTP_PROXY, HTTPS_PROXY, ALL_PROXY unless NO_PROXY says otherwise."""
    return _ProxyAware()


class _ProxyAware(httpx.AsyncBaseTransport):
    """One pool without a proxy and one per proxy, made when first needed."""

    def __init__(self) -> None:
        self._pools: dict[str | None, AiohttpTransport] = {}
        self._proxies = urllib.request.getproxies_environment()  # read once, as httpx does

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        proxy = self._proxy_for(request.url) if self._proxies else None
        pool = self._pools.get(proxy)
        if pool is None:
            pool = self._pools[proxy] = _pool(proxy)
        return await pool.handle_async_request(request)

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()

    def _proxy_for(self, url: httpx.URL) -> str | None:
        host = f"{url.host}:{url.port}" if url.port else url.host
        if urllib.request.proxy_bypass_environment(host, self._proxies):  # type: ignore[attr-defined]  # typeshed lacks it
            return None
        return self._proxies.get(url.scheme) or self._proxies.get("all")


def _pool(proxy: str | None) -> AiohttpTransport:
    context = _ssl_context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    return AiohttpTransport(
        verify=context,
        proxy=httpx.Proxy(proxy) if proxy else None,
        client=lambda: _session(context),
    )


def _session(context: ssl.SSLContext) -> aiohttp.ClientSession:
    # No bound of its own (limit=0): the governors bound what is in flight, and a pool makes a poor queue.
    connector = aiohttp.TCPConnector(ssl=context, limit=0, keepalive_timeout=_KEEP_ALIVE)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


@functools.lru_cache(maxsize=8)
def _ssl_context(cert_file: str | None, cert_dir: str | None) -> ssl.SSLContext:
    """One context per set of certificates: making one costs about 20 ms."""
    del cert_file, cert_dir  # httpx reads both variables itself; they are the key of the cache
    return httpx.create_ssl_context(trust_env=True)
