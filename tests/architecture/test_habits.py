"""House rules no review should have to repeat: small files, reasons beside exceptions, tests that do not sleep."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

MAX_FILE = 400
MAX_FUNCTION = 50
EXCUSE = re.compile(r"#\s*(?:noqa(?::[\sA-Z0-9,]+)?|type:\s*ignore(?:\[[^\]]*\])?|pragma:\s*no\s*(?:cover|branch))(.*)")
CODE = ("core/src", "plugins", "examples")


def comments(path: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def unexplained(comment: str) -> bool:
    """Whether the comment silences a tool and gives no reason of at least two words after it."""
    return any(len(re.findall(r"\w+", rest)) < 2 for rest in _rests(comment))


def _rests(comment: str) -> list[str]:
    found = EXCUSE.search(comment)
    return [found.group(1)] if found else []


def test_the_rule_about_reasons_can_tell():
    assert unexplained("# noqa: S101")
    assert unexplained("# type: ignore[misc]  # hm")
    assert unexplained("# pragma: no cover")
    assert not unexplained("# noqa: S101, B018  # the access is the test")
    assert not unexplained("# pragma: no cover  # only on Windows")
    assert not unexplained("# type: ignore[override]  # the overloads are generic")
    assert not unexplained("# an ordinary comment")


def test_whatever_silences_a_tool_says_why(root, python_files):
    offenders = [
        f"{path.relative_to(root)}:{line} {comment}"
        for path in python_files(*CODE, "tests")
        for line, comment in comments(path)
        if unexplained(comment)
    ]
    assert offenders == [], "write the reason on the same line: # noqa: X  # because of Y"


def test_no_file_is_long(root, python_files):
    lengths = {path.relative_to(root): len(path.read_text().splitlines()) for path in python_files(*CODE)}
    offenders = {str(path): lines for path, lines in lengths.items() if lines > MAX_FILE}
    assert offenders == {}, f"one idea per file, at most {MAX_FILE} lines"


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_function_is_long(root, python_files):
    offenders = [
        f"{path.relative_to(root)} {name}: {lines} lines"
        for path in python_files(*CODE)
        for name, lines in functions(path)
        if lines > MAX_FUNCTION
    ]
    assert offenders == [], f"a function does one thing, in at most {MAX_FUNCTION} lines"


def test_every_module_says_in_one_sentence_what_it_is_for(root, python_files):
    offenders = []
    for path in python_files(*CODE, "tests"):
        first = (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n\n")[0]
        if not first.rstrip().endswith((".", ":", "?")):
            offenders.append(str(path.relative_to(root)))
    assert offenders == [], "begin each module with a docstring whose first paragraph is a sentence"


def naps(path: Path) -> Iterator[int]:
    """Lines that call `sleep` with a number greater than zero."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "sleep" and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, int | float) and first.value > 0:
                yield node.lineno


def test_no_test_sleeps(root, python_files):
    offenders = [f"{path.relative_to(root)}:{line}" for path in python_files("tests") for line in naps(path)]
    # In the virtual loop time jumps, so a sleep there costs none: such a file says so by importing what runs it.
    offenders = [place for place in offenders if "testing.virtual" not in (root / place.partition(":")[0]).read_text()]
    assert offenders == [], "wait for an event, or run in virtual time (tidings.testing.run_virtual)"
