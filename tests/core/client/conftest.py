"""A gateway made of scripts, and clients that ask it: in virtual time, or over loopback in a process of their own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tidings import AsyncClient
from tidings.client.default import _shared
from tidings.lanes import forget_governors
from tidings.testing.fake import FakeTransport, respond
from tidings.testing.virtual import VirtualClock
from tidings.transport import Outgoing
from tidings.wire import Response

KEY = "sk-distinctive-0123456789"
URL = "https://gateway.example"


@dataclass(frozen=True)
class Look:
    """One request: when it came (virtual seconds), and about which ids."""

    at: float
    path: str
    ids: tuple[str, ...]


@dataclass
class Upstream:
    """A gateway that answers as it was told. What an id says next: a state word, a `Response`, or an error to raise.

    The last thing said stands. An id that was told nothing says "completed". Every answer waits for `gate(look)`.
    """

    scripts: dict[str, list[Any]] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)
    latency: dict[str, float] = field(default_factory=dict)
    gate: Callable[[Look], Awaitable[None]] | None = None

    def says(self, task_id: str, *answers: Any) -> None:
        self.scripts[task_id] = list(answers)

    async def __call__(self, outgoing: Outgoing) -> Response:
        path = outgoing.url.removeprefix(URL)
        if path == "/luma/tasks":
            ids = tuple(json.loads(outgoing.body or b"")["ids"])
        else:
            ids = (unquote(path.split("/")[3]),)
        self.looks.append(Look(asyncio.get_running_loop().time(), path, ids))
        await asyncio.sleep(max(self.latency.get(task_id, 0.0) for task_id in ids))
        if self.gate is not None:
            await self.gate(self.looks[-1])
        if path.endswith("/download_video_url"):
            return self._extra(ids[0])
        if path != "/luma/tasks":
            return self._alone(ids[0])
        objects = [self._next(task_id) for task_id in ids]
        return respond(json_body=[as_object(i, word) for i, word in zip(ids, objects, strict=True) if word is not None])

    def paths(self) -> list[str]:
        return [look.path for look in self.looks]

    def gaps(self) -> list[float]:
        return [later.at - sooner.at for sooner, later in zip(self.looks, self.looks[1:], strict=False)]

    def _next(self, task_id: str) -> Any:
        script = self.scripts.get(task_id, ["completed"])
        return script.pop(0) if len(script) > 1 else script[0]

    def _alone(self, task_id: str) -> Response:
        said = self._next(task_id)
        if isinstance(said, BaseException):
            raise said
        if isinstance(said, Response):
            return said
        return (
            respond(404, {"error": {"message": "no such task"}})
            if said is None
            else respond(json_body=as_object(task_id, said))
        )

    def _extra(self, task_id: str) -> Response:
        said = self.extras.get(task_id, {"url": f"https://cdn.example/{task_id}-clean.mp4"})
        return said if isinstance(said, Response) else respond(json_body=said)


def as_object(task_id: str, word: str) -> dict[str, Any]:
    """One bare object of Luma's, as gateways pass it on."""
    video = {"url": f"https://cdn.example/{task_id}.mp4"} if word == "completed" else None
    return {"id": task_id, "state": word, "created_at": "2026-01-01T00:00:00Z", "video": video}


@pytest.fixture(autouse=True)
def _each_test_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No pause of another test's, no configuration file, no shared client."""
    monkeypatch.chdir(tmp_path)
    forget_governors()
    _shared.clear()
    yield
    for client in _shared.values():
        client.close()
    _shared.clear()


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
def new_client(upstream: Upstream) -> Callable[..., AsyncClient]:
    """Makes clients that ask `upstream`, in virtual time."""

    def make(**settings: Any) -> AsyncClient:
        clock = VirtualClock()
        given = {"gateway_url": URL, "gateway_key": KEY, "clock": clock} | settings
        return AsyncClient(**{"transport": FakeTransport(upstream, clock=clock)} | given)

    return make


_PRELUDE = """
import os
if os.environ.get("TIDINGS_TEST_HTTPX2") == "1":
    import httpx2
    httpx2.alias_httpx()
import tidings
"""


@pytest.fixture
def start_script(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts Python text in a process of its own, after `import os, tidings`."""
    started: list[subprocess.Popen[str]] = []

    def start(text: str, **env: str) -> subprocess.Popen[str]:
        path = tmp_path / f"script_{len(started)}.py"
        path.write_text(_PRELUDE + textwrap.dedent(text))
        process = subprocess.Popen(
            [sys.executable, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **env},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def run_script(start_script: Callable[..., subprocess.Popen[str]]) -> Callable[..., str]:
    """Runs Python text to its end, which must be quiet and good; what it printed."""

    def run(text: str, **env: str) -> str:
        process = start_script(text, **env)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
        return out

    return run


class Gateway(ThreadingHTTPServer):
    """A gateway on loopback that keeps connections alive. The task "hang" is never answered.

    Attributes:
        asked: path and the client's port of each request.
        is_hanging, hung_up: set when "hang" was asked for, and when that client closed its connection.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.asked: list[tuple[str, int]] = []
        self.is_hanging = threading.Event()
        self.hung_up = threading.Event()

    @property
    def env(self) -> dict[str, str]:
        return {"TIDINGS_GATEWAY_URL": f"http://127.0.0.1:{self.server_port}", "TIDINGS_GATEWAY_KEY": KEY}


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Gateway

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.client_address[1]))
        if self.path.endswith("/hang"):
            self.server.is_hanging.set()
            self.rfile.read(1)  # returns when the client hangs up
            self.server.hung_up.set()
            self.close_connection = True
        elif self.headers["Authorization"] == f"Bearer {KEY}":
            self._answer(200, as_object(self.path.rpartition("/")[2], "completed"))
        else:
            self._answer(401, {"error": {"message": "invalid token"}})

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
