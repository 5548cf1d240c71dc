"""Reading a `tidings.toml`, and finding the line to blame."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tidings.config.layer import Layer
from tidings.config.tables import Misfit, read_tables
from tidings.config.values import warn_once
from tidings.errors import ConfigError

FILE_NAME = "tidings.toml"
_MAX_SIZE = 1_000_000  # bytes; whatever is bigger was not written by hand
_AT_LINE = re.compile(r"\(at line (\d+)")


def read_files(cwd: Path, user_dir: Path) -> list[Layer]:
    """What the file in the working directory and the user's own one configure, those that are there.

    Raises:
        ConfigError: one of them is broken.
    """
    here, own = cwd / FILE_NAME, user_dir / FILE_NAME
    is_one = os.path.realpath(here) == os.path.realpath(own)  # the user is at home: nobody else wrote that
    first = None if is_one else read_layer(here, FILE_NAME, instead=str(own))
    return [layer for layer in (first, read_layer(own, str(own))) if layer is not None]


def read_layer(path: Path, label: str, *, instead: str | None = None) -> Layer | None:
    """What the file at `path` configures, None where there is no file.

    Args:
        label: what to call the file in messages.
        instead: as in `Layer`.

    Raises:
        ConfigError: it cannot be read, is not TOML, or says something Tidings does not know; names the line.
    """
    text = _read(path, label)
    if text is None:
        return None
    content = _parse(text, label)
    lines = FileLines(label, text)
    try:
        tables = read_tables(content)
    except Misfit as misfit:
        raise ConfigError(f"{lines.of(*misfit.path)}: {misfit}") from misfit
    layer = Layer(tables.gateway, tables.accounts, lines.of, instead, tables.settings)
    _warn_of_written_keys(layer)
    return layer


class FileLines:
    """Where in a file something stands. Not a dataclass: the text may hold a key, which no repr may show."""

    def __init__(self, label: str, text: str) -> None:
        self._label = label
        self._text = text

    def of(self, *path: str) -> str:
        """As "FILE, line 3", for the keys that lead there. What is missing is blamed on the table it is missing in."""
        return f"{self._label}, line {line_of(self._text, path)}"


def line_of(text: str, path: Sequence[str]) -> int:
    """The line, counted from 1, on which the value at `path` begins; of the innermost table that is there at least.

    TOML has a dozen ways to write one key, and the parser keeps no positions. So the parser itself is asked: the line
    is the first up to which the text already holds the value.
    """
    lines = [f"{line}\n" for line in text.split("\n")]  # splitlines knows breaks that TOML does not
    while path and not _holds(tomllib.loads(text), path):
        path = path[:-1]
    if not path:
        return 1
    low, high = 1, len(lines)
    while low < high:
        middle = (low + high) // 2
        if _holds(_longest_start(lines, middle), path):
            high = middle
        else:
            low = middle + 1
    while low > 1 and _parsed(lines[: low - 1]) is None:  # inside a value of several lines: go back to where it begins
        low -= 1
    return low


def _longest_start(lines: Sequence[str], count: int) -> Mapping[str, Any]:
    """The content of the first `count` lines, or of fewer where these end inside a value."""
    while (content := _parsed(lines[:count])) is None:
        count -= 1
    return content


def _parsed(lines: Sequence[str]) -> Mapping[str, Any] | None:
    try:
        return tomllib.loads("".join(lines))
    except tomllib.TOMLDecodeError:
        return None


def _holds(content: object, path: Sequence[str]) -> bool:
    for key in path:
        if not isinstance(content, Mapping) or key not in content:
            return False
        content = content[key]
    return True


def _read(path: Path, label: str) -> str | None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None  # a folder we may not enter, as root's in a container, holds no file of ours
    except OSError as error:
        raise ConfigError(f"{label} cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(status.st_mode):
        raise ConfigError(f"{label} is not a file: move it away, or write the configuration there")
    if status.st_size > _MAX_SIZE:
        raise ConfigError(f"{label} is too large for a configuration ({status.st_size} bytes)")
    try:
        return _decoded(path.read_bytes(), label)
    except OSError as error:
        raise ConfigError(f"{label} cannot be read: {error.strerror}; check its permissions") from error


def _decoded(content: bytes, label: str) -> str:
    try:
        return content.decode("utf-8-sig")  # Windows' Notepad writes a byte order mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"{label}, line {line}: not UTF-8; save the file in that encoding"
    raise ConfigError(problem)  # outside of the except: the cause would carry the whole file


def _parse(text: str, label: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else text.rstrip("\n").count("\n") + 1
        problem = f"{label}, line {line}: this is not TOML: {str(error).partition(' (at ')[0]}"
    except (ValueError, RecursionError) as error:  # a number of 5000 digits; a thousand brackets
        problem = f"{label}, line 1: this is not TOML that can be read ({type(error).__name__})"
    raise ConfigError(problem)  # outside of the except: the cause would carry the whole file


def _warn_of_written_keys(layer: Layer) -> None:
    places: dict[tuple[str, ...], Any] = {("accounts", name): table for name, table in layer.accounts.items()}
    for path, table in {("gateway",): layer.gateway, **places}.items():
        if table is not None and table.key is not None and table.variable is None:
            warn_once(
                f"{layer.where(*path, 'key')}: a key is written in the file; "
                'better put it into an environment variable and write key = "env:NAME_OF_THE_VARIABLE"'
            )
