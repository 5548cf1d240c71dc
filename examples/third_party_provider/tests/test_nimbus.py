"""Nimbus keeps the rules of a provider. This is all there is to write: the kit has the tests."""

from tidings.testing import ProviderConformance, load_samples


class TestNimbus(ProviderConformance):
    plugin = "nimbus"
    samples = load_samples("tidings_nimbus")
