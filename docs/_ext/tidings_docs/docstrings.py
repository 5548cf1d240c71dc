"""Docstrings as napoleon reads them: names that share a description are told apart, fields get their types."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

_FIELDS = re.compile(r"^(?P<indent> {4})(?P<names>\w+(?:, \w+)*): (?P<text>.*)$")
_INDENTED = re.compile(r"^( {4,})\S")
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)(?=(\w)?)")
_SECTION = re.compile(r"^(Args|Attributes|Raises|Returns|To override):")
_VALUES = ("attribute", "property", "data")

_originals: dict[str, list[str]] = {}


def before_napoleon(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Rewrite `lines` in place."""
    rewritten = _with_code([_in_rst(line) for line in lines])
    types = _types(obj) if what == "class" else {}
    lines[:] = _completed(_told_apart(list(rewritten), types), types)
    _originals[name] = list(lines)


def after_napoleon(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """A value's docstring is a sentence; napoleon takes what stands before its colon for a type."""
    if what in _VALUES:
        lines[:] = _originals[name]


def _types(kind: type) -> Mapping[str, str]:
    """The fields' types as the source writes them, the nearest class first."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("tidings"):
            own = inspect.get_annotations(base)
            # A NamedTuple keeps its own as ForwardRef.
            found |= {name: getattr(said, "__forward_arg__", str(said)) for name, said in own.items()}
    return {
        name: said.replace("UTCDatetime", "datetime")
        for name, said in found.items()
        if not name.startswith("_") and not said.startswith("ClassVar")
    }


def _in_rst(line: str) -> str:
    """Code in single backticks with two, also where a plural's s follows, which reStructuredText does not take."""
    line = line.replace("Class attributes:", "Attributes:")
    return _CODE.sub(lambda found: f"``{found[1]}``" + ("\\ " if found[2] else ""), line)


def _told_apart(lines: list[str], types: Mapping[str, str]) -> list[str]:
    """`a, b: text` as `a (type): text` and `b (type): text`, inside of sections."""
    result: list[str] = []
    section, index = "", 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if line and not line.startswith(" "):
            found = _SECTION.match(line)
            section = found[1] if found else ""
        fields = _FIELDS.match(line) if section else None
        if fields is None:
            result.append(line)
            continue
        more = []
        while index < len(lines) and lines[index].startswith("     "):
            more.append(lines[index])
            index += 1
        for name in fields["names"].split(", "):
            kind = f" ({types[name]})" if section == "Attributes" and name in types else ""
            result += [f"    {name}{kind}: {fields['text']}", *more]
    return result


def _completed(lines: list[str], types: Mapping[str, str]) -> list[str]:
    """The fields that need no words are named in the section of fields as well, first."""
    if "Attributes:" not in lines:
        return lines
    start = lines.index("Attributes:") + 1
    told = {found[1] for line in lines[start:] if (found := re.match(r"^    (\w+)(?: \(.*\))?:", line))}
    return [
        *lines[:start],
        *(f"    {name} ({kind}):" for name, kind in types.items() if name not in told),
        *lines[start:],
    ]


def _with_code(lines: list[str]) -> Iterator[str]:
    """An indented block after a blank line, outside of any section, is an example."""
    in_section = in_code = False
    for before, line in zip(["", *lines], lines, strict=False):
        if line and not line.startswith(" "):
            in_section, in_code = bool(_SECTION.match(line)), False
        if _INDENTED.match(line) and not before.strip() and not in_section and not in_code:
            in_code = True
            yield from (".. code-block:: none", "")
        yield line
