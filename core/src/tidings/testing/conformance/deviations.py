"""Keeps standard tests from being dropped in silence: an override states its reason, a deletion is refused."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])

_REASON = "__tidings_deviation__"


def deviation(reason: str) -> Callable[[Test], Test]:
    """Mark an override of a standard test as meant.

        @deviation("Acme answers 200 with an empty body for a task it is still writing")
        def test_an_empty_body_is_an_error(self): ...

    Raises:
        ValueError: the reason is empty.
    """
    if not reason.strip():
        raise ValueError("a deviation from a standard test needs a reason that a reader can judge")

    def mark(test: Test) -> Test:
        setattr(test, _REASON, reason)
        return test

    return mark


def reason_of(test: Any) -> str:
    """Why `test` stands in place of a standard one, "" when it does not say: a deviation's or an xfail's reason."""
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "xfail"]
    reasons = [getattr(test, _REASON, ""), *(str(mark.kwargs.get("reason", "")) for mark in marks)]
    return next((reason.strip() for reason in reasons if reason.strip()), "")


def standard_tests(kit: type) -> dict[str, Any]:
    """The tests that this package defines for `kit`, by name."""
    own = [base for base in reversed(kit.__mro__) if base.__module__.startswith(__package__)]
    return {name: value for base in own for name, value in vars(base).items() if name.startswith("test_")}


def overridden(kit: type) -> list[str]:
    """The names of the standard tests that are not the standard ones in `kit`."""
    return [name for name, standard in standard_tests(kit).items() if inspect.getattr_static(kit, name) is not standard]


def without_reason(kit: type) -> list[str]:
    """The names of the standard tests that `kit` overrides without saying why."""
    return [name for name in overridden(kit) if not reason_of(inspect.getattr_static(kit, name))]


def refuse_deletions(kit: type, *, untouchable: Iterable[str]) -> None:
    """Raise for a standard test that was set to something that is no test, and for an override of an untouchable one.

    Raises:
        TypeError: at the definition of the class, so that pytest reports it at collection.
    """
    for name in overridden(kit):
        if not inspect.isfunction(inspect.getattr_static(kit, name)):
            raise TypeError(
                f"{kit.__name__}.{name} deletes a standard test: override it with @deviation('why') instead"
            )
    for name in untouchable:
        if name in vars(kit):
            raise TypeError(f"{kit.__name__}.{name} cannot be overridden: it keeps the standard tests in place")
