"""When a fault happens: where it is meant, how often and how likely. What it does is in test_mishaps."""

from __future__ import annotations

import pytest

from tidings_simulator.faults import Faults


@pytest.fixture
def faults():
    return Faults()


def struck(faults, *, provider="luma", route="task", ids=("a",)):
    return [fault.kind for fault in faults.strike({"html", "slow", "empty"}, provider, route, ids)]


def test_a_fault_happens_everywhere_unless_it_is_told_where(faults):
    faults.add("html")

    assert struck(faults) == struck(faults, provider="suno", route="batch", ids=()) == ["html"]


@pytest.mark.parametrize("scope", [{"provider": "luma"}, {"route": "task"}, {"task": "a"}])
def test_a_fault_with_a_scope_happens_inside_it_only(faults, scope):
    faults.add("html", **scope)

    assert struck(faults) == ["html"]
    assert struck(faults, provider="suno", route="batch", ids=("b",)) == []


def test_files_are_spared_unless_they_are_meant(faults):
    faults.add("html")
    assert struck(faults, route="file") == []

    faults.add("empty", route="file")
    assert struck(faults, route="file") == ["empty"]


def test_a_fault_happens_to_the_first_n_requests_it_fits(faults):
    fault = faults.add("html", provider="luma", times=2)
    struck(faults, provider="suno")

    assert [struck(faults) for _ in range(3)] == [["html"], ["html"], []]
    assert faults.happened(fault) == 2


def test_the_same_seed_brings_the_same_misfortunes():
    def run(seed):
        faults = Faults()
        faults.add("html", probability=0.5, seed=seed)
        return [bool(struck(faults)) for _ in range(50)]

    assert run(1) == run(1) != run(2)
    assert 10 < sum(run(1)) < 40


def test_a_fault_that_is_used_up_lets_the_next_of_its_kind_happen(faults):
    faults.add("slow", seconds=1, times=1)
    faults.add("slow", seconds=2)

    [first], [second] = faults.strike({"slow"}, "luma", "task", ()), faults.strike({"slow"}, "luma", "task", ())

    assert (first.options["seconds"], second.options["seconds"]) == (1, 2)


def test_cleared_faults_happen_no_more(faults):
    faults.add("html")
    faults.clear()

    assert struck(faults) == []
    assert len(faults) == 0


def test_an_unknown_fault_is_refused_with_those_there_are(faults):
    with pytest.raises(ValueError, match=r"no fault 'meteor'; there are .*rate_limited"):
        faults.add("meteor")


def test_an_unknown_option_is_refused_with_those_there_are(faults):
    with pytest.raises(ValueError, match="slow has no option minutes; its options: seconds"):
        faults.add("slow", minutes=1)
    with pytest.raises(ValueError, match="its options: none"):
        faults.add("hang_up", seconds=1)


def test_poison_needs_to_know_the_id(faults):
    with pytest.raises(ValueError, match="task=ID"):
        faults.add("poison")
