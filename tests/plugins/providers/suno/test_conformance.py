"""Suno keeps the rules of a provider, by the same kit as any stranger's plugin."""

from __future__ import annotations

from tidings.testing import ProviderConformance, load_samples


class TestSuno(ProviderConformance):
    plugin = "suno"
    samples = load_samples("tidings_suno")
