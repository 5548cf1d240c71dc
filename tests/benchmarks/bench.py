"""What Tidings takes beside loops written by hand: every figure, its limit, and whether it holds.

    python tests/benchmarks/bench.py [--quick] [--only PART] [--json FILE]

The server is pinned to one core, the client to another; the rivals alternate, and medians of several rounds count. It
needs both cores for itself: what else runs shows in the figures.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from arena import server
from crowd import Crowd, crowd_figures
from fetching import fetching_figures
from following import Size, batch_figures, single_figures
from startup import startup_figures
from table import Figure, saved, shown


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. The limits are for the whole; less only shows that all is in order."""

    size: Size
    crowd: Crowd
    fetch_rounds: int = 7
    fetch_share: float = 1.0
    starts: int = 21


_SCALES = {
    "whole": Scale(Size(), Crowd()),
    "quick": Scale(Size(rounds=1), Crowd(seconds=10.0, rounds=1), fetch_rounds=3, starts=5),
    "tiny": Scale(
        Size(tasks=20, earliest=0.1, latest=0.3, rounds=1),
        Crowd(many=200, few=100, interval=0.1, seconds=0.3, rounds=1),
        fetch_rounds=1,
        fetch_share=0.02,
        starts=1,
    ),
}


def _fetching(scale: Scale) -> list[Figure]:
    with server() as url:
        return asyncio.run(fetching_figures(url, rounds=scale.fetch_rounds, share=scale.fetch_share))


def _batch(scale: Scale) -> list[Figure]:
    with server() as url:
        return asyncio.run(batch_figures(url, scale.size))


def _single(scale: Scale) -> list[Figure]:
    with server() as url:
        return asyncio.run(single_figures(url, scale.size))


def _crowd(scale: Scale) -> list[Figure]:
    with server() as url:
        return asyncio.run(crowd_figures(url, scale.crowd))


def _startup(scale: Scale) -> list[Figure]:
    return startup_figures(scale.starts)


_PARTS: dict[str, Callable[[Scale], list[Figure]]] = {
    "fetch": _fetching,
    "batch": _batch,
    "single": _single,
    "crowd": _crowd,
    "startup": _startup,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--only", choices=list(_PARTS), action="append", help="this part; may be given several times")
    parser.add_argument("--quick", action="store_const", const="quick", dest="scale", help="one round, to try it out")
    parser.add_argument("--tiny", action="store_const", const="tiny", dest="scale", help="to see that it runs at all")
    given = parser.parse_args()
    found: list[Figure] = []
    for part in given.only or _PARTS:
        found += _PARTS[part](_SCALES[given.scale or "whole"])
    print(shown(found))
    if given.json:
        saved(found, given.json)


if __name__ == "__main__":
    main()
