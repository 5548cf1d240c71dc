"""Why the next look is when it is: a name for each rule, and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Reason(StrEnum):
    """Which rule decided when to look next."""

    first = "first"
    interval = "interval"
    asked = "asked"
    batch = "batch"
    usual = "usual"
    estimate = "estimate"
    queue = "queue"
    sparse = "sparse"
    failing = "failing"
    deadline = "deadline"


REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.first: "it is the first look.",
        Reason.interval: "the provider allows no look sooner.",
        Reason.asked: "the server asked for this pause.",
        Reason.batch: "it shares a request with others, so looks cost next to nothing and their pauses hardly grow.",
        Reason.usual: "from how long such tasks took before, this is when the next look is worth it.",
        Reason.estimate: "the provider's own estimate says that it is not done before.",
        Reason.queue: "many are before it in the provider's queue.",
        Reason.sparse: "the longer it has taken, the longer the pauses: they grow with the time waited.",
        Reason.failing: "the last look failed, so it is tried again after a pause.",
        Reason.deadline: "it is a last look just before the time is up.",
    }
)
"""A plain sentence for each `Reason`, to be read after "Next look at …:"."""
