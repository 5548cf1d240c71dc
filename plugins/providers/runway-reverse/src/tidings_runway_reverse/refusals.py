"""Answers that refuse, though HTTP may say 200: the feed has a code of its own, which reads like an HTTP status."""

from __future__ import annotations

from dataclasses import replace

from tidings.wire import Response, as_number

GOOD = 200.0

_NOT_A_UUID = "must be a uuid"  # the web application, about an id that no task can have
_TASK = ("task", "任务")
_MISSING = ("not exist", "not found", "不存在")


def as_http(response: Response) -> Response:
    """The answer with the status that its own code means: one of HTTP's where it looks like one, else 400."""
    codes = [code for code in map(as_number, response.error_codes()) if code is not None]
    if not response.is_success or not codes or codes[0] == GOOD:
        return response
    return replace(response, status=int(codes[0]) if 400 <= codes[0] < 600 else 400)


def is_about_no_task(response: Response) -> bool:
    """Whether it says that there is no such task. A real 404 says so anyway, or is about the route."""
    text = response.error_text().lower()
    says_so = _NOT_A_UUID in text or (any(word in text for word in _TASK) and any(word in text for word in _MISSING))
    return says_so and not response.is_success and response.status != 404
