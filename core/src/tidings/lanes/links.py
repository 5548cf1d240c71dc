"""Makes whole URLs of the paths that a provider gives in place of links: it never sees its account's address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidings.lanes.digest import UNCHANGED
from tidings.model import Artifact, TaskRef, TaskStatus


def with_whole_links(answers: Mapping[TaskRef, Any], base_url: str) -> Mapping[TaskRef, Any]:
    """`answers` with `base_url` before each link that is a path; the very same mapping where none is.

    Args:
        answers: statuses, artifacts, errors and whatever else a plugin may answer with.
        base_url: the account's, which may have a path of its own, without a slash at its end.
    """
    if not any(map(_has_path, answers.values())):
        return answers
    return {ref: _whole(answer, base_url) if _has_path(answer) else answer for ref, answer in answers.items()}


def _has_path(answer: object) -> bool:
    if answer is UNCHANGED:  # most are, where many tasks are followed
        return False
    if isinstance(answer, TaskStatus):
        return any(output.url is not None and output.url.startswith("/") for output in answer.outputs)
    return isinstance(answer, Artifact) and answer.url is not None and answer.url.startswith("/")


def _whole(answer: Any, base_url: str) -> Any:
    if isinstance(answer, Artifact):
        return answer.model_copy(update={"url": f"{base_url}{answer.url}"})
    outputs = tuple(_whole(output, base_url) if _has_path(output) else output for output in answer.outputs)
    return answer.model_copy(update={"outputs": outputs})
