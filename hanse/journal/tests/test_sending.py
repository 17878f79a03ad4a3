"""Statements on their way: prepared once, prepared again when the driver forgot them, values and rows as they are."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg.pq import TransactionStatus

from hanse.journal import sending
from hanse.journal.models import Request as Keyed
from hanse.orders.models import Order
from hanse.orders.place import Place, PlaceLine, place


class Stop(Exception):
    """Ends a transaction."""


ONE = "SELECT %(n)s::bigint + 1"


def test_a_statement_is_prepared_once(given):
    with given.run() as run:
        assert run.rows(int, ONE, n=1) == [2]
        known = dict(connection.connection._prepared._names)
        assert run.rows(int, ONE, n=41) == [42] and connection.connection._prepared._names == known


def test_a_no_costs_no_prepared_statements(given):
    """A refusal, a dry run and an attempt that did not come off are undone, and all that was prepared stays."""
    given.item()
    given.customer()
    asked = [Place("REUTER", (PlaceLine("BRG-6204", 1),), ref="R-1")]
    place(asked, by="ann")
    known = set(connection.connection._prepared._names)
    assert [a.code for a in place(asked, by="ann")] == ["ref-used"]
    place([Place("REUTER", (PlaceLine("BRG-6204", 1),), ref="R-2")], by="ann", dry_run=True)
    with given.run() as run:
        assert not run.attempt(lambda: run.rows(int, ONE, n=1) == [3], bool)
    assert known <= set(connection.connection._prepared._names)
    assert [o.ref for o in Order.objects.all()] == ["R-1"]


def test_a_refusal_outside_of_any_transaction_leaves_none_open(lasting):
    lasting.customer()
    assert [a.code for a in place([Place("REUTER", (PlaceLine("BRG-6204", 1),))], by="ann", key="k-1")] == ["not-sellable"]
    assert connection.connection.pgconn.transaction_status == TransactionStatus.IDLE and not connection.in_atomic_block
    assert Keyed.objects.count() == 0


def test_what_was_longest_unused_makes_room(given, monkeypatch):
    monkeypatch.setattr(sending, "MOST_PREPARED", 3)
    with given.run() as run:
        for n in (1, 2, 3, 1, 4):
            run.rows(int, f"SELECT %(n)s::bigint + {n}", n=0)
    assert [sql[-1] for sql, _ in connection.connection._prepared._names] == ["3", "1", "4"]


def test_what_the_driver_forgot_is_prepared_again(given):
    """Whatever it rolls back takes its prepared statements with it, and ours stand in its list."""
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
