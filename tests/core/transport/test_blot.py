"""A secret that a server sends back cannot be read, however it spelled it, and JSON stays JSON."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tidings.transport.blot import _in_bytes, blotted, blotted_text

KEY = "sk/abc+DEF/123456"


def unicode_escaped(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in text)


SPELLINGS = {
    "as it is": KEY,
    "with escaped slashes": KEY.replace("/", "\\/"),
    "with one escape": KEY.replace("+", "\\u002b"),
    "with escapes in capitals": KEY.replace("+", "\\u002B").replace("/", "\\u002F"),
    "all escaped": unicode_escaped(KEY),
    "percent-encoded": quote(KEY, safe=""),
    "percent-encoded in small letters": quote(KEY, safe="").lower().replace("def", "DEF"),
    "in JSON within JSON": json.dumps(KEY.replace("/", "\\/"))[1:-1],
    "escaped in JSON within JSON": json.dumps(unicode_escaped(KEY))[1:-1],
    "escaped in JSON within JSON by PHP": KEY.replace("/", "\\\\\\/"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_blotted(spelling):
    body = f'{{"message":"key {SPELLINGS[spelling]}, twice {SPELLINGS[spelling]}"}}'.encode()
    assert blotted(body, (KEY,)) == b'{"message":"key [key], twice [key]"}'
    assert blotted_text(f"key {SPELLINGS[spelling]}", (KEY,)) == "key [key]"


def test_a_token_that_changes_every_second_costs_its_pattern_only_where_it_is_repeated():
    tokens = [f"eyJhbGciOiJIUzI1NiJ9.{number:060}" for number in range(20)]
    _in_bytes.cache_clear()
    for token in tokens:
        body = b'{"url":"https://s.test/a%2Fb","token":"eyJhbGciOiJIUzI1NiJ9"}'
        assert blotted(b'{"url":"https://s.test/a%2Fb"}', (token,)) == b'{"url":"https://s.test/a%2Fb"}'
    assert _in_bytes.cache_info().misses == 0
    assert blotted(body.replace(b"J9", f"J9.{19:060}".encode()), tokens).endswith(b'"token":"[key]"}')


def test_what_is_no_secret_stays_byte_for_byte():
    body = b'{"url":"https:\\/\\/s.test\\/a%2Fb?x=1\\u0026y=\xff","text":"\\\\ \\" sk/abc+DEF/12345"}'
    assert blotted(body, (KEY, "another-key", "")) == body


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=30),
    st.text(max_size=8) | st.text('\\"/nu', max_size=6),
    st.text(max_size=8) | st.text('\\"/nu', max_size=6),
    st.data(),
)
@example("unicodes", "\\", "", None)
@example('"quoted"', "\\\\", '"', None)
@example("ends-in\\", "", '"', None)
def test_no_text_decoded_from_the_body_holds_the_key(key, before, after, data):
    def spelled(char: str) -> str:
        ways = [json.dumps(char)[1:-1], unicode_escaped(char), unicode_escaped(char).upper().replace("U", "u")]
        return data.draw(st.sampled_from(ways + ["\\/"] * (char == "/"))) if data else ways[0]

    assume(key not in before + "[key]" + after)
    body = f'{{"a": {json.dumps(before)[:-1]}{"".join(map(spelled, key))}{json.dumps(after)[1:]}}}'
    assert json.loads(body) == {"a": before + key + after}
    assert key not in json.loads(blotted(body.encode(), (key,)))["a"]


@given(st.text('\\"/nusk-', max_size=20))
def test_what_was_json_still_is(text):
    """The key's letters may also stand behind a backslash that makes something else of the first."""
    for key in ("nsk-nsk-", "usk-usk-", "/sk-/sk-"):
        for padded in (text + key, f"\\{text}{key}", f"\n{key[1:]}{text}"):
            assert key not in json.loads(blotted(json.dumps([padded]).encode(), (key,)))[0]


SHORT = [
    ("abc123", b'{"message":"bad key abc123"}', b'{"message":"bad key [key]"}'),
    ("abc123", b'{"message":"line\\nabc123."}', b'{"message":"line\\n[key]."}'),
    ("abc123", b'{"id":"xabc1234"}', b'{"id":"xabc1234"}'),
    ("a/12", b'{"message":"a\\/12"}', b'{"message":"[key]"}'),
    ("test", b'{"test":"a test"}', b'{"test":"a test"}'),
    ("1234", b'{"id":1234}', b'{"id":1234}'),
    ("a1", b'{"id":"a1"}', b'{"id":"a1"}'),
]


@pytest.mark.parametrize(("key", "body", "result"), SHORT)
def test_a_short_key_is_blotted_as_a_whole_word_where_it_can_be_none(key, body, result):
    assert blotted(body, (key,)) == result


def test_a_key_that_holds_another_is_blotted_whole():
    assert blotted_text("sk-0123456789-more", ("sk-0123456789", "sk-0123456789-more")) == "[key]"


def test_the_case_is_ignored_where_it_was_lost():
    assert blotted_text("sk-abcdefgh.evil.test", ("sk-AbCdEfGh",), ignore_case=True) == "[key].evil.test"
    assert blotted_text("sk-abcdefgh", ("sk-AbCdEfGh",)) == "sk-abcdefgh"


def test_a_key_beyond_ascii_is_blotted_too():
    key = "schlüssel-😀"
    for body in (json.dumps([key]), json.dumps([key], ensure_ascii=False), f'["{quote(key)}"]'):
        assert blotted(body.encode(), (key,)) == b'["[key]"]'
