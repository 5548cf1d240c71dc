"""Standard tests of purity: a provider says what to ask and reads what came; it keeps nothing and touches nothing."""

from __future__ import annotations

import inspect
from copy import deepcopy
from typing import Any

from tidings.testing.conformance.asking import ask, first_request
from tidings.testing.conformance.imports import impure_imports
from tidings.testing.conformance.kit import Kit
from tidings.testing.expect import described

_NOW = 1_735_689_600.0  # unix seconds; any instant will do


class PurityConformance(Kit):
    """The same in, the same out."""

    def test_a_provider_keeps_no_state(self) -> None:
        """What it reads does not depend on what it read before: one instance serves every account and thread."""
        worn = self.provider
        before = deepcopy(vars(worn))
        there, back = ([self._read(worn, sample) for sample in order] for order in (self.samples, self.samples[::-1]))
        fresh = [self._read(self.provider_class(), sample) for sample in self.samples]
        assert there == back[::-1] == fresh, "an answer is read differently after others were read"
        assert vars(worn) == before, f"reading answers left something behind in the provider: {vars(worn)}"

    def test_a_request_depends_on_the_task_alone(self) -> None:
        """Two instances ask the same, however often."""
        for sample in self.samples:
            one, other = (first_request(provider, sample.refs) for provider in (self.provider, self.provider_class()))
            assert one == other == first_request(self.provider, sample.refs), f"{sample}: two times, two requests"

    def test_auth_depends_on_key_and_time_alone(self) -> None:
        """How the key travels is a pure function, and what it returns are headers."""
        for auth in (self.provider_class.auth, self.provider_class.gateway_auth):
            headers = auth(self.key, _NOW)
            assert headers == auth(self.key, _NOW), "the same key at the same time gives other headers"
            assert headers, "no header carries the key"
            assert all(isinstance(text, str) for pair in headers.items() for text in pair), f"not headers: {headers!r}"

    def test_the_module_imports_nothing_that_acts(self) -> None:
        """No sockets, no event loop, no clock, no environment, no disk: the core does all that, with the answers."""
        found = impure_imports(inspect.getmodule(self.provider_class))
        assert not found, f"a provider is pure; it cannot need {', '.join(found)}"

    def _read(self, provider: Any, sample: Any) -> list[Any]:
        return [described(answer) for answer in ask(provider, sample).answers.values()]
