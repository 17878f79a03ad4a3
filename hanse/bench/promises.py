"""Promises: quotes of three lines over twenty sites, with the services of the site that supplies them.

`hanse bench promises`. A quote stands next to plain statements that read the same facts and decide nothing.
"""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from .apart import tell, told_apart
from .company import Databases, Wish, wishes
from .floor_work import Watch

QUOTES, WARM, SITES = 2_000, 50, 20
NAME = "hanse_bench_promises"
NOON = datetime(2026, 11, 16, 11, tzinfo=UTC)
FROM_ON, PRICES = date(2026, 1, 1), ("4.90", "6.20", "8.80", "11.40", "15.90")
MORE_SITES = """
INSERT INTO network_site (id, code, name, country, zone, sscc_prefix, priority) OVERRIDING SYSTEM VALUE
SELECT n, 'S-' || n, 'Site ' || n, 'DE', 'Europe/Berlin', '4012345', 20 + n FROM generate_series(3, %(sites)s) n;
INSERT INTO network_lane (site_id, country, days, cost) SELECT n, 'DE', 1 + n %% 3, 5 FROM generate_series(3, %(sites)s) n;
INSERT INTO inventory_stock (item_id, site_id, on_hand) SELECT i, s, 1000 FROM generate_series(1, 10000) i, generate_series(3, %(sites)s) s;
ANALYZE
"""
PLAIN = [
    "SELECT p.id, p.code, p.currency, a.country, a.region, a.postcode, p.receives_on FROM partners_party p JOIN partners_address a ON a.party_id = p.id AND a.code = 'main' WHERE p.code = %(customer)s",
    "SELECT id, sku, price, tax_rate, weight_g, length_mm, width_mm, height_mm FROM catalogue_item WHERE sku = ANY(%(skus)s)",
    "SELECT s.id, s.code, s.zone, s.country, s.workdays, s.cut_off, l.days, l.cost FROM network_site s LEFT JOIN network_lane l ON l.site_id = s.id AND l.country = 'DE' WHERE s.active",
    "SELECT t.item_id, t.site_id, t.on_hand - t.reserved FROM inventory_stock t JOIN catalogue_item i ON i.id = t.item_id WHERE i.sku = ANY(%(skus)s) AND t.on_hand > t.reserved",
    """SELECT n.id, n.item_id, n.site_id, n.due_on, n.quantity - n.received FROM inventory_inbound n JOIN catalogue_item i ON i.id = n.item_id
        WHERE i.sku = ANY(%(skus)s) AND n.received < n.quantity""",
    """SELECT v.carrier, v.code, v.max_weight_g, z.zone, z.days, r.up_to_g, r.price FROM network_service v
         JOIN network_ratecard c ON c.carrier = v.carrier AND c.service = v.code JOIN network_servicezone z ON z.card_id = c.id AND z.country = 'DE'
         JOIN network_rate r ON r.card_id = c.id AND r.zone = z.zone""",
]
"""The same facts, read plainly."""


def measured(databases: Databases, quick: bool) -> Iterator[dict[str, Any]]:
    """The row: quotes a second, and what one costs next to reading its facts."""
    from hanse.orders.place import Place, PlaceLine
    from hanse.orders.promise_reads import Promise, promise

    _company(databases)
    wanted = wishes(WARM + (200 if quick else QUOTES), 11)
    asks = [Place(wish.customer, tuple(PlaceLine(sku, n) for sku, n in wish.lines)) for wish in wanted]
    warm = [promise(ask, NOON) for ask in asks[:WARM]]
    assert all(isinstance(p, Promise) and len(p.services) == 6 for p in warm), warm[0]
    began = time.perf_counter()
    with Watch(databases) as ours:
        for ask in asks[WARM:]:
            promise(ask, NOON)
    seconds, count = time.perf_counter() - began, len(asks) - WARM
    with psycopg.connect(databases.hanse_owner, autocommit=True) as connection:
        _read(connection, wanted[:WARM])
        with Watch(databases) as plain:
            _read(connection, wanted[WARM:])
    yield {
        "name": "promises", "sites": SITES, "quotes": count, "quotes_per_s": round(count / seconds), "cpu_ms_per_quote": round(1000 * ours.spent.cpu / count, 3),
        "floor_quotes_per_s": round(count / plain.spent.seconds), "floor_cpu_ms_per_quote": round(1000 * plain.spent.cpu / count, 3), "ratio": round(ours.spent.cpu / plain.spent.cpu, 2),
    }


def _read(connection: psycopg.Connection[Any], wanted: list[Wish]) -> None:
    for wish in wanted:
        given = {"customer": wish.customer, "skus": [sku for sku, _ in wish.lines]}
        for sql in PLAIN:
            connection.execute(sql, given).fetchall()


def _company(databases: Databases) -> None:
    """Eighteen more sites with all items, and three carriers with two services each."""
    from hanse.journal.principals import HANSE
    from hanse.network.keep_rates import KeepRates, RateGiven, ZoneGiven, keep_rates
    from hanse.network.keep_services import KeepService, keep_services

    with psycopg.connect(databases.hanse_owner, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(MORE_SITES, {"sites": SITES})
    sold = [(carrier, service, days) for carrier in ("DHL", "ELBE", "OSTWIND") for service, days in (("STANDARD", 2), ("EXPRESS", 1))]
    keep_services([KeepService(carrier, service, FROM_ON, max_weight_g=31_500) for carrier, service, _ in sold], by=HANSE)
    rates = tuple(RateGiven("A", Decimal(price), 2_000 * (n + 1)) for n, price in enumerate(PRICES))
    keep_rates([KeepRates(carrier, service, FROM_ON, (ZoneGiven("A", "DE", days),), rates) for carrier, service, days in sold], by=HANSE)


def run(quick: bool, home: Path) -> list[dict[str, Any]]:
    """Measure on the bench's private server, in a database and a process of its own."""
    return told_apart("promises", NAME, home, quick)


if __name__ == "__main__":
    tell(measured, *sys.argv[1:])
