"""Addresses: every route of the API has one of its own, or the first would answer for both."""

from collections import Counter

from hanse.edge.api import api


def test_no_two_routes_stand_at_one_address():
    at = Counter()
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            at.update((method, f"{prefix}{path}") for operation in view.operations for method in operation.methods)
    assert len(at) > 100 and [address for address, count in at.items() if count > 1] == []
