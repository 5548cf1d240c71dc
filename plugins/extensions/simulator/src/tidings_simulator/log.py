"""What the simulator was asked: every request, and how many of each kind."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

_KEPT = 100_000  # requests; the counts go on


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request and its answer. Holds no key.

    Attributes:
        provider, route: names, "" for a path that no provider has.
        path: as it came, without its query.
        task_ids: the tasks it asked about.
        status: the HTTP status it was answered with, faults included; 0 when the simulator hung up on it.
        had_key: whether it carried the simulator's key.
    """

    provider: str
    route: str
    method: str
    path: str
    task_ids: tuple[str, ...]
    status: int
    had_key: bool


class RequestLog:
    """The requests in the order they came. `len` is how many came; the last 100,000 are kept."""

    def __init__(self) -> None:
        self._seen: deque[SeenRequest] = deque(maxlen=_KEPT)
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, request: SeenRequest) -> None:
        """Note one."""
        self._seen.append(request)
        self._counts[request.provider, request.route] += 1

    def count(self, *, provider: str | None = None, route: str | None = None) -> int:
        """How many came, of all, or for one provider, or to the routes of one name (`task`, `batch` ...)."""
        return sum(
            count
            for (name, asked), count in list(self._counts.items())
            if provider in {None, name} and route in {None, asked}
        )

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many came by provider and route."""
        found: dict[str, dict[str, int]] = {}
        for (provider, route), count in list(self._counts.items()):
            found.setdefault(provider, {})[route] = count
        return found

    def clear(self) -> None:
        """Forget all."""
        self._seen.clear()
        self._counts.clear()

    def __len__(self) -> int:
        return self._counts.total()

    def __iter__(self) -> Iterator[SeenRequest]:
        return iter(list(self._seen))

    def __getitem__(self, index: int) -> SeenRequest:
        return self._seen[index]
