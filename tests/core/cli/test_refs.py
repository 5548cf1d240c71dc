"""Reading refs from arguments, standard input and files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.cli.refs import Named, located, parse_refs, read_refs
from tidings.errors import ConfigError, InvalidRef
from tidings.model import TaskRef


def no_stdin() -> bytes:
    raise AssertionError("standard input was read without being asked for")


def texts(arguments, stdin=no_stdin) -> list[str]:
    return [named.text for named in read_refs(arguments, stdin=stdin)]


def test_arguments_keep_their_order_and_their_duplicates():
    assert texts(["luma:2", "luma:1", "luma:2"]) == ["luma:2", "luma:1", "luma:2"]


def test_a_file_and_standard_input_stand_where_they_are_named(tmp_path):
    file = tmp_path / "refs.txt"
    file.write_text("luma:b\nluma:c\n")
    assert texts(["luma:a", f"@{file}", "-", "luma:e"], lambda: b"luma:d") == [f"luma:{x}" for x in "abcde"]


@pytest.mark.parametrize(
    "data",
    [
        b"luma:1\nluma:2\n",
        b"luma:1\nluma:2",
        b"luma:1\r\nluma:2\r\n",
        b"luma:1\rluma:2\r",
        b"\xef\xbb\xbfluma:1\nluma:2\n",
        b"\n  luma:1  \n\n# a comment\n   # another\n\tluma:2\n\n",
        "luma:1\r\nluma:2\r\n".encode("utf-16"),
        b"\xfe\xff" + "luma:1\nluma:2".encode("utf-16-be"),
    ],
)
def test_line_ends_marks_blanks_and_comments_make_no_difference(data):
    assert texts(["-"], lambda: data) == ["luma:1", "luma:2"]


def test_an_id_may_hold_a_hash():
    assert texts(["-"], lambda: b"luma:a#b\n") == ["luma:a#b"]


def test_places_count_every_line_and_every_argument():
    data = b"# heading\r\n\r\nluma:1\r\n"
    named = read_refs(["luma:0", "-"], stdin=lambda: data)
    assert named == [Named("luma:0", "argument 1"), Named("luma:1", "line 3 of standard input")]


def test_standard_input_is_read_once():
    with pytest.raises(ConfigError, match="only once"):
        texts(["-", "-"], lambda: b"")


@pytest.mark.parametrize(
    ("name", "sentence"), [("missing.txt", "No such file"), ("", "directory"), ("a\0b", "not a file")]
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, sentence):
    with pytest.raises(ConfigError, match=sentence):
        texts([f"@{tmp_path}/{name}"])


def test_bytes_that_are_no_text_are_found_by_line():
    with pytest.raises(ConfigError, match="line 2 of standard input is not text in UTF-8"):
        texts(["-"], lambda: b"luma:1\nluma:\xff\n")


def test_all_malformed_refs_are_named_with_place_and_grammar():
    with pytest.raises(InvalidRef) as caught:
        parse_refs([Named("luma", "argument 1"), Named("luma:1", "argument 2"), Named(":x", "line 7 of refs.txt")])
    first, second = str(caught.value).splitlines()
    assert first.startswith("argument 1: 'luma' does not name a task")
    assert second.startswith("line 7 of refs.txt: ':x' does not name a task")
    assert "provider[@account]:[route/]id" in first


def test_of_many_malformed_refs_the_first_few_are_shown():
    with pytest.raises(InvalidRef) as caught:
        parse_refs(Named("?", f"line {number} of refs.txt") for number in range(1, 20_001))
    assert len(str(caught.value).splitlines()) == 6
    assert str(caught.value).endswith("and 19995 more like these")


def test_a_ref_its_provider_refuses_is_located():
    refs = [TaskRef("luma", "1"), TaskRef("luma", "2", route="r")]
    named = [Named("luma:1", "argument 1"), Named("luma:r/2", "argument 2")]
    assert located(InvalidRef("no routes", ref=refs[1]), named=named, refs=refs) == "argument 2: no routes"
    assert located(InvalidRef("no routes"), named=named, refs=refs) == "no routes"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_sentence(data):
    try:
        named = read_refs(["-"], stdin=lambda: data)
    except ConfigError as error:
        assert "not text" in str(error)
    else:
        assert all(each.text and each.text == each.text.strip() for each in named)


@given(st.lists(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8), max_size=20))
def test_refs_written_one_a_line_come_back(ids):
    refs = [TaskRef("luma", id_) for id_ in ids]
    data = "\n".join(map(str, refs)).encode()
    assert parse_refs(read_refs(["-"], stdin=lambda: data)) == refs
