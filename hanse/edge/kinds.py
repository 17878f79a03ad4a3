"""Kinds of exception: what may need a person, one entry each. This is the one place to add a kind.

`sql` gives a row for each exception there is now: subject, order, site, at stake, due on, since, facts. The subject is what it is known
by as long as it lasts (`H-100001/2`, an SSCC): ownership hangs on it, so two rows of a kind never share one. Order, site, money, day and
instant may be NULL; without a day the order's promise is what is lost. `%(today)s` and `%(now)s` are given. It is asked on every page,
so it starts from what is open or from a partial index, never from a table that only grows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hanse.billing.goods import CAUSES, FOR_PEOPLE
from hanse.orders.board import hold_word
from hanse.web.words import day_in_words

Facts = Mapping[str, Any]

@dataclass(frozen=True, slots=True)
class Step:
    """The next step of a kind: words, the page by its name, what it is given and asked, the operation that it leads to (none: whoever may read)."""

    words: str
    url: str
    operation: str = ""
    given: Callable[[str, Facts], tuple[Any, ...]] = lambda order, facts: (order,)
    query: Callable[[Facts], dict[str, Any]] = lambda facts: {}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of exception: chip, title, icon and tone, the roles that look after it, how it is found, why in a sentence, the next step."""

    name: str
    word: str
    title: str
    icon: str
    tone: str
    roles: tuple[str, ...]
    sql: str
    why: Callable[[Facts, date], str]
    step: Step | None = None
    titled: Callable[[Facts], str] | None = None


def _day(text: str, today: date) -> str:
    return day_in_words(date.fromisoformat(text), today)


def _nothing(order: str, facts: Facts) -> tuple[Any, ...]:
    return ()


WAITING = "l.ordered - l.cancelled - l.reserved + l.freed"
WITHOUT_SITE = """orders_order o JOIN orders_line l ON l.order_id = o.id AND l.ordered > l.cancelled + l.reserved - l.freed
        AND o.open AND o.ordered > o.cancelled + o.reserved - o.freed"""
"""Lines with units that have no site. They are found through the open orders, which are few however many are kept."""
TROUBLED = "('unknown', 'failed', 'lost', 'on-hold', 'delayed', 'return-to-sender')"
DOUBTS = {"moves-again": "moves again after it was delivered", "sent-back-before": "delivered after it was sent back"}
ASKED = {"stop": "stop {units:,} units", "address": "label anew", "carrier": "send with another carrier", "redirect": "have it turned round"}
CHANGE = Step("Wait or change…", "change_order", "orders.change")
SHIPMENT = Step("See the shipment", "shipment", "", lambda order, facts: (facts["shipment"],))


# -- orders -----------------------------------------------------------------------------------------------------------------

HOLD = """
SELECT 'H-' || h.order_id || '/' || h.type, h.order_id, NULL::bigint, o.net, NULL::date, h.held_at,
       jsonb_build_object('type', h.type, 'reason', h.reason, 'by', h.held_by)
  FROM orders_hold h JOIN orders_order o ON o.id = h.order_id WHERE h.released_at IS NULL AND o.open"""
SHORT = f"""
SELECT 'H-' || l.order_id || '/' || l.position, l.order_id, max(t.site_id), round(l.net * ({WAITING}) / l.ordered, 4), NULL::date, max(t.closed_at),
       jsonb_build_object('sku', i.sku, 'units', {WAITING}, 'of', l.ordered - l.cancelled, 'bin', max(b.code), 'reason', max(t.short_reason))
  FROM {WITHOUT_SITE} JOIN orders_allocation a ON a.order_id = l.order_id AND a.line_id = l.id
  JOIN fulfilment_task t ON t.allocation_id = a.id AND t.taken < t.to_pick - t.withdrawn
  JOIN inventory_account b ON b.id = t.bin_id JOIN catalogue_item i ON i.id = l.item_id GROUP BY l.id, i.sku"""
