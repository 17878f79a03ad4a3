"""What needs a person: one question over all areas. The queue empties by itself when the cause is gone; nobody marks it as read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel import clock
from hanse.orders.board import hold_word
from hanse.web.words import day_in_words

MOST = 200

KINDS = {
    # kind: (word of the chip, title, icon, tone)
    "short": ("Short pick", "Short pick, no stock elsewhere", "hand-stop", "bad"),
    "late": ("Late", "Promise has passed", "clock", "bad"),
    "parcel": ("Parcel", "Parcel needs a look", "truck", "bad"),
    "change": ("Change", "Asked for a change, not settled", "hand-stop", "bad"),
    "hold": ("Hold", "On hold", "lock", "watch"),
    "slipped": ("Supplier slipped", "Supply comes too late", "calendar-event", "watch"),
    "consent": ("Consent", "Customer must agree to a later day", "calendar-event", "watch"),
    "supply": ("No supply", "No stock and none on its way", "package", "watch"),
    "moved": ("Promise moved", "Promise moved, not agreed", "calendar-event", "watch"),
    "lot": ("Lot", "Lot is stopped", "hand-stop", "bad"),
}
ROLES = {"warehouse": ("lot", "short", "change"), "transport": ("parcel", "change", "late"), "finance": ("hold",)}
"""What of it a role looks after; the other roles see everything."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs a person: what, of which order, what is at stake, since when, and the facts that say why."""

    kind: str
    order: str
    customer: str
    currency: str
    at_stake: Decimal
    promised_on: date | None
    since: datetime | None
    facts: dict[str, Any]

    @property
    def title(self) -> str:
        return hold_word(self.facts["type"]) if self.kind == "hold" else KINDS[self.kind][1]

    @property
    def icon(self) -> str:
        return KINDS[self.kind][2]

    @property
    def tone(self) -> str:
        return KINDS[self.kind][3]


WAITING = "l.ordered - l.cancelled - l.reserved + l.freed"
WITHOUT_SITE = """orders_order o JOIN orders_line l ON l.order_id = o.id AND l.ordered > l.cancelled + l.reserved - l.freed
        AND o.open AND o.ordered > o.cancelled + o.reserved - o.freed"""
