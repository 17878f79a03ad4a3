"""A company is restored to a moment and goes on: exactly what was acknowledged before it is there, and no number is given twice.

Real processes throughout: `hanse serve` with clients that live through orders, `hanse db archive`, `hanse db restore --to`,
`hanse recover`, `hanse verify`.
"""

import json
import os
import signal
import sys
import time
from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from hanse.bench.company import COMPANY, _fill, migrated
from hanse.bench.kept import keep
from hanse.edge import postgres
from hanse.edge.tests.test_serve import Serving, hanse, until
from hanse.world.faults.lives import Act, Client, Company
from tests.test_kills_whole_life import SKUS, _end

NUMBERED = """
SELECT number, issued_at AS made_at FROM billing_invoice UNION ALL SELECT sscc, packed_at FROM fulfilment_carton UNION ALL SELECT 'H-' || id, placed_at FROM orders_order
"""
VOID = "SELECT series || '-' || lpad(n::text, 6, '0') FROM billing_voidednumbers, generate_series(first, last) n"


@pytest.fixture
def homes(tmp_path):
    home, then = tmp_path / "home", tmp_path / "then"
    try:
        yield home, then
    finally:
        for it in (home, then):
            _end(it)


def ok(home, *words):
    done = hanse(home, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def lived(serving: Serving, company: Company, seed: int) -> list[Act]:
    """Let clients live through some orders; what was acknowledged."""
    company.url, company.acts = serving.url, []
    company.ended.clear()
    threads = company.clients(3, seed, SKUS)
    paid = lambda: sum("payment" in a.path for a in company.acts)  # noqa: E731
    assert until(lambda: paid() >= 3 or company.ended.is_set(), 120)
    company.ended.set()
    for thread in threads:
        thread.join()
    assert company.odd == []
    return company.acts


def stopped(serving: Serving) -> None:
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(30) == 0


def feed(serving: Serving, token: str, cursor: str = "") -> tuple[list[dict], str]:
    """All facts behind a place, and the place behind them."""
    found, get = [], httpx.Client(base_url=f"{serving.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30)
    while page := get.get("/events", params={"cursor": cursor, "limit": 500}).json():
        found, cursor = found + page["items"], page["next"]
        if not page["items"]:
            return found, cursor
    raise AssertionError


def asked(home, query: str) -> set:
    server = postgres.start(home / "database")
    with psycopg.connect(server.app_url, autocommit=True) as connection:
        return {row[0] if len(row) == 1 else row for row in connection.execute(query).fetchall()}


@pytest.mark.slow
def test_a_company_goes_on_from_a_restored_moment_and_gives_no_number_twice(homes, tmp_path):
    home, then = homes
    [made] = json.loads(ok(home, "key", "create", "--name", "clients", "--scope", "all", "--json"))
    kept, token = tmp_path / "kept", made["key"]
    ok(home, "db", "archive", str(kept))
    serving = Serving(home, "serve")
    company = Company(serving.url, token)
    company.load(SKUS)
    before = lived(serving, company, 1)
    time.sleep(1)
    moment = datetime.now(UTC)
    time.sleep(1)
    after = lived(serving, company, 2)
    _, place = feed(serving, token)
    stopped(serving)
    numbers = asked(home, f"SELECT number FROM ({NUMBERED}) n")
    postgres.stop(home / "database")

    began = time.monotonic()
    ok(then, "db", "restore", str(kept), "--to", moment.isoformat())
    restored = time.monotonic() - began
    keys = asked(then, "SELECT key FROM journal_event WHERE actor = 'key:clients'")
    assert {a.key for a in before} <= keys and not {a.key for a in after} & keys
    serving = Serving(then, "serve", "--no-worker")
    company.url = serving.url
    client = Client(company, None, "shop")
    closed = client.http.post("/cancellations/batch", json=[{"order": before[0].told.get("order", "H-1")}], headers={"Idempotency-Key": "x"})
    assert (closed.status_code, closed.json()["code"], "retry-after" in closed.headers) == (503, "closed", True)
    began = time.monotonic()
    said = ok(then, "recover", "--beside", str(home))
    print(f"restored in {restored:.1f} s, recovered in {time.monotonic() - began:.1f} s\n{said}")  # noqa: T201
    lost = {a.told["invoice"] for a in after if a.told["told"] == "InvoiceIssued"}
    assert all(f"Lost: {number} of" in said for number in lost)
    assert lost <= asked(then, VOID)
    stopped(serving)

    serving = Serving(then, "serve")
    later = lived(serving, company, 3)
    facts, _ = feed(serving, token, place)
    assert facts[0]["kind"] == "Recovered" and {f["kind"] for f in facts} > {"OrderPlaced", "NumbersVoided"}
    stopped(serving)
    assert len(later) > 10
    first = asked(then, f"SELECT number FROM ({NUMBERED}) n WHERE made_at <= '{moment.isoformat()}'")
    since = asked(then, f"SELECT number FROM ({NUMBERED}) n WHERE made_at > '{moment.isoformat()}'")
    assert first <= numbers and since and not since & numbers
    ok(then, "verify")


@pytest.mark.slow
def test_a_company_of_a_gigabyte_is_restored_whole(homes, tmp_path):
    """Says how long a gigabyte takes; most of it comes from the copy, some from the log. HANSE_RESTORE_MB: another size."""
    (home, then), kept = homes, tmp_path / "kept"
    wanted, orders, portion = int(os.environ.get("HANSE_RESTORE_MB", "1024")), 0, 25_000
    ok(home, "db", "start")
    server = postgres.start(home / "database")
    migrated(server.owner_url)
    _fill(server.owner_url, COMPANY)

    def megabytes() -> int:
        with psycopg.connect(server.superuser_url, autocommit=True) as admin:
            [size] = admin.execute("SELECT pg_database_size('hanse')").fetchone()
        return size // 2**20

    def grown_to(size: int) -> None:
        nonlocal orders
        while megabytes() < size:
            keep(server.superuser_url, orders + 1, orders + portion)
            orders += portion

    grown_to(wanted * 4 // 5)
    took = {"copied": timed(lambda: ok(home, "db", "archive", str(kept)))}
    grown_to(wanted)
    counted = asked(home, "SELECT count(*), sum(total) FROM orders_order")
    size, by_log = megabytes(), wanted // 5
    postgres.stop(home / "database")
    took["restored"] = timed(lambda: ok(then, "db", "restore", str(kept)))
    assert asked(then, "SELECT count(*), sum(total) FROM orders_order") == counted
    for what in ("restored", "copied"):
        took[f"{what}, minutes per GB"] = took[what] / 60 * 1024 / size
    said = ", ".join(f"{what} {seconds:.2f}" for what, seconds in took.items())
    sys.stderr.write(f"{size} MB with {orders} orders, some {by_log} of it from the log: {said} (seconds, where nothing else is said)\n")


def timed(act) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began
