"""MiniMax keeps the rules of a provider."""

from __future__ import annotations

from tidings.testing import ProviderConformance, load_samples


class TestMiniMax(ProviderConformance):
    plugin = "minimax"
    samples = load_samples("tidings_minimax")
