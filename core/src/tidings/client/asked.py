"""What the caller asks for, as values: tasks and the extras that go with them."""

from __future__ import annotations

from collections.abc import Iterable

from tidings.errors import ConfigError, InvalidRef
from tidings.model import TaskRef
from tidings.provider import Provider


def named(ref: object) -> TaskRef:
    """The task that a ref or its text names.

    Raises:
        InvalidRef: it is neither, or the text names none.
    """
    if isinstance(ref, TaskRef):
        return ref
    if isinstance(ref, str):
        return TaskRef.parse(ref)
    raise InvalidRef(f"a task is named by a TaskRef or a text like luma:9d4b7516, not by {type(ref).__name__}")


def listed(refs: Iterable[str | TaskRef]) -> list[str | TaskRef]:
    """The refs as a list.

    Raises:
        InvalidRef: it is a single one, whose letters would be taken for refs.
    """
    if isinstance(refs, str | TaskRef):
        raise InvalidRef(f"a list of tasks is wanted here, not one task: write [{str(refs)!r}]")
    return list(refs)


def checked_includes(include: Iterable[str], provider: Provider) -> tuple[str, ...]:
    """The names of the extras asked for, each once.

    Raises:
        ConfigError: the provider has none of that name.
    """
    names = tuple(dict.fromkeys([include] if isinstance(include, str) else include))
    for name in names:
        if name not in provider.includes:
            has = f"it has: {', '.join(sorted(provider.includes))}" if provider.includes else "it has none"
            raise ConfigError(f"{provider.name} has no extra called {name!r} to include; {has}", provider=provider.name)
    return names
