"""Luma's own API keeps the rules of a provider, by the same kit as any stranger's plugin."""

from __future__ import annotations

from tidings.model import TaskRef
from tidings.testing import ProviderConformance, load_samples


class TestLumaOfficial(ProviderConformance):
    plugin = "luma-official"
    samples = load_samples("tidings_luma_official")

    def ref(self, task_id):
        """Without the route of the API for agents, which the first sample happens to have."""
        return TaskRef("luma-official", task_id)
