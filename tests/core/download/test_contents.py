"""An error page is told from a film by its first bytes, and a film is not taken for a page whatever its label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.download.contents import impostor

MP4 = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
MP3 = b"ID3\4\0\0\0\0\0#TSSE"
GLB = b"glTF\2\0\0\0"
SVG = b'<?xml version="1.0"?>\n<!-- made -->\n<svg xmlns="http://www.w3.org/2000/svg">'
GLTF = b'{\n  "asset": {"version": "2.0"}}'
S3 = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code>'

CONTENTS = [
    ("video", "video/mp4", MP4, None),
    ("video", "text/plain", MP4, None),
    ("video", "application/json", MP4, None),
    ("video", "", b"film", None),
    ("video", "video/mp4", b"film", None),
    ("image", "", PNG, None),
    ("audio", "", MP3, None),
    ("model3d", "", GLB, None),
    ("video", "application/json", b"not ready", "JSON"),
    ("video", "application/vnd.storage+json; charset=utf-8", b"not ready", "JSON"),
    ("video", "application/xml", b"<Busy/>", "XML"),
    ("audio", "Text/Plain", b"please wait", "text"),
    ("video", "text/html", b"please wait", "a web page"),
    ("video", "video/mp4", b'\xef\xbb\xbf {"error":"x"}', "JSON"),
    ("image", "image/png", b'[{"error":"x"}]', "JSON"),
    ("audio", "", b"{}", "JSON"),
    ("video", "", b"\n<!DOCTYPE html><p>", "a web page"),
    ("model3d", "", b"<html lang=en>", "a web page"),
    ("image", "", S3, "an error in XML"),
    ("model3d", "application/xml", S3, "an error in XML"),
    ("video", "", b"<?xml version='1.0'?><x/>", "XML"),
    ("image", "image/svg+xml", SVG, None),
    ("image", "application/xml", SVG, None),
    ("video", "", SVG, "a picture in SVG"),
    ("model3d", "application/json", GLTF, None),
    ("model3d", "text/plain", b"# an object\nv 0 0 0", None),
    ("text", "text/html", b"<!doctype html>", None),
    ("file", "application/json", b'{"error":"x"}', None),
]


@pytest.mark.parametrize(("kind", "content_type", "start", "what"), CONTENTS)
def test_what_stands_in_the_outputs_place_is_named(kind, content_type, start, what):
    assert impostor(kind, content_type, start) == what


@given(st.sampled_from(["video", "image", "audio", "model3d"]), st.text(max_size=30), st.binary(max_size=512))
def test_bytes_that_are_in_no_text_are_the_output_whatever_their_label(kind, content_type, start):
    assert impostor(kind, content_type, start + b"\0") is None
