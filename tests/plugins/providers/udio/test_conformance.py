"""Udio keeps the rules of a provider, by the same kit as any stranger's plugin."""

from __future__ import annotations

from tidings.testing import ProviderConformance, load_samples


class TestUdio(ProviderConformance):
    plugin = "udio"
    samples = load_samples("tidings_udio")
