"""Pages that are made from the code: errors, commands, providers, when to look; and docstrings as Sphinx wants them."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from tidings_docs.commands import CommandsDirective, ExitsDirective
from tidings_docs.docstrings import after_napoleon, before_napoleon
from tidings_docs.errors import ErrorTreeDirective
from tidings_docs.links import resolve_public_name
from tidings_docs.looks_plot import WhenToLookDirective
from tidings_docs.providers import AtOnceDirective, ProviderDirective, ProvidersDirective


def _all_pages(app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Read every page anew: Sphinx does not know from which code the generated ones are made."""
    return sorted(env.found_docs)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Called by Sphinx."""
    app.add_directive("tidings-errors", ErrorTreeDirective)
    app.add_directive("tidings-commands", CommandsDirective)
    app.add_directive("tidings-exits", ExitsDirective)
    app.add_directive("tidings-provider", ProviderDirective)
    app.add_directive("tidings-providers", ProvidersDirective)
    app.add_directive("tidings-at-once", AtOnceDirective)
    app.add_directive("tidings-when-to-look", WhenToLookDirective)
    # Around napoleon, whose own priority is 500.
    app.connect("autodoc-process-docstring", before_napoleon, priority=400)
    app.connect("autodoc-process-docstring", after_napoleon, priority=600)
    app.connect("env-get-outdated", _all_pages)
    app.connect("missing-reference", resolve_public_name)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
