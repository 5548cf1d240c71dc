"""Midjourney keeps the rules of a provider, by the same kit as any stranger's plugin, with two exceptions."""

from __future__ import annotations

import pytest

from tidings.testing import ProviderConformance, load_samples
from tidings.testing.conformance import deviation
from tidings.testing.conformance.refusals import REFUSALS, Refusal

_GIVEN_UP = frozenset(
    {
        "batch_mixed_with_unknown_id",
        "failed_banned_prompt",
        "failed_gateway",
        "failed_lost_channel",
        "given_up_by_gateway",
    }
)


class TestMidjourney(ProviderConformance):
    plugin = "midjourney"
    samples = load_samples("tidings_midjourney")

    @deviation("an empty 200 is how midjourney-proxy says that it does not know a task; test_midjourney tests it")
    @pytest.mark.parametrize("refusal", [it for it in REFUSALS if (it.status, it.body) != (200, b"")], ids=str)
    def test_a_refusal_is_the_right_error(self, refusal: Refusal) -> None:
        super().test_a_refusal_is_the_right_error(refusal)

    @deviation("a row with a failReason at 100 % has failed, whatever open word the gateway left in it")
    def test_a_documented_word_is_understood(self, word: str) -> None:
        self.samples = [sample for sample in self.samples if sample.name not in _GIVEN_UP]
        super().test_a_documented_word_is_understood(word)
