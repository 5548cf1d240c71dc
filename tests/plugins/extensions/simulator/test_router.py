"""A request finds the provider and the route it is for, whichever is installed."""

from __future__ import annotations

import pytest

from tidings.testing.simulation import Route, Simulation
from tidings_simulator.router import Played, Router


class Acme(Simulation):
    routes = (
        Route("GET", "/v1/jobs/{id}"),
        Route("POST", "/v1/jobs", name="batch"),
        Route("GET", "/{route:path}/requests/{id}", name="queue"),
    )

    def render(self, task):
        return {}


@pytest.fixture
def router():
    return Router([Played("acme", Acme(), "/acme", ""), Played("lone", Acme(), None, "")])


@pytest.mark.parametrize(
    ("method", "path", "route", "params"),
    [
        ("GET", "/acme/v1/jobs/7", "task", {"id": "7"}),
        ("GET", "/_official/acme/v1/jobs/7", "task", {"id": "7"}),
        ("GET", "/acme/v1/jobs/a%2Fb%20c", "task", {"id": "a/b c"}),
        ("GET", "/acme/v1/jobs/%E6%97%A5", "task", {"id": "日"}),
        ("POST", "/acme/v1/jobs", "batch", {}),
        ("GET", "/acme/fal-ai/flux/requests/7", "queue", {"route": "fal-ai/flux", "id": "7"}),
    ],
)
def test_a_request_finds_its_route_and_what_stands_in_the_braces(router, method, path, route, params):
    match = router.match(method, path)

    assert (match.played.name, match.route.name, match.params) == ("acme", route, params)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/acme/v1/jobs/7"), ("GET", "/acme/v1/jobs/7/more"), ("GET", "/v1/jobs/7"), ("GET", "/acme/v1/jobs/")],
)
def test_another_method_or_path_finds_nothing(router, method, path):
    assert router.match(method, path) is None


def test_a_provider_that_no_gateway_serves_is_found_at_its_own_address_only(router):
    assert router.match("GET", "/_official/lone/v1/jobs/7").played.name == "lone"
    assert router.match("GET", "/lone/v1/jobs/7") is None
