"""A pace that was cut: half at once, then gently up again, and never nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.lanes.pace import Meter, cut


def test_a_refusal_halves_the_pace_and_a_minute_restores_it():
    throttle = cut(None, measured=10.0, configured=None, now=100.0)
    assert [throttle.rate_at(100.0 + later) for later in (0, 30, 60, 600)] == [5.0, 7.5, 10.0, 10.0]
    assert (throttle.is_over(159.9), throttle.is_over(160.0)) == (False, True)


def test_each_refusal_halves_what_the_pace_is_by_then():
    throttle = cut(None, measured=16.0, configured=None, now=0.0)
    for now, rate in ((1.0, 4.07), (2.0, 2.1), (3.0, 1.12)):
        throttle = cut(throttle, measured=1.0, configured=None, now=now)
        assert throttle.rate_at(now) == pytest.approx(rate, abs=0.01)


def test_a_configured_pace_is_the_ceiling():
    throttle = cut(None, measured=50.0, configured=4.0, now=0.0)
    assert (throttle.rate_at(0.0), throttle.rate_at(1e6)) == (2.0, 4.0)


@given(
    refusals=st.lists(st.floats(0.0, 100.0), min_size=1, max_size=60),
    measured=st.floats(0.0, 1e4),
    configured=st.none() | st.floats(0.001, 1e4),
)
def test_it_is_never_nothing_never_more_than_allowed_and_over_after_two_minutes(refusals, measured, configured):
    now, throttle = 0.0, None
    for pause in refusals:
        now += pause
        throttle = cut(throttle, measured, configured, now)
        assert 0.0 < throttle.rate_at(now) <= throttle.ceiling
        assert 0.0 < throttle.share_at(now) <= 1.0
        assert throttle.ceiling <= max(configured or 0.0, 0.1) or configured is None
    assert throttle.is_over(now + 121.0)


def test_a_meter_counts_what_was_sent_lately():
    meter = Meter()
    for tenth in range(200):
        meter.add(tenth / 10)
    assert meter.per_second(20.0) == pytest.approx(10.0, rel=0.1)
    assert meter.per_second(100.0) == 0.0
