"""A hook cannot be merged without types, a manual entry, a test, and a place in the reference."""

from __future__ import annotations

import inspect

import pytest

from tidings import hookspecs

HOOKS = [name for name in vars(hookspecs) if name.startswith(f"{hookspecs.PROJECT}_")]


def test_there_are_hooks():
    assert HOOKS


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_has_a_manual_entry(hook):
    text = inspect.getdoc(getattr(hookspecs, hook)) or ""
    assert len(text.split()) >= 15, "say when it is called, on which thread, and what to return"
    assert text.partition("\n")[0].endswith("."), "the first line is a sentence"


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_typed(hook):
    annotations = getattr(hookspecs, hook).__annotations__
    expected = {*inspect.signature(getattr(hookspecs, hook)).parameters, "return"}
    assert set(annotations) == expected


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_has_a_test(hook, root, python_files):
    here = root / "tests/architecture"
    tests = [path for path in python_files("tests") if here not in path.parents and hook in path.read_text()]
    assert tests, f"no test mentions {hook}"


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_has_its_place_in_the_reference(hook, root):
    if not (root / "docs/conf.py").is_file():
        pytest.skip("the docs are not written yet")
    page = root / "docs/reference/hooks.md"
    assert f"{hook}" in page.read_text(), f"describe {hook} in {page.relative_to(root)}"
