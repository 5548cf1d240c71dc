"""What every part of the kit stands on: the provider under test, its samples, and a test per sample and per word."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

import pytest

from tidings.model import TaskRef
from tidings.plugins import default_plugins
from tidings.provider import Provider
from tidings.testing.conformance.asking import is_batch
from tidings.testing.conformance.deviations import refuse_deletions, without_reason
from tidings.testing.samples import Sample


class Kit:
    """The provider under test.

    Attributes:
        plugin: the entry point's name, or the provider class.
        samples: all recorded samples, from `load_samples`.
        key: what stands for a key; a maker whose keys have a form of their own gives one of that form, not a real one.
    """

    plugin: ClassVar[str | type[Provider]]
    samples: ClassVar[Sequence[Sample]] = ()
    key: ClassVar[str] = "conformance-key-7f3a19c2d8"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.__module__.startswith(__package__):
            refuse_deletions(cls, untouchable=_UNTOUCHABLE)

    @cached_property
    def provider(self) -> Provider:
        """An instance of the provider, this test's own."""
        return self.provider_class()

    @property
    def provider_class(self) -> type[Provider]:
        """The class that `plugin` names."""
        return type(default_plugins().provider(self.plugin)) if isinstance(self.plugin, str) else self.plugin

    def ref(self, task_id: str) -> TaskRef:
        """A task of this provider with any id, its route taken from a sample. Override it where that is not enough."""
        refs = [ref for sample in self.samples for ref in sample.refs if not ref.is_url]
        return replace(refs[0], id=task_id) if refs else TaskRef(self.provider.name, task_id)

    def kind_of(self, sample: Sample) -> str:
        """Which call a sample records: "single", "batch", or an include's name."""
        return sample.include or ("batch" if is_batch(self.provider, sample) else "single")

    def status_payload(self, word: str) -> Any:  # the default knows none
        """A response's JSON in which the maker says `word` about the task of the first sample, None to derive it.

        Override it only where the kit cannot: where the word does not stand in the body as `raw_state` has it.
        """
        return None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test per sample, per batch sample, per word and so on, after the name of the argument."""
        for argument, values_of in _PARAMETERS.items():
            if argument in metafunc.fixturenames:
                values = [pytest.param(value, id=str(value) or "(empty)") for value in values_of(self)]
                metafunc.parametrize(argument, values or [_nothing(argument)])

    def test_no_standard_test_is_overridden_without_a_reason(self) -> None:
        """A standard test may be overridden for an odd maker, but the reason must be there for a reader to judge."""
        names = ", ".join(without_reason(type(self)))
        assert not names, f"state why with @deviation('...') or xfail(reason='...') at: {names}"


_UNTOUCHABLE = ("pytest_generate_tests", Kit.test_no_standard_test_is_overridden_without_a_reason.__name__)

_PARAMETERS: Mapping[str, Callable[[Kit], Sequence[Any]]] = {
    "sample": lambda kit: kit.samples,
    "look": lambda kit: [sample for sample in kit.samples if sample.include is None],
    "answered": lambda kit: [sample for sample in kit.samples if sample.is_answered],
    "batch": lambda kit: [sample for sample in kit.samples if sample.is_answered and is_batch(kit.provider, sample)],
    "word": lambda kit: list(kit.provider.states),
    "include": lambda kit: list(kit.provider.includes),
}


def _nothing(argument: str) -> Any:
    return pytest.param(None, id=f"no {argument}", marks=pytest.mark.skip(reason=f"this provider has no {argument}"))
