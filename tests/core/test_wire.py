"""Foreign fields and whole answers: what fits is read, what does not is None or our error, nothing else is raised."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic_core import to_json

from tidings.errors import UnexpectedResponse
from tidings.wire import (
    Request,
    Response,
    as_int,
    as_number,
    as_progress,
    as_text,
    as_time,
    as_url,
    as_word,
    dig,
    segment,
    shorten,
)

NOW = datetime(2024, 7, 1, 8, tzinfo=UTC)
MORNING = datetime(2024, 7, 1, 7, 35, 13, tzinfo=UTC)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def response(body: bytes | str = b"", status: int = 200, **headers: str) -> Response:
    return Response(
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=body.encode() if isinstance(body, str) else body,
        received_at=NOW,
    )


class TestFields:
    @given(json_values)
    @example(10**400)
    @example("9" * 400)
    @example("0001-01-01T00:00:00+14:00")
    @example("9999-12-31T23:59:59-14:00")
    @example("\ud800")
    def test_no_value_makes_a_reader_raise(self, value):
        number, progress, instant = as_number(value), as_progress(value), as_time(value)
        assert number is None or math.isfinite(number)
        assert progress is None or 0 <= progress <= 1
        assert instant is None or (instant.tzinfo is UTC and instant.year >= 1980)
        assert as_text(value) is None or as_text(value)
        assert as_int(value) is None or as_int(value) >= 0
        assert as_url(value) is None or as_url(value).lower().startswith(("http://", "https://"))
        assert isinstance(as_word(value), str)

    @given(json_values, st.lists(st.text(max_size=8) | st.integers(-5, 5), max_size=4))
    def test_no_path_makes_dig_raise(self, value, path):
        dig(value, *path)

    @pytest.mark.parametrize(
        ("path", "found"),
        [
            (("a", "b", 1), "x"),
            (("a", "b", -2), 0),
            (("a", "b", 2), None),
            (("a", "b", -3), None),
            (("a", "c"), None),
            (("a", 0), None),
            (("a", "b", "0"), None),
            ((), {"a": {"b": [0, "x"]}}),
        ],
    )
    def test_dig_follows_names_and_places_and_ends_in_none(self, path, found):
        assert dig({"a": {"b": [0, "x"]}}, *path) == found

    @pytest.mark.parametrize(
        ("value", "text"),
        [(" a ", "a"), ("", None), ("  ", None), (7, "7"), (0, "0"), (True, None), (1.5, None), ([], None)],
    )
    def test_text(self, value, text):
        assert as_text(value) == text

    @pytest.mark.parametrize(
        ("value", "word"),
        [
            (None, ""),
            (" RUNNING ", "RUNNING"),
            ("", ""),
            (3, "3"),
            (False, "False"),
            ([], "[]"),
            ({"state": 1}, "{'state': 1}"),
        ],
    )
    def test_only_a_missing_word_is_empty(self, value, word):
        assert as_word(value) == word

    def test_what_stands_in_a_words_place_is_shown_short(self):
        assert len(as_word(["x" * 1000])) == 60

    @pytest.mark.parametrize("value", ["x" * 10_000, 10**300, "a b " * 100])
    def test_a_word_of_absurd_length_is_cut(self, value):
        word = as_word(value)
        assert len(word) == 200
        assert word.endswith("…")
        assert as_word("x" * 200) == "x" * 200

    @pytest.mark.parametrize(
        ("value", "is_url"),
        [
            ("https://example.com/a b", False),
            ("https://example.com/a?b=%20", True),
            (" HTTP://example.com ", True),
            ("ftp://example.com", False),
            ("generation failed", False),
            ("//example.com", False),
            (["https://example.com"], False),
            (None, False),
        ],
    )
    def test_url(self, value, is_url):
        assert (as_url(value) is not None) == is_url

    @pytest.mark.parametrize(
        ("value", "number"),
        [
            ("1.5", 1.5),
            (2, 2.0),
            ("nan", None),
            (math.inf, None),
            (True, None),
            ("", None),
            (10**400, None),
            ("1e999", None),
        ],
    )
    def test_number(self, value, number):
        assert as_number(value) == number

    @pytest.mark.parametrize(
        ("value", "whole"),
        [("1080", 1080), (1080.0, 1080), (-1, None), (0, 0), (1.5, None), ("1080p", None), (None, None)],
    )
    def test_int(self, value, whole):
        assert as_int(value) == whole

    @pytest.mark.parametrize(
        ("value", "progress"),
        [
            ("65%", 0.65),
            (" 65 % ", 0.65),
            (65, 0.65),
            ("100%", 1.0),
            (130, 1.0),
            (-1, None),
            ("Waiting to start", None),
        ],
    )
    def test_progress(self, value, progress):
        assert as_progress(value) == progress

    def test_progress_of_another_scale_is_scaled_but_a_percentage_says_its_own(self):
        assert as_progress(0.5, scale=1.0) == 0.5
        assert as_progress("50%", scale=1.0) == 0.5

    @pytest.mark.parametrize(
        "value",
        [
            1719819313,
            1719819313.0,
            "1719819313",
            1719819313000,
            "1719819313000",
            1719819313000000,
            "2024-07-01T07:35:13Z",
            "2024-07-01T07:35:13.000Z",
            "2024-07-01T07:35:13.000000Z",
            "2024-07-01T07:35:13.000000000Z",
            "2024-07-01T15:35:13+08:00",
            "2024-07-01 07:35:13",
            " 2024-07-01T07:35:13 ",
        ],
    )
    def test_one_instant_in_every_spelling(self, value):
        assert as_time(value) == MORNING

    @pytest.mark.parametrize("digits", range(1, 10))
    def test_a_fraction_of_any_length_is_read_to_the_microsecond(self, digits):
        fraction = "123456789"[:digits]
        expected = int(fraction[:6].ljust(6, "0"))
        assert as_time(f"2024-07-01T07:35:13.{fraction}Z") == MORNING.replace(microsecond=expected)

    @pytest.mark.parametrize(
        "value",
        [0, "0", "", None, "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", -1, "soon", True, [], "12:00", 10**30],
    )
    def test_every_spelling_of_not_set_is_none(self, value):
        assert as_time(value) is None

    @given(st.text(), st.integers(1, 50))
    def test_shorten_gives_one_line_of_at_most_the_limit(self, text, limit):
        short = shorten(text, limit)
        assert len(short) <= limit
        assert short.split() == short.split(" ") or not short


class TestSegment:
    @given(st.text(st.characters(exclude_categories=["Cs"])))
    def test_no_id_leaves_its_segment(self, text):
        assert not set(segment(text)) & set("/?#;\\ \n")
        assert segment(text).isascii()


class TestResponse:
    @pytest.mark.parametrize(
        ("status", "good"), [(199, False), (200, True), (204, True), (299, True), (301, False), (404, False)]
    )
    def test_success_is_2xx(self, status, good):
        assert response(status=status).is_success == good

    @pytest.mark.parametrize(
        ("body", "content_type", "is_html"),
        [
            ("<!DOCTYPE html><p>hi", "application/json", True),
            ("  \n<HTML>", "", True),
            ("nothing to see", "text/html; charset=utf-8", True),
            ("", "text/html", True),
            ('{"state": "completed"}', "text/html", False),
            ('[{"state": "completed"}]', "text/html", False),
            ('"<html>"', "application/json", False),
            ("{}", "application/json", False),
        ],
    )
    def test_a_web_page_is_told_by_its_first_bytes_then_by_its_declared_type(self, body, content_type, is_html):
        assert response(body, content_type=content_type).is_html == is_html

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [
            ("30", 30.0),
            (" 1.5 ", 1.5),
            ("0", 0.0),
            ("-5", 0.0),
            ("Mon, 01 Jul 2024 08:00:20 GMT", 20.0),
            ("Mon, 01 Jul 2024 09:00:20 +0100", 20.0),
            ("Mon, 01 Jul 2024 07:00:00 GMT", 0.0),
            ("Mon, 01 Jul 2024 08:00:20 -0000", None),  # a date that does not say whose
            ("Mon, 99 Jul 2024 08:00:20 GMT", None),
            ("Mon, 01 Jul 99999 08:00:20 GMT", None),
            ("Mon, 01 Jul 2024 08:00:99999999999999999999 GMT", None),
            ("Mon, 01 Jul 2024 08:00:20 +99999999999999999999", None),
            ("inf", None),
            ("nan", None),
            ("1e999", None),
            ("", None),
            ("soon", None),
        ],
    )
    def test_retry_after(self, value, seconds):
        assert response(retry_after=value).retry_after == seconds

    def test_without_the_header_nothing_is_asked(self):
        assert response().retry_after is None

    @given(st.text() | st.text(alphabet="MonJul, 0123456789:+-GMT.einfa", max_size=40))
    def test_any_retry_after_is_a_wait_or_nothing(self, value):
        seconds = response(retry_after=value).retry_after
        assert seconds is None or 0 <= seconds < math.inf

    @given(json_values)
    def test_json_is_read_back(self, value):
        assert str(response(json.dumps(value, allow_nan=True)).json()) == str(json.loads(json.dumps(value)))

    @pytest.mark.parametrize(
        ("body", "says", "retryable", "no_route"),
        [
            ("", "empty", True, False),
            ("  \n ", "empty", True, False),
            ("<html><body>hi</body></html>", "web page", False, True),
            ('{"code": "succ', "not JSON", True, False),
            ("\ufeff", "empty", True, False),
            ("\ufeff<html>hi", "web page", False, True),
            ('{"text": "\\ud83d", "code": "succ', "not JSON", True, False),
            (b"\xff\xfe", "not JSON", True, False),
            ("[" * 100_000, "not JSON", True, False),
            ("[" * 100_000 + "]" * 100_000, "not JSON", True, False),
        ],
    )
    def test_what_is_not_json_is_unexpected_and_says_whether_to_try_again(self, body, says, retryable, no_route):
        with pytest.raises(UnexpectedResponse, match=says) as caught:
            response(body, status=201).json()
        assert (caught.value.retryable, caught.value.no_route) == (retryable, no_route)
        assert caught.value.status_code == 201

    @given(st.binary(max_size=60))
    def test_any_body_is_json_or_unexpected_and_its_error_text_is_one_line(self, body):
        answer = response(body, status=500)
        try:
            answer.json()
        except UnexpectedResponse as error:
            assert not error.no_route or answer.is_html
        assert "\n" not in answer.error_text()
        assert all(answer.error_codes())

    @pytest.mark.parametrize("good", [{"code": "success"}, [1, 2], "text", 3, None])
    def test_the_body_is_parsed_once(self, good):
        answer = response(json.dumps(good))
        assert answer.json() == good
        assert answer.json() is answer.json()


class TestOddJson:
    def test_half_an_emoji_costs_no_neighbour_its_answer(self):
        body = '[{"id": "a", "text": "cat \\ud83d"}, {"id": "b", "text": "\\ude00 ä \\ud83d\\ude00", "\\ud83d": 1}]'
        payload = response(body).json()
        assert payload == [{"id": "a", "text": "cat \ufffd"}, {"id": "b", "text": "\ufffd ä 😀", "\ufffd": 1}]
        assert json.dumps(payload, ensure_ascii=False).encode()

    @given(json_values, st.sampled_from([r"\ud83d", r"\udc00", r"a\ud800b"]))
    def test_what_is_read_beside_it_is_the_same_and_can_be_written(self, value, half):
        payload = response(f'[{json.dumps(value)}, "{half}"]').json()
        assert str(payload[0]) == str(json.loads(json.dumps(value)))
        assert to_json(payload, inf_nan_mode="constants")
        assert "\ufffd" in payload[1]

    def test_bytes_that_are_no_utf8_are_replaced(self):
        assert response(b'{"text": "caf\xe9"}').json() == {"text": "caf\ufffd"}

    @pytest.mark.parametrize("digits", ["1" * 5000, "-" + "9" * 5000])
    def test_a_number_longer_than_python_converts_comes_as_text(self, digits):
        assert response(f'{{"seed": {digits}, "id": 7}}').json() == {"seed": digits, "id": 7}

    def test_what_is_nested_absurdly_deep_is_cut_and_the_rest_is_read(self):
        payload = response('{"id": "a", "deep": ' + '{"x": [' * 200 + "]}" * 200 + "}").json()
        assert payload["id"] == "a"
        assert to_json(payload).count(b"[") == 49  # 100 levels: 51 objects and 49 lists

    @pytest.mark.parametrize("content_type", ["application/json", "text/html"])
    def test_a_byte_order_mark_before_it_is_no_part_of_it(self, content_type):
        assert response("\ufeff{}", content_type=content_type).json() == {}


class TestErrorText:
    @pytest.mark.parametrize(
        ("payload", "text"),
        [
            ({"error": {"message": "no key", "type": "new_api_error"}}, "no key"),
            ({"code": "task_not_exist", "message": "gone", "data": None}, "gone"),
            ({"detail": {"reason": "unauthorized secret token", "code": 1}}, "unauthorized secret token"),
            ({"detail": [{"msg": "field required"}]}, "field required"),
            ({"detail": "Not Found"}, "Not Found"),
            ({"base_resp": {"status_code": 1004, "status_msg": "login fail"}}, "login fail"),
            ({"code": 500, "msg": "no such task", "data": None}, "no such task"),
            ({"error": "bad"}, "bad"),
            ({"description": "quota_not_enough", "type": "upstream_error", "code": 30}, "quota_not_enough"),
            ({"title": "Too many"}, "Too many"),
            ({"message": ""}, ""),
            ([1], ""),
            ("a\nb", ""),
        ],
    )
    def test_it_is_found_where_each_service_puts_it(self, payload, text):
        assert response(json.dumps(payload)).error_text() == text

    def test_plain_text_is_taken_as_it_is_shortened(self):
        assert response("upstream\n timed out").error_text() == "upstream timed out"
        assert len(response("x" * 10_000).error_text()) == 300

    def test_a_web_page_and_an_empty_body_say_nothing(self):
        assert response("<html>a long page").error_text() == response("").error_text() == ""

    @pytest.mark.parametrize(
        ("payload", "codes"),
        [
            ({"error": {"code": "a", "type": "b"}, "code": "c"}, ["a", "c", "b"]),
            ({"error": {"code": "", "type": "new_api_error"}}, ["new_api_error"]),
            ({"code": 30}, ["30"]),
            ({"detail": {"code": 1}}, ["1"]),
            (None, []),
        ],
    )
    def test_codes_come_the_most_specific_first(self, payload, codes):
        assert response(json.dumps(payload)).error_codes() == codes


class Row(BaseModel):
    id: str
    size: int


class TestReadAs:
    def test_a_model_or_any_type_is_read(self):
        assert response('{"id": "a", "size": 3}').read_as(Row) == Row(id="a", size=3)
        assert response('[{"id": "a", "size": 3}]').read_as(list[Row])[0].size == 3

    def test_the_first_field_that_does_not_fit_is_named_and_its_value_is_not(self):
        with pytest.raises(UnexpectedResponse, match=r"^0\.size: Input should be") as caught:
            response('[{"id": "a", "size": "hunter2"}]').read_as(list[Row])
        assert "hunter2" not in str(caught.value)
        with pytest.raises(UnexpectedResponse, match=r"^the whole: "):
            response("3").read_as(Row)


def test_a_request_is_a_frozen_value():
    request = Request("GET", "/luma/generations/x")
    assert (request.query, request.json, request.headers) == ({}, None, {})
    assert request == Request("GET", "/luma/generations/x")
    with pytest.raises(AttributeError):
        request.path = "/elsewhere"


def test_times_keep_their_order_across_units():
    instants = [as_time(1719819313), as_time(1719819313500), as_time(1719819314000000)]
    assert all(earlier < later for earlier, later in pairwise(instants))
