"""The kit's clients ask the provider under test and nobody else."""

from __future__ import annotations

import pytest

import tidings.testing
from tidings.errors import UnknownProvider
from tidings.testing.conformance.connected import OnePlugin, as_request
from tidings.transport import Outgoing
from tidings.wire import Request
from tidings_luma.provider import Luma


def test_one_plugin_knows_only_its_own():
    plugins = OnePlugin(Luma())

    assert plugins.provider("luma").name == "luma"
    with pytest.raises(UnknownProvider, match="knows only luma, not suno"):
        plugins.provider("suno")


@pytest.mark.parametrize(
    ("outgoing", "request_"),
    [
        (Outgoing("GET", "https://x.example/a%2Fb?c=d%20e"), Request("GET", "/a%2Fb", query={"c": "d e"})),
        (Outgoing("POST", "https://x.example/a", body=b'{"ids": [1]}'), Request("POST", "/a", json={"ids": [1]})),
    ],
)
def test_what_was_sent_is_told_as_the_provider_had_said_it(outgoing, request_):
    assert as_request(outgoing) == request_


def test_the_kit_lists_what_it_has_and_has_nothing_else():
    assert set(tidings.testing.__all__) <= set(dir(tidings.testing))
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        tidings.testing.Nonsense  # noqa: B018  # reading it is the test
