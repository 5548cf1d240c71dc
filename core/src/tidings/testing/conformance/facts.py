"""Standard tests of what a provider says about itself, and of what its samples cover."""

from __future__ import annotations

from collections import Counter

from tidings.model import TaskState
from tidings.plugins.provider_facts import vetted
from tidings.testing.conformance.kit import Kit


class FactsConformance(Kit):
    """The facts are complete and agree with each other, and the samples show enough of the maker."""

    def test_the_facts_pass_the_check_at_loading(self) -> None:
        """What Tidings itself checks when it loads the plugin: a provider that fails it is quarantined."""
        vetted(self.provider_class, self.plugin if isinstance(self.plugin, str) else self.provider_class.name)

    def test_the_documentation_is_named(self) -> None:
        """`docs_url` is where a reader can check the state table."""
        assert self.provider.docs_url.startswith(("https://", "http://")), "docs_url is not a link"

    def test_there_is_an_address(self) -> None:
        """A provider is reached at its own address, through gateways, or both."""
        has_one = self.provider.official_url is not None or self.provider.gateway_path is not None
        assert has_one, "give official_url or gateway_path (an empty one where paths are already whole)"

    def test_states_do_not_depend_on_case(self) -> None:
        """Words are compared without regard to case, so two that differ in nothing else mean the same."""
        meanings = {(word.casefold(), state) for word, state in self.provider.states.items()}
        torn = [word for word, count in Counter(word for word, _ in meanings).items() if count > 1]
        assert not torn, f"these words mean two things, depending on their case: {', '.join(torn)}"

    def test_states_can_end(self) -> None:
        """Some word means success and some word another end, or every wait is in vain."""
        ends = {state for state in self.provider.states.values() if state.is_final}
        assert TaskState.succeeded in ends, "no word means success"
        assert len(ends) > 1, "no word means any other end: how does this maker say that a task failed?"

    def test_samples_are_of_this_provider(self) -> None:
        """There are samples, and the tasks they ask for are this provider's."""
        assert self.samples, "there are no samples: samples = load_samples('your_package')"
        strangers = [
            f"{sample}: {ref}" for sample in self.samples for ref in sample.refs if not self._is_own(ref.provider)
        ]
        assert not strangers, f"these refs name another provider: {', '.join(strangers)}"

    def test_samples_cover_every_end(self) -> None:
        """Every final state in the table is shown by a sample: ends are what users act upon."""
        said = {expected.get("state") for sample in self.samples for expected in sample.expect.values()}
        ends = {state.value for state in self.provider.states.values() if state.is_final}
        assert ends <= said, f"no sample expects: {', '.join(sorted(ends - said))}"

    def test_samples_cover_every_include(self) -> None:
        """Every include is shown by a sample in which it is found."""
        found = {sample.include for sample in self.samples for want in sample.expect.values() if "extra" in want}
        missing = set(self.provider.includes) - found
        assert not missing, f"no sample shows the include: {', '.join(sorted(missing))}"

    def _is_own(self, name: str) -> bool:
        return name == self.provider.name
