"""Runs every code block of one Markdown page, in order, as its reader would: `python page_runner.py PAGE`.

    ```python    executed; all of a page share one namespace
    ```text      what the python block before it prints; `...` stands for anything
    ```console   each line after `$ ` is run by bash, what follows it is its output; `export` lasts
    ```toml      parsed; one that configures Tidings is read as a `tidings.toml`
    ```json      parsed; a line of the command line's must be one
    ```none      nothing: a drawing, a grammar

HTML comments before a block say what the page does not show: `<!-- setup ... -->` holds Python, `<!-- run: pytest -->`
runs the next block as a test file, `<!-- not run: why -->` skips it. The port 8765 becomes a free one. A page runs in
a folder of its own, so it may write what it likes.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

PORT = "8765"
TIMEOUT = 60.0  # seconds for one command
_STATIC = ("none", "{")  # drawings, and what Sphinx replaces
_COMMENT = re.compile(r"<!--\s*(setup|run: pytest|not run:)(.*?)-->", re.DOTALL)


class Failed(Exception):
    """A block did not do what the page says."""


@dataclass(frozen=True)
class Block:
    """One code block, or a setup comment.

    Attributes:
        kind: python, text, console, toml, json, none, setup, pytest, or a directive in braces.
        line: of its first line of code in the page, counted from 1.
        skipped: why it is not run, None when it is.
    """

    kind: str
    text: str
    line: int
    skipped: str | None = None


def blocks(page: str) -> Iterator[Block]:
    """The blocks of a page, in order."""
    run_as = skipped = None
    for token in MarkdownIt().parse(page):
        line = (token.map or [0])[0]
        if token.type == "html_block" and (comment := _COMMENT.search(token.content)):
            what, said = comment.group(1), comment.group(2)
            if what == "setup":
                yield Block("setup", said.strip("\n"), line + 2)
            elif what == "run: pytest":
                run_as = "pytest"
            else:
                skipped = " ".join(said.split())
        elif token.type == "fence":
            yield Block(run_as or token.info.strip(), token.content, line + 2, skipped)
            run_as = skipped = None


class Page:
    """A page while it is run: its namespace, its environment, and what was printed last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.namespace: dict[str, Any] = {"__name__": "__main__", "__file__": str(path)}
        self.printed = ""
        self.port = _free_port()
        self.exit_code = 0

    def run(self) -> None:
        """Run it all. Raises whatever a block raises, and `Failed`."""
        found = list(blocks(self.path.read_text().replace(PORT, self.port)))
        for block, following in zip(found, [*found[1:], Block("", "", 0)], strict=True):
            if block.skipped is not None or block.kind.startswith(_STATIC):
                continue
            if block.kind not in _RUNNERS:
                raise Failed(f"{self.path}:{block.line}: nobody knows how to run {block.kind!r}")
            try:
                _RUNNERS[block.kind](self, block)
            except BaseException as error:
                error.add_note(f"in the block at {self.path}:{block.line}")
                raise
            if block.kind == "python" and self.printed and following.kind != "text":
                raise Failed(f"{self.path}:{block.line}: show what it prints in a ```text block:\n{self.printed}")

    def python(self, block: Block) -> None:
        self.printed = self._execute(block)

    def setup(self, block: Block) -> None:
        self._execute(block)

    def _execute(self, block: Block) -> str:
        tree = ast.increment_lineno(ast.parse(block.text, str(self.path)), block.line - 1)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(tree, str(self.path), "exec", dont_inherit=True), self.namespace)  # the page's own code
        return printed.getvalue()

    def text(self, block: Block) -> None:
        check_like(self.printed, block.text)

    def console(self, block: Block) -> None:
        for command, expected in commands(block.text):
            exported = re.fullmatch(r"export (\w+)=(\S*)", command)
            if exported:
                os.environ[exported[1]] = exported[2]
                continue
            if self.exit_code and command != "echo $?":
                raise Failed(f"the command before {command!r} ended with {self.exit_code}: show it with echo $?")
            done = self._shell(command)
            self.exit_code = done.returncode
            check_like(done.stdout, expected)
        if self.exit_code:
            raise Failed(f"the last command ended with {self.exit_code}: {done.stdout}")

    def _shell(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", f"(exit {self.exit_code})\n{command}"],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT,
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        )

    def toml(self, block: Block) -> None:
        content = tomllib.loads(block.text)
        if content.keys() <= {"gateway", "accounts", "settings"}:
            from tidings.config import Config  # only pages that configure

            with tempfile.TemporaryDirectory() as folder:  # what a page shows first must not configure what comes after
                Path(folder, "tidings.toml").write_text(block.text)
                Config.load(cwd=Path(folder))

    def json(self, block: Block) -> None:
        from pydantic import TypeAdapter  # only pages with JSON

        from tidings.cli.lines import Line

        for line in block.text.splitlines() if "\n{" in block.text else [block.text]:
            content = json.loads(line)
            if isinstance(content, dict) and "ref" in content:
                TypeAdapter(Line).validate_json(line)

    def pytest(self, block: Block) -> None:
        Path("pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
        Path("test_page.py").write_text(block.text)
        done = self._shell("python -m pytest -q -p no:cacheprovider test_page.py")
        if done.returncode:
            raise Failed(done.stdout)


_RUNNERS: dict[str, Callable[[Page, Block], None]] = {
    name: getattr(Page, name) for name in ("python", "setup", "text", "console", "toml", "json", "pytest")
}


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block and the output shown below it."""
    for part in re.split(r"^\$ ", re.sub(r"\\\n\s*", "", text), flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command.strip(), output


def check_like(actual: str, expected: str) -> None:
    """Raise unless the texts are the same, spaces and what `...` stands for aside."""
    pattern = re.escape(_squeezed(expected)).replace(re.escape("..."), ".*")
    if not re.fullmatch(pattern, _squeezed(actual), re.DOTALL):
        raise Failed(f"the page says\n{expected}\nbut it is\n{actual}")


def _squeezed(text: str) -> str:
    return "\n".join(re.sub(r"\s+", " ", line).strip() for line in text.strip().splitlines())


def _free_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def main() -> None:
    """Run the page named on the command line; a traceback and exit code 1 if it does not do what it says."""
    page = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Page(page).run()


if __name__ == "__main__":
    main()
