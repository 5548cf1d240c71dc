"""Whether a provider class says everything about itself that Tidings relies on, and says it right."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from tidings.errors import InvalidRef
from tidings.model import TaskRef, TaskState
from tidings.plugins.check import Flaw, guarded
from tidings.provider import Include, Limits, Provider

Claimed = Any
"""A provider class of a stranger's: what the annotations say about its facts is what we are here to find out."""


def vetted(returned: object, name: str) -> Provider:
    """An instance of the class that a plugin's `tidings_provider` returned.

    Args:
        returned: whatever it returned.
        name: the provider's name by its entry point, as refs write it.

    Raises:
        Flaw: it is no provider class, or one of its facts is missing or makes no sense.
    """
    if not (inspect.isclass(returned) and issubclass(returned, Provider)):
        if inspect.iscoroutine(returned):
            returned.close()  # nobody will await it; Python would say so much later, in another place
        raise Flaw(f"tidings_provider returned {_shown(returned)}, not a subclass of tidings.provider.Provider")
    for check in _CHECKS:
        reason = check(returned, name)
        if reason is not None:
            raise Flaw(reason)
    return guarded(returned, doing="making an instance of it")


def _shown(value: object) -> str:
    return f"an instance of {type(value).__name__}" if isinstance(value, Provider) else type(value).__name__


def _abstract(kind: Claimed, _: str) -> str | None:
    missing = sorted(kind.__abstractmethods__)
    return f"{kind.__name__} does not implement {' and '.join(missing)}" if missing else None


def _speakable(_: Claimed, name: str) -> str | None:
    try:
        TaskRef(name, "id")
    except InvalidRef as error:
        return error.message
    return None


def _name(kind: Claimed, name: str) -> str | None:
    own = getattr(kind, "name", None)
    if own == name:
        return None
    return f"{kind.__name__}.name is {own!r}, but its entry point says {name!r}: make them equal"


def _title(kind: Claimed, _: str) -> str | None:
    title = getattr(kind, "title", None)
    return None if isinstance(title, str) and title.strip() else f"{kind.__name__}.title is missing"


def _states(kind: Claimed, _: str) -> str | None:
    states = getattr(kind, "states", None)
    if not isinstance(states, Mapping) or not states:
        return f"{kind.__name__}.states must be a table from the maker's words to TaskState, with at least one row"
    wrong = [word for word, state in states.items() if not (isinstance(word, str) and isinstance(state, TaskState))]
    return f"{kind.__name__}.states[{wrong[0]!r}] must be a text with a TaskState" if wrong else None


def _limits(kind: Claimed, _: str) -> str | None:
    if not isinstance(kind.route_limits, Mapping):
        return f"{kind.__name__}.route_limits must be a table from routes to tidings.provider.Limits"
    for name, limits in _all_limits(kind):
        wrong = _wrong_limits(limits)
        if wrong is not None:
            return f"{kind.__name__}.{name}{wrong}"
    return None


def _all_limits(kind: Claimed) -> Iterator[tuple[str, Any]]:
    yield "limits", kind.limits
    for route, limits in kind.route_limits.items():
        yield f"route_limits[{route!r}]", limits


def _wrong_limits(limits: Any) -> str | None:
    if not isinstance(limits, Limits):
        return " must be a tidings.provider.Limits"
    if not _is_count(limits.batch):
        return f".batch must be a whole number of at least 1, not {limits.batch!r}"
    if limits.per_second is not None and not _is_positive(limits.per_second):
        return f".per_second must be more than 0 or None, not {limits.per_second!r}"
    if not _is_positive(limits.interval):
        return f".interval must be more than 0 seconds, not {limits.interval!r}"
    return None


def _is_count(number: object) -> bool:
    return isinstance(number, int) and number >= 1


def _is_positive(number: object) -> bool:
    return isinstance(number, int | float) and math.isfinite(number) and number > 0


def _batch(kind: Claimed, _: str) -> str | None:
    """A batch size without a batch call. A `flow` of its own may need neither of the two functions."""
    most = max(limits.batch for _, limits in _all_limits(kind))
    if most == 1 or kind.flow is not Provider.flow:
        return None
    needed = ["batch_request"]
    if kind.parse_batch is Provider.parse_batch:
        needed += ["rows", "parse_row"]
    missing = [name for name in needed if getattr(kind, name) is getattr(Provider, name)]
    return f"{kind.__name__}.limits.batch is {most}, but it has no {' and no '.join(missing)}" if missing else None


def _routes(kind: Claimed, _: str) -> str | None:
    routes = kind.routes
    if not isinstance(routes, tuple) or not all(isinstance(route, str) for route in routes):
        return f"{kind.__name__}.routes must be a tuple of texts"
    if kind.route_required and not routes:
        return f"{kind.__name__}.route_required is set, but its routes are empty"
    unknown = [] if "*" in routes else sorted(kind.route_limits.keys() - set(routes))
    return f"{kind.__name__}.route_limits[{unknown[0]!r}] is for none of its routes" if unknown else None


def _addresses(kind: Claimed, _: str) -> str | None:
    url, path = kind.official_url, kind.gateway_path
    if url is not None and not (isinstance(url, str) and _is_address(url)):
        return f"{kind.__name__}.official_url must be an https URL or None"
    if path is not None and not (isinstance(path, str) and (not path or path.startswith("/"))):
        return f'{kind.__name__}.gateway_path must be "", start with a slash, or be None'
    return None


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.hostname)


def _includes(kind: Claimed, _: str) -> str | None:
    includes = kind.includes
    is_right = isinstance(includes, Mapping) and all(
        isinstance(name, str) and isinstance(include, Include) for name, include in includes.items()
    )
    return None if is_right else f"{kind.__name__}.includes must be a table from names to tidings.provider.Include"


def _auths(kind: Claimed, _: str) -> str | None:
    """They are called on the class, so a method would miss its `self`."""
    for name in ("auth", "gateway_auth"):
        try:
            inspect.signature(getattr(kind, name)).bind("key", 0.0)
        except (TypeError, ValueError):
            return f"{kind.__name__}.{name} must be a function of a key and a time, without self"
    return None


_CHECKS: tuple[Callable[[Claimed, str], str | None], ...] = (
    _abstract,
    _speakable,
    _name,
    _title,
    _states,
    _limits,
    _routes,
    _batch,
    _addresses,
    _includes,
    _auths,
)
