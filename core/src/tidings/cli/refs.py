"""Which tasks the command line names: REFs as arguments, from standard input (`-`) or from a file (`@FILE`)."""

from __future__ import annotations

import codecs
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tidings.errors import ConfigError, InvalidRef, TidingsError

if TYPE_CHECKING:
    from tidings.model import TaskRef

_STDIN = "-"
_MOST_SHOWN = 5  # malformed refs in one message: enough to see the pattern, few enough to read
# What Windows tools write by default begins with one of these; utf-8-sig reads UTF-8 with and without a mark.
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Named:
    """A ref as it was written, and where: `argument 2`, `line 7 of refs.txt`."""

    text: str
    place: str


def read_refs(arguments: Sequence[str], *, stdin: Callable[[], bytes]) -> list[Named]:
    """Every ref that `arguments` name, in order, duplicates included.

    Files and standard input hold one ref a line; blank lines and lines that begin with `#` are skipped.

    Args:
        arguments: refs, `-` for standard input (once) or `@FILE`.
        stdin: reads the whole of standard input; called only for `-`.

    Raises:
        ConfigError: a file that cannot be read, is not text, or `-` given twice.
    """
    if arguments.count(_STDIN) > 1:
        raise ConfigError("standard input (-) can be read only once")
    return [named for number, argument in enumerate(arguments, 1) for named in _expand(argument, number, stdin)]


def parse_refs(named: Iterable[Named]) -> list[TaskRef]:
    """The refs themselves. All are read before any is complained about.

    Raises:
        InvalidRef: names each malformed one's place, the first few of many.
    """
    from tidings.model import TaskRef  # pydantic: not before a command runs

    refs: list[TaskRef] = []
    complaints: list[str] = []
    for each in named:
        try:
            refs.append(TaskRef.parse(each.text))
        except InvalidRef as error:
            complaints.append(f"{each.place}: {error.message}")
    if complaints:
        raise InvalidRef(_joined(complaints))
    return refs


def located(error: TidingsError, *, named: Sequence[Named], refs: Sequence[TaskRef]) -> str:
    """Where the ref that `error` is about was written, and what is wrong with it; the message alone if unknown."""
    place = next((each.place for each, ref in zip(named, refs, strict=True) if ref == error.ref), None)
    return f"{place}: {error.message}" if place else str(error)


def read_stdin() -> bytes:
    """All of standard input, as bytes.

    Raises:
        ConfigError: it is closed.
    """
    if sys.stdin is None:  # pragma: no cover  # `<&-`, tested in a process of its own
        raise ConfigError("standard input (-) is closed: there are no refs to read")
    return sys.stdin.buffer.read()


def _expand(argument: str, number: int, stdin: Callable[[], bytes]) -> Iterator[Named]:
    if argument == _STDIN:
        yield from _lines(stdin(), "standard input")
    elif argument.startswith("@"):
        path = argument[1:]
        yield from _lines(_read_file(path), path)
    else:
        yield Named(argument, f"argument {number}")


def _read_file(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read the refs in {path!r}: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in the name
        raise ConfigError(f"{path!r} is not a file's name") from error


def _lines(data: bytes, source: str) -> Iterator[Named]:
    # Only what editors count as line ends: str.splitlines would also cut at form feeds and the like.
    for number, line in enumerate(io.StringIO(_decoded(data, source), newline=None), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield Named(text, f"line {number} of {source}")


def _decoded(data: bytes, source: str) -> str:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"line {line} of {source} is not text in UTF-8") from error


def _joined(complaints: Sequence[str]) -> str:
    more = len(complaints) - _MOST_SHOWN
    return "\n".join([*complaints[:_MOST_SHOWN], *([f"and {more} more like these"] if more > 0 else [])])
