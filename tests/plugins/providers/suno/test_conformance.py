"""Suno keeps the rules of a provider, by the same kit as any stranger's plugin, with one exception."""

from __future__ import annotations

from tidings.testing import ProviderConformance, load_samples
from tidings.testing.conformance import deviation


def _has_reason_at_the_end(sample) -> bool:
    return sample.name == "batch_mixed_with_unknown_id" or sample.name.startswith(("single_failed", "given_up"))


class TestSuno(ProviderConformance):
    plugin = "suno"
    samples = load_samples("tidings_suno")

    @deviation("a row with a fail_reason at 100 % has failed, whatever open word the gateway left in it")
    def test_a_documented_word_is_understood(self, word: str) -> None:
        self.samples = [sample for sample in self.samples if not _has_reason_at_the_end(sample)]
        super().test_a_documented_word_is_understood(word)