SUPPLY = f"""
SELECT 'H-' || l.order_id, l.order_id, NULL::bigint, sum(round(l.net * ({WAITING}) / l.ordered, 4)), NULL::date, o.placed_at,
       jsonb_build_object('sku', min(i.sku), 'units', sum({WAITING} - coalesce(g.pegged, 0)), 'lines', count(*))
  FROM {WITHOUT_SITE} JOIN catalogue_item i ON i.id = l.item_id
  LEFT JOIN LATERAL (SELECT sum(p.quantity) AS pegged FROM orders_peg p WHERE p.line_id = l.id) g ON true
 WHERE {WAITING} > coalesce(g.pegged, 0) AND NOT 'fraud' = ANY(o.holds)
   AND NOT EXISTS (SELECT 1 FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id AND t.taken < t.to_pick - t.withdrawn
                    WHERE a.order_id = l.order_id AND a.line_id = l.id)
 GROUP BY l.order_id, o.placed_at"""
SLIPPED = f"""
SELECT 'H-' || l.order_id || '/' || l.position, l.order_id, min(b.site_id), round(l.net * sum(p.quantity) / l.ordered, 4), NULL::date, NULL::timestamptz,
       jsonb_build_object('sku', i.sku, 'units', sum(p.quantity), 'inbound', min(b.ref), 'due_on', max(b.due_on), 'was_on', max(b.first_due_on))
  FROM {WITHOUT_SITE} JOIN orders_peg p ON p.line_id = l.id AND p.quantity > 0
  JOIN inventory_inbound b ON b.id = p.inbound_id JOIN catalogue_item i ON i.id = l.item_id
 WHERE (b.due_on > b.first_due_on OR b.due_on > coalesce(l.first_promised_on, l.requested_on, o.requested_on))
 GROUP BY l.id, i.sku"""
LATE = """
SELECT 'H-' || o.id, o.id, NULL::bigint, o.net, NULL::date, o.promised_on::timestamptz + interval '1 day',
       jsonb_build_object('left', o.ordered - o.cancelled, 'shipped', o.shipped, 'delivered', o.delivered, 'on', o.promised_on)
  FROM orders_order o WHERE o.open AND o.promised_on < %(today)s::date"""
RISK = """
SELECT 'H-' || o.id, o.id, w.site_id, round(o.net * w.units / o.ordered, 4), NULL::date, NULL::timestamptz,
       jsonb_build_object('units', w.units, 'site', s.code, 'days', w.days, 'arrives', %(today)s::date + w.days)
  FROM orders_order o CROSS JOIN LATERAL (
    SELECT min(a.site_id) AS site_id, sum(a.reserved - a.freed - a.shipped) AS units, max(l.days) AS days
      FROM orders_allocation a JOIN partners_address d ON d.id = o.ship_to_id
     CROSS JOIN LATERAL (SELECT l.days FROM network_lane l WHERE l.site_id = a.site_id AND l.country = d.country AND l.region IN ('', d.region)
                          ORDER BY l.region DESC LIMIT 1) l
     WHERE a.order_id = o.id AND a.reserved - a.freed > a.shipped AND %(today)s::date + l.days > o.promised_on) w
  JOIN network_site s ON s.id = w.site_id
 WHERE o.open AND o.promised_on BETWEEN %(today)s::date AND %(today)s::date + 60"""
MOVED = """
SELECT 'H-' || o.id, o.id, NULL::bigint, o.net, NULL::date, m.at, jsonb_build_object('on', o.promised_on, 'was', o.first_promised_on, 'reason', m.reason)
  FROM orders_order o CROSS JOIN LATERAL (
    SELECT p.at, p.reason, p.agreed_by, p.by_customer FROM orders_promise p JOIN orders_line l ON l.id = p.line_id
     WHERE l.order_id = o.id AND p.promised_on > p.was_on ORDER BY p.id DESC LIMIT 1) m
 WHERE o.open AND o.promised_on >= %(today)s::date AND o.promised_on > o.first_promised_on AND m.agreed_by = '' AND NOT m.by_customer
   AND NOT EXISTS (SELECT 1 FROM orders_line l JOIN orders_consent c ON c.line_id = l.id AND c.answer IS NULL WHERE l.order_id = o.id)"""
CONSENT = """
SELECT 'H-' || l.order_id || '/' || l.position, l.order_id, NULL::bigint, round(l.net * c.units / l.ordered, 4), NULL::date, c.asked_at,
       jsonb_build_object('sku', i.sku, 'units', c.units, 'on', c.promised_on, 'was', c.was_on, 'by', c.answer_by::date)
  FROM orders_consent c JOIN orders_line l ON l.id = c.line_id JOIN catalogue_item i ON i.id = l.item_id
 WHERE c.answer IS NULL AND (l.ordered > l.cancelled + l.reserved - l.freed OR EXISTS (
         SELECT 1 FROM orders_allocation a JOIN network_site s ON s.id = a.site_id AND s.supplier <> ''
          WHERE a.order_id = l.order_id AND a.line_id = l.id AND a.reserved - a.freed > a.shipped))"""
