"""Exit codes: what each one promises, and which answer leads to which.

    0    everything asked for was done: fetch got every answer; wait, watch and download saw every task succeed
    1    some task failed, was canceled, has expired or wants input (wait, watch, download)
    2    wrong usage or configuration; nothing was sent
    3    some tasks could not be asked about, were not found, or their files could not be saved
    70   tidings itself, or a plugin, broke
    124  some task was still open when a timeout was over (wait, watch, download)
    130  interrupted with Ctrl-C
    141  whoever read the output stopped reading (`| head`)
    143  terminated (SIGTERM)

The largest one that applies wins. 70 is the customary EX_SOFTWARE, 124 is what `timeout` says, and 128 + n stands for
the signal n.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from tidings.errors import ConfigError, InvalidRef, PluginError, TidingsError, UnknownProvider, WaitTimeout

if TYPE_CHECKING:
    from tidings.model import TaskStatus


class Exit(IntEnum):
    """The exit codes, see the module's docstring."""

    OK = 0
    UNSUCCESSFUL = 1
    USAGE = 2
    UNANSWERED = 3
    BROKEN = 70
    TIMED_OUT = 124
    INTERRUPTED = 130
    UNREAD = 141
    TERMINATED = 143


# Raised before the first request, these mean that the command or the configuration has to be changed.
_USAGE = (ConfigError, InvalidRef, UnknownProvider, PluginError)
_NOT_OVER = frozenset({"pending", "queued", "running", "unknown"})


class Terminated(Exception):
    """SIGTERM arrived."""


def of_error(error: TidingsError) -> Exit:
    """The exit code for an error that stopped the whole command."""
    return Exit.USAGE if isinstance(error, _USAGE) else _of_unanswered(error)


def of_fetched(answer: TaskStatus | TidingsError) -> Exit:
    """The exit code one answer to `fetch` leads to: any status, a failed one too, is an answer."""
    return _of_unanswered(answer) if isinstance(answer, TidingsError) else Exit.OK


def of_awaited(answer: TaskStatus | TidingsError) -> Exit:
    """The exit code one answer to `wait` or `download` leads to, and to `watch`: only success is success."""
    if isinstance(answer, TidingsError):
        return _of_unanswered(answer)
    if answer.state in _NOT_OVER:  # wait never returns these; should it ever, it is not the task that failed
        return Exit.UNANSWERED
    return Exit.OK if answer.state == "succeeded" else Exit.UNSUCCESSFUL


def _of_unanswered(error: TidingsError) -> Exit:
    return Exit.TIMED_OUT if isinstance(error, WaitTimeout) else Exit.UNANSWERED
