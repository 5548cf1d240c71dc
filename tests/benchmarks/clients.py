"""Clients of Tidings for benchmarks: they know one server and nothing of the machine's own configuration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from arena import KEY

import tidings
from tidings.config import Config
from tidings.model import Look


def client_of(
    url: str,
    *,
    interval: float,
    batch: int | None = None,
    state: Path | None = None,
    on_looks: Callable[[Sequence[Look]], None] | None = None,
) -> tidings.AsyncClient:
    """A client that looks at each task at most every `interval` seconds.

    Args:
        batch: most tasks in one request.
        state: the folder for what it learns of durations; without one it keeps nothing.
        on_looks: hears of every look.
    """
    account = {"url": url, "key": KEY, "interval": interval, **({"batch": batch} if batch else {})}
    kept = {"TIDINGS_STATE": str(state)} if state else {"TIDINGS_LEARN": "0"}
    config = Config.load(gateway_url=url, gateway_key=KEY, accounts={"bench": account}, env=kept)
    return tidings.AsyncClient(config=config, on_looks=on_looks)


def refs_of(tasks: list[str]) -> list[str]:
    """The tasks as Tidings' callers name them."""
    return [f"luma@bench:{task}" for task in tasks]
