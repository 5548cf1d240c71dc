"""A loopback server that answers with what it was sent, headers and all: the most indiscreet server there can be."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self


class EchoServer:
    """Serves one answer while the `with` block lasts.

    Args:
        status: of every answer.
        payload: the JSON body of a 200, in which each text `ECHO` becomes the request's headers; other answers are an
            error object with them as its message.

    Attributes:
        url: where it listens.
        requests: of each request its first line, and its headers as one text.
        lines: the first lines.
    """

    ECHO: ClassVar[str] = "(what you sent)"

    def __init__(self, *, status: int, payload: Any) -> None:
        self.requests: list[tuple[str, str]] = []
        self._status = status
        self._template = json.dumps(payload if status == 200 else {"error": {"message": self.ECHO, "code": self.ECHO}})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def lines(self) -> list[str]:
        return [line for line, _ in self.requests]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def body(self, headers: str) -> bytes:
        """The answer to a request with these headers."""
        return self._template.replace(json.dumps(self.ECHO), json.dumps(headers)).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        echo = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                headers = " ".join(f"{name}: {value}" for name, value in self.headers.items())
                echo.requests.append((self.requestline, headers))
                self.rfile.read(int(self.headers.get("content-length") or 0))
                body = echo.body(headers)
                self.send_response(echo._status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815  # the server's own naming

            def log_message(self, *_args: Any) -> None:
                """Say nothing on stderr."""

        return Handler