LOT = """
      SELECT x.order_id::text || ' ' || i.sku || ' ' || x.lot || ' ' || x.container, x.order_id, x.site_id, o.net, NULL::date, x.since,
             jsonb_build_object('sku', i.sku, 'lot', x.lot, 'status', x.status, 'units', x.units, 'place', x.place, 'container', x.container)
        FROM (SELECT t.order_id, t.item_id, t.site_id, l.code AS lot, l.status, l.status_at AS since, sum(t.taken - t.put_back - t.packed) AS units, 'tote' AS place, c.code AS container
                FROM inventory_lot l JOIN fulfilment_task t ON t.item_id = l.item_id AND t.lot = l.code AND t.lot <> '' AND t.taken > t.put_back + t.packed
                JOIN inventory_account c ON c.id = t.tote_id WHERE l.status <> 'released' GROUP BY t.order_id, t.item_id, t.site_id, l.id, c.code
               UNION ALL
              SELECT c.order_id, k.item_id, c.site_id, l.code, l.status, l.status_at, sum(k.quantity), 'carton', c.sscc
                FROM inventory_lot l JOIN fulfilment_content k ON k.item_id = l.item_id AND k.lot = l.code AND k.lot <> ''
                JOIN fulfilment_carton c ON c.id = k.carton_id AND c.handed_over_at IS NULL AND c.opened_at IS NULL
               WHERE l.status <> 'released' GROUP BY c.order_id, k.item_id, c.site_id, l.id, c.sscc) x
        JOIN orders_order o ON o.id = x.order_id JOIN catalogue_item i ON i.id = x.item_id"""
CHANGES = """
SELECT 'H-' || r.order_id || '/' || r.id, r.order_id, r.site_id, o.net, NULL::date, r.answer_by,
       jsonb_build_object('kind', r.kind, 'units', r.units, 'site', s.code, 'site_name', s.name, 'state', r.state)
  FROM orders_changerequest r JOIN orders_order o ON o.id = r.order_id JOIN network_site s ON s.id = r.site_id
 WHERE r.outcome = '' AND (r.state <> 'requested' OR r.answer_by <= %(now)s::timestamptz)"""

SUPPLIER_LATE = """
SELECT 'D-' || d.id, d.order_id, d.site_id, o.net, NULL::date, d.first_due_on::timestamptz + interval '1 day',
       jsonb_build_object('number', 'D-' || d.id, 'supplier', coalesce(p.name, s.supplier), 'units', t.units, 'on', d.first_due_on, 'due_on', d.due_on)
  FROM (SELECT t.supplier_order_id AS id, sum(t.to_pick - t.withdrawn)::bigint AS units FROM fulfilment_task t
         WHERE t.supplier_order_id IS NOT NULL AND t.closed_at IS NULL GROUP BY 1) t
  JOIN fulfilment_supplierorder d ON d.id = t.id JOIN orders_order o ON o.id = d.order_id
  JOIN network_site s ON s.id = d.site_id LEFT JOIN partners_party p ON p.code = s.supplier
 WHERE d.first_due_on < %(today)s::date OR d.due_on > d.first_due_on"""
RECURRING = """
SELECT 'R-' || c.recurring_id || '/' || c.day, NULL::bigint, NULL::bigint, NULL::numeric, c.day, c.at,
       jsonb_build_object('recurring', 'R-' || c.recurring_id, 'on', c.day, 'why', c.trouble, 'customer', p.name)
  FROM orders_occurrence c JOIN orders_recurring r ON r.id = c.recurring_id JOIN partners_party p ON p.id = r.customer_id WHERE c.outcome = 'failed'"""

# -- parcels, money -----------------------------------------------------------------------------------------------------------

