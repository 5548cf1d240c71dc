"""A gateway made of scripts, and clients that ask it: in virtual time, or over loopback in a process of their own."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
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

    The last thing said stands. An id that was told nothing says "completed".
    """

    scripts: dict[str, list[Any]] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)
    latency: dict[str, float] = field(default_factory=dict)

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
        if path.endswith("/download_video_url"):
            extra = self._extra(ids[0])
            return await extra if inspect.isawaitable(extra) else extra
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

    def _extra(self, task_id: str) -> Response | Awaitable[Response]:
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


@pytest.fixture
def gateway_env(httpserver: Any) -> dict[str, str]:
    """The environment that leads a script, or this process, to the loopback server."""
    return {"TIDINGS_GATEWAY_URL": httpserver.url_for("").rstrip("/"), "TIDINGS_GATEWAY_KEY": KEY}
