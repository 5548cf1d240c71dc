"""Which plugins are installed, and a way to use them that no broken one can spoil.

stevedore finds the entry points, pluggy checks and calls what they name. A plugin that cannot be used is quarantined:
it becomes a line with a reason (`Quarantined`) instead of a crash or a silence.

Importing this room imports neither stevedore nor pluggy nor pydantic: shell completion and `--help` pass through here.
"""

from __future__ import annotations

from tidings.plugins.at_once import ANSWERS_AT_ONCE
from tidings.plugins.claims import Quarantined
from tidings.plugins.find import COMMANDS, EXTENSIONS, PROVIDERS, Finder, find_installed, find_uncached
from tidings.plugins.observers import Observers
from tidings.plugins.registry import Installed, Plugins, command_entry_points, default_plugins
from tidings.plugins.unknown import INSTALLABLE

__all__ = [
    "ANSWERS_AT_ONCE",
    "COMMANDS",
    "EXTENSIONS",
    "INSTALLABLE",
    "PROVIDERS",
    "Finder",
    "Installed",
    "Observers",
    "Plugins",
    "Quarantined",
    "command_entry_points",
    "default_plugins",
    "find_installed",
    "find_uncached",
]
