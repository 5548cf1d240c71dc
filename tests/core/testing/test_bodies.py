"""Bodies are changed in one place and nowhere else, and the original stays as it was."""

from __future__ import annotations

import importlib
import json
import sys
from types import ModuleType

from hypothesis import given
from hypothesis import strategies as st

from tidings.testing.conformance.bodies import cuts, places, removed, replaced, shown
from tidings.testing.conformance.imports import impure_imports

BODY = {"a": [{"b": 1}, 2], "c": None}
JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
    max_leaves=10,
)


def test_places_are_every_value_and_the_way_to_it():
    assert [place for place, _ in places(BODY)] == [(), ("a",), ("a", 0), ("a", 0, "b"), ("a", 1), ("c",)]


def test_replacing_and_removing_leave_the_original_alone():
    before = json.dumps(BODY)

    assert replaced(BODY, ("a", 0, "b"), 5) == {"a": [{"b": 5}, 2], "c": None}
    assert removed(BODY, ("a", 0)) == {"a": [2], "c": None}
    assert replaced(BODY, (), 5) == 5
    assert json.dumps(BODY) == before


@given(JSON)
def test_putting_back_what_is_there_changes_nothing(body):
    assert all(replaced(body, place, value) == body for place, value in places(body))


@given(JSON)
def test_a_cut_is_a_true_part_of_the_body(body):
    content = json.dumps(body).encode()

    assert all(0 < len(part) < len(content) and content.startswith(part) for part in cuts(content))


def test_a_body_of_more_than_a_byte_is_cut_somewhere():
    assert list(cuts(b"[]")) == [b"["]
    assert list(cuts(b"5")) == []


def test_a_place_is_shown_as_one_would_write_it():
    assert (shown(("a", 0, "b")), shown(())) == ("a[0].b", "the whole body")


def module(tmp_path, source: str) -> ModuleType:
    file = tmp_path / "acme_provider.py"
    file.write_text(source)
    made = ModuleType("acme_provider")
    made.__file__ = str(file)
    return made


def test_imports_that_act_are_found_wherever_they_stand(tmp_path):
    source = "import os.path\nfrom urllib import request\nfrom tidings import transport\ndef f():\n    import httpx\n"

    assert impure_imports(module(tmp_path, source)) == ["httpx", "os", "tidings.transport", "urllib.request"]


def test_imports_for_type_checkers_and_in_hooks_do_not_count(tmp_path):
    source = (
        "from typing import TYPE_CHECKING\nfrom urllib.parse import quote\nif TYPE_CHECKING:\n    import httpx\n"
        "@hookimpl\ndef tidings_simulation():\n    import asyncio\n"
    )

    assert impure_imports(module(tmp_path, source)) == []


def test_what_runs_when_no_type_checker_looks_counts(tmp_path):
    source = "if TYPE_CHECKING:\n    import httpx\nelse:\n    import asyncio\n"

    assert impure_imports(module(tmp_path, source)) == ["asyncio"]


def test_modules_of_the_same_package_are_followed(tmp_path, monkeypatch):
    (tmp_path / "acme_pack").mkdir()
    for name, source in {"__init__": "", "provider": "from . import tools", "tools": "import time"}.items():
        (tmp_path / "acme_pack" / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    provider = importlib.import_module("acme_pack.provider")
    found = impure_imports(provider)
    for name in ("acme_pack", "acme_pack.provider", "acme_pack.tools"):
        monkeypatch.delitem(sys.modules, name)

    assert found == ["time"]
