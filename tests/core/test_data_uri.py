"""A file inside an answer is told from prose, named by its type and decoded byte for byte."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.wire import as_data_uri, is_data_uri, media_kind, media_suffix, type_kind

PIXEL = b"\x89PNG\r\n\x1a\n"


@given(st.binary(max_size=200))
def test_base64_comes_back_byte_for_byte(content):
    assert as_data_uri(f"data:image/png;base64,{b64encode(content).decode()}").decoded() == content


@given(st.binary(max_size=200))
def test_percent_encoding_comes_back_byte_for_byte(content):
    assert as_data_uri(f"data:text/plain,{quote(content)}").decoded() == content


@pytest.mark.parametrize(
    "uri",
    [
        "data:image/png;base64,iVBORw0KGgo=",
        "DATA:Image/PNG;BASE64,iVBORw0KGgo=",
        " data:image/png;base64,iVBORw0KGgo=\n",
        "data:image/png;base64,iVBORw0KGgo",
        "data:image/png;base64,iVBO\nRw0K\r\nGgo=",
        "data:image/png;base64,iVBORw0KGgo%3D",
        "data:image/png;name=a.b;base64,iVBORw0KGgo=",
        "data:image/png,%89PNG%0d%0a%1a%0a",
    ],
)
def test_the_ways_to_write_one_are_one(uri):
    read = as_data_uri(uri)

    assert (read.media_type, read.decoded()) == ("image/png", PIXEL)


def test_a_type_may_be_left_out_where_base64_is_stated():
    assert as_data_uri("data:;base64,iVBORw0KGgo=").media_type is None


@pytest.mark.parametrize(
    "text",
    ["", "data:", "data: this, and that", "data:,this", "data:image/png", "data:a b/c,x", "http://x/y", None, 5, []],
)
def test_what_is_none_is_none(text):
    assert as_data_uri(text) is None


def test_what_begins_like_one_is_told_at_once():
    assert is_data_uri("Data:x")
    assert not is_data_uri("https://x.test/data:")


@pytest.mark.parametrize("payload", ["A", "iVBOR", "iVBO*w0KGgo=", "====", "\ud800"])
def test_what_cannot_be_decoded_says_so(payload):
    with pytest.raises(ValueError, match=r"base64|padding|data characters|surrogates"):
        as_data_uri(f"data:image/png;base64,{payload}").decoded()


def test_the_file_is_not_in_the_repr():
    assert "iVBOR" not in repr(as_data_uri("data:image/png;base64,iVBORw0KGgo="))


@pytest.mark.parametrize(
    ("media_type", "kind", "suffix"),
    [
        ("image/png", "image", ".png"),
        ("IMAGE/JPG; q=1", "image", ".jpg"),
        ("audio/wav", "audio", ".wav"),
        ("video/mp4", "video", ".mp4"),
        ("text/plain; charset=utf-8", "text", ".txt"),
        ("application/json", "text", ".json"),
        ("model/gltf-binary", "model3d", ".glb"),
        ("application/zip", None, ".zip"),
        ("application/x-nobody-knows", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_media_type_tells_kind_and_suffix(media_type, kind, suffix):
    assert (type_kind(media_type), media_suffix(media_type)) == (kind, suffix)


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("data:audio/mpeg;base64,AAAA", "audio"),
        ("data:text/plain,see.mp4", "text"),
        ("data:;base64,AAAA", None),
        ("data:a.mp4", None),
    ],
)
def test_its_kind_is_that_of_its_type_whatever_it_holds(uri, kind):
    assert media_kind(uri) == kind
