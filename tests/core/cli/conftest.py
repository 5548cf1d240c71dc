"""A gateway on loopback and a command line that knows it."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from types import SimpleNamespace

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tidings.cli import main

KEY = "sk-0123456789abcdef"


@dataclass
class Gateway:
    """Luma behind a gateway, in dialect A: knows the tasks in `states`, counts what it is asked, checks the key."""

    server: HTTPServer
    states: dict[str, str]
    requests: list[str] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return self.server.url_for("").rstrip("/")

    @property
    def video_url(self) -> str:
        return self.server.url_for("/cdn/v.mp4")

    def answer(self, request: Request) -> Response:
        self.requests.append(f"{request.method} {request.path}")
        self.asked.set()
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _as_json({"error": {"message": "Invalid token"}}, 401)
        return self._batch(request) if request.method == "POST" else self._single(request)

    def _batch(self, request: Request) -> Response:
        found = [self._row(task_id) for task_id in request.json["ids"] if task_id in self.states]
        return _as_json({"code": "success", "message": "", "data": found})

    def _single(self, request: Request) -> Response:
        task_id = request.path.rpartition("/")[2]
        if task_id not in self.states:
            return _as_json({"code": "task_not_exist", "message": "task_not_exist", "data": None}, 404)
        return _as_json({"code": "success", "message": "", "data": self._row(task_id)})

    def _row(self, task_id: str) -> dict:
        state = self.states[task_id]
        video = {"url": self.video_url} if state == "SUCCESS" else None
        reason = "prompt moderation failed" if state == "FAILURE" else ""
        luma = {"id": task_id, "video": video}
        return {"task_id": task_id, "status": state, "fail_reason": reason, "progress": "50%", "data": luma}


def _as_json(payload: object, status: int = 200) -> Response:
    return Response(json.dumps(payload), status, content_type="application/json")


@pytest.fixture
def gateway(httpserver: HTTPServer) -> Gateway:
    """A gateway that knows the tasks `done`, `failed` and `running`; more can be put into `.states`."""
    known = Gateway(httpserver, states={"done": "SUCCESS", "failed": "FAILURE", "running": "IN_PROGRESS"})
    httpserver.expect_request("/cdn/v.mp4").respond_with_data(b"video", content_type="video/mp4")
    httpserver.expect_request(re.compile("/luma/")).respond_with_handler(known.answer)
    page = "<!doctype html><title>Dashboard</title>"  # what such gateways answer where they have no route
    httpserver.expect_request(re.compile("/")).respond_with_data(page, content_type="text/html")
    return known


@pytest.fixture
def environ(monkeypatch, tmp_path):
    """An environment in which nothing is configured, in an empty folder."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    # LINES goes before a terminal's height, and readline may have put it into the environment that a worker inherits.
    for name in ("TIDINGS_GATEWAY_URL", "TIDINGS_GATEWAY_KEY", "LINES"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def configured(environ, gateway):
    """An environment in which the gateway is configured."""
    environ.setenv("TIDINGS_GATEWAY_URL", gateway.url)
    environ.setenv("TIDINGS_GATEWAY_KEY", KEY)
    return environ


@pytest.fixture
def tidings(environ, capsys):
    """Runs the command line in this process: `tidings("fetch", "luma:1", stdin=b"")` has `.code`, `.out`, `.err`."""

    def run(*arguments: str, stdin: bytes = b"") -> SimpleNamespace:
        environ.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin)))
        code = main(arguments)
        printed = capsys.readouterr()
        return SimpleNamespace(code=code, out=printed.out, err=printed.err, lines=printed.out.splitlines())

    return run


@pytest.fixture
def program(environ):
    """The command line as a program of its own: what to run and with which environment, for `subprocess`."""
    command = [sys.executable, "-m", "tidings.cli"]
    return lambda *arguments: {"args": [*command, *arguments], "env": {**os.environ, "COLUMNS": "200"}}
