"""Nimbus keeps the rules of a provider. The kit has the tests; this is all to write."""

from tidings.testing import ProviderConformance, load_samples


class TestNimbus(ProviderConformance):
    plugin = "nimbus"
    samples = load_samples("tidings_nimbus")