NO_SERVICE = """
SELECT c.sscc, c.order_id, c.site_id, o.net, NULL::date, c.packed_at, jsonb_build_object('carton', c.sscc, 'grams', coalesce(c.weight_g, c.expected_g))
  FROM fulfilment_carton c JOIN orders_order o ON o.id = c.order_id JOIN network_site s ON s.id = c.site_id AND s.supplier = ''
 WHERE c.handed_over_at IS NULL AND c.opened_at IS NULL AND c.inside_id IS NULL AND c.packed_at < %(now)s::timestamptz - interval '15 minutes'
   AND EXISTS (SELECT FROM network_service) AND NOT EXISTS (SELECT FROM transport_choice x WHERE x.carton_id = c.id)"""
"""Cartons for which no service was found within the time that choosing takes."""
PARCELS = """
SELECT k.code || '/' || p.tracking || CASE WHEN p.rides_with_id IS NULL THEN '' ELSE '/' || p.id END, s.order_id, s.site_id, o.net, NULL::date, coalesce(p.moved_at, s.handed_over_at),
       jsonb_build_object('tracking', p.tracking, 'carrier', k.name, 'state', p.state, 'doubt', p.doubt, 'shipment', p.shipment_id,
                          'expected_on', p.expected_on, 'promised_on', s.promised_on, 'days', %(today)s::date - coalesce(p.moved_at, s.handed_over_at)::date)
  FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN orders_order o ON o.id = s.order_id
  JOIN transport_carrier k ON k.id = p.carrier_id"""
PARCEL = f"{PARCELS} WHERE p.delivered_at IS NULL AND p.lost_at IS NULL AND p.back_at IS NULL AND p.state IN {TROUBLED} OR p.doubt <> ''"
FORECAST = f"{PARCELS} WHERE p.delivered_at IS NULL AND p.lost_at IS NULL AND p.back_at IS NULL AND p.state NOT IN {TROUBLED} AND p.doubt = '' AND p.expected_on > s.promised_on"
STILL = """
SELECT k.code || '/' || p.tracking, s.order_id, s.site_id, o.net, NULL::date, x.since_at,
       jsonb_build_object('tracking', p.tracking, 'carrier', k.name, 'shipment', p.shipment_id, 'since', x.since_at::date, 'days', x.days, 'basis', x.basis, 'parcels', x.parcels)
  FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN orders_order o ON o.id = s.order_id JOIN transport_carrier k ON k.id = p.carrier_id
  JOIN transport_silence x ON x.parcel_id = p.id AND x.since_at = coalesce(p.moved_at, s.handed_over_at)
 WHERE p.delivered_at IS NULL AND p.lost_at IS NULL AND p.back_at IS NULL AND p.rides_with_id IS NULL"""
"""A silence that was noticed, as long as it is the last that was told."""
NEVER_CAME = """
SELECT k.code || '/' || p.tracking || CASE WHEN p.rides_with_id IS NULL THEN '' ELSE '/' || p.id END, s.order_id, s.site_id, o.net, NULL::date, coalesce(p.lost_at, p.back_at),
       jsonb_build_object('tracking', p.tracking, 'carrier', k.name, 'shipment', p.shipment_id, 'units', p.units, 'lost', p.lost_at IS NOT NULL, 'refused', p.refused)
  FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN orders_order o ON o.id = s.order_id JOIN transport_carrier k ON k.id = p.carrier_id
 WHERE p.remedy = '' AND (p.lost_at IS NOT NULL OR p.back_at IS NOT NULL)"""
TO_CREDIT = f"""
SELECT 'H-' || l.order_id || '/' || p.tracking, l.order_id, p.site, sum(round(l.net * n.units / l.ordered, 4)), NULL::date, min(g.known_at),
       jsonb_build_object('units', sum(n.units), 'sku', min(i.sku), 'lines', count(*), 'cause', min(g.cause), 'tracking', p.tracking)
  FROM ({FOR_PEOPLE}) n JOIN billing_goodscredit g ON g.id = n.id JOIN orders_line l ON l.id = g.line_id JOIN catalogue_item i ON i.id = l.item_id
  JOIN LATERAL (SELECT p.tracking, s.site_id AS site FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id WHERE p.id = g.parcel_id) p ON true
 GROUP BY l.order_id, p.tracking, p.site"""
"""Parcels with units on invoices that were lost, came back, damaged or short, and that were not sent again instead."""
CLAIM = """
SELECT 'C-' || x.id, s.order_id, s.site_id, x.amount, x.window_ends_on, x.proposed_at,
       jsonb_build_object('claim', 'C-' || x.id, 'for', x.kind, 'carrier', c.name, 'tracking', p.tracking, 'until', x.window_ends_on)
  FROM transport_claim x JOIN transport_carrier c ON c.id = x.carrier_id JOIN transport_parcel p ON p.id = x.parcel_id JOIN transport_shipment s ON s.id = p.shipment_id
 WHERE x.decided_at IS NULL AND x.state = 'proposed' AND x.window_ends_on >= %(today)s"""
