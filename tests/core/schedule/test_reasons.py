"""Why a look is made when it is: in plain words, for each reason there is."""

from __future__ import annotations

import pytest

from tidings.schedule import REASONS, Reason


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_is_told_in_a_sentence(reason):
    assert REASONS[reason].endswith(".")
    assert REASONS[reason][0].islower()  # it follows "Next look at +5 s: "


def test_what_a_trace_holds_is_found():
    assert REASONS["first"] == REASONS[Reason.first]
