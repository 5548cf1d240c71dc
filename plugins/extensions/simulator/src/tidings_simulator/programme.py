"""The demo's tasks: some sixty, of every system a gateway serves, each with a life and an end of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from tidings.model import TaskRef
from tidings_simulator.server import Simulator


@dataclass(frozen=True, slots=True)
class Part:
    """A task of the demo: what the simulator is told about it, see `Simulator.add`."""

    provider: str
    id: str
    dialect: str | None = None
    route: str | None = None
    outcome: str = "succeeded"
    failure: str | None = None
    durations: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    age: float = 0.0

    @property
    def ref(self) -> TaskRef:
        return TaskRef(self.provider, self.id, route=self.route)

    def add_to(self, simulator: Simulator) -> None:
        """Begin it."""
        simulator.add(
            self.provider,
            self.id,
            dialect=self.dialect,
            route=self.route,
            outcome=self.outcome,
            failure=self.failure,
            durations=self.durations,
            facts=self.facts,
            age=self.age,
        )


MODERATED = Part("flux", "forbidden-fruit", outcome="moderated_input")
FAILED = Part("kling", "lost-balloon", route="text2video", outcome="failed", failure="the model ran out of memory")
ASKS_BACK = Part("midjourney", "which-corner", durations={"modal": inf}, age=5)
EXPIRING = Part("flux", "soap-bubble", age=10)
WITH_EXTRA = Part("luma", "paper-boat", dialect="C", age=30)

# provider, dialect (None for its first), route, how many seconds older each is than the one before, ids
_CHORUS: Sequence[tuple[str, str | None, str | None, float, str]] = (
    ("luma", "A", None, 4, "cat-dance night-train tea-ceremony first-snow"),
    ("luma", "F", None, 5, "market-day clockmaker"),
    ("suno", "new-api", None, 6, "summer-song lullaby sea-shanty polka"),
    ("suno", "crazyrouter", None, 6, "tango blues"),
    ("udio", "nested", None, 7, "ballad march"),
    ("udio", None, "query", 5, "refrain bridge coda"),
    ("midjourney", "gateway", None, 6, "owl fox heron"),
    ("midjourney", "gateway", "fast", 6, "lynx otter"),
    ("flux", "gateway", None, 3, "harbour orchard"),
    ("flux", "replicate", None, 3, "lantern"),
    ("kling", None, "image2video", 9, "waterfall carousel"),
    ("kling", None, "images/generations", 9, "mosaic"),
    ("runway", "official", None, 7, "runaway-kite storm"),
    ("runway", "gateway", None, 7, "glacier"),
    ("runway-reverse", "feed", None, 8, "mirror-lake"),
    ("runway-reverse", "wrapped", None, 8, "sandstorm"),
    ("runway-reverse", None, "tasks", 8, "dunes"),
    ("replicate", None, None, 4, "upscale restyle caption"),
    ("replicate", None, "trainings", 4, "my-style"),
    ("minimax", "official", None, 12, "comet eclipse"),
    ("minimax", "wrapped", None, 12, "aurora"),
    ("minimax", None, "v2", 12, "meteor"),
    ("gateway-video", "row", None, 14, "parade regatta"),
    ("gateway-video", "flat", None, 14, "firework"),
    ("gateway-video", None, "videos", 14, "bonfire"),
    ("luma-official", None, None, 8, "desert-bloom old-lighthouse tide-pool"),
)
_SOLOISTS: Sequence[Part] = (
    Part("luma", "deep-sea", dialect="C", durations={"linkless": 15}, age=20),  # "completed", but no link yet
    Part("luma", "sunken-city", dialect="A", outcome="failed"),
    Part("suno", "banned-verse", outcome="failed"),
    Part("midjourney", "second-thoughts", outcome="canceled", age=10),
    Part("runway", "too-scary", outcome="moderated"),
    Part("minimax", "forgotten", route="v2", outcome="expired", age=20),
)


def _chorus() -> Iterator[Part]:
    for provider, dialect, route, older, ids in _CHORUS:
        for number, task_id in enumerate(ids.split()):
            yield Part(provider, task_id, dialect=dialect, route=route, age=number * older)


PARTS: Sequence[Part] = (MODERATED, FAILED, ASKS_BACK, EXPIRING, WITH_EXTRA, *_SOLOISTS, *_chorus())
