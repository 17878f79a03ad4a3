"""The bench measures what it says: the same orders, the same counters and the same ledger on both sides. Never a time."""

import json

import psycopg
import pytest

from conftest import HOME
from hanse import bench
from hanse.bench import company, cpu, in_batches

COUNTERS = "sum(ordered), sum(reserved), sum(freed), sum(picked), sum(packed), sum(shipped), sum(delivered), sum(invoiced), count(*)"
HANSE_LEDGER = """
SELECT s.kind, t.kind, count(*), sum(m.quantity) FROM inventory_movement m JOIN inventory_account s ON s.id = m.source_id
  JOIN inventory_account t ON t.id = m.target_id WHERE s.kind <> 'supplier' GROUP BY 1, 2 ORDER BY 1, 2
"""
FLOOR_LEDGER = HANSE_LEDGER.replace("inventory_", "").replace("source_id", "source").replace("target_id", "target")
HANSE_BALANCES = "SELECT a.kind, sum(b.on_hand), sum(b.reserved) FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id WHERE a.kind <> 'bin' AND b.on_hand > 0 GROUP BY 1 ORDER BY 1"
FLOOR_BALANCES = HANSE_BALANCES.replace("inventory_", "").replace("account_id", "account")


@pytest.fixture(scope="module")
def measured(database_urls):
    """Both databases after the same few orders, and the rows that told of them."""
    databases = company.made(HOME, "bench_test")
    rows = list(in_batches.measured(databases, {1: 2, 10: 2}, processes=(1, 2), rounds=1))
    yield databases, rows
    for name in ("hanse_bench_test", "floor_bench_test"):
        company.drop(databases.server, name)


def asked(url: str, sql: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchall()


def test_each_row_says_what_hanse_and_the_floor_cost(measured):
    _, rows = measured
    assert [(r["name"], r["batch"], r["processes"]) for r in rows] == [(n, b, p) for n in ("place", "cycle") for b in (1, 10) for p in (1, 2)]
    assert all(r["cpu_ms_per_order"] > 0 and r["floor_cpu_ms_per_order"] > 0 and r["orders_per_s"] > 0 for r in rows)
    assert json.loads(json.dumps(rows)) == rows


def test_a_batch_is_sent_as_a_few_statements(measured):
    _, rows = measured
    sent = {r["batch"]: r["statements_per_order"] for r in rows if r["name"] == "cycle" and r["processes"] == 1}
    assert sent[10] < sent[1] / 9


def test_hanse_and_the_floor_end_with_the_same_counters(measured):
    databases, _ = measured
    for ours, plain in (("orders_order", "ord"), ("orders_line", "line")):
        assert asked(databases.hanse_owner, f"SELECT {COUNTERS} FROM {ours}") == asked(databases.floor, f"SELECT {COUNTERS} FROM {plain}")


def test_hanse_and_the_floor_end_with_the_same_ledger(measured):
    databases, _ = measured
    assert asked(databases.hanse_owner, HANSE_LEDGER) == asked(databases.floor, FLOOR_LEDGER)
    assert asked(databases.hanse_owner, HANSE_BALANCES) == asked(databases.floor, FLOOR_BALANCES)


def test_hanse_and_the_floor_tell_as_many_facts(measured):
    databases, _ = measured
    assert asked(databases.hanse_owner, "SELECT count(*) FROM journal_event") == asked(databases.floor, "SELECT count(*) FROM journal")


def test_cpu_counts_what_is_new_whole_and_what_stayed_from_before():
    assert cpu.used({1: 2.0, 2: 5.0}, {1: 2.5, 3: 0.25}) == 0.75


def test_a_figure_that_is_not_known_is_refused(capsys):
    with pytest.raises(Exception, match="is not one of"):
        bench.main(["--only", "speed"])
