"""Links to names by the module they live in lead to the name they are documented under."""

from __future__ import annotations

from typing import Any, cast

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain


def resolve_public_name(app: Sphinx, env: Any, node: pending_xref, contnode: nodes.Element) -> nodes.Element | None:
    """The link for `tidings.model.ref.TaskRef`, which is documented as `tidings.TaskRef`; None for what is not ours."""
    target = node["reftarget"]
    if node.get("refdomain") != "py" or ("." in target and not target.startswith("tidings")):
        return None
    domain = cast("PythonDomain", env.get_domain("py"))
    last = target.rpartition(".")[2]
    homes = [name for name in domain.objects if name.startswith("tidings") and name.rpartition(".")[2] == last]
    if len(homes) != 1:
        return None
    return domain.resolve_xref(env, node["refdoc"], cast("Any", app.builder), "obj", homes[0], node, contnode)
