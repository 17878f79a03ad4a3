"""Asking: a question to the database outside an operation, one object for each row."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")


def rows(make: Callable[..., T], sql: str, **given: Any) -> list[T]:
    """Run a query and make one object of each row, columns in the order of its fields."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [make(*row) for row in cursor.fetchall()]
