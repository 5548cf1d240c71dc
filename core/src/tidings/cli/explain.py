"""`tidings explain`: why a task was looked at when it was, from the trace of a wait."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import click

from tidings.cli.exits import Exit
from tidings.cli.options import json_option, trace_file, verbose_option
from tidings.cli.screen import aside, set_encoding
from tidings.cli.story import Sentence, count, moment, told
from tidings.cli.trace import read
from tidings.cli.verdict import Verdict, verdict_on
from tidings.errors import ConfigError
from tidings.model import Look, TaskRef
from tidings.schedule import REASONS

_REASONS = {reason.value: text for reason, text in REASONS.items()}  # a trace may name one that we do not know


@dataclass(slots=True)
class Excerpt:
    """What a trace says about one task.

    Attributes:
        looks: at the task, in order.
        others: the other tasks in the trace.
        bad: how many lines are no looks.
    """

    looks: list[Look] = field(default_factory=list)
    others: set[TaskRef] = field(default_factory=set)
    bad: int = 0


@click.command()
@click.argument("ref", metavar="REF")
@click.option("--trace", required=True, metavar="FILE", callback=trace_file, help="What wait or watch wrote.")
@click.option("--all", "every", is_flag=True, help="A line for each look, also where many in a row found nothing new.")
@json_option
@verbose_option
def explain(ref: str, trace: str, every: bool, as_json: bool) -> int:
    """Say why a task was looked at when it was: every look, answer and decision, in order.

    `tidings wait` and `tidings watch` write the trace, with --trace FILE. It may be read while they run. With --json,
    each sentence is an object, and so is the verdict at the end.

    Exit: 0 explained, 2 the trace cannot be read, 3 this task is not in it.
    """
    set_encoding(as_json=as_json)
    task = TaskRef.parse(ref)
    found = _read(trace, task)
    if found.bad:
        aside(f"Passed over {count(found.bad, 'line')} of the trace that cannot be read.")
    if not found.looks:
        aside(_absent(task, found.others))
        return Exit.UNANSWERED
    sentences, verdict = told(found.looks, _REASONS, every=every), verdict_on(found.looks)
    for line in _as_json(task, sentences, verdict) if as_json else _as_text(sentences, verdict):
        click.echo(line)
    return Exit.OK


def excerpt(lines: Iterable[str], task: TaskRef) -> Excerpt:
    """What these lines say about the task."""
    found = Excerpt()
    for line in lines:
        try:
            look = read(line, about=task)
        except ValueError:
            found.bad += 1
            continue
        if isinstance(look, Look):
            found.looks.append(look)
        else:
            found.others.add(look)
    return found


def _read(path: str, task: TaskRef) -> Excerpt:
    try:
        # What is no UTF-8 makes its own line a bad one.
        with open(path, encoding="utf-8", errors="surrogateescape") as lines:  # noqa: PTH123  # any name, as in trace.py
            return excerpt(lines, task)
    except OSError as error:
        raise ConfigError(f"cannot read the trace in {path!r}: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in the name
        raise ConfigError(f"{path!r} is not a file's name") from error


def _absent(task: TaskRef, others: set[TaskRef]) -> str:
    """Why there is nothing to explain, and what to do."""
    if not others:
        return "There is no look in this trace. It is what `tidings wait --trace FILE` writes."
    namesakes = sorted(str(other) for other in others if (other.provider, other.id) == (task.provider, task.id))
    advice = f"Did you mean {' or '.join(namesakes)}?" if namesakes else f"Among them is {min(map(str, others))}."
    number = count(len(others), "other task")
    return f"{task} is not in this trace, which is about {number}. {advice}"


def _as_text(sentences: Sequence[Sentence], verdict: Verdict) -> list[str]:
    moments = [moment(sentence.start) for sentence in sentences]
    width = max(map(len, moments))
    lines = [f"{when:>{width}}  {sentence.text}" for when, sentence in zip(moments, sentences, strict=True)]
    return [*lines, verdict.text]


def _as_json(task: TaskRef, sentences: Sequence[Sentence], verdict: Verdict) -> list[str]:
    ref = {"ref": str(task)}
    rows: list[dict[str, object]] = [
        {"from": each.start, "until": each.end, "event": each.event, "times": each.times, "text": each.text}
        for each in sentences
    ]
    rows.append(
        {
            "verdict": verdict.text,
            "seconds": verdict.seconds,
            "looks": verdict.looks,
            "retries": verdict.retries,
            "end": verdict.end,
            "state": verdict.state,
            "late": verdict.late,
        }
    )
    return [json.dumps(ref | row, ensure_ascii=False) for row in rows]
