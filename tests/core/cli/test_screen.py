"""What the terminal bears."""

from __future__ import annotations

import pytest

from tidings.cli.screen import Style, style_for

# as_json, verbose, stdout is a terminal, stderr is a terminal, environment -> colour, bar
CASES = [
    (False, False, True, True, {}, True, True),
    (False, False, True, True, {"NO_COLOR": ""}, True, True),  # only a non-empty value counts (no-color.org)
    (False, False, True, True, {"NO_COLOR": "1"}, False, True),
    (False, False, True, True, {"TERM": "dumb"}, False, False),
    (False, True, True, True, {}, True, False),
    (True, False, True, True, {}, False, False),
    (False, False, False, True, {}, False, False),
    (False, False, True, False, {}, True, False),
    (False, False, False, False, {}, False, False),
]


@pytest.mark.parametrize(("as_json", "verbose", "out", "err", "environ", "colour", "bar"), CASES)
def test_colour_and_bar_follow_the_circumstances(as_json, verbose, out, err, environ, colour, bar):
    style = style_for(as_json=as_json, verbose=verbose, out=out, err=err, environ=environ, width=7)
    assert style == Style(as_json=as_json, colour=colour, bar=bar, width=7)