DIFFERS = """
SELECT i.number || '/' || l.position, i.order_id, NULL::bigint, abs(m.quantity_variance) + abs(m.price_variance), m.matched_at::date, m.matched_at,
       jsonb_build_object('invoice', i.number, 'line', l.position, 'ordered', m.ordered, 'shipped', m.shipped, 'received', m.received, 'invoiced', m.invoiced,
                          'order_price', m.order_price, 'invoice_price', m.invoice_price, 'price', m.price_variance <> 0)
  FROM billing_match m JOIN billing_invoice i ON i.id = m.invoice_id JOIN orders_line l ON l.id = m.line_id
 WHERE (m.quantity_variance <> 0 OR m.price_variance <> 0) AND l.invoiced - l.credited > 0
   AND NOT EXISTS (SELECT 1 FROM billing_invoice c WHERE c.corrects_id = i.id)
   AND NOT EXISTS (SELECT 1 FROM billing_match n JOIN billing_invoice j ON j.id = n.invoice_id WHERE j.order_id = i.order_id AND n.line_id = m.line_id AND n.id > m.id)"""

# -- hanse itself -------------------------------------------------------------------------------------------------------------

WEBHOOK = """
SELECT 'endpoint/' || e.id, NULL::bigint, NULL::bigint, NULL::numeric, NULL::date, e.paused_at,
       jsonb_build_object('url', e.url, 'paused', e.paused_at IS NOT NULL, 'trouble', e.trouble, 'parked', d.parked)
  FROM edge_endpoint e CROSS JOIN LATERAL (SELECT count(*) AS parked FROM edge_delivery d WHERE d.endpoint_id = e.id AND d.state = 'parked') d
 WHERE e.removed_at IS NULL AND (e.paused_at IS NOT NULL OR d.parked > 0)"""
JOB = """
SELECT 'fact/' || p.id, NULL::bigint, NULL::bigint, NULL::numeric, NULL::date, p.parked_at,
       jsonb_build_object('what', p.follower, 'trouble', p.trouble, 'page', 'admin:journal_parkedfact_changelist')
  FROM journal_parkedfact p WHERE p.resolved_at IS NULL
 UNION ALL
SELECT 'follower/' || f.name, NULL, NULL, NULL, NULL, f.moved_at, jsonb_build_object('what', f.name, 'trouble', f.trouble, 'page', 'admin:index')
  FROM journal_follower f WHERE f.failures >= 3
 UNION ALL
SELECT 'job/' || j.id, NULL, NULL, NULL, NULL, j.scheduled_at, jsonb_build_object('what', j.task_name, 'trouble', 'it failed and is not tried again', 'page', 'admin:index')
  FROM procrastinate_jobs j WHERE j.status = 'failed'"""


# -- why, in a sentence with the numbers first ----------------------------------------------------------------------------------


def _short(it: Facts, today: date) -> str:
    return f"{it['units']:,} of {it['of']:,} {it['sku']} missing" + (f" in {it['bin']}" if it["bin"] else "")


def _supply(it: Facts, today: date) -> str:
    return f"{it['units']:,} {it['sku']}" + (f" and {it['lines'] - 1} more" if it["lines"] > 1 else "") + " without a site"


def _slipped(it: Facts, today: date) -> str:
    due, was = _day(it["due_on"], today), _day(it["was_on"], today)
    return f"{it['units']:,} {it['sku']}: {it['inbound']} is now {due}" + (f", was {was}" if due != was else "")


def _supplier(it: Facts, today: date) -> str:
    later = f", now {_day(it['due_on'], today)}" if it["due_on"] != it["on"] else ""
    return f"{it['units']:,} units of {it['number']} with {it['supplier']} were due {_day(it['on'], today)}{later}"


def _late(it: Facts, today: date) -> str:
    here = it["left"] - it["shipped"]
    return f"{here:,} of {it['left']:,} units are still here" if here else f"All shipped, {it['delivered']:,} of {it['left']:,} delivered"


