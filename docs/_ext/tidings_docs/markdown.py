"""A directive that writes Markdown, and the few shapes of Markdown the others need."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


class MarkdownDirective(SphinxDirective):
    """Stands for the Markdown its `lines` return, headings included. Use it in a Markdown page."""

    @abstractmethod
    def lines(self) -> Iterable[str]:
        """The Markdown, line by line."""

    def run(self) -> list[nodes.Node]:
        return self.parse_text_to_nodes("\n".join(self.lines()), allow_section_headings=True)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table. Pipes in cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return ["", *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines), ""]


def code(text: object) -> str:
    """`text` as code, a dash for nothing."""
    return f"`{text}`" if str(text) else "(empty)"


def autodoc(directive: str, name: str, *options: str) -> list[str]:
    """One autodoc directive, which only reStructuredText can hold."""
    return ["", "```{eval-rst}", f".. {directive}:: {name}", *(f"   {option}" for option in options), "```", ""]
