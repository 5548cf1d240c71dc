"""What Tidings may keep on this machine from one run to the next, and where."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from tidings.config.layer import Layer
from tidings.errors import ConfigError

LEARN = "TIDINGS_LEARN"
STATE = "TIDINGS_STATE"
_WORDS: Mapping[str, bool] = MappingProxyType(
    {**dict.fromkeys(("1", "on", "true", "yes"), True), **dict.fromkeys(("0", "off", "false", "no"), False)}
)


def is_learning(env: Mapping[str, str], layers: Iterable[Layer]) -> bool:
    """Whether what is learned of how long tasks take is kept: as the first one says that says anything, else yes.

    Raises:
        ConfigError: the variable says neither yes nor no.
    """
    word = env.get(LEARN, "").strip().lower()
    if word:
        if word not in _WORDS:
            raise ConfigError(f"{LEARN}: this is neither yes nor no; write 0 to switch learning off, 1 to leave it on")
        return _WORDS[word]
    said = (layer.settings.learn for layer in layers)
    return next((learn for learn in said if learn is not None), True)


def state_dir(env: Mapping[str, str], cwd: Path) -> Path:
    """The folder for what is kept: `TIDINGS_STATE`, else the user's own state folder. It need not be there yet."""
    named = env.get(STATE, "").strip()
    if named:
        return Path(os.path.abspath(cwd / os.path.expanduser(named)))  # noqa: PTH100, PTH111  # neither may raise
    from platformdirs import user_state_path  # 4 ms that those who name their own folder need not pay

    return user_state_path("tidings", appauthor=False)
