"""Standard tests of a provider's simulation, where its plugin has one: what it writes, the provider reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest

from tidings.model import TaskState, TaskStatus
from tidings.plugins import default_plugins
from tidings.testing.conformance.asking import ways
from tidings.testing.conformance.kit import Kit
from tidings.testing.conformance.simulating import Moment, look, moments
from tidings.testing.conformance.soundness import flaws
from tidings.testing.simulation import Simulation


class SimulationsConformance(Kit):
    """A simulation of another maker than the provider reads would make users' tests worthless.

    Class attributes:
        simulation: the class; found through the entry point when `plugin` is a name.
    """

    simulation: ClassVar[type[Simulation] | None] = None

    def test_a_simulated_task_ends_as_it_was_told_to(self) -> None:
        """Told to succeed, fail or be canceled, the task is read so; it has outputs if it succeeded."""
        for moment, status in self._looks():
            if moment.stage == moment.outcome:
                assert status.is_final, f"{moment}: the ended task is read as {status.state}"
                is_as_told = status.state == moment.outcome or moment.outcome not in TaskState.__members__
                assert is_as_told, f"{moment}: the ended task is read as {status.state}"
                has_outputs = bool(status.primary)
                assert has_outputs == (moment.outcome == "succeeded"), f"{moment}: its outputs are {status.outputs}"

    def test_a_simulated_task_is_open_before_its_end(self) -> None:
        """In every stage before its end the task is read as open, by a word that is known."""
        for moment, status in self._looks():
            if moment.stage != moment.outcome:
                is_open = not status.is_final and status.state is not TaskState.unknown
                assert is_open, f"{moment}: the task is read as {status.state}"

    def _looks(self) -> Iterator[tuple[Moment, TaskStatus]]:
        """Every moment and what is read then, in every way it can be asked for; errors fail the test."""
        simulation = self._simulation()
        ref = self.ref(simulation.new_id(1))
        for moment in moments(simulation):
            for way in ways(self.provider, ref.route):
                answer = look(self.provider, moment, ref, way)
                assert isinstance(answer, TaskStatus), f"{moment}: it is read as {answer!r}"
                lines = list(flaws(answer, ref))
                assert not lines, f"{moment}:\n" + "\n".join(lines)
                yield moment, answer

    def _simulation(self) -> Simulation:
        kind = self.simulation
        if kind is None and isinstance(self.plugin, str):
            kind = default_plugins().simulation(self.plugin)
        if kind is None:
            pytest.skip("this plugin has no simulation")
        return kind()
