"""Columns arrive as they were sent."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from django.db import connection

from hanse.journal.columns import column


@pytest.mark.django_db
@pytest.mark.parametrize("kind, values", [
    ("bigint", [1, -2, None, 2**62]),
    ("text", ["", "plain", None, "NULL", 'say "so"', "back\\slash", "{a,b}", " spaced ", "line\nbreak", "grün ☂"]),
    ("numeric", [Decimal("1.50"), None, Decimal("-0.0001"), Decimal("1E+3")]),
    ("boolean", [True, False, None]),
    ("timestamptz", [datetime(2026, 11, 16, 9, 0, 0, 123456, tzinfo=UTC), None]),
    ("date", [date(2026, 11, 16), None]),
    ("time", [time(16, 0)]),
    ("bytea", [b"\x00\xff", None]),
    ("bigint", [7]),
    ("bigint", [-1, 0, 2**62]),
    ("boolean", [True, False]),
    ("timestamptz", [datetime(2026, 11, 16, 9, tzinfo=UTC), datetime(2026, 11, 16, 11, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 3, 1, 9, tzinfo=UTC)]),
    ("date", [date(2026, 11, 16), date(2026, 11, 16), date(1, 1, 1)]),
    ("bigint", []),
    ("bigint", [None]),
])  # fmt: skip
def test_a_column_arrives_as_it_was_sent(kind, values):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [column(values)])
        assert cursor.fetchone() == (values,)


@pytest.mark.django_db
def test_json_arrives_with_all_its_quotes():
    with connection.cursor() as cursor:
        cursor.execute("SELECT b ->> 'said' FROM unnest(%s::jsonb[]) AS b", [column(['{"said": "a \\"quoted\\" \\\\ word"}'])])
        assert cursor.fetchone() == ('a "quoted" \\ word',)
