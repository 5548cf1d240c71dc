"""What to say about a provider that is not installed: the names that are, the likely one, the package to install."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tidings.errors import UnknownProvider

INSTALLABLE: Mapping[str, str] = MappingProxyType(
    {
        name: f"tidings-{name}"
        for name in (
            "flux",
            "gateway-video",
            "kling",
            "luma-official",
            "midjourney",
            "minimax",
            "replicate",
            "runway",
            "runway-reverse",
            "suno",
            "udio",
        )
    }
)
"""Providers that have a package of their own, by name: what to install when one of them is asked for."""


def unknown_provider(name: str, installed: Sequence[str]) -> UnknownProvider:
    """The error for `name`, none of whose plugins is among `installed`."""
    have = ", ".join(installed) or "none at all (reinstall tidings, luma comes with it)"
    others = ", ".join(sorted(INSTALLABLE.keys() - {name, *installed}))
    message = (
        f"no installed plugin provides {name!r}: {_advice(name, installed)}. "
        f"Installed: {have}. In packages of their own: {others}"
    )
    return UnknownProvider(message, provider=name)


def _advice(name: str, installed: Sequence[str]) -> str:
    if name in INSTALLABLE:
        return f"install the package that provides it: {INSTALLABLE[name]}"
    close = difflib.get_close_matches(name, [*installed, *INSTALLABLE], n=1)
    if not close:
        return "check its name, or install the package that provides it"
    package = "" if close[0] in installed else f" (in the package {INSTALLABLE[close[0]]})"
    return f"did you perhaps mean {close[0]}{package}"
