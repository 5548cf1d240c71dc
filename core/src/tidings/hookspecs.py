"""Every hook a plugin can implement, on one screen. The docstrings are the manual.

A plugin is a module (or an object) whose functions are marked with `tidings.hookspecs.hookimpl` and named like a hook
below. It is found through an entry point: `tidings.providers` (one provider, loaded when it is first asked for) or
`tidings.extensions` (an observer, loaded when a client first asks for something).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from tidings.model import Change, Look
    from tidings.provider import Provider
    from tidings.testing import Simulation
    from tidings.wire import Exchange

PROJECT = "tidings"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec(firstresult=True)
def tidings_provider() -> type[Provider]:  # type: ignore[empty-body]  # a specification has no body
    """Return the provider class. Required of every `tidings.providers` plugin.

    Called once per process, when the provider is first named. The class's `name` must be the entry point's name.
    """


@hookspec(firstresult=True)
def tidings_simulation() -> type[Simulation]:  # type: ignore[empty-body]  # a specification has no body
    """Return how the simulator plays this provider. Optional, for `tidings.providers` plugins.

    Called only by the simulator and by tests, so importing what it needs inside the function keeps the plugin light.
    """


@hookspec
def tidings_exchange(exchange: Exchange) -> None:
    """A request was sent and answered, or got no answer. For tracing and metrics, in `tidings.extensions` plugins.

    Called once per HTTP request, except for one that was cancelled because nobody waits for it any more; on the
    engine's own thread: return quickly, start nothing that waits, and do not call a `tidings.Client` from here. What it
    raises is logged and changes nothing.
    """


@hookspec
def tidings_changed(changes: Sequence[Change]) -> None:
    """Followed tasks changed, ended, or are followed no more. For `tidings.extensions` plugins.

    Called with everything that one answer of a server brought to light: once per batch, never once per task, on the
    engine's own thread, before the changes reach whoever follows. Return quickly, start nothing that waits, and do not
    call a `tidings.Client` from here. What it raises is logged and changes nothing.
    """


@hookspec
def tidings_looked(looks: Sequence[Look]) -> None:
    """Followed tasks were looked at: what was seen, and when they are looked at next and why. For tracing and metrics.

    Called per batch and as `tidings_changed` is, also where nothing changed; with 100,000 tasks that is some 20,000
    looks a second. The looks are only made where somebody implements this hook.
    """
