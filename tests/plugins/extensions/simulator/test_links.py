"""Signed links live as long as they say, and their signature guards what they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from tidings.wire import signed_url_expiry
from tidings_simulator.links import Links

START = datetime(2026, 1, 1, tzinfo=UTC)


class Time:
    now = START


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def links(time):
    return Links("http://127.0.0.1:1", now=lambda: time.now, secret=b"secret")


def problem(links: Links, url: str) -> str | None:
    parts = urlsplit(url)
    return links.problem(parts.path, parts.query)


def test_a_link_without_a_lifetime_carries_no_signature_and_lasts(links, time):
    url = links.make("luma", "a b/c", "video.mp4")
    time.now += timedelta(days=365)

    assert url == "http://127.0.0.1:1/_simulator/files/luma/a%20b%2Fc/video.mp4"
    assert problem(links, url) is None


def test_a_signed_link_says_when_it_dies_and_dies_then(links, time):
    url = links.make("luma", "x", "video.mp4", lifetime=3600)
    assert signed_url_expiry(url) == START + timedelta(hours=1)

    time.now += timedelta(seconds=3599)
    assert problem(links, url) is None
    time.now += timedelta(seconds=1)
    assert problem(links, url) == "Request has expired"


@pytest.mark.parametrize(("old", "new"), [("Expires=60", "Expires=9999"), ("video.mp4", "other.mp4")])
def test_a_changed_link_is_refused(links, old, new):
    url = links.make("luma", "x", "video.mp4", lifetime=60)
    assert old in url

    assert "does not match" in problem(links, url.replace(old, new))


def test_links_of_another_simulator_are_refused(links, time):
    other = Links("http://127.0.0.1:1", now=lambda: time.now, secret=b"other")

    assert "does not match" in problem(links, other.make("luma", "x", "video.mp4", lifetime=60))
