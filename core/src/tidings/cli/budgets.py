"""The options that bound how long single tasks are waited for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from tidings.cli.options import seconds
from tidings.schedule import Budgets

_BUDGETS = {
    "task_timeout": "Stop waiting for a task after this many seconds of its own.",
    "queue_timeout": "Stop waiting for a task that stands in the provider's queue for this many seconds.",
    "run_timeout": "Stop waiting for a task that is worked on for this many seconds.",
}


def budget_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--task-timeout`, `--queue-timeout` and `--run-timeout`, together as the argument `budgets`."""

    @functools.wraps(command)
    def with_budgets(*args: Any, task_timeout: Any, queue_timeout: Any, run_timeout: Any, **rest: Any) -> Any:
        budgets = Budgets(task=task_timeout, queued=queue_timeout, running=run_timeout)
        return command(*args, budgets=budgets, **rest)

    described: Callable[..., Any] = with_budgets
    for name, text in reversed(_BUDGETS.items()):
        flag = f"--{name.replace('_', '-')}"
        described = click.option(flag, default="none", metavar="SECONDS", callback=seconds, help=text)(described)
    return described
