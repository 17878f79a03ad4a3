"""Statements on their way: prepared once, prepared again when the driver forgot them, values and rows as they are."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction


class Stop(Exception):
    """Ends a transaction."""


ONE = "SELECT %(n)s::bigint + 1"


def test_a_statement_is_prepared_once(given):
    with given.run() as run:
        assert run.rows(int, ONE, n=1) == [2]
        known = dict(connection.connection._prepared._names)
        assert run.rows(int, ONE, n=41) == [42] and connection.connection._prepared._names == known


def test_what_the_driver_forgot_is_prepared_again(given):
    """Whatever is rolled back takes the driver's prepared statements with it, and ours stand in its list."""
    with given.run() as run:
        run.rows(int, ONE, n=1)
        with pytest.raises(Stop), transaction.atomic():
            raise Stop
        assert not connection.connection._prepared._names
        assert run.rows(int, ONE, n=1) == [2]


@pytest.mark.parametrize("kind, value", [
    ("text", 'it\'s "so"'), ("text", None), ("bytea", b"\x00\xff"), ("bigint", 10**12), ("numeric", Decimal("0.10")), ("boolean", True),
    ("date", date(2026, 11, 16)), ("timestamptz", datetime(2026, 11, 16, 9, tzinfo=UTC)), ("text[]", ["a", None, 'b"'])])  # fmt: skip
def test_a_value_comes_back_as_it_went(given, kind, value):
    with given.run() as run:
        assert run.rows(lambda it: it, f"SELECT %(value)s::{kind}", value=value) == [value]


def test_what_the_database_refuses_is_told_as_everywhere(given):
    with pytest.raises(DatabaseError) as told, given.run() as run:
        run.rows(int, "SELECT 1 / %(n)s::int", n=0)
    assert told.value.__cause__.sqlstate == "22012"