"""Lines with units that have no site. They are found through the open orders, which are few however many are kept."""
QUESTIONS = {
    "hold": """
      SELECT 'hold' AS kind, h.order_id, o.net AS at_stake, h.held_at AS since,
             jsonb_build_object('type', h.type, 'reason', h.reason, 'by', h.held_by) AS facts
        FROM orders_hold h JOIN orders_order o ON o.id = h.order_id WHERE h.released_at IS NULL AND o.open""",
    "short": f"""
      SELECT 'short', l.order_id, round(l.net * ({WAITING}) / l.ordered, 4), max(t.closed_at),
             jsonb_build_object('sku', i.sku, 'units', {WAITING}, 'of', l.ordered - l.cancelled, 'bin', max(b.code), 'reason', max(t.short_reason))
        FROM {WITHOUT_SITE} JOIN orders_allocation a ON a.order_id = l.order_id AND a.line_id = l.id
        JOIN fulfilment_task t ON t.allocation_id = a.id AND t.taken < t.to_pick - t.withdrawn
        JOIN inventory_account b ON b.id = t.bin_id JOIN catalogue_item i ON i.id = l.item_id GROUP BY l.id, i.sku""",
    "supply": f"""
      SELECT 'supply', l.order_id, sum(round(l.net * ({WAITING}) / l.ordered, 4)), o.placed_at,
             jsonb_build_object('sku', min(i.sku), 'units', sum({WAITING} - coalesce(g.pegged, 0)), 'lines', count(*))
        FROM {WITHOUT_SITE} JOIN catalogue_item i ON i.id = l.item_id
        LEFT JOIN LATERAL (SELECT sum(p.quantity) AS pegged FROM orders_peg p WHERE p.line_id = l.id) g ON true
       WHERE {WAITING} > coalesce(g.pegged, 0) AND NOT 'fraud' = ANY(o.holds)
         AND NOT EXISTS (SELECT 1 FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id AND t.taken < t.to_pick - t.withdrawn
                          WHERE a.order_id = l.order_id AND a.line_id = l.id)
       GROUP BY l.order_id, o.placed_at""",
    "slipped": f"""
      SELECT 'slipped', l.order_id, round(l.net * sum(p.quantity) / l.ordered, 4), NULL::timestamptz,
             jsonb_build_object('sku', i.sku, 'units', sum(p.quantity), 'inbound', min(b.ref), 'due_on', max(b.due_on), 'was_on', max(b.first_due_on))
        FROM {WITHOUT_SITE} JOIN orders_peg p ON p.line_id = l.id AND p.quantity > 0
        JOIN inventory_inbound b ON b.id = p.inbound_id JOIN catalogue_item i ON i.id = l.item_id
       WHERE (b.due_on > b.first_due_on OR b.due_on > coalesce(l.first_promised_on, l.requested_on, o.requested_on))
       GROUP BY l.id, i.sku""",
    "consent": """
      SELECT 'consent', l.order_id, round(l.net * c.units / l.ordered, 4), c.asked_at,
             jsonb_build_object('sku', i.sku, 'units', c.units, 'on', c.promised_on, 'was', c.was_on, 'by', c.answer_by::date)
        FROM orders_consent c JOIN orders_line l ON l.id = c.line_id JOIN catalogue_item i ON i.id = l.item_id
       WHERE c.answer IS NULL AND l.ordered > l.cancelled + l.reserved - l.freed""",
    "late": """
      SELECT 'late', o.id, o.net, o.promised_on::timestamptz + interval '1 day',
             jsonb_build_object('left', o.ordered - o.cancelled, 'shipped', o.shipped, 'delivered', o.delivered, 'on', o.promised_on)
        FROM orders_order o WHERE o.open AND o.promised_on < %(today)s::date""",
    "moved": """
      SELECT 'moved', o.id, o.net, m.at, jsonb_build_object('on', o.promised_on, 'was', o.first_promised_on, 'reason', m.reason)
        FROM orders_order o CROSS JOIN LATERAL (
          SELECT p.at, p.reason, p.agreed_by FROM orders_promise p JOIN orders_line l ON l.id = p.line_id
           WHERE l.order_id = o.id AND p.promised_on > p.was_on ORDER BY p.id DESC LIMIT 1) m
       WHERE o.open AND o.promised_on >= %(today)s::date AND o.promised_on > o.first_promised_on AND m.agreed_by = ''
         AND NOT EXISTS (SELECT 1 FROM orders_line l JOIN orders_consent c ON c.line_id = l.id AND c.answer IS NULL WHERE l.order_id = o.id)""",
    "change": """
      SELECT 'change', r.order_id, o.net, r.answer_by,
             jsonb_build_object('kind', r.kind, 'units', r.units, 'site', s.code, 'site_name', s.name, 'state', r.state)
        FROM orders_changerequest r JOIN orders_order o ON o.id = r.order_id JOIN network_site s ON s.id = r.site_id
       WHERE r.outcome = '' AND (r.state <> 'requested' OR r.answer_by <= %(now)s::timestamptz)""",
    "lot": """
      SELECT 'lot', x.order_id, o.net, x.since, jsonb_build_object('sku', i.sku, 'lot', x.lot, 'status', x.status, 'units', x.units, 'place', x.place, 'container', x.container)
        FROM (SELECT t.order_id, t.item_id, l.code AS lot, l.status, l.status_at AS since, sum(t.taken - t.put_back - t.packed) AS units, 'tote' AS place, c.code AS container
                FROM inventory_lot l JOIN fulfilment_task t ON t.item_id = l.item_id AND t.lot = l.code AND t.lot <> '' AND t.taken > t.put_back + t.packed
                JOIN inventory_account c ON c.id = t.tote_id WHERE l.status <> 'released' GROUP BY t.order_id, t.item_id, l.id, c.code
               UNION ALL
              SELECT c.order_id, k.item_id, l.code, l.status, l.status_at, sum(k.quantity), 'carton', c.sscc
                FROM inventory_lot l JOIN fulfilment_content k ON k.item_id = l.item_id AND k.lot = l.code AND k.lot <> ''
                JOIN fulfilment_carton c ON c.id = k.carton_id AND c.handed_over_at IS NULL AND c.opened_at IS NULL
               WHERE l.status <> 'released' GROUP BY c.order_id, k.item_id, l.id, c.sscc) x
        JOIN orders_order o ON o.id = x.order_id JOIN catalogue_item i ON i.id = x.item_id""",
    "parcel": """
      SELECT 'parcel', s.order_id, o.net, p.moved_at,
             jsonb_build_object('tracking', p.tracking, 'carrier', k.name, 'state', p.state, 'doubt', p.doubt, 'shipment', p.shipment_id)
        FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN orders_order o ON o.id = s.order_id
        JOIN transport_carrier k ON k.id = p.carrier_id
       WHERE p.delivered_at IS NULL AND p.state IN ('unknown', 'failed', 'lost', 'on-hold', 'delayed', 'return-to-sender') OR p.doubt <> ''""",
}
"""Each kind as rows of (kind, order, at stake, since when, facts)."""


