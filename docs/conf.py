"""How the docs are built: a warning is an error, a broken link is a warning, and nothing is fetched from outside."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Tidings"
author = "The Tidings authors"
copyright = author  # noqa: A001  # the name Sphinx wants
release = version = version_of("tidings")

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "myst_parser", "tidings_docs"]
exclude_patterns = ["_build", "_ext"]

html_theme = "furo"
html_title = "Tidings"
html_copy_source = False
html_show_sphinx = False

# Docstrings are written for readers of the source: a name in single backticks is code.
default_role = "code"
smartquotes = False  # it makes one dash of the two in --json
add_module_names = False
python_use_unqualified_type_names = True
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# A reference that leads nowhere is a warning, and so an error. Only what is not ours to document is left out.
nitpicky = True
nitpick_ignore_regex = [
    # the standard library and other projects: looking them up would need the network
    (r"py:.*", r"(asyncio|collections|contextlib|datetime|enum|functools|importlib|logging|pathlib|types|typing)\..*"),
    (r"py:.*", r"(_pytest|annotated_types|click|httpx|pluggy|pydantic|pytest|starlette)\..*"),
    (r"py:.*", r"(datetime|Path|SecretStr|TracebackType|Any|Self)"),
    # type variables, and what is behind the documented faces
    (r"py:.*", r"(.*\.)?([A-Z]|Item)"),
    (r"py:.*", r"tidings\.testing\.conformance\..*"),
    (r"py:.*", r"tidings_simulator\.(cast|tasks)\..*"),
]
