"""What the tests of the edge start from: keys, and a client that speaks the API's language."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from hanse.edge import keys

_names = itertools.count(1)


class Caller:
    """A client of the API with a key of its own; a fresh Idempotency-Key for each write unless one is given."""

    def __init__(self, *scopes: str):
        self.token = keys.make(f"caller {next(_names)}", list(scopes))
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, HTTP_AUTHORIZATION=f"Bearer {self.token}")

    def post(self, path: str, body: Any = None, key: str | None = None, method: str = "post", **headers: str) -> Any:
        given = {"HTTP_AUTHORIZATION": f"Bearer {self.token}", "HTTP_IDEMPOTENCY_KEY": key or f"key-{next(_names)}"} | headers
        data = body if isinstance(body, bytes) else json.dumps(body)
        return getattr(self.client, method)(f"/api/v1{path}", data, content_type="application/json", **given)

    def delete(self, path: str, **given: Any) -> Any:
        return self.post(path, b"", method="delete", **given)


@pytest.fixture
def caller(db: None) -> Callable[..., Caller]:
    return Caller