def _change(it: Facts, today: date) -> str:
    said = "no answer in time" if it["state"] == "requested" else f"{it['state'].replace('-', ' ')}, kept at the dock"
    return f"{it['site_name']} is asked to {ASKED[it['kind']].format(units=it['units'])}; {said}"


def _parcel(it: Facts, today: date) -> str:
    return f"{it['carrier']} {it['tracking']}: {DOUBTS.get(it['doubt']) or it['state'].replace('-', ' ')}"


def _still(it: Facts, today: date) -> str:
    basis = {"lane": f"95 of 100 of {it['parcels']:,} parcels on this lane", "carrier": f"95 of 100 of {it['parcels']:,} parcels of this carrier", "planned": "the planned days and two"}[it["basis"]]
    return f"{it['carrier']} {it['tracking']}: no word since {_day(it['since'], today)}, over {it['days']} working days, longer than {basis}"


def _never_came(it: Facts, today: date) -> str:
    why = "lost" if it["lost"] else f"refused, {it['refused'].replace('-', ' ')}; it came back" if it["refused"] else "came back"
    return f"{it['units']:,} units, {it['carrier']} {it['tracking']}: {why}"


def _credit(it: Facts, today: date) -> str:
    more = f" and {it['lines'] - 1} more" if it["lines"] > 1 else ""
    return f"{it['units']:,} {it['sku']}{more}: {CAUSES[it['cause']].lower()}, parcel {it['tracking']}"


def _no_service(it: Facts, today: date) -> str:
    weighs = f", {it['grams'] / 1000:,.1f} kg" if it["grams"] else ""
    return f"Carton …{it['carton'][-7:]}{weighs}, stands at the dock"


def _differs(it: Facts, today: date) -> str:
    line = f"{it['invoice']} line {it['line']}"
    if it["price"]:
        return f"{line}: {float(it['order_price']):,.2f} ordered, {float(it['invoice_price']):,.2f} invoiced"
    return f"{line}: {it['shipped']:,} shipped, " + (f"{it['received']:,} received, " if it["received"] is not None else "") + f"{it['invoiced']:,} invoiced"


def _webhook(it: Facts, today: date) -> str:
    parked = f"{it['parked']:,} event{'' if it['parked'] == 1 else 's'} not delivered" if it["parked"] else "Paused"
    return f"{parked}: {it['url']}" + (f", {it['trouble']}" if it["trouble"] else "")


