"""One set of verbs in three places: each has the same arguments, defaults and a docstring everywhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import tidings
from tidings import AsyncClient, Client
from tidings.client import default

VERBS = sorted(
    name for name, value in vars(AsyncClient).items() if inspect.isfunction(value) and not name.startswith("_")
)
SHARED = sorted(
    name
    for name, value in vars(default).items()
    if inspect.isfunction(value) and not name.startswith("_") and name != "default_client"
)

TWINS = {"Completions": "SyncFeed[Any]", "Watching": "SyncFeed[Change]"}
"""What one client returns, and what stands for it at the other, where it has to be iterated without `await`."""


def arguments(function: Callable[..., Any], *, drop: int = 0) -> list[tuple[str, Any, Any, Any]]:
    parameters = list(inspect.signature(function).parameters.values())[drop:]
    return [(p.name, p.kind, p.default, p.annotation) for p in parameters]


def returned(function: Callable[..., Any]) -> Any:
    return inspect.signature(function).return_annotation


def test_the_clients_take_the_same_arguments():
    assert arguments(Client) == arguments(AsyncClient)
    assert {kind for _, kind, _, _ in arguments(AsyncClient)} == {inspect.Parameter.KEYWORD_ONLY}


def test_the_synchronous_client_has_every_verb_and_no_other():
    own = {name for name, value in vars(Client).items() if inspect.isfunction(value) and not name.startswith("_")}
    assert own == {name for name in VERBS if name != "aclose"} | {"close"}


@pytest.mark.parametrize("verb", [name for name in VERBS if name != "aclose"])
def test_a_verb_is_the_same_on_both_clients(verb):
    asynchronous, synchronous = getattr(AsyncClient, verb), getattr(Client, verb)
    assert arguments(synchronous) == arguments(asynchronous)
    assert returned(synchronous) == TWINS.get(returned(asynchronous), returned(asynchronous))
    assert not inspect.iscoroutinefunction(synchronous)


@pytest.mark.parametrize("verb", SHARED)
def test_a_verb_of_the_module_is_the_clients(verb):
    assert arguments(getattr(tidings, verb)) == arguments(getattr(Client, verb), drop=1)
    assert returned(getattr(tidings, verb)) == returned(getattr(Client, verb))


def test_the_module_has_the_verbs_of_the_design():
    assert {"fetch", "fetch_many", "wait", "wait_many", "as_completed"} <= set(SHARED)
    assert set(SHARED) <= set(tidings.__all__)


@pytest.mark.parametrize("place", [AsyncClient, Client, tidings], ids=["AsyncClient", "Client", "tidings"])
def test_every_verb_has_a_docstring(place):
    names = SHARED if place is tidings else [name for name in dir(place) if not name.startswith("_")]
    assert [name for name in names if not inspect.getdoc(getattr(place, name))] == []


@pytest.mark.parametrize("verb", [*VERBS, "__init__"])
def test_everything_after_the_first_argument_is_named(verb):
    given = arguments(getattr(AsyncClient, verb), drop=1)
    allowed = 2 if verb == "download" else 1  # what, and where to
    assert {kind for _, kind, _, _ in given[allowed:]} <= {inspect.Parameter.KEYWORD_ONLY}
