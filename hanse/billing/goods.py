"""Goods: what of parcels never came sound and is to be credited; when that is so, and the only writer of how much was. Pure but for the SQL.

Of a parcel that was lost or came back that is all of it; of one that came damaged all of it, too; of one that came short what its proof, or the
consignee's receiving advice, says is missing. A proof that names no line is unsure where several lie in the parcel: a person says which.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.journal.run import Run
from hanse.kernel.rows import row
from hanse.transport.states import is_damaged

CAUSES: Mapping[str, str] = {"lost": "Lost on its way", "came-back": "Came back", "damaged": "Came damaged", "short": "Came short"}
"""Why units are credited, as the customer reads it."""


@row
class InParcel:
    """Units of a line in a parcel, what became of the parcel, what its last proof says, and what receiving advices say of the line."""

    parcel: int
    order: int
    line: int
    sent: int
    lines: int
    units: int
    lost: bool
    back: bool
    condition: str
    received: int | None
    short: int
    damaged: int


@dataclass(frozen=True, slots=True)
class Wanting:
    """Units of a line in a parcel that are to be credited, and why; `unsure` which of its lines they are of."""

    parcel: int
    line: int
    cause: str
    sent: int
    wanting: int
    unsure: bool = False


def wanting(found: Sequence[InParcel]) -> list[Wanting]:
    """What is to be credited of each, in the order of their parcels; what an advice says of a line is taken from the first parcels with it."""
    left = {x.line: (x.short, x.damaged) for x in found}
    told = []
    for x in found:
        it = _of_parcel(x)
        if it is None:
            short, damaged = left[x.line]
            missing = min(short, x.sent)
            broken = min(damaged, x.sent - missing)
            left[x.line] = short - missing, damaged - broken
            it = Wanting(x.parcel, x.line, "short" if missing or not broken else "damaged", x.sent, missing + broken)
        told.append(it)
    return told


def _of_parcel(x: InParcel) -> Wanting | None:
    if x.lost or x.back:
        return Wanting(x.parcel, x.line, "lost" if x.lost else "came-back", x.sent, x.sent)
    if is_damaged(x.condition):
        return Wanting(x.parcel, x.line, "damaged", x.sent, x.sent)
    if x.received is not None and x.received < x.units:
        return Wanting(x.parcel, x.line, "short", x.sent, min(x.units - x.received, x.sent), unsure=x.lines > 1)
    return None


IN_PARCELS = """
SELECT p.id, s.order_id, k.line_id, k.sent, count(*) OVER (PARTITION BY p.id)::int, p.units, p.lost_at IS NOT NULL AND p.delivered_at IS NULL, p.back_at IS NOT NULL,
       coalesce(f.condition, ''), f.received, a.short, a.damaged
  FROM transport_shipment s JOIN transport_parcel p ON p.shipment_id = s.id
  JOIN LATERAL (SELECT x.line_id, sum(x.quantity)::bigint AS sent FROM fulfilment_content x WHERE x.carton_id = p.carton_id GROUP BY 1) k ON true
  LEFT JOIN LATERAL (SELECT f.condition, f.received FROM transport_proof f WHERE f.parcel_id = p.id ORDER BY f.id DESC LIMIT 1) f ON true
 CROSS JOIN LATERAL (SELECT coalesce(sum(r.short), 0)::bigint AS short, coalesce(sum(r.rejected) FILTER (WHERE r.reason = 'damaged'), 0)::bigint AS damaged
                       FROM transport_receivedline r WHERE r.line_id = k.line_id) a
 WHERE s.order_id = ANY(%(orders)s::bigint[]) ORDER BY p.id, k.line_id
"""
PROPOSE = """
INSERT INTO billing_goodscredit AS g (parcel_id, line_id, cause, sent, wanting, unsure, known_at)
SELECT w.*, %(now)s::timestamptz
  FROM unnest(%(parcel)s::bigint[], %(line)s::bigint[], %(cause)s::text[], %(sent)s::bigint[], %(wanting)s::bigint[], %(unsure)s::boolean[]) AS w
    ON CONFLICT (parcel_id, line_id) DO UPDATE SET cause = excluded.cause, wanting = excluded.wanting, unsure = excluded.unsure, known_at = excluded.known_at, settled = false
"""
KNOWN = """
SELECT g.parcel_id, g.line_id, g.cause, g.sent, g.wanting, g.unsure FROM billing_goodscredit g
  JOIN transport_parcel p ON p.id = g.parcel_id JOIN transport_shipment s ON s.id = p.shipment_id
 WHERE s.order_id = ANY(%(orders)s::bigint[]) ORDER BY g.id FOR NO KEY UPDATE OF g
"""
OPEN = """
SELECT g.id, u.units FROM (
  SELECT g.id, CASE WHEN p.remedy = 'sent-again' THEN 'hanse' ELSE 'person' END AS books,
         least(g.wanting - g.credited, greatest(l.invoiced - l.credited - CASE o.invoice_rule WHEN 'order' THEN l.ordered - l.cancelled ELSE l.shipped END
           + (SELECT sum(CASE WHEN y.settled THEN y.credited ELSE greatest(y.wanting, y.credited) END) FROM billing_goodscredit y WHERE y.line_id = g.line_id)
           - sum(g.wanting - g.credited) OVER (PARTITION BY g.line_id ORDER BY g.id) + g.wanting - g.credited, 0))::bigint AS units
    FROM billing_goodscredit g JOIN transport_parcel p ON p.id = g.parcel_id JOIN orders_line l ON l.id = g.line_id JOIN orders_order o ON o.id = l.order_id
   WHERE NOT g.settled AND g.wanting > g.credited) u JOIN billing_goodscredit g ON g.id = u.id WHERE u.units > 0 AND u.books = '{books}'
"""
"""Units to credit: those that are on invoices and that no credit took back, of this parcel or without naming one. What was sent again is billed
anew, so hanse credits it by itself; of everything else a person does. It starts from the partial index of what is open.
"""
FOR_PEOPLE, FOR_HANSE = OPEN.replace("{books}", "person"), OPEN.replace("{books}", "hanse")
TAKE = """
UPDATE billing_goodscredit g SET credited = g.credited + c.units, settled = g.settled OR c.settled
  FROM unnest(%(id)s::bigint[], %(units)s::bigint[], %(settled)s::boolean[]) AS c(id, units, settled) WHERE g.id = c.id
"""


def propose(run: Run, found: Sequence[Wanting]) -> None:
    """Write what is to be credited; what was settled is open again where the facts are others now."""
    if found:
        run.write(PROPOSE, found)


@row
class Taken:
    """So many units of a row that a credit takes; `settled` closes it for good, whatever was proposed."""

    id: int
    units: int
    settled: bool


def take(run: Run, taken: Sequence[Taken]) -> None:
    """Count units as credited."""
    if taken:
        run.write(TAKE, taken)
