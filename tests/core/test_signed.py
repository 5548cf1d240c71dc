"""Signed links say themselves when they die, each vendor in its own parameters."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tidings.wire import link_expiry, signed_url_expiry

AT_EIGHT = datetime(2024, 7, 1, 8, tzinfo=UTC)
UNIX = int(AT_EIGHT.timestamp())


def token(payload):
    """A JSON web token, as far as it is read: its payload in base64 without padding."""
    return f"eyJ9.{urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip('=')}.c2ln"


@pytest.mark.parametrize(
    "query",
    [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20240701T070000Z&X-Amz-Expires=3600&X-Amz-Signature=ab",
        "X-Goog-Date=20240701T073000Z&X-Goog-Expires=1800&X-Goog-Signature=ab",
        "X-Tos-Date=20240630T080000Z&X-Tos-Expires=86400&X-Tos-Signature=ab",
        "x-oss-date=20240701T075959Z&x-oss-expires=1&x-oss-signature=ab",
        f"AWSAccessKeyId=a&Expires={UNIX}&Signature=ab",
        f"GoogleAccessId=a&Expires={UNIX}&Signature=ab",
        f"OSSAccessKeyId=a&Expires={UNIX}&Signature=ab",
        f"Expires={UNIX}&Signature=ab&Key-Pair-Id=c",
        "sv=2024-05-04&se=2024-07-01T08%3A00%3A00Z&sr=b&sp=r&sig=ab",
        f"ex={UNIX:x}&is={UNIX - 86400:x}&hm=ab",
        f"x-expires={UNIX}&x-signature=ab",
        f"_jwt={token({'key': 'v.mp4', 'exp': UNIX})}",
    ],
)
def test_each_scheme_is_read(query):
    assert signed_url_expiry(f"https://example.com/v.mp4?{query}") == AT_EIGHT


@pytest.mark.parametrize(
    "query",
    [
        "",
        "X-Amz-Date=20240701T070000Z",  # how long is not said
        "X-Amz-Date=yesterday&X-Amz-Expires=3600",
        "X-Amz-Date=20240701T070000Z&X-Amz-Expires=soon",
        "X-Amz-Date=20240701T070000Z&X-Amz-Expires=99999999999999999999",
        f"Expires={UNIX}",  # not signed: some other parameter of that name
        "Expires=never&Signature=ab",
        "Expires=0&Signature=ab",
        "se=&sig=ab",
        "ex=zz&is=1&hm=ab",
        f"ex={'f' * 400}&is=1&hm=ab",
        "x-expires=",
        "_jwt=ab",
        "_jwt=ab.!.cd",
        "_jwt=ab.bm90IGpzb24.cd",
        f"_jwt={token({'exp': 'soon'})}",
        f"_jwt={token([])}",
        "t=1",
    ],
)
def test_what_does_not_say_when_is_none(query):
    assert signed_url_expiry(f"https://example.com/v.mp4?{query}") is None


_PIECES = [
    "X-Amz-Date",
    "X-Amz-Expires",
    "Expires",
    "Signature",
    "se",
    "sig",
    "ex",
    "is",
    "hm",
    "x-expires",
    "20240701T070000Z",
]
queries = st.lists(
    st.tuples(st.sampled_from(_PIECES), st.sampled_from(_PIECES) | st.integers().map(str) | st.text(max_size=8))
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))


@given(st.text() | queries.map("https://example.com/?{}".format))
@example("https://[::1/?a")
@example("\ud800?x-expires=1")
def test_any_text_is_read_without_an_error(url):
    expiry = signed_url_expiry(url)
    assert expiry is None or expiry.tzinfo is UTC


class TestLinkExpiry:
    def test_what_the_link_says_goes_before_the_makers_rule(self):
        url = f"https://example.com/v.mp4?x-expires={UNIX}"
        assert link_expiry(url, lifetime=60, since=AT_EIGHT) == AT_EIGHT

    def test_the_makers_rule_counts_from_when_the_link_was_made(self):
        assert link_expiry("https://example.com/v.mp4", lifetime=60, since=AT_EIGHT) == AT_EIGHT + timedelta(minutes=1)

    @pytest.mark.parametrize("known", [{}, {"lifetime": 60}, {"since": AT_EIGHT}])
    def test_nothing_is_guessed_from_half_a_rule(self, known):
        assert link_expiry("https://example.com/v.mp4", **known) is None

    def test_a_rule_that_counts_beyond_the_calendar_tells_nothing(self):
        assert link_expiry("https://example.com/v.mp4", lifetime=60, since=datetime.max.replace(tzinfo=UTC)) is None
