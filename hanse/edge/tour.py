"""The guided tour of a demo: ten things to look at, each a page of what is really there, and a sentence what it shows.

Shown on Today where time has a course of its own (`kernel/clock`), so in demos alone. What a company has nothing of is passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from hanse.kernel import clock

MOST = 10


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing to look at."""

    word: str
    url: str
    said: str


@dataclass(frozen=True, slots=True)
class Known:
    """A kind of thing: where it is found, the page that shows it, what that shows. The first column names the page, unless its query does, or nothing need."""

    word: str
    sql: str
    page: str
    said: str
    by: tuple[str, ...] | None = None


KNOWN = (
    Known("An order that came late", """
        SELECT 'H-' || v.order_id, round(v.hours_late), v.causes->'time'->>0 FROM perfect_order_verdict v
         WHERE v.known_to IS NULL AND v.state <> 'void' AND NOT v.in_time AND v.hours_late > 0 ORDER BY v.due_on DESC, v.hours_late DESC LIMIT 1""",
        "order", "{0} came {1} hours late: {2}. Its page proves the verdict and gives each late hour to a stage."),
    Known("A wave in work", """
        SELECT w.id, s.name, count(*) FILTER (WHERE t.closed_at IS NULL), count(*) FROM fulfilment_wave w JOIN network_site s ON s.id = w.site_id JOIN fulfilment_task t ON t.wave_id = w.id
         GROUP BY w.id, s.name ORDER BY bool_or(t.closed_at IS NULL) DESC, w.id DESC LIMIT 1""",
        "wave", "Wave {0} in {1}: {2} of {3} picks are still to do. Its tours are as short as the floor allows."),
    Known("Work that is left for you", """
        SELECT s.code, s.name, count(DISTINCT t.tour_id) FROM fulfilment_task t JOIN fulfilment_tour r ON r.id = t.tour_id AND r.picker = '' JOIN network_site s ON s.id = t.site_id
         WHERE t.closed_at IS NULL GROUP BY s.code, s.name ORDER BY 3 DESC, 1 LIMIT 1""",
        "pick", "The crew of {1} leaves the newest tour and the last order at the packing table to you, and walks no tour that you took. As tomasz, start it and scan; then pack and hand over.", ("site",)),
    Known("A carrier that differs", """
        SELECT v.carrier, round(100 * avg((NOT v.in_time)::int), 1), count(*), (SELECT round(100 * avg((NOT x.in_time)::int), 1) FROM perfect_order_verdict x WHERE x.known_to IS NULL AND x.state <> 'void')
          FROM perfect_order_verdict v WHERE v.known_to IS NULL AND v.state <> 'void' AND v.in_time IS NOT NULL AND v.carrier <> '' GROUP BY v.carrier ORDER BY 2 DESC, 1 LIMIT 1""",
        "carrier", "{1} % of what {0} carries comes late; of all orders {3} % do. Its scorecard says on which lanes and since when."),
    Known("What to change first", """
        SELECT c.value->>0, count(*) FROM perfect_order_verdict v CROSS JOIN LATERAL jsonb_each(v.causes - 'documents') c
         WHERE v.known_to IS NULL AND v.state <> 'void' AND NOT v.perfect GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1""",
        "improvements", "The cause met most is: {0}, {1} times. Changes stand there by what each would surely gain.", ()),
    Known("What is at risk now", """
        SELECT count(*), count(*) FILTER (WHERE gain > 0) FROM perfect_order_risk WHERE NOT lost HAVING count(*) > 0""",
        "at_risk", "{0} promises may break, {1} of them can be saved: which, why, and what saves most.", ()),
    Known("Units that wait for supply", """
        SELECT i.sku, sum(l.ordered - l.cancelled - l.reserved + l.freed), count(DISTINCT l.order_id) FROM orders_line l JOIN orders_order o ON o.id = l.order_id AND o.open JOIN catalogue_item i ON i.id = l.item_id
         WHERE l.ordered - l.cancelled > l.reserved - l.freed GROUP BY i.sku ORDER BY 2 DESC, 1 LIMIT 1""",
        "backorder_item", "{1} units of {0} wait in {2} orders, each for a dated delivery. Simulate a run: who gains, who loses."),
    Known("What needs a person", "SELECT count(*) FROM edge_ownership", "exceptions", "All that is stuck, what is lost first on top. Ina has taken some; take one, and do its next step.", ()),
    Known("A bill that a carrier got wrong", """
        SELECT f.id, f.number, c.name, round(f.disputed, 2), f.currency FROM transport_freightinvoice f JOIN transport_carrier c ON c.id = f.carrier_id WHERE f.disputed > 0 ORDER BY f.disputed DESC, f.id LIMIT 1""",
        "freight_invoice", "{2} billed {1}; {3} {4} of it are disputed, line by line, against what the parcels should have cost."),
    Known("An order of your own", "SELECT 1", "orders", "As ina, place a new order and watch its bar on this board as time goes on: allocated, picked, packed, on its way, delivered.", ()),
    Known("A lot that is held", """
        SELECT i.sku, l.code, l.reason FROM inventory_lot l JOIN catalogue_item i ON i.id = l.item_id WHERE l.status = 'held' ORDER BY l.status_at DESC LIMIT 1""",
        "lot", "Lot {1} of {0} is held: {2}. Wherever its units are, nobody sells, packs or hands them over.", ("sku", "lot")),
    Known("A claim against a carrier", "SELECT count(*) FROM transport_claim HAVING count(*) > 0", "claims", "{0} claims for lost, damaged and late parcels, each with its evidence and its last day.", ()),
    Known("How well it goes", "SELECT 1", "perfect_order", "What share of all orders was right in place, product, time, customer and invoice; every figure opens its orders.", ()),
)  # fmt: skip


def stops() -> list[Stop]:
    """What there is to look at now; nothing where time goes as everywhere."""
    return list(_found())[:MOST] if clock.course() else []


def _found() -> Iterator[Stop]:
    found: list[tuple[Known, tuple[Any, ...]]] = []
    with connection.cursor() as cursor:
        for known in KNOWN:
            cursor.execute(known.sql)
            found += [(known, row) for row in cursor.fetchall()]
    for known, row in found:
        yield Stop(known.word, _url(known, row), known.said.format(*row))


def _url(known: Known, row: tuple[Any, ...]) -> str:
    if known.by is None:
        return reverse(known.page, args=[row[0]])
    given = urlencode(dict(zip(known.by, row, strict=False)))
    return reverse(known.page) + (f"?{given}" if given else "")


def pace() -> str:
    """How fast time goes, in words."""
    course = clock.course()
    if course is None or course.pace == 1:
        return "Nobody works here but you."
    minutes = course.pace
    return f"Time goes on: a minute is {minutes / 60:g} hours." if minutes > 60 else "Time goes on: a minute is an hour." if minutes == 60 else f"Time goes on: a minute is {minutes:g} minutes."
