"""The company that is measured: the same in hanse's database and in the floor's, made by set statements.

10,000 items in 500 bins of two sites, 500 customers in one country. Orders are drawn from a seeded source, so both
take the same ones.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from hanse.edge import postgres

from . import floor

ITEMS, CUSTOMERS, BINS, ON_HAND = 10_000, 500, 500, 10**9
HOUSE = Path(__file__).resolve().parent.parent.parent

COMPANY = """
INSERT INTO partners_party (id, code, name, roles) OVERRIDING SYSTEM VALUE
SELECT n, 'C' || n, 'Customer ' || n, '{customer}' FROM generate_series(1, %(customers)s) n;
INSERT INTO partners_address (id, party_id, name, street, postcode, city, country, zone, since) OVERRIDING SYSTEM VALUE
SELECT n, n, 'Customer ' || n, 'Kabutzenhof 21', '18057', 'Rostock', 'DE', 'Europe/Berlin', now() FROM generate_series(1, %(customers)s) n;
INSERT INTO catalogue_item (id, sku, name, weight_g, price, tax_rate) OVERRIDING SYSTEM VALUE
SELECT n, 'SKU-' || n, 'Item ' || n, 100, 5 + n %% 95, 19 FROM generate_series(1, %(items)s) n;
INSERT INTO network_site (id, code, name, country, zone, sscc_prefix, priority) OVERRIDING SYSTEM VALUE
VALUES (1, 'HAM', 'Hamburg', 'DE', 'Europe/Berlin', '4012345', 10), (2, 'MUC', 'Munich', 'DE', 'Europe/Berlin', '4012345', 20);
INSERT INTO network_lane (site_id, country, days, cost) VALUES (1, 'DE', 1, 5), (2, 'DE', 2, 6);
INSERT INTO network_bin (site_id, code, walk) SELECT s, 'B-' || n, n FROM generate_series(1, %(bins)s) n, generate_series(1, 2) s;
INSERT INTO transport_carrier (code, name) VALUES ('DHL', 'DHL') ON CONFLICT DO NOTHING;
INSERT INTO inventory_account (kind, site_id, code) SELECT 'supplier', s, '' FROM generate_series(1, 2) s;
INSERT INTO inventory_account (kind, site_id, code) SELECT 'bin', s, 'B-' || n FROM generate_series(1, %(bins)s) n, generate_series(1, 2) s;
INSERT INTO inventory_movement (item_id, source_id, target_id, quantity, act, document, actor, happened_at, recorded_at)
SELECT i.id, v.id, a.id, %(on_hand)s, 'StockReceived', 'opening', 'bench', now(), now()
  FROM catalogue_item i JOIN inventory_account a ON a.kind = 'bin' AND a.code = 'B-' || (1 + i.id %% %(bins)s)
  JOIN inventory_account v ON v.site_id = a.site_id AND v.kind = 'supplier' ORDER BY i.id, a.site_id;
INSERT INTO inventory_balance (account_id, item_id, on_hand) SELECT target_id, item_id, quantity FROM inventory_movement;
INSERT INTO inventory_stock (item_id, site_id, on_hand) SELECT m.item_id, a.site_id, m.quantity FROM inventory_movement m JOIN inventory_account a ON a.id = m.target_id;
SELECT setval(pg_get_serial_sequence(t, 'id'), n) FROM (VALUES ('partners_party', %(customers)s), ('partners_address', %(customers)s), ('catalogue_item', %(items)s), ('network_site', 2)) AS x(t, n);
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer wants: SKUs with units."""

    customer: str
    lines: tuple[tuple[str, int], ...]


def wishes(count: int, seed: int, items: int = ITEMS) -> list[Wish]:
    """So many orders of three lines; of one item alone when there is only one."""
    drawn = random.Random(seed)
    skus = range(1, items + 1)
    return [
        Wish(f"C{drawn.randint(1, CUSTOMERS)}", tuple((f"SKU-{n}", drawn.randint(1, 5)) for n in (drawn.sample(skus, 3) if items >= 3 else [1])))
        for _ in range(count)
    ]


def batches(count: int, size: int, seed: int) -> Iterator[list[Wish]]:
    """Orders in batches of a size."""
    drawn = wishes(count * size, seed)
    return (drawn[i : i + size] for i in range(0, len(drawn), size))


@dataclass(frozen=True, slots=True)
class Databases:
    """A private server with hanse's database and the floor's on it."""

    server: postgres.Server
    hanse: str
    hanse_owner: str
    floor: str

    def postmaster(self) -> int:
        """The number of the server's first process."""
        pid = postgres.leader(self.server.home / "data")
        if pid is None:
            raise RuntimeError("the bench's database server is gone")
        return pid


def made(home: Path, name: str = "bench") -> Databases:
    """Start the private server of this home and make both databases anew."""
    server = postgres.start(home)
    owner, app = company_of_hanse(server, f"hanse_{name}")
    plain = _fresh(server, f"floor_{name}")
    _fill(plain, floor.SCHEMA + floor.COMPANY)
    return Databases(server, app, owner, plain)


def company_of_hanse(server: postgres.Server, name: str) -> tuple[str, str]:
    """A new database with hanse's schema and the company; gives the owner's URL and that of the server's role."""
    owner = _fresh(server, name)
    migrated(owner)
    _fill(owner, COMPANY)
    return owner, make_conninfo(server.app_url, dbname=name)


def _fresh(server: postgres.Server, name: str) -> str:
    """A new, empty database of the owner's. The superuser drops the old one: autovacuum may be in it, and only he may send it away."""
    drop(server, name)
    with psycopg.connect(make_conninfo(server.owner_url, dbname="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return make_conninfo(server.owner_url, dbname=name)


def drop(server: postgres.Server, name: str) -> None:
    """Remove a database, whoever is in it."""
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def migrated(owner: str) -> None:
    """Give a database hanse's schema."""
    environment = os.environ | {"DATABASE_OWNER_URL": owner, "DATABASE_URL": owner}
    subprocess.run([sys.executable, "-m", "hanse.edge.schema"], check=True, env=environment, cwd=HOUSE)


def _fill(url: str, sql: str) -> None:
    counts = {"customers": CUSTOMERS, "items": ITEMS, "bins": BINS, "on_hand": ON_HAND}
    with psycopg.connect(url, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(sql, counts)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
