"""The conformance kit passes an honest provider and fails every broken one, by the right test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tidings.testing import ProviderConformance, deviation
from tidings.testing.conformance.deviations import standard_tests

pytest_plugins = ["pytester"]

SUBJECTS = Path(__file__).with_name("subjects.py")

# Who breaks what: the class in subjects.py without its "Test", and the standard test that must fail for it.
BROKEN = [
    ("Nameless", "test_the_facts_pass_the_check_at_loading"),
    ("Undocumented", "test_the_documentation_is_named"),
    ("Unreachable", "test_there_is_an_address"),
    ("TornByCase", "test_states_do_not_depend_on_case"),
    ("NeverFailing", "test_states_can_end"),
    ("NoSamples", "test_samples_are_of_this_provider"),
    ("StrangersSamples", "test_samples_are_of_this_provider"),
    ("NoFailedSample", "test_samples_cover_every_end"),
    ("NoIncludeSample", "test_samples_cover_every_include"),
    ("OtherPath", "test_a_sample_is_asked_for_as_recorded"),
    ("IgnoresProgress", "test_a_sample_is_read_as_expected"),
    ("FailsWithoutCause", "test_a_sample_makes_a_sound_status"),
    ("TakesAnothersAnswer", "test_an_answer_about_another_task_is_refused"),
    ("MisreadsAWord", "test_a_documented_word_is_understood"),
    ("DeadRow", "test_a_documented_word_can_be_reached"),
    ("ChangesItsMind", "test_final_words_end_a_wait_and_no_others_do"),
    ("SwallowsUnknownWords", "test_an_unknown_word_is_not_guessed"),
    ("HidesUnknownWords", "test_an_unknown_word_is_not_guessed"),
    ("AsksForAll", "test_a_request_carries_the_id"),
    ("UnquotedId", "test_ids_are_quoted"),
    ("SplittingBatch", "test_ids_are_quoted_in_a_batch"),
    ("UnquotedInclude", "test_ids_are_quoted_for_an_include"),
    ("LosesUnicode", "test_any_id_is_quoted"),
    ("WaitsThrough429", "test_a_refusal_is_the_right_error"),
    ("ForgetsRetryAfter", "test_a_refusal_is_the_right_error"),
    ("ReadsBodiesFirst", "test_an_http_error_is_never_a_status"),
    ("BelievesNothing", "test_a_hollow_answer_is_no_status"),
    ("TakesHalfABody", "test_a_body_cut_short_is_an_error"),
    ("TypeErrorOnNull", "test_a_null_in_any_place_is_survived"),
    ("KeyErrorOnMissing", "test_a_missing_field_is_survived"),
    ("TrustsTypes", "test_another_type_in_any_place_is_survived"),
    ("ChokesOnDepth", "test_any_json_is_survived"),
    ("ThinBatchSample", "test_a_batch_sample_has_several_tasks"),
    ("MatchesByPosition", "test_a_batch_is_matched_by_id"),
    ("DependsOnTheFirst", "test_a_batch_may_be_asked_in_any_order"),
    ("GuessesTheAbsent", "test_a_task_absent_from_a_batch_is_not_found"),
    ("MatchesTheOnlyOneByPosition", "test_a_task_absent_from_a_batch_is_not_found"),
    ("TellsOfStrangers", "test_a_task_nobody_asked_for_is_ignored"),
    ("FailsTogether", "test_a_spoilt_row_is_its_own_trouble"),
    ("ChangesItsMind", "test_both_clients_give_what_was_read"),
    ("ForgetsTheRest", "test_more_tasks_than_a_batch_holds_are_split"),
    ("LeaksItsKey", "test_the_key_is_seen_nowhere"),
    ("Remembers", "test_a_provider_keeps_no_state"),
    ("Counts", "test_a_request_depends_on_the_task_alone"),
    ("Keyless", "test_auth_depends_on_key_and_time_alone"),
    ("Impure", "test_the_module_imports_nothing_that_acts"),
    ("SimulatedWithoutFailures", "test_a_simulated_task_ends_as_it_was_told_to"),
    ("SimulatedElsewhere", "test_a_simulated_task_ends_as_it_was_told_to"),
    ("SimulatedHastily", "test_a_simulated_task_is_open_before_its_end"),
    ("EndlessFlow", "test_a_sample_is_read_as_expected"),
    ("EndlessFlow", "test_a_simulated_task_ends_as_it_was_told_to"),
    ("SilentOverride", "test_no_standard_test_is_overridden_without_a_reason"),
    ("SilentMixin", "test_no_standard_test_is_overridden_without_a_reason"),
]


@pytest.fixture
def run(pytester: pytest.Pytester):
    """Run one class of subjects.py, or one test of it, in a pytest of its own; returns how many passed, failed …"""

    def run_subject(name: str, test: str = "", *options: str) -> dict[str, int]:
        file = pytester.path / "test_subjects.py"
        file.write_text(SUBJECTS.read_text())
        chosen = f"{file}::Test{name}::{test}" if test else f"{file}::Test{name}"
        result = pytester.inline_run(chosen, "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", *options)
        counts = dict(zip(("passed", "skipped", "failed"), map(len, result.listoutcomes()), strict=True))
        assert sum(counts.values()), "nothing ran"
        return counts

    return run_subject


@pytest.mark.parametrize(("name", "test"), BROKEN, ids=[f"{name}-{test}" for name, test in BROKEN])
def test_a_broken_provider_fails_the_right_test(run, name, test):
    assert run(name, test)["failed"] > 0


def test_an_honest_provider_passes_everything_but_the_test_of_its_imports(run):
    counts = run("Acme", "", "-k", "not imports_nothing_that_acts")  # subjects.py itself imports asyncio

    assert counts["failed"] == counts["skipped"] == 0
    assert counts["passed"] > 100


def test_a_provider_without_a_batch_call_skips_what_is_about_batches(run):
    counts = run("OneByOne", "", "-k", "batch")

    assert (counts["failed"], counts["skipped"] > 0) == (0, True)


def test_tasks_of_a_single_route_may_be_all_that_is_asked_for_in_batches(run):
    counts = run("OneRouteInBatches", "", "-k", "not imports_nothing_that_acts")

    assert counts["failed"] == counts["skipped"] == 0
    assert run("OneRouteByPosition", "", "-k", "matched_by_id")["failed"] == 1


def test_an_id_may_travel_in_the_query(run):
    assert run("OneByOne", "", "-k", "ids_are_quoted or any_id or carries_the_id")["failed"] == 0


def test_a_provider_may_refuse_ids_that_its_maker_cannot_have_given(run):
    assert run("PickyIds", "", "-k", "ids_are_quoted or any_id")["failed"] == 0


def test_a_pending_word_may_be_read_as_begun(run):
    assert run("BegunByProgress", "", "-k", "documented_word")["failed"] == 0


def test_a_task_may_be_named_by_its_polling_url(run):
    counts = run("AtItsOwnUrls", "", "-k", "polling_url")

    assert (counts["failed"], counts["passed"] > 0) == (0, True)


def test_a_file_may_be_named_by_its_path_at_the_accounts_address(run):
    counts = run("FilesBehindTheKey", "", "-k", "done")

    assert (counts["failed"], counts["passed"] > 0) == (0, True)


def test_a_plugin_without_a_simulation_has_none_tested(run):
    assert run("CodedWithHelp", "", "-k", "simulated") == {"passed": 0, "skipped": 2, "failed": 0}


def test_every_standard_test_can_fail():
    assert standard_tests(ProviderConformance).keys() == {test for _, test in BROKEN}


def test_a_deviation_with_a_reason_passes(run):
    counts = run("ReasonedOverride", "", "-k", "address or documentation or without_a_reason")

    assert counts == {"passed": 2, "skipped": 1, "failed": 0}


def test_a_word_the_kit_cannot_find_is_asked_for_and_may_be_given(run):
    words = ("", "-k", "documented_word")

    assert run("CodedWithoutHelp", *words)["failed"] > 0
    assert run("CodedWithHelp", *words)["failed"] == 0


def test_without_pytest_or_hypothesis_the_error_names_the_extra():
    code = "import sys; sys.modules['hypothesis'] = None; from tidings.testing import ProviderConformance"
    ran = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert "the conformance kit needs pytest and hypothesis: pip install 'tidings[testing]'" in ran.stderr


def test_a_standard_test_cannot_be_deleted():
    with pytest.raises(TypeError, match="test_ids_are_quoted deletes a standard test"):
        type("TestDeleting", (ProviderConformance,), {"test_ids_are_quoted": None, "__module__": __name__})


@pytest.mark.parametrize("name", ["test_no_standard_test_is_overridden_without_a_reason", "pytest_generate_tests"])
def test_what_keeps_the_tests_in_place_cannot_be_overridden(name):
    with pytest.raises(TypeError, match="cannot be overridden"):
        type("TestUnguarded", (ProviderConformance,), {name: lambda self: None, "__module__": __name__})


def test_a_deviation_needs_a_reason():
    with pytest.raises(ValueError, match="needs a reason"):
        deviation(" ")
