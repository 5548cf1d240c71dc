"""`make tests-httpx2` really puts httpx2 in httpx's place, and the usual run really does not."""

from __future__ import annotations

import os

import httpx
import httpx_aiohttp.transport

from tidings.transport import http

IN_ITS_PLACE = os.environ.get("TIDINGS_TEST_HTTPX2") == "1"


def test_everybody_in_this_run_speaks_the_same_httpx():
    assert httpx.__name__ == ("httpx2" if IN_ITS_PLACE else "httpx")
    assert httpx_aiohttp.transport.httpx is httpx
    assert http.httpx is httpx
