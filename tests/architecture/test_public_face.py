"""What is public is named in `__all__`, can be imported and says what it is."""

from __future__ import annotations

import importlib
import inspect
from types import ModuleType

import pytest

PUBLIC = ["tidings", "tidings.errors", "tidings.gateway", "tidings.hookspecs", "tidings.model", "tidings.provider"]
PUBLIC += ["tidings.testing", "tidings.wire"]


def public_names(module: ModuleType) -> list[str]:
    """`__all__`, or where a module has none, what it defines itself without an underscore."""
    own = [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    return list(getattr(module, "__all__", own))


def says_what_it_is(value: object) -> bool:
    """A class needs a docstring of its own and a function one; data is explained where it stands."""
    if inspect.isclass(value):
        return bool(vars(value).get("__doc__"))
    return bool(inspect.getdoc(value)) or not inspect.isroutine(value)


def own_methods(kind: type) -> list[str]:
    names = (name for name, value in vars(kind).items() if inspect.isroutine(value) or isinstance(value, property))
    return [name for name in names if not name.startswith("_")]


@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_name_is_there_and_documented(path):
    module = importlib.import_module(path)
    assert inspect.getdoc(module), f"{path} has no docstring"
    names = public_names(module)
    assert names, f"{path} exports nothing"
    missing = [name for name in names if not hasattr(module, name)]
    assert missing == [], f"named in {path}.__all__ but not there"
    silent = [name for name in names if not says_what_it_is(getattr(module, name))]
    assert silent == [], f"public in {path}, so each needs a docstring of its own"


@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_method_is_documented(path):
    module = importlib.import_module(path)
    kinds = [value for name in public_names(module) if inspect.isclass(value := getattr(module, name))]
    silent = [
        f"{kind.__name__}.{name}"
        for kind in kinds
        for name in own_methods(kind)
        if not inspect.getdoc(getattr(kind, name))  # an override may inherit its docstring
    ]
    assert silent == [], f"public in {path}, so each needs a docstring"


def test_all_is_sorted_and_names_nothing_twice():
    for path in PUBLIC:
        names = list(getattr(importlib.import_module(path), "__all__", []))
        assert len(names) == len(set(names)), path


def test_an_unknown_name_is_an_ordinary_attribute_error():
    with pytest.raises(AttributeError, match="tidings"):
        importlib.import_module("tidings").does_not_exist  # noqa: B018  # the access is the test


def test_sync_and_async_have_the_same_verbs():
    tidings = importlib.import_module("tidings")
    verbs = {name for name in dir(tidings.AsyncClient) if not name.startswith("_")} - {"aclose"}
    assert verbs == {name for name in dir(tidings.Client) if not name.startswith("_")} - {"close"}
    for verb in verbs & {"fetch", "fetch_many", "wait", "download", "check"}:
        assert parameters(tidings.AsyncClient, verb) == parameters(tidings.Client, verb), verb


def parameters(kind: type, verb: str) -> list[str]:
    return [str(parameter) for parameter in inspect.signature(getattr(kind, verb)).parameters.values()]
