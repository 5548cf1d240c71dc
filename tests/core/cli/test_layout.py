"""How the live table fits a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.cli.layout import GAP, column_widths, cut, laid_out
from tidings.cli.table import Row

ROW = Row("luma:9d4b7516-77e5-481a-b015-48313946f33b", "running", "42%", "1:20 of about 2:10", "in 3 s", "why")
NATURAL = {"ref": 41, "state": 9, "progress": 4, "age": 18, "next_look": 9, "remark": 50}
RIGID = {"state", "progress", "age", "next_look"}
naturals = st.fixed_dictionaries({name: st.integers(0, 200) for name in NATURAL} | {"ref": st.integers(4, 200)})


@pytest.mark.parametrize(
    ("room", "widths"),
    [
        (141, NATURAL),  # all of it
        (120, NATURAL | {"remark": 29}),
        (100, NATURAL | {"ref": 34, "remark": 16}),
        (80, {"ref": 25, "state": 9, "progress": 4, "age": 18, "remark": 16}),
        (60, {"ref": 25, "state": 9, "progress": 4, "remark": 16}),
        (50, {"ref": 21, "state": 9, "remark": 16}),
        (40, {"ref": 29, "state": 9}),
        (5, {"ref": 1, "state": 9}),
    ],
)
def test_what_is_least_worth_seeing_gives_way_first(room, widths):
    assert column_widths(NATURAL, room) == widths


@given(naturals, st.integers(1, 1500))
def test_columns_fit_and_none_is_wider_than_it_needs(natural, room):
    widths = column_widths(natural, room)
    assert all(width <= max(1, natural[name]) for name, width in widths.items())
    assert all(widths[name] == natural[name] for name in RIGID & widths.keys())
    assert {"ref", "state"} <= widths.keys()
    if room > natural["state"] + GAP:
        assert sum(widths.values()) + GAP * (len(widths) - 1) <= room


@given(naturals)
def test_nothing_is_cut_where_there_is_room(natural):
    room = sum(natural.values()) + GAP * (len(natural) - 1)
    assert column_widths(natural, room) == natural


@given(st.text(max_size=60), st.integers(1, 60))
def test_a_text_that_is_cut_keeps_both_its_ends(text, width):
    short = cut(text, width)
    assert len(short) == min(len(text), width)
    head, _, tail = short.rpartition("…") if len(text) > width else ("", "", text)
    assert text.startswith(head)
    assert text.endswith(tail)


def test_cells_stand_below_their_headings():
    headings, first, second = laid_out([ROW, ROW._replace(ref="luma:short", remark="a longer one")], 200)
    assert list(first) == list(Row._fields)
    for name in set(Row._fields) - {"remark"}:
        assert len(headings[name]) == len(first[name]) == len(second[name])
    assert (headings["age"].strip(), first["age"]) == ("age", "1:20 of about 2:10")
    assert (first["remark"], second["remark"]) == ("why", "a longer one")


def test_in_a_narrow_terminal_a_ref_loses_its_middle():
    _, cells = laid_out([ROW], 40)
    assert cells == {"ref": "luma:9d4b7…13946f33b", "state": "running", "progress": "42% ", "remark": "why"}
