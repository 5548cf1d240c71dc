"""The base class by which a plugin says how its provider is simulated."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

import tidings.testing
from tidings.testing.simulated import FOREVER, SimulatedTask
from tidings.testing.simulation import Asked, Simulation, Stage, Timeline, in_body, in_path, in_query


class Acme(Simulation):
    routes = ()
    stages = (Stage("waiting", 5), Stage("odd", 0), Stage("working", 20))
    words = {"succeeded": "done", "working": "busy"}
    dialects = {"new": {"working": "BUSY"}, "old": {}}

    def render(self, task):
        return task


ACME = Acme()


@pytest.mark.parametrize(
    ("age", "stage", "progress"),
    [(-1, "waiting", 0.0), (0, "waiting", 0.0), (5, "working", 0.2), (24.9, "working", 0.996), (25, "succeeded", 1.0)],
)
def test_a_timeline_says_the_stage_and_the_progress_at_an_age(age, stage, progress):
    timeline = ACME.timeline()

    assert timeline.stage(age) == stage
    assert timeline.progress(age) == pytest.approx(progress)


def test_a_timeline_without_stages_is_over_at_once():
    assert Timeline((), "failed").stage(0) == "failed"
    assert Timeline((), "failed").progress(0) == 1.0


def test_a_task_passes_stages_of_no_length_only_when_it_asks_for_them():
    assert [stage.name for stage in ACME.timeline().stages] == ["waiting", "working"]
    assert [stage.name for stage in ACME.timeline(durations={"odd": 1, "waiting": 0}).stages] == ["odd", "working"]


def test_a_task_can_be_stuck():
    timeline = ACME.timeline(durations={"working": FOREVER})

    assert timeline.stage(1e12) == "working"
    assert timeline.progress(1e12) == 0.0
    assert math.isinf(timeline.seconds)


def test_an_unknown_outcome_or_stage_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="no outcome 'lost'; there are succeeded, failed, canceled"):
        ACME.timeline("lost")
    with pytest.raises(ValueError, match="no stage 'running'; there are waiting, odd, working"):
        ACME.timeline(durations={"running": 1})


@pytest.mark.parametrize(
    ("stage", "dialect", "word"),
    [
        ("working", "new", "BUSY"),
        ("working", "old", "busy"),
        ("succeeded", "new", "done"),
        ("waiting", "old", "waiting"),
    ],
)
def test_a_dialects_words_go_before_the_common_ones_and_the_rest_is_said_as_it_is(stage, dialect, word):
    assert ACME.word(stage, dialect) == word


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"authorization": "Bearer sk-1"}, None),
        ({"authorization": "sk-1"}, None),
        ({"authorization": "Bearer sk-2"}, "无效的令牌"),
        ({"authorization": ""}, "未提供令牌"),
        ({"x-key": "sk-1"}, "未提供令牌"),
    ],
)
def test_the_key_is_looked_for_in_its_header_behind_a_scheme_or_alone(headers, problem):
    assert ACME.key_problem(headers, "sk-1") == problem


def test_ids_are_read_from_the_path_the_query_or_the_body():
    asked = Asked(
        params={"id": "a"},
        query={"ids": ["b,c"], "id": ["d", "e"]},
        json={"ids": ["f", 7, None, {}], "task": {"id": "g"}},
    )

    assert in_path()(asked) == ["a"]
    assert in_query("ids", separator=",")(asked) == ["b", "c"]
    assert in_query("id")(asked) == ["d", "e"]
    assert in_query("no")(asked) == []
    assert in_body("ids")(asked) == ["f", "7"]
    assert in_body("task", "id")(asked) == ["g"]
    assert in_body("ids")(Asked()) == []


def test_answers_are_the_gateways_own_unless_a_provider_has_others():
    assert ACME.not_found("x", "new").status == 400
    assert ACME.not_found("x", "new").json["code"] == "task_not_exist"
    assert ACME.refusal(429, "slow down").json == {"error": {"message": "slow down", "type": "new_api_error"}}
    assert ACME.render_batch(["a", "b"], "new") == ["a", "b"]
    assert ACME.default_dialect == "new"


def test_ids_look_like_uuids_and_are_the_same_in_every_run():
    assert ACME.new_id(1) == ACME.new_id(1) != ACME.new_id(2)
    assert ACME.new_id(1).count("-") == 4


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "finished_at", "facts"),
    [
        ("succeeded", None, (False, False, False)),
        ("succeeded", NOW, (True, True, False)),
        ("failed", NOW, (True, False, True)),
        ("failed", None, (False, False, False)),
    ],
)
def test_a_simulated_task_knows_whether_and_how_it_ended(outcome, finished_at, facts):
    task = SimulatedTask(
        id="a",
        number=1,
        stage="working",
        word="busy",
        outcome=outcome,
        dialect="new",
        now=NOW,
        created_at=NOW,
        started_at=None,
        finished_at=finished_at,
        progress=0.5,
        failure="",
        link=lambda name, *, lifetime=None: name,
    )

    assert (task.is_done, task.has_succeeded, task.has_failed) == facts


def test_the_kit_offers_the_base_class_lazily():
    assert tidings.testing.Simulation is Simulation


def test_the_kit_knows_its_names_and_no_others():
    assert {"ProviderConformance", "Simulation", "load_samples"} <= set(dir(tidings.testing))
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        tidings.testing.Nothing  # noqa: B018  # looking is the test
