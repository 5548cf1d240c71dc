"""What the caller gives, checked and as values: tasks, the extras that go with them, and seconds."""

from __future__ import annotations

import math
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
        InvalidRef: it is a single one, whose letters would be taken for refs, or none at all.
    """
    if isinstance(refs, str | TaskRef):
        raise InvalidRef(f"a list of tasks is wanted here, not one task: write [{str(refs)!r}]")
    if not isinstance(refs, Iterable):
        raise InvalidRef(f"a list of tasks is wanted here, such as ['luma:9d4b7516'], not {type(refs).__name__}")
    return list(refs)


def checked_includes(include: object, provider: Provider) -> tuple[str, ...]:
    """The names of the extras asked for, each once.

    Raises:
        ConfigError: the provider has none of that name.
    """
    names = names_of(include)
    for name in names:
        if name not in provider.includes:
            has = f"it has: {', '.join(sorted(provider.includes))}" if provider.includes else "it has none"
            raise ConfigError(f"{provider.name} has no extra called {name!r} to include; {has}", provider=provider.name)
    return names


def names_of(include: object) -> tuple[str, ...]:
    """The names, each once: of one that stands alone, of several, of none (also as None).

    Raises:
        ConfigError: these are no names.
    """
    if include is None:
        return ()
    names = [include] if isinstance(include, str) else list(include) if isinstance(include, Iterable) else [include]
    for name in names:
        if not isinstance(name, str):
            raise ConfigError(f"include takes names of extras, such as ['unwatermarked'], not {name!r}")
    return tuple(dict.fromkeys(names))


def checked_timeout(timeout: float | None) -> float | None:
    """The seconds that the caller will wait, None for no limit.

    Raises:
        ConfigError: it is neither.
    """
    if timeout is not None and not (_is_number(timeout) and 0.0 <= timeout < math.inf):
        raise ConfigError(f"timeout is a number of seconds, 0 or more, or None for no limit; not {timeout!r}")
    return timeout


def checked_request_timeout(seconds: float) -> float:
    """The seconds for one request.

    Raises:
        ConfigError: it is no number, or none that leaves time for an answer. No request may last for ever.
    """
    if not (_is_number(seconds) and 0.0 < seconds < math.inf):
        raise ConfigError(f"request_timeout is a number of seconds, more than 0; not {seconds!r}")
    return seconds


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
