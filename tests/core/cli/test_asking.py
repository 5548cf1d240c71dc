"""A status that cannot be written down is an error about its own task, and about no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tidings.cli import asking, exits
from tidings.cli.report import InOrder
from tidings.errors import TidingsError, UnexpectedResponse
from tidings.model import TaskRef, TaskState, TaskStatus

NOW = datetime(2024, 7, 1, tzinfo=UTC)
A, BAD, B = (TaskRef("luma", name) for name in ("a", "bad", "b"))
SECRET = "sk-in-the-value"


class Unspeakable:
    def __str__(self) -> str:
        raise LookupError(SECRET)


def status(ref: TaskRef, **facts: object) -> TaskStatus:
    return TaskStatus(ref=ref, state=TaskState.running, observed_at=NOW, **facts)


loop: list[object] = []
loop.append(loop)
WORDLESS = {
    "an object in raw": {"raw": object()},
    "an object in an extra": {"extras": {"seed": object()}},
    "half a character": {"raw_state": "\ud800"},
    "a value within itself": {"raw": loop},
}


async def shown(answers: dict[TaskRef, object], *, as_json: bool) -> exits.Exit:
    async def ask(client: object, ref: TaskRef) -> TaskStatus:
        answer = answers[ref]
        if isinstance(answer, TidingsError):
            raise answer
        return answer

    job = asking.Job(named=[], ask=asking.each(ask), judge=exits.of_fetched, order=InOrder, as_json=as_json)
    return await asking._ask_and_show(None, job, list(answers))


@pytest.mark.parametrize("facts", WORDLESS.values(), ids=WORDLESS)
async def test_a_value_that_is_no_json_is_an_error_line_for_its_task_only(capsys, facts):
    code = await shown({BAD: status(BAD, **facts), A: status(A), B: status(B)}, as_json=True)
    bad, *others = map(json.loads, capsys.readouterr().out.splitlines())
    assert (bad["ref"], bad["error"]["type"]) == ("luma:bad", "PluginError")
    assert "what luma said about this task cannot be written down" in bad["error"]["message"]
    assert [line["ref"] for line in others] == ["luma:a", "luma:b"]
    assert code == exits.Exit.UNANSWERED


async def test_an_error_that_is_no_json_is_told_in_other_words(capsys):
    code = await shown({BAD: UnexpectedResponse("\ud800"), A: status(A)}, as_json=True)
    bad, good = map(json.loads, capsys.readouterr().out.splitlines())
    assert (bad["error"]["type"], good["ref"]) == ("PluginError", "luma:a")
    assert code == exits.Exit.UNANSWERED


@pytest.mark.parametrize("extra", [Unspeakable(), {(1, 2): 3}, loop])
async def test_for_people_it_is_an_aside_without_the_value(capsys, extra):
    code = await shown({BAD: status(BAD, extras={"seed": extra}), A: status(A)}, as_json=False)
    printed = capsys.readouterr()
    assert printed.err.startswith("luma:bad: what luma said about this task cannot be written down (")
    assert [line.split()[0] for line in printed.out.splitlines()] == ["luma:a"]
    assert SECRET not in printed.err
    assert code == exits.Exit.UNANSWERED


@pytest.mark.parametrize("facts", WORDLESS.values(), ids=WORDLESS)
async def test_people_see_the_rest_of_a_status_that_has_no_json(capsys, facts):
    assert await shown({BAD: status(BAD, **facts)}, as_json=False) == exits.Exit.OK
    assert capsys.readouterr().out.startswith("luma:bad  running")