def needs(kinds: Collection[str], today: date) -> list[Need]:
    """What needs a person among these kinds, most urgent first; in one statement, at most 200 of a kind."""
    found: list[Need] = rows(Need, _asked(kinds, """
        SELECT n.kind, 'H-' || o.id, p.name, o.currency, n.at_stake, o.promised_on, n.since, n.facts::json
          FROM ({}) n(kind, order_id, at_stake, since, facts) JOIN orders_order o ON o.id = n.order_id JOIN partners_party p ON p.id = o.customer_id"""), today=today, now=clock.now())
    worst = {"bad": 0, "watch": 1}
    return sorted(found, key=lambda n: (worst[n.tone], n.promised_on or date.max, n.order))


def count(kinds: Collection[str], today: date) -> int:
    """How many things need a person."""
    [n] = rows(int, _asked(kinds, "SELECT count(*) FROM ({}) n"), today=today, now=clock.now())
    return int(n)


def _asked(kinds: Collection[str], around: str) -> str:
    parts = " UNION ALL ".join(f"(SELECT * FROM ({QUESTIONS[k]} LIMIT {MOST}) x)" for k in kinds)
    return around.format(parts)


def kinds_of(role: str) -> Sequence[str]:
    """The kinds that this role looks after."""
    return ROLES.get(role, tuple(KINDS))


def why(need: Need, today: date) -> str:
    """The facts in a sentence, numbers first."""
    it = need.facts
    match need.kind:
        case "hold":
            return it["reason"] or f"Held by {it['by']}, no reason given"
        case "short":
            where = f" in {it['bin']}" if it["bin"] else ""
            return f"{it['units']:,} of {it['of']:,} {it['sku']} missing{where}"
        case "supply":
            more = f" and {it['lines'] - 1} more" if it["lines"] > 1 else ""
            return f"{it['units']:,} {it['sku']}{more} without a site"
        case "slipped":
            due, was = _day(it["due_on"], today), _day(it["was_on"], today)
            return f"{it['units']:,} {it['sku']}: {it['inbound']} is now {due}" + (f", was {was}" if due != was else "")
        case "late":
            here = it["left"] - it["shipped"]
            return f"{here:,} of {it['left']:,} units are still here" if here else f"All shipped, {it['delivered']:,} of {it['left']:,} delivered"
        case "consent":
            return f"{it['units']:,} {it['sku']}: {_day(it['on'], today)} instead of {_day(it['was'], today)}, answer by {_day(it['by'], today)}"
        case "moved":
            return f"Now {_day(it['on'], today)}, was {_day(it['was'], today)}"
        case "change":
            asked = {"stop": f"stop {it['units']:,} units", "address": "label anew", "carrier": "send with another carrier", "redirect": "have it turned round"}[it["kind"]]
            return f"{it['site_name']} is asked to {asked}; " + ("no answer in time" if it["state"] == "requested" else f"{it['state'].replace('-', ' ')}, kept at the dock")
        case "lot":
            return f"{it['units']:,} {it['sku']} of lot {it['lot']}, which is {it['status']}, in {it['place']} {it['container'][-7:]}"
    return f"{it['carrier']} {it['tracking']}: {DOUBTS.get(it['doubt']) or it['state'].replace('-', ' ')}"


DOUBTS = {"moves-again": "moves again after it was delivered", "sent-back-before": "delivered after it was sent back"}


def _day(text: str, today: date) -> str:
    return day_in_words(date.fromisoformat(text), today)


def waits(since: datetime | None, now: datetime) -> str:
    """'12 min', '3 h', '2 d'."""
    if since is None:
        return ""
    minutes = max(int((now - since) / timedelta(minutes=1)), 0)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 60 * 48 else f"{minutes // 1440} d"
