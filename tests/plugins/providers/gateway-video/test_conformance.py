"""The gateways' video endpoints keep the rules of a provider."""

from __future__ import annotations

from tidings.testing import ProviderConformance, load_samples
from tidings.testing.conformance import deviation


class TestGatewayVideo(ProviderConformance):
    plugin = "gateway-video"
    samples = load_samples("tidings_gateway_video")

    @deviation("OpenAI's shape says unknown of a task that has not started: what is beside the word makes it pending")
    def test_a_documented_word_is_understood(self, word: str) -> None:
        if word.lower() != "unknown":
            super().test_a_documented_word_is_understood(word)
