"""Waits for a task about which the maker says the same for ever, on a clock that jumps."""

from __future__ import annotations

from tidings.client import AsyncClient
from tidings.errors import TidingsError
from tidings.model import TaskRef
from tidings.provider import Provider
from tidings.testing.conformance.connected import asked_as_in, playing, settings
from tidings.testing.samples import Sample
from tidings.testing.virtual import VirtualClock, run_virtual

_PATIENCE = 900.0  # seconds, longer than an unknown word is borne


def how_a_wait_ends(provider: Provider, sample: Sample, ref: TaskRef, *, key: str) -> str:
    """The state a wait on `ref` ends with, or the name of the error it raises."""
    asked = asked_as_in(provider, sample)

    async def wait() -> str:
        clock = VirtualClock()
        async with AsyncClient(transport=playing(asked, sample), clock=clock, **settings(asked, key)) as client:
            try:
                return (await client.wait(ref, timeout=_PATIENCE)).state
            except TidingsError as error:
                return type(error).__name__

    return run_virtual(wait())
