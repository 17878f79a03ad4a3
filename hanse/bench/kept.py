"""(c) Kept orders: what a page costs with a million orders next to ten thousand. Most are delivered, some thousand open.

The rows are put in by the superuser without checking keys, in two databases of their own; nothing is measured of that.
"""

import random
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from .company import CUSTOMERS, ITEMS, Databases, company_of_hanse
from .hands import Hand, hired
from .in_batches import hanse_environment

FEW, MANY, OPEN = 10_000, 1_000_000, 3_000
SOME = 100_000
"""As many as are kept for a quick look."""
PORTION = 100_000
PAGES = ("board", "order_page")
READS, TURNS = 40, 30
"""How often a page is read in a turn, and how many turns each side takes."""

PAST = """
CREATE TEMP TABLE o ON COMMIT DROP AS
SELECT n AS nr, 100000 + n AS id, 1 + (n * 7919) %% %(customers)s AS customer, timestamptz '2020-01-01' + n * interval '3 minutes' AS at, n <= %(open)s AS open
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;
INSERT INTO orders_order (id, customer_id, ref, placed_at, zone, ship_to_id, bill_to_id, promised_on, first_promised_on, currency, net, tax, total,
       ordered, reserved, picked, packed, shipped, delivered, invoiced) OVERRIDING SYSTEM VALUE
SELECT id, customer, 'PO-' || nr, at, 'Europe/Berlin', customer, customer, at::date + 3, at::date + 3, 'EUR', 60, 11.4, 71.4,
       4, 4, d.units, d.units, d.units, d.units, d.units FROM o, LATERAL (SELECT CASE WHEN open THEN 0 ELSE 4 END AS units) d;
INSERT INTO orders_line (id, order_id, position, item_id, unit_price, net, tax, promised_on, ordered, reserved, picked, packed, shipped, delivered, invoiced) OVERRIDING SYSTEM VALUE
SELECT 2 * nr + p, id, p, 1 + (nr * 31 + p) %% %(items)s, 15, 30, 5.7, at::date + 3, 2, 2, d.units, d.units, d.units, d.units, d.units
  FROM o, generate_series(1, 2) p, LATERAL (SELECT CASE WHEN open THEN 0 ELSE 2 END AS units) d;
INSERT INTO orders_allocation (id, order_id, line_id, item_id, site_id, promised_on, reserved, released, picked, packed, shipped, delivered) OVERRIDING SYSTEM VALUE
SELECT 2 * nr + p, id, 2 * nr + p, 1 + (nr * 31 + p) %% %(items)s, 1, at::date + 3, 2, d.units, d.units, d.units, d.units, d.units
  FROM o, generate_series(1, 2) p, LATERAL (SELECT CASE WHEN open THEN 0 ELSE 2 END AS units) d;
INSERT INTO fulfilment_carton (id, sscc, site_id, order_id, account_id, address_id, packed_at, handed_over_at, actor) OVERRIDING SYSTEM VALUE
SELECT nr, lpad(nr::text, 18, '0'), 1, id, 1, customer, at, at, 'bench' FROM o WHERE NOT open;
INSERT INTO fulfilment_content (carton_id, allocation_id, line_id, item_id, quantity)
SELECT nr, 2 * nr + p, 2 * nr + p, 1 + (nr * 31 + p) %% %(items)s, 2 FROM o, generate_series(1, 2) p WHERE NOT open;
INSERT INTO transport_shipment (id, order_id, site_id, carrier_id, address_id, handed_over_at, actor) OVERRIDING SYSTEM VALUE
SELECT nr, id, 1, 1, customer, at, 'bench' FROM o WHERE NOT open;
INSERT INTO transport_parcel (id, carton_id, shipment_id, carrier_id, tracking, units, state, delivered_at) OVERRIDING SYSTEM VALUE
SELECT nr, nr, nr, 1, 'T' || nr, 4, 'delivered', at FROM o WHERE NOT open;
INSERT INTO billing_invoice (id, number, order_id, customer_id, bill_to_id, currency, net, freight, tax, total, issued_at, issued_on, due_on, actor) OVERRIDING SYSTEM VALUE
SELECT nr, 'PAST-' || nr, id, customer, customer, 'EUR', 60, 0, 11.4, 71.4, at, at::date, at::date + 30, 'bench' FROM o WHERE NOT open;
INSERT INTO journal_event (kind, subject, body, happened_at, recorded_at, actor, operation)
SELECT k, 'order/H-' || id, '{"order": "past"}', at, at, 'bench', 'bench' FROM o, unnest(ARRAY['OrderPlaced', 'InvoiceIssued']) k;
"""


def measured(databases: Databases, quick: bool, named: Collection[str]) -> Iterator[dict[str, Any]]:
    """The rows of both pages: CPU of a read with many orders kept (`cpu_ms_per_order`) and with few (`floor_…`).

    Many and few take turns, so that both meet the same weather.
    """
    many = SOME if quick else MANY
    with _reader(databases, "few", FEW) as of_few, _reader(databases, "many", many) as of_many:
        for name in PAGES:
            if name in named:
                turns = [(read(of_few, name, FEW, turn), read(of_many, name, many, turn)) for turn in range(TURNS)]
                few, much = ({key: sum(turn[key] for turn in side) / TURNS for key in side[0]} for side in zip(*turns, strict=True))
                yield {
                    "name": name, "batch": 1, "processes": 1, "orders_per_s": round(1 / much["seconds"], 1), "floor_orders_per_s": round(1 / few["seconds"], 1),
                    "cpu_ms_per_order": round(1000 * much["cpu"], 3), "floor_cpu_ms_per_order": round(1000 * few["cpu"], 3),
                    "ratio": round(much["cpu"] / few["cpu"], 2), "statements_per_order": round(much["statements"], 2), "kept": many, "floor_kept": FEW,
                }


@contextmanager
def _reader(databases: Databases, name: str, kept: int) -> Iterator[Hand]:
    """A process that reads pages of a company that keeps so many orders."""
    owner, app = company_of_hanse(databases.server, f"hanse_bench_{name}")
    superuser = make_conninfo(databases.server.superuser_url, dbname=f"hanse_bench_{name}")
    keep(superuser, 1, kept)
    with hired("pages", [], 1, hanse_environment(databases) | {"DATABASE_URL": app, "DATABASE_OWNER_URL": owner}) as [reader]:
        yield reader


def read(reader: Hand, name: str, kept: int, turn: int) -> dict[str, float]:
    """Read a page often, of delivered orders drawn from those kept; CPU, time and statements of one."""
    drawn = random.Random(kept + turn)
    reader.say({"page": name, "orders": [f"H-{100_000 + drawn.randint(OPEN + 1, kept)}" for _ in range(READS)]})
    return reader.hear()


def keep(superuser: str, first: int, last: int) -> None:
    """Put in orders of the past, some 100,000 at a time, and let the database look at them."""
    with psycopg.connect(superuser, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '256MB'")
        for start in range(first, last + 1, PORTION):
            with connection.transaction():
                connection.execute(PAST, {"first": start, "last": min(start + PORTION - 1, last), "open": OPEN, "customers": CUSTOMERS, "items": ITEMS})
        connection.execute("VACUUM ANALYZE")
