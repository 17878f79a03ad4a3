"""Search: one field for order number, reference, customer, SKU, parcel, carton and invoice. One statement, each part by an index."""

from dataclasses import dataclass

from hanse.journal.asking import rows
from hanse.kernel.numbers import order_id

MOST = 12
KINDS = ("order", "customer", "item", "parcel", "carton", "invoice")


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what it is, its name, what stands beside it, and the order it belongs to, if any."""

    kind: str
    name: str
    beside: str
    order: str
    exact: bool


HITS = """
SELECT * FROM (
  (SELECT 'order', 'H-' || o.id, p.name || coalesce(', ' || nullif(o.ref, ''), ''), 'H-' || o.id, true
     FROM orders_order o JOIN partners_party p ON p.id = o.customer_id WHERE o.id = %(order)s)
  UNION ALL
  (SELECT 'order', 'H-' || o.id, p.name || ', ' || o.ref, 'H-' || o.id, o.ref = %(q)s
     FROM orders_order o JOIN partners_party p ON p.id = o.customer_id WHERE o.ref >= %(q)s AND o.ref < %(end)s ORDER BY o.ref, o.id LIMIT %(most)s)
  UNION ALL
  (SELECT 'customer', p.code, p.name, '', lower(p.code) = lower(%(q)s) FROM partners_party p
    WHERE 'customer' = ANY(p.roles) AND (p.code ILIKE %(like)s OR p.name ILIKE %(like)s) ORDER BY p.code LIMIT %(most)s)
  UNION ALL
  (SELECT 'item', i.sku, i.name, '', lower(i.sku) = lower(%(q)s) OR i.gtin = %(q)s FROM catalogue_item i
    WHERE i.sku ILIKE %(like)s OR i.name ILIKE %(like)s OR i.gtin = %(q)s ORDER BY i.sku LIMIT %(most)s)
  UNION ALL
  (SELECT 'parcel', p.tracking, k.name || ', H-' || s.order_id, 'H-' || s.order_id, p.tracking = %(q)s
     FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN transport_carrier k ON k.id = p.carrier_id
    WHERE p.tracking >= %(q)s AND p.tracking < %(end)s ORDER BY p.tracking LIMIT %(most)s)
  UNION ALL
  (SELECT 'carton', c.sscc, 'H-' || c.order_id, 'H-' || c.order_id, true FROM fulfilment_carton c WHERE c.sscc = %(sscc)s)
  UNION ALL
  (SELECT 'invoice', i.number, p.name || ', H-' || i.order_id, 'H-' || i.order_id, i.number = %(q)s
     FROM billing_invoice i JOIN partners_party p ON p.id = i.customer_id WHERE i.number >= %(q)s AND i.number < %(end)s ORDER BY i.number LIMIT %(most)s)
) x
"""
NEAR = """
SELECT 'order', 'H-' || o.id, p.name || ', ' || o.ref, 'H-' || o.id, false
  FROM orders_order o JOIN partners_party p ON p.id = o.customer_id WHERE o.ref >= %(start)s AND o.ref < %(end)s ORDER BY o.ref LIMIT 3
"""


def hits(q: str) -> list[Hit]:
    """What the words name, exact finds first, each thing once."""
    number = order_id(q.upper()) or (order_id(f"H-{q}") if q.isdigit() else 0)
    given = {"q": q, "end": f"{q}\U0010ffff", "like": f"%{q}%", "order": number, "most": MOST, "sscc": q.removeprefix("00") if len(q) == 20 else q}
    found = {(hit.kind, hit.name): hit for hit in reversed(rows(Hit, HITS, **given))}
    return sorted(found.values(), key=lambda hit: (not hit.exact, KINDS.index(hit.kind), hit.name))


def near(q: str) -> list[Hit]:
    """What stands close to a reference that was not found: its beginning is the same."""
    start = q[:-2]
    return rows(Hit, NEAR, start=start, end=f"{start}\U0010ffff") if len(start) >= 3 else []
