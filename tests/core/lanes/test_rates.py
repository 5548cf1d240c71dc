"""What servers say of how many requests are left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.lanes.rates import RATE_HEADERS, Quota, quota_of

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("headers", "quota"),
    [
        ({"ratelimit": '"default";r=50;t=30'}, Quota(50, 30.0)),
        ({"ratelimit": '"a"; r=0; t=7, "b";r=9;t=900'}, Quota(0, 7.0)),
        ({"ratelimit-limit": "100", "ratelimit-remaining": "12", "ratelimit-reset": "40"}, Quota(12, 40.0)),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": str(NOW + 20)}, Quota(3, 20.0)),
        ({"x-ratelimit-remaining-requests": "59", "x-ratelimit-reset-requests": "6m0s"}, Quota(59, 360.0)),
        ({"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "120ms"}, Quota(1, 0.12)),
        ({"x-ratelimit-remaining": "5", "x-ratelimit-reset": "0"}, None),
        ({"x-ratelimit-remaining": "5", "x-ratelimit-reset": "86400"}, None),
        ({"x-ratelimit-remaining": "-1", "x-ratelimit-reset": "9"}, None),
        ({"x-ratelimit-remaining": "many", "x-ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-remaining": "nan", "x-ratelimit-reset": "inf"}, None),
        ({"x-ratelimit-remaining": "5"}, None),
        ({"ratelimit": "nonsense"}, None),
        ({}, None),
    ],
)
def test_each_way_of_saying_it_is_read(headers, quota):
    found = quota_of(headers, NOW)
    assert (found is None) == (quota is None)
    if quota is not None:
        assert (found.remaining, round(found.seconds, 6)) == quota


@given(st.dictionaries(st.sampled_from(sorted(RATE_HEADERS | {"x-ratelimit-reset", "ratelimit-reset"})), st.text()))
def test_whatever_stands_there_is_no_error(headers):
    found = quota_of(headers, NOW)
    assert found is None or (found.remaining >= 0 and 0 < found.seconds <= 3600)