DESK, FLOOR, ROAD, MONEY = "order desk", "warehouse", "transport", "finance"
ALL: tuple[Kind, ...] = (
    Kind("short", "Short pick", "Short pick, no stock elsewhere", "hand-stop", "bad", (DESK, FLOOR), SHORT, _short, CHANGE),
    Kind("late", "Late", "Promise has passed", "clock", "bad", (DESK, ROAD), LATE, _late),
    Kind("parcel", "Parcel", "Parcel needs a look", "truck", "bad", (DESK, ROAD), PARCEL, _parcel, SHIPMENT),
    Kind("change", "Change", "Asked for a change, not settled", "hand-stop", "bad", (DESK, FLOOR, ROAD), CHANGES, _change,
         Step("Answer…", "changes", "fulfilment.answer_change", _nothing, lambda facts: {"site": facts["site"]})),
    Kind("lot", "Lot", "Lot is stopped", "hand-stop", "bad", (DESK, FLOOR), LOT,
         lambda it, today: f"{it['units']:,} {it['sku']} of lot {it['lot']}, which is {it['status']}, in {it['place']} {it['container'][-7:]}",
         Step("Take out…", "lot", "fulfilment.take_out", _nothing, lambda facts: {"sku": facts["sku"], "lot": facts["lot"]})),
    Kind("service", "No service", "No carrier's service takes the carton", "package", "bad", (FLOOR, ROAD), NO_SERVICE, _no_service,
         Step("Choose a service…", "carton_service", "transport.choose_service", lambda order, facts: (facts["carton"],))),
    Kind("risk", "Late risk", "Too late for its promise unless it leaves faster", "clock", "watch", (DESK, FLOOR, ROAD), RISK,
         lambda it, today: f"{it['units']:,} units still in {it['site']}, {it['days']} days on the way"),
    Kind("forecast", "Carrier late", "Carrier expects to be late", "truck", "watch", (DESK, ROAD), FORECAST,
         lambda it, today: f"{it['carrier']} {it['tracking']}: expected {_day(it['expected_on'], today)}, promised {_day(it['promised_on'], today)}", SHIPMENT),
    Kind("still", "Not moving", "Parcel not moving", "truck", "watch", (DESK, ROAD), STILL,
         _still, Step("Look for it…", "shipment", "transport.report_lost", lambda order, facts: (facts["shipment"],))),
    Kind("lost", "Never came", "Lost or came back: send again, or not?", "question-mark", "bad", (DESK, ROAD), NEVER_CAME, _never_came,
         Step("Decide…", "shipment", "transport.choose_remedy", lambda order, facts: (facts["shipment"],))),
    Kind("credit", "Credit", "Invoiced, but never came sound", "receipt", "watch", (DESK, MONEY), TO_CREDIT, _credit,
         Step("Credit…", "goods_credits", "billing.credit_goods", _nothing, lambda facts: {"parcel": facts["tracking"]})),
    Kind("claim", "Claim", "Claim to file with the carrier", "scale", "watch", (ROAD, MONEY), CLAIM,
         lambda it, today: f"{it['for'].capitalize()} of {it['carrier']} {it['tracking']}: file it by {_day(it['until'], today)}",
         Step("File or dismiss…", "claim", "transport.open_claim", lambda order, facts: (facts["claim"],))),
    Kind("hold", "Hold", "On hold", "lock", "watch", (DESK, MONEY), HOLD, lambda it, today: it["reason"] or f"Held by {it['by']}, no reason given",
         Step("Release or keep…", "hold_order", "orders.release_hold"), lambda it: hold_word(it["type"])),
    Kind("slipped", "Supplier slipped", "Supply comes too late", "calendar-event", "watch", (DESK,), SLIPPED, _slipped, Step("Change…", "change_order", "orders.change")),
    Kind("consent", "Consent", "Customer must agree to a later day", "calendar-event", "watch", (DESK,), CONSENT,
         lambda it, today: f"{it['units']:,} {it['sku']}: {_day(it['on'], today)} instead of {_day(it['was'], today)}, answer by {_day(it['by'], today)}",
         Step("Note the answer…", "answer_consent", "orders.answer_consent")),
    Kind("supplier", "Supplier late", "Supplier ships later than he should", "truck", "watch", (DESK,), SUPPLIER_LATE, _supplier,
         Step("Ask him…", "supplier_order", "fulfilment.expect_despatch", lambda order, facts: (facts["number"],))),
    Kind("supply", "No supply", "No stock and none on its way", "package", "watch", (DESK,), SUPPLY, _supply, CHANGE),
    Kind("moved", "Promise moved", "Promise moved, not agreed", "calendar-event", "watch", (DESK,), MOVED,
         lambda it, today: f"Now {_day(it['on'], today)}, was {_day(it['was'], today)}", Step("Change…", "change_order", "orders.change")),
    Kind("recurring", "Recurring", "Recurring order was not placed", "calendar-event", "bad", (DESK,), RECURRING,
         lambda it, today: f"{it['customer']}, {_day(it['on'], today)}: {it['why']}", Step("Mend and place…", "recurring_order", "orders.place_due", lambda order, facts: (facts["recurring"],))),
    Kind("differs", "Invoice differs", "Invoice differs from order or delivery", "receipt", "watch", (DESK, MONEY), DIFFERS, _differs,
         Step("See the invoice", "invoice", "", lambda order, facts: (facts["invoice"],))),
    Kind("webhook", "Webhook", "Events are not delivered", "alert-triangle", "watch", (), WEBHOOK, _webhook,
         Step("See the endpoints", "admin:edge_endpoint_changelist", "edge.resume_endpoints", _nothing)),
    Kind("job", "Job", "Something hanse does by itself has failed", "alert-triangle", "bad", (), JOB, lambda it, today: f"{it['what']}: {it['trouble']}",
         Step("See what failed", "admin:journal_parkedfact_changelist", "*", _nothing)),
)  # fmt: skip
KINDS: dict[str, Kind] = {kind.name: kind for kind in ALL}
"""Every kind by its name, the worst first. A kind that names no role is for the admins."""


def kinds_of(role: str) -> list[str]:
    """The kinds that this role looks after; an admin, a reader and who has no role see everything."""
    known = {named for kind in ALL for named in kind.roles}
    return [kind.name for kind in ALL if role not in known or role in kind.roles]
