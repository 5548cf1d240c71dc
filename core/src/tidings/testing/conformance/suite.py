"""All standard tests in one class."""

from __future__ import annotations

from tidings.testing.conformance.batches import BatchesConformance
from tidings.testing.conformance.clients import ClientsConformance
from tidings.testing.conformance.damage import DamageConformance
from tidings.testing.conformance.facts import FactsConformance
from tidings.testing.conformance.ids import IdsConformance
from tidings.testing.conformance.purity import PurityConformance
from tidings.testing.conformance.recorded import RecordedConformance
from tidings.testing.conformance.refusals import RefusalsConformance
from tidings.testing.conformance.secrets import SecretsConformance
from tidings.testing.conformance.simulations import SimulationsConformance
from tidings.testing.conformance.states import StatesConformance


class ProviderConformance(
    FactsConformance,
    RecordedConformance,
    StatesConformance,
    IdsConformance,
    RefusalsConformance,
    DamageConformance,
    BatchesConformance,
    ClientsConformance,
    SecretsConformance,
    PurityConformance,
    SimulationsConformance,
):
    """Subclass it as `Test…`, set `plugin` and `samples`, and run pytest: every rule is a test of its own.

    Class attributes:
        plugin: the entry point's name, or the provider class.
        samples: `load_samples("your_package")`.
        key: a made-up key, where yours have a form of their own.
        simulation: how the simulator plays it; found by itself when `plugin` is a name.

    To override: `ref`, where an id alone does not make a task of yours; `status_payload`, where the kit cannot find out
    how a word is said. A standard test is overridden only with `@deviation("why")` or an `xfail` with a reason.
    """
