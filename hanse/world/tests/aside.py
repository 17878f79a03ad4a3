"""Worlds lived in processes of their own, each of which belongs to one database."""

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hanse.world.branches import Branch

MONDAY = date(2026, 3, 2)


def lived(branch: Branch, text: str, seed: int, stops: Sequence[float]) -> tuple[str, list[str], dict[str, int]]:
    """Live a company to each of these days, or hours within one, and stop there: a digest of the whole journal but its transactions, what `hanse verify` finds, how
    often each kind of fact was told.
    """
    os.environ |= {"DATABASE_URL": branch.app, "DATABASE_OWNER_URL": branch.owner, "HANSE_SECRET_KEY": "x" * 50, "DJANGO_SETTINGS_MODULE": "hanse.edge.settings"}
    import django

    django.setup()
    from django.db import connection

    from hanse.edge.verify import run
    from hanse.world.described import of
    from hanse.world.history import live

    for days in stops:
        upto = datetime.combine(MONDAY, time(), ZoneInfo("Europe/Berlin")) + timedelta(days=days)
        list(live("small", of(text), seed, MONDAY, upto.date(), upto))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, kind, subject, body::text, happened_at, recorded_at, zone, actor, operation, key FROM journal_event ORDER BY id")
        facts = cursor.fetchall()
    found = [f"{it.name} {it.findings}" for it in run() if it.findings]
    connection.close()
    connection.close_pool()
    return hashlib.sha256(repr(facts).encode()).hexdigest(), found, dict(Counter(kind for _, kind, *_ in facts))


OUTCOME = """
SELECT o.ref, l.position, l.promised_on, l.ordered - l.cancelled, l.shipped, l.delivered, l.invoiced, s.sites, v.in_time, v.right_product, v.right_invoice, v.hours_late
  FROM orders_order o JOIN orders_line l ON l.order_id = o.id LEFT JOIN perfect_order_verdict v ON v.order_id = o.id AND v.known_to IS NULL
  LEFT JOIN LATERAL (SELECT array_agg(w.code ORDER BY w.code) AS sites FROM orders_allocation a JOIN network_site w ON w.id = a.site_id WHERE a.line_id = l.id) s ON true
 ORDER BY 1, 2
"""


def outcome(branch: Branch, text: str, seed: int, days: int, singly: bool) -> list[tuple[object, ...]]:
    """Live a company for so many days, its asks put together or each by itself; gives what became of every line that was ordered."""
    os.environ |= {"DATABASE_URL": branch.app, "DATABASE_OWNER_URL": branch.owner, "HANSE_SECRET_KEY": "x" * 50, "DJANGO_SETTINGS_MODULE": "hanse.edge.settings"}
    import django

    django.setup()
    from django.db import connection

    from hanse.world.day import Day
    from hanse.world.described import of
    from hanse.world.history import live

    together = Day.act
    if singly:
        Day.act = lambda day, operation, asks, who, role: together(day, lambda asks, by: [answer for ask in asks for answer in operation([ask], by=by)], asks, who, role)
    list(live("small", of(text), seed, MONDAY, MONDAY + timedelta(days=days)))
    with connection.cursor() as cursor:
        cursor.execute(OUTCOME)
        found = cursor.fetchall()
    connection.close()
    connection.close_pool()
    return found


def opened(branch: Branch, file: str, seed: int, days: int) -> None:
    """Give a database a company with a past of so many days."""
    os.environ |= {"DATABASE_URL": branch.app, "DATABASE_OWNER_URL": branch.owner, "HANSE_SECRET_KEY": "x" * 50, "DJANGO_SETTINGS_MODULE": "hanse.edge.settings"}
    import django

    django.setup()
    from django.db import connection

    from hanse.world.described import read
    from hanse.world.history import live

    list(live(file, read(file), seed, MONDAY, MONDAY + timedelta(days=days)))
    connection.close()
    connection.close_pool()


def databases(owner: str) -> set[str]:
    """The copies that are there now."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    with psycopg.connect(make_conninfo(owner, dbname="postgres"), autocommit=True) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname ^@ 'hanse_branch_'").fetchall()}
