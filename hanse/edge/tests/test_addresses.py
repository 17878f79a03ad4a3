"""Addresses: every route of the API has one of its own, or the first would answer for both."""

from collections import Counter

from hanse.edge.api import api


def test_no_two_routes_stand_at_one_address():
    at = Counter()
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            at.update((method, f"{prefix}{path}") for operation in view.operations for method in operation.methods)
    assert len(at) > 100 and [address for address, count in at.items() if count > 1] == []


def test_papers_and_the_admin_show_our_mark_as_well(client):
    """A label that is opened by itself names no icon, so a browser asks for the usual one."""
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302 and answer.url.startswith("/static/hanse/mark") and answer.url.endswith(".svg")
