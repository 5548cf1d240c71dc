"""Faults on demand: what goes wrong, where, how often and how likely."""

from __future__ import annotations

import random
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

# What each fault needs, with what it takes when nothing is said.
KINDS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        # about tasks
        "late": {"seconds": 5.0},
        "unknown_word": {"word": "MARINATING"},
        "drop": {},
        "expire_links": {"seconds": 0.0},
        # instead of the answer
        "rate_limited": {"retry_after": None, "status": 429},
        "server_error": {"status": 500},
        "html": {"status": 200},
        "redirect": {"status": 302, "to": None},
        "no_batch": {"status": 404},
        "poison": {"status": 400},
        "empty": {"status": 200},
        "leak_key": {"status": 401},
        "reply": {"status": 200, "body": "", "headers": {}},
        "hang_up": {},
        # on the way of the answer
        "slow": {"seconds": 1.0},
        "drip": {"seconds": 0.05},
        "truncated": {},
        "cut": {"after": None},
    }
)

# Faults that are about the batch route unless another is named.
_ON_BATCH = frozenset({"drop", "no_batch", "poison"})


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong.

    Attributes:
        kind: one of `KINDS`.
        provider, route, task: where: everywhere but at files, or only for this provider's name, this route's name
            (`task`, `batch`, an include's; `file` for downloads), this task's id.
        times: it happens to the first so many requests (for faults about tasks: looks at a task) that it fits; None
            for all of them.
        probability: how likely it is each time, 0 to 1.
        options: what `KINDS` lists for it.
    """

    kind: str
    provider: str | None = None
    route: str | None = None
    task: str | None = None
    times: int | None = None
    probability: float = 1.0
    options: Mapping[str, Any] = field(default_factory=dict)

    def fits(self, provider: str, route: str, task_ids: Collection[str]) -> bool:
        """Whether it can happen to a request to `route` that asks about `task_ids`."""
        return (
            self.provider in {None, provider}
            and (self.route == route or (self.route is None and route != "file"))
            and (self.task is None or self.task in task_ids)
        )


class Faults:
    """The faults that are set. Those that are used up stay in the list and do nothing."""

    def __init__(self) -> None:
        self._set: list[tuple[Fault, random.Random]] = []
        self._happened: dict[int, int] = {}
        self._lock = threading.Lock()

    def add(
        self,
        kind: str,
        *,
        provider: str | None = None,
        route: str | None = None,
        task: str | None = None,
        times: int | None = None,
        probability: float = 1.0,
        seed: int = 0,
        **options: Any,
    ) -> Fault:
        """Let `kind` happen from now on; see `Fault` for where and how often.

        Args:
            seed: of the dice for `probability`: the same seed, the same misfortunes.
            options: see `KINDS`.

        Raises:
            ValueError: there is no such kind, or it has no such option; the message lists those there are.
        """
        if kind not in KINDS:
            raise ValueError(f"there is no fault {kind!r}; there are {', '.join(KINDS)}")
        if unknown := sorted(options.keys() - KINDS[kind].keys()):
            known = ", ".join(KINDS[kind]) or "none"
            raise ValueError(f"the fault {kind} has no option {', '.join(unknown)}; its options: {known}")
        if kind == "poison" and task is None:
            raise ValueError("the fault poison needs task=ID: the id that spoils a batch")
        where = route or ("batch" if kind in _ON_BATCH else None)
        fault = Fault(kind, provider, where, task, times, probability, {**KINDS[kind], **options})
        with self._lock:
            self._set.append((fault, random.Random(seed)))  # noqa: S311  # dice for tests, not for secrets
        return fault

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._set.clear()
            self._happened.clear()

    def happened(self, fault: Fault) -> int:
        """How often `fault` has happened."""
        return self._happened.get(id(fault), 0)

    def strike(self, kinds: Collection[str], provider: str, route: str, task_ids: Collection[str]) -> list[Fault]:
        """Which faults of `kinds` happen to this request, at most one of each; counted as having happened."""
        if not self._set:  # the usual case, and the path every request takes
            return []
        with self._lock:
            struck: dict[str, Fault] = {}
            for fault, dice in self._set:
                is_meant = fault.kind in kinds and fault.kind not in struck and fault.fits(provider, route, task_ids)
                if is_meant and self._happens(fault, dice):
                    struck[fault.kind] = fault
            return list(struck.values())

    def _happens(self, fault: Fault, dice: random.Random) -> bool:
        so_far = self._happened.get(id(fault), 0)
        if fault.times is not None and so_far >= fault.times:
            return False
        if fault.probability < 1.0 and dice.random() >= fault.probability:
            return False
        self._happened[id(fault)] = so_far + 1
        return True

    def __len__(self) -> int:
        return len(self._set)
