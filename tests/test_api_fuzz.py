"""Schemathesis over the whole API: whatever is sent, no 5xx, and no answer that the description does not declare."""

import functools
import itertools
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from hanse.edge import keys
from hanse.edge.wsgi import application

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_keys = itertools.count()


def groups() -> list[list[str]]:
    """Every route as `GET /api/v1/orders`, those that begin alike together."""
    from hanse.edge.api import api

    paths = {"/api/v1/" + path.removeprefix("/api/v1").lstrip("/"): methods for path, methods in api.get_openapi_schema()["paths"].items()}
    routes = sorted((path.split("/")[3], f"{method.upper()} {path}") for path, methods in paths.items() for method in methods)
    return [[route for _, route in alike] for _, alike in itertools.groupby(routes, key=lambda it: it[0])]


@pytest.fixture
def stocked(lasting):
    """A company with an item, a customer, a site and stock, and a key that opens everything."""
    item, site = lasting.item(), lasting.site()
    lasting.customer()
    lasting.stocked(item, site, 100)
    return {"Authorization": f"Bearer {keys.make('fuzz', ['all'])}"}


@functools.cache
def described() -> Any:
    """The API as it describes itself, read once: it is the same for all routes."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    return schema


def fuzz(route: str, headers: dict[str, str], examples: int) -> None:
    """Send so many made-up requests, well-formed and not, to one route."""
    method, path = route.split()
    strategy = described()[path][method].as_strategy()

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=strategy)
    def send(case: schemathesis.Case) -> None:
        own = headers | ({"Idempotency-Key": f"fuzz-{next(_keys)}"} if method != "GET" else {})
        case.call_and_validate(headers=own, checks=CHECKS)

    send()


@pytest.mark.parametrize("alike", groups(), ids=lambda it: it[0].split("/")[3])
def test_no_route_breaks_or_answers_what_it_does_not_declare(stocked, alike, subtests):
    for route in alike:
        with subtests.test(route):
            fuzz(route, stocked, 6)


@pytest.mark.slow
@pytest.mark.parametrize("alike", groups(), ids=lambda it: it[0].split("/")[3])
def test_no_route_breaks_in_the_long_run(stocked, alike, subtests):
    for route in alike:
        with subtests.test(route):
            fuzz(route, stocked, 300)
