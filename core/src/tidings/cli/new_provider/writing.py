"""Writes new files: all of them or none, and never in the place of another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from tidings.errors import ConfigError


def refuse_existing(paths: Iterable[Path]) -> None:
    """Make sure that nothing stands where these are to go.

    Raises:
        ConfigError: something does; the message says where.
    """
    for path in paths:
        if path.exists() or path.is_symlink():
            raise ConfigError(f"{str(path)!r} exists already: nothing was written. Choose another name or folder")


def write_all(files: Mapping[Path, str]) -> None:
    """Write the files and the folders they need. What was made until then is removed when one cannot be written.

    Raises:
        ConfigError: one cannot be written; the message says why.
    """
    made: list[Path] = []
    try:
        for path, text in files.items():
            _make_folder(path.parent, made)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                made.append(path)
                file.write(text)
    except BaseException as error:  # Ctrl-C too leaves nothing behind
        _remove(made)
        if isinstance(error, OSError):
            reason = error.strerror or error
            raise ConfigError(f"nothing was written, because {error.filename!r} cannot be: {reason}") from error
        raise


def _make_folder(folder: Path, made: list[Path]) -> None:
    for each in (*reversed(folder.parents), folder):
        if not each.is_dir():
            each.mkdir()
            made.append(each)


def _remove(made: Iterable[Path]) -> None:
    for path in reversed([*made]):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
