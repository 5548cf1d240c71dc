"""What was learned of durations: what counts, when it says something, and how it is kept."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.schedule import Durations

SECONDS = st.floats(0.1, 1e6)


def learned(*seconds: float, action: str | None = "video") -> Durations:
    durations = Durations()
    for taken in seconds:
        durations.learn("luma", action, taken)
    return durations


def test_nothing_is_said_of_fewer_than_twenty_tasks():
    durations = learned(*[60.0] * 19)
    assert durations.usual("luma", "video") is None
    durations.learn("luma", "video", 60.0)
    usual = durations.usual("luma", "video")
    assert usual.count == 20
    assert usual.quantile(0.5) == pytest.approx(60.0, rel=0.05)


def test_providers_and_kinds_of_work_are_kept_apart():
    durations = learned(*[60.0] * 20)
    assert durations.usual("luma", "image") is None
    assert durations.usual("luma", None) is None
    assert durations.usual("kling", "video") is None


@pytest.mark.parametrize("seconds", [0.0, -5.0, math.nan, math.inf, -math.inf, 1e12])
def test_what_is_no_duration_is_passed_over(seconds):
    durations = learned(*[60.0] * 20, *[seconds] * 100)
    assert durations.usual("luma", "video").count == 20


def test_the_table_is_made_anew_only_when_notably_more_was_learned():
    durations = learned(*[60.0] * 1000)
    table = durations.usual("luma", "video")
    durations.learn("luma", "video", 600.0)
    assert durations.usual("luma", "video") is table
    for _ in range(100):
        durations.learn("luma", "video", 600.0)
    assert durations.usual("luma", "video").quantile(0.95) == pytest.approx(600.0, rel=0.1)


@given(st.lists(SECONDS, min_size=20, max_size=100), st.integers(30, 200))
def test_a_duration_seen_again_and_again_draws_the_median_to_it(seconds, times):
    often = max(seconds)
    before = learned(*seconds).usual("luma", "video").quantile(0.5)
    after = learned(*seconds, *[often] * times).usual("luma", "video").quantile(0.5)
    assert after >= before * 0.75  # a table of fewer tasks is smoothed over up to a third


def test_as_json_it_can_be_read_by_a_person():
    durations = learned(*[5.02] * 12, 61.0)
    durations.learn("kling", None, 100.0)
    assert durations.to_json() == {  # the middles of bins of 5 %
        "version": 1,
        "kling": {"": {"count": 1, "seconds": {"101": 1}}},
        "luma": {"video": {"count": 13, "seconds": {"5.13": 12, "61.7": 1}}},
    }


@given(st.lists(SECONDS, max_size=200))
def test_what_was_kept_is_what_was_learned(seconds):
    kept = learned(*seconds).to_json()
    assert Durations.from_json(json.loads(json.dumps(kept))).to_json() == kept


def test_what_an_earlier_run_left_is_held_to_a_weight():
    kept = learned(*[60.0] * 9000).to_json()
    assert Durations.from_json(kept).usual("luma", "video").count == 2000


def test_what_two_counted_can_be_put_together():
    one, two = learned(*[60.0] * 15), learned(*[60.0] * 10)
    two.learn("kling", "video", 5.0)
    one.merge(two)
    assert one.usual("luma", "video").count == 25
    assert one.to_json()["kling"] == two.to_json()["kling"]
    assert two.usual("luma", "video") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=8), each, max_size=4),
)
COUNTS = st.dictionaries(st.sampled_from(["5.0", "60", "-1", "nan", "1e400", "soon", ""]) | st.text(max_size=4), JSON)
NEARLY = st.fixed_dictionaries(
    {"version": st.just(1)},
    optional={
        "luma": st.fixed_dictionaries({"video": st.fixed_dictionaries({"seconds": COUNTS | JSON}) | JSON}) | JSON
    },
)


@given(JSON | NEARLY)
def test_whatever_the_file_holds_is_read_as_far_as_it_can_be(data):
    durations = Durations.from_json(data)
    durations.learn("luma", "video", 5.0)
    usual = durations.usual("luma", "video")
    assert usual is None or usual.quantile(0.5) > 0.0
    json.dumps(durations.to_json(), allow_nan=False)


@pytest.mark.parametrize("count", [0, -3, 1e300, 10**400, math.nan, math.inf, "12", None, [1]])
def test_one_bad_count_costs_only_itself(count):
    kept = {"version": 1, "luma": {"video": {"count": "many", "seconds": {"60.0": 25, "70.0": count}}}}
    assert Durations.from_json(kept).usual("luma", "video").count == 25


def test_a_file_of_another_version_is_not_guessed_at():
    kept = learned(*[60.0] * 30).to_json()
    assert Durations.from_json(kept | {"version": 2}).usual("luma", "video") is None
