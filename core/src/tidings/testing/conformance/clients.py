"""Standard tests through the clients: both kinds agree, and large batches are split."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from tidings.client import AsyncClient, Client
from tidings.model import TaskRef
from tidings.testing.conformance.asking import ask
from tidings.testing.conformance.connected import asked_as_in, playing, seen, settings
from tidings.testing.conformance.kit import Kit
from tidings.testing.expect import described
from tidings.testing.fake import FakeTransport, respond
from tidings.testing.samples import Sample
from tidings.testing.virtual import VirtualClock, run_virtual


class ClientsConformance(Kit):
    """What the provider reads is what users get."""

    def test_both_clients_give_what_was_read(self, look: Sample) -> None:
        """`Client`, `AsyncClient` and the provider by itself agree about every sample."""
        sample = _of_default_account(look)
        sync, asynchronous = self._fetched_sync(sample), run_virtual(self._fetched_async(sample))
        assert sync == asynchronous, f"{sample}: the two clients give different answers"
        if sample.is_answered:
            read = [described(answer) for answer in ask(self.provider, sample).answers.values()]
            assert sync == read, f"{sample}: the client gives another answer than the provider"

    def test_more_tasks_than_a_batch_holds_are_split(self) -> None:
        """One task more than a batch holds: no request asks for more, and each task is asked for once."""
        limit = self.provider.limits_for(self.ref("conformance0id").route).batch
        refs = [self.ref(f"conformance{number:05d}") for number in range(limit + 1)]
        sent = run_virtual(self._sent(refs))
        asked = [[ref.id for ref in refs if ref.id in text] for text in sent]
        most = max(map(len, asked))
        assert most <= limit, f"a request asks for {most} tasks, and the batch size is {limit}"
        counts = Counter(task_id for ids in asked for task_id in ids)
        wrong = [ref.id for ref in refs if counts[ref.id] != 1]
        assert not wrong, f"{len(wrong)} tasks were not asked for exactly once; {wrong[0]}: {counts[wrong[0]]} times"

    def _fetched_sync(self, sample: Sample) -> list[Any]:
        provider = asked_as_in(self.provider, sample)
        with Client(transport=playing(provider, sample), **self._settings(sample)) as client:
            return [seen(answer) for answer in client.fetch_many(sample.refs, return_exceptions=True)]

    async def _fetched_async(self, sample: Sample) -> list[Any]:
        provider = asked_as_in(self.provider, sample)
        transport = playing(provider, sample)
        async with AsyncClient(transport=transport, clock=VirtualClock(), **self._settings(sample)) as client:
            return [seen(answer) for answer in await client.fetch_many(sample.refs, return_exceptions=True)]

    def _settings(self, sample: Sample) -> dict[str, Any]:
        """An account anywhere; at the maker's own address for polling URLs, to which no other key goes."""
        is_at_home = any(ref.is_url for ref in sample.refs)
        own = self.provider.official_url if is_at_home else None
        return settings(asked_as_in(self.provider, sample), self.key, url=own)

    async def _sent(self, refs: list[TaskRef]) -> list[str]:
        """What goes over the wire to ask for `refs`, when every request is refused."""
        transport = FakeTransport(lambda _outgoing: respond(401))
        async with AsyncClient(
            transport=transport, clock=VirtualClock(), **settings(self.provider, self.key)
        ) as client:
            await client.fetch_many(refs, return_exceptions=True)
        return [f"{outgoing.url} {(outgoing.body or b'').decode()}" for outgoing in transport.sent]


def _of_default_account(sample: Sample) -> Sample:
    return replace(sample, expect={replace(ref, account=None): said for ref, said in sample.expect.items()})
