"""The conformance kit: a subclass of `ProviderConformance` in a test file proves that a provider keeps the rules.

    from tidings.testing import ProviderConformance, load_samples

    class TestAcme(ProviderConformance):
        plugin = "acme"                          # the entry point's name, or the provider class
        samples = load_samples("tidings_acme")   # the package with the folder samples/

That is a whole conformance test. Each standard test's docstring says what a provider owes and why. A maker too odd for
one of them overrides it and says so with `@deviation("why")`.
"""

from __future__ import annotations

_NEEDED = "the conformance kit needs pytest and hypothesis: pip install 'tidings[testing]'"

try:
    import hypothesis  # noqa: F401  # only to say clearly what is missing
    import pytest
except ImportError as error:  # pragma: no cover  # tested in a process of its own
    raise ImportError(_NEEDED) from error

_TESTS = (
    "batches",
    "clients",
    "damage",
    "facts",
    "ids",
    "purity",
    "recorded",
    "refusals",
    "secrets",
    "simulations",
    "states",
)
pytest.register_assert_rewrite(*(f"{__name__}.{module}" for module in _TESTS))

from tidings.testing.conformance.deviations import deviation  # noqa: E402  # asserts are rewritten only from here on
from tidings.testing.conformance.suite import ProviderConformance  # noqa: E402  # the same

__all__ = ["ProviderConformance", "deviation"]
