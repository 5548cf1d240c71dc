"""The tree of errors, as the module draws it, and an entry for each class."""

from __future__ import annotations

from collections.abc import Iterator

from tidings import errors
from tidings_docs.markdown import MarkdownDirective, autodoc


def tree() -> list[str]:
    """The drawing at the top of `tidings.errors`, without its indentation."""
    drawn = [line for line in (errors.__doc__ or "").splitlines() if line.startswith("    ")]
    return [line[4:] for line in drawn]


def classes(root: type[BaseException] = errors.TidingsError) -> Iterator[type[BaseException]]:
    """`root` and all that `tidings.errors` derives from it, parents first."""
    yield root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from classes(child)


def _verdict(kind: type[BaseException]) -> str:
    return f"`retryable` is `{getattr(kind, 'retryable', False)}` unless what happened says otherwise."


class ErrorTreeDirective(MarkdownDirective):
    """`{tidings-errors}`."""

    def lines(self) -> Iterator[str]:
        yield from ["```none", *tree(), "```", ""]
        for kind in dict.fromkeys(classes()):
            # The empty parentheses stand for the arguments, which are the same for all and told once.
            yield from autodoc("autoexception", f"tidings.{kind.__name__}()", ":show-inheritance:")
            yield from [_verdict(kind), ""]
