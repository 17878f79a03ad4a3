"""Orders and shipments: counters never overtake and add up, states follow from them, what was packed is what left (INV-6 to INV-8)."""

from .check import Check
from .references import question

UPWARD = ("picked", "put_back", "packed", "unpacked", "shipped", "delivered", "lost", "found", "sent_back", "returned")
OF_LINES = ("ordered", "cancelled", *UPWARD, "invoiced", "credited", "under")

OVERTAKES = """cancelled < 0 OR cancelled > ordered OR freed < 0 OR freed > reserved OR reserved > ordered - cancelled + freed
       OR least(put_back, unpacked, delivered, found, lost - found, sent_back, returned) < 0 OR picked NOT BETWEEN put_back AND reserved - freed + put_back
       OR packed NOT BETWEEN unpacked AND picked - put_back + unpacked OR shipped < 0 OR shipped > packed - unpacked
       OR delivered > shipped - lost + found - sent_back OR returned > delivered
       OR invoiced < 0 OR invoiced > ordered OR credited < 0 OR credited > invoiced"""
STATUS = """CASE WHEN {0}.cancelled = {0}.ordered THEN 'cancelled'
            WHEN {0}.delivered >= {0}.ordered - {0}.cancelled THEN 'delivered'
            WHEN {0}.shipped >= {0}.ordered - {0}.cancelled AND {0}.shipped <= {0}.delivered + {0}.lost - {0}.found + {0}.sent_back THEN 'closed'
            WHEN {0}.shipped >= {0}.ordered - {0}.cancelled THEN 'shipped'
            WHEN {0}.shipped > 0 THEN 'part-shipped'
            WHEN {0}.packed - {0}.unpacked >= {0}.ordered - {0}.cancelled THEN 'packed'
            WHEN {0}.picked > {0}.put_back THEN 'picking'
            WHEN {0}.reserved >= {0}.ordered - {0}.cancelled + {0}.freed THEN 'allocated'
            WHEN {0}.reserved > {0}.freed THEN 'part-allocated' ELSE 'placed' END"""


def _sums(names: tuple[str, ...]) -> str:
    return ", ".join(f"sum({n})::bigint AS {n}" for n in names)


def _differ(one: str, other: str, names: tuple[str, ...]) -> str:
    return " OR ".join(f"{one}.{n} <> coalesce({other}.{n}, 0)" for n in names)


def _named(one: str, other: str, names: tuple[str, ...]) -> str:
    """The counters that differ, in words: `shipped 3, counted 2`."""
    parts = ", ".join(f"CASE WHEN {one}.{n} <> coalesce({other}.{n}, 0) THEN '{n} ' || {one}.{n} || ', counted ' || coalesce({other}.{n}, 0) END" for n in names)
    return f"concat_ws('; ', {parts})"


ORDERS = [
    Check("INV-6", "No counter of a line overtakes the one before it.", f"""
SELECT 'H-' || order_id AS "order", position, ordered, cancelled, reserved - freed AS reserved, picked, put_back, packed, unpacked, shipped, delivered, lost - found AS lost, sent_back, returned,
       invoiced, credited, {OVERTAKES} AS wrong FROM orders_line
"""),
    Check("INV-6", "No counter of an allocation overtakes the one before it.", """
SELECT id AS allocation, 'H-' || order_id AS "order", reserved, freed, released, recalled, picked, put_back, packed, unpacked, shipped, delivered, lost - found AS lost, sent_back, returned,
       freed < 0 OR freed > reserved OR recalled < 0 OR recalled > released OR released > reserved + recalled
       OR picked NOT BETWEEN put_back AND least(released - recalled, reserved - freed) + put_back OR packed NOT BETWEEN unpacked AND picked - put_back + unpacked
       OR shipped < 0 OR shipped > packed - unpacked OR least(put_back, unpacked, delivered, found, lost - found, sent_back, returned) < 0
       OR delivered > shipped - lost + found - sent_back OR returned > delivered AS wrong FROM orders_allocation
"""),
    Check("INV-6", "A line counts what its allocations count.", f"""
SELECT 'H-' || l.order_id AS "order", l.position, {_named("l", "a", UPWARD)} AS differs, {_differ("l", "a", UPWARD)} AS wrong
  FROM orders_line l LEFT JOIN (SELECT line_id, {_sums(UPWARD)} FROM orders_allocation GROUP BY 1) a ON a.line_id = l.id
"""),
    Check("INV-6", "An order counts what its lines count.", f"""
SELECT 'H-' || o.id AS "order", {_named("o", "l", OF_LINES)} AS differs, {_differ("o", "l", OF_LINES)} AS wrong
  FROM orders_order o LEFT JOIN (SELECT order_id, {_sums(OF_LINES)} FROM orders_line GROUP BY 1) l ON l.order_id = o.id
"""),
    Check("INV-6", "A kit's components were ordered in its ratio.", """
SELECT 'H-' || coalesce(k.order_id, l.order_id) AS "order", coalesce(k.position, l.kit) AS kit, k.quantity AS kits, l.position, l.per_kit, l.ordered,
       k.id IS NULL OR l.id IS NULL OR l.ordered <> k.quantity * l.per_kit AS wrong
  FROM orders_kit k FULL JOIN (SELECT * FROM orders_line WHERE kit IS NOT NULL) l ON l.order_id = k.order_id AND l.kit = k.position
"""),
    Check("INV-6", "What goes out over a line is of its item, of no kit and no substitute, and within its order's tolerance.", """
SELECT 'H-' || l.order_id AS "order", l.position, l.ordered, o.over_percent AS percent, x.units AS over, x.lines,
       x.others OR l.kit IS NOT NULL OR l.substitute_of_id IS NOT NULL OR l.over_of_id IS NOT NULL OR x.units * 100 > o.over_percent * l.ordered AS wrong
  FROM (SELECT x.over_of_id AS line, sum(x.ordered - x.cancelled)::bigint AS units, count(*) AS lines, bool_or(x.order_id <> m.order_id OR x.item_id <> m.item_id) AS others
          FROM orders_line x JOIN orders_line m ON m.id = x.over_of_id GROUP BY 1) x
  JOIN orders_line l ON l.id = x.line JOIN orders_order o ON o.id = l.order_id
"""),
    Check("INV-6", "What a line closed as short is cancelled, and within its order's tolerance.", """
SELECT 'H-' || l.order_id AS "order", l.position, l.ordered, l.cancelled, l.under, o.under_percent AS percent,
       l.under < 0 OR l.under > l.cancelled OR l.under * 100 > o.under_percent * l.ordered AS wrong
  FROM orders_line l JOIN orders_order o ON o.id = l.order_id
"""),
    Check("INV-7", "An order's status follows from its counters.", f"""
SELECT 'H-' || o.id AS "order", o.status, {STATUS.format("o")} AS derived,
       o.status IS DISTINCT FROM {STATUS.format("o")} OR o.open IS DISTINCT FROM (o.ordered > o.cancelled + o.delivered + o.lost - o.found + o.sent_back) AS wrong
  FROM orders_order o
"""),
    Check("INV-7", "A line's status follows from its counters.", f"""
SELECT 'H-' || l.order_id AS "order", l.position, l.status, {STATUS.format("l")} AS derived, l.status IS DISTINCT FROM {STATUS.format("l")} AS wrong FROM orders_line l
"""),
    Check("INV-7", "Nobody can set a status: the database generates it.", """
SELECT c.relname AS "table", a.attname AS "column", a.attgenerated <> 's' AS wrong
  FROM (VALUES ('orders_order', 'status'), ('orders_order', 'open'), ('orders_line', 'status')) AS w(tab, col)
  JOIN pg_class c ON c.oid = to_regclass(w.tab) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = w.col
"""),
    Check("INV-7", "The holds an order shows are those that stand.", """
SELECT 'H-' || o.id AS "order", o.holds, coalesce(h.types, '{}') AS standing,
       (SELECT array_agg(x ORDER BY x) FROM unnest(o.holds) x) IS DISTINCT FROM h.types AS wrong
  FROM orders_order o
  LEFT JOIN (SELECT order_id, array_agg(type ORDER BY type) AS types FROM orders_hold WHERE released_at IS NULL GROUP BY 1) h ON h.order_id = o.id
"""),
    Check("INV-7", "A quote became an order of its customer, by its last day where the goods go, or none.", """
SELECT 'Q-' || q.id AS quote, 'H-' || q.order_id AS "order", q.valid_until, q.accepted_at,
       (q.order_id IS NULL) <> (q.accepted_at IS NULL) OR coalesce(o.customer_id <> q.customer_id OR (q.accepted_at AT TIME ZONE q.zone)::date > q.valid_until, false) AS wrong
  FROM orders_quote q LEFT JOIN orders_order o ON o.id = q.order_id
"""),
    Check("INV-7", "Of each day of a recurring order came one thing, an order of its customer or none, and the next day lies behind.", """
SELECT 'R-' || r.id AS recurring, r.next_on, max(c.day) AS last, count(c.id) AS outcomes, count(DISTINCT c.day) AS days,
       count(c.id) <> count(DISTINCT c.day) OR coalesce(r.next_on < r.starts_on, false) OR coalesce(r.next_on <= max(c.day), false)
         OR count(*) FILTER (WHERE (c.outcome = 'placed') <> (c.order_id IS NOT NULL) OR o.customer_id <> r.customer_id) > 0 AS wrong
  FROM orders_recurring r LEFT JOIN orders_occurrence c ON c.recurring_id = r.id LEFT JOIN orders_order o ON o.id = c.order_id GROUP BY r.id
"""),
    Check("INV-7", "A customer is asked once at a time about a later day, and an answer says whose it is.", """
SELECT 'H-' || l.order_id AS "order", l.position, c.promised_on, c.was_on, c.answer, c.answered_by,
       c.promised_on <= c.was_on OR (c.answer IS NULL) <> (c.answered_at IS NULL)
         OR c.answer IS NULL AND EXISTS (SELECT 1 FROM orders_consent x WHERE x.line_id = c.line_id AND x.answer IS NULL AND x.id <> c.id) AS wrong
  FROM orders_consent c JOIN orders_line l ON l.id = c.line_id
"""),
    Check("INV-8", "What an allocation counts as packed and shipped is what its cartons hold.", """
SELECT a.id AS allocation, 'H-' || a.order_id AS "order", a.packed - a.unpacked AS packed, coalesce(c.packed, 0) AS in_cartons, a.shipped, coalesce(c.gone, 0) AS in_parcels,
       a.delivered, coalesce(c.arrived, 0) AS in_delivered_parcels,
       a.packed - a.unpacked <> coalesce(c.packed, 0) OR a.shipped <> coalesce(c.gone, 0) OR a.delivered <> coalesce(c.arrived, 0) AS wrong
  FROM orders_allocation a
  LEFT JOIN (SELECT k.allocation_id, sum(k.quantity) FILTER (WHERE x.opened_at IS NULL)::bigint AS packed, sum(k.quantity) FILTER (WHERE p.id IS NOT NULL)::bigint AS gone,
                    sum(k.quantity) FILTER (WHERE p.delivered_at IS NOT NULL)::bigint AS arrived
               FROM fulfilment_content k JOIN fulfilment_carton x ON x.id = k.carton_id LEFT JOIN transport_parcel p ON p.carton_id = k.carton_id GROUP BY 1) c ON c.allocation_id = a.id
"""),
    Check("INV-8", "What an order counts as shipped, delivered, lost, found and sent back is the stock that moved.", """
WITH moved AS (
  SELECT m.document, m.item_id, coalesce(sum(m.quantity) FILTER (WHERE s.kind = 'carton' AND t.kind = 'transit'), 0)::bigint AS shipped,
         coalesce(sum(m.quantity) FILTER (WHERE s.kind IN ('transit', 'missing') AND t.kind = 'customer'), 0)::bigint AS delivered,
         coalesce(sum(m.quantity) FILTER (WHERE s.kind = 'transit' AND t.kind = 'missing'), 0)::bigint AS lost,
         coalesce(sum(m.quantity) FILTER (WHERE s.kind = 'missing' AND (t.kind IN ('transit', 'customer') OR m.act = 'ParcelTakenBack')), 0)::bigint AS found,
         coalesce(sum(m.quantity) FILTER (WHERE m.act = 'ParcelTakenBack'), 0)::bigint AS sent_back
    FROM inventory_movement m JOIN inventory_account s ON s.id = m.source_id JOIN inventory_account t ON t.id = m.target_id
   WHERE t.kind IN ('transit', 'customer') OR s.kind = 'transit' OR m.act = 'ParcelTakenBack' GROUP BY 1, 2
), counted AS (
  SELECT 'H-' || order_id AS document, item_id, sum(shipped)::bigint AS shipped, sum(delivered)::bigint AS delivered,
         sum(lost)::bigint AS lost, sum(found)::bigint AS found, sum(sent_back)::bigint AS sent_back FROM orders_line GROUP BY 1, 2
)
SELECT coalesce(c.document, m.document) AS "order", i.sku, coalesce(c.shipped, 0) AS shipped, coalesce(m.shipped, 0) AS moved_out,
       coalesce(c.delivered, 0) AS delivered, coalesce(m.delivered, 0) AS moved_in,
       c.lost, c.found, c.sent_back,
       coalesce(c.shipped, 0) <> coalesce(m.shipped, 0) OR coalesce(c.delivered, 0) <> coalesce(m.delivered, 0)
       OR (coalesce(c.lost, 0), coalesce(c.found, 0), coalesce(c.sent_back, 0)) <> (coalesce(m.lost, 0), coalesce(m.found, 0), coalesce(m.sent_back, 0)) AS wrong
  FROM counted c FULL JOIN moved m ON m.document = c.document AND m.item_id = c.item_id
  LEFT JOIN catalogue_item i ON i.id = coalesce(c.item_id, m.item_id)
"""),
    Check("INV-8", "What an allocation counts as picked and put back is what its tasks took and put back.", """
SELECT a.id AS allocation, 'H-' || a.order_id AS "order", a.picked, coalesce(t.taken, 0) AS taken, a.put_back, coalesce(t.put_back, 0) AS back_in_bins,
       a.picked <> coalesce(t.taken, 0) OR a.put_back <> coalesce(t.put_back, 0) OR a.packed - a.unpacked <> coalesce(t.packed, 0) AS wrong
  FROM orders_allocation a
  LEFT JOIN (SELECT allocation_id, sum(taken)::bigint AS taken, sum(put_back)::bigint AS put_back, sum(packed)::bigint AS packed FROM fulfilment_task GROUP BY 1) t
    ON t.allocation_id = a.id
"""),
    Check("INV-8", "A tote holds what its tasks took and neither packed nor put back.", """
SELECT a.code AS tote, i.sku, d.lot, d.held, d.waiting, d.held <> d.waiting AS wrong
  FROM (SELECT coalesce(b.account_id, t.tote) AS account, coalesce(b.item_id, t.item) AS item, coalesce(b.lot, t.lot) AS lot,
               coalesce(b.on_hand, 0) AS held, coalesce(t.waiting, 0) AS waiting
          FROM (SELECT b.* FROM inventory_balance b JOIN inventory_account x ON x.id = b.account_id AND x.kind = 'tote') b
          FULL JOIN (SELECT tote_id AS tote, item_id AS item, lot, sum(taken - packed - put_back)::bigint AS waiting
                       FROM fulfilment_task WHERE taken > 0 GROUP BY 1, 2, 3) t
            ON t.tote = b.account_id AND t.item = b.item_id AND t.lot = b.lot) d
  LEFT JOIN inventory_account a ON a.id = d.account LEFT JOIN catalogue_item i ON i.id = d.item
"""),
    Check("INV-8", "A label that was used left with the parcel of its carton, under its number; no carton has two.", """
SELECT l.id AS label, c.sscc AS carton, l.tracking, p.tracking AS parcel,
       p.id IS NULL OR p.carton_id <> l.carton_id OR p.tracking <> l.tracking OR p.carrier_id <> l.carrier_id
       OR (SELECT count(*) FROM transport_label t WHERE t.carton_id = l.carton_id AND t.outcome IN ('', 'used') AND t.void_asked_at IS NULL) > 1 AS wrong
  FROM transport_label l JOIN fulfilment_carton c ON c.id = l.carton_id LEFT JOIN transport_parcel p ON p.id = l.parcel_id WHERE l.outcome = 'used'
"""),
    Check("INV-8", "A label has one state: only what was bought is used, taken back or not, or expires; only what was not is refused or withdrawn.", """
SELECT l.id AS label, l.tracking, l.state, l.outcome,
       (l.outcome = '') <> (l.ended_at IS NULL) OR l.outcome IN ('used', 'voided', 'void-refused', 'expired') AND l.bought_at IS NULL OR l.outcome IN ('refused', 'withdrawn') AND l.bought_at IS NOT NULL
       OR (l.bought_at IS NULL) <> (l.amount IS NULL) OR (l.outcome = 'used') <> (l.parcel_id IS NOT NULL)
       OR l.state <> CASE WHEN l.outcome <> '' THEN l.outcome WHEN l.void_asked_at IS NOT NULL THEN 'void-asked' WHEN l.bought_at IS NOT NULL THEN 'bought' ELSE 'asked' END AS wrong
  FROM transport_label l
"""),
    Check("INV-8", "A manifest lists as many labels as it was asked with, unless it was refused.", """
SELECT m.id AS manifest, m.labels, count(l.id) AS listed, count(l.id) <> CASE WHEN m.refused_at IS NULL THEN m.labels ELSE 0 END AS wrong
  FROM transport_manifest m LEFT JOIN transport_label l ON l.manifest_id = m.id GROUP BY m.id
"""),
    Check("INV-8", "A carton holds its content until it leaves or is opened, and nothing after; a parcel counts the units of its carton.", """
SELECT c.sscc AS carton, coalesce(k.units, 0) AS content, coalesce(b.units, 0) AS in_ledger, p.units AS in_parcel, c.handed_over_at,
       coalesce(b.units, 0) <> CASE WHEN c.handed_over_at IS NULL AND c.opened_at IS NULL THEN coalesce(k.units, 0) ELSE 0 END
       OR (p.id IS NULL) <> (c.handed_over_at IS NULL) OR p.units <> coalesce(k.units, 0) AND p.id IS NOT NULL AS wrong
  FROM fulfilment_carton c
  LEFT JOIN (SELECT carton_id, sum(quantity)::bigint AS units FROM fulfilment_content GROUP BY 1) k ON k.carton_id = c.id
  LEFT JOIN (SELECT account_id, sum(on_hand)::bigint AS units FROM inventory_balance GROUP BY 1) b ON b.account_id = c.account_id
  LEFT JOIN transport_parcel p ON p.carton_id = c.id
"""),
    Check("INV-8", "A supplier shipped what his despatch advices name.", """
SELECT 'D-' || d.id AS supplier_order, coalesce(t.shipped, 0) AS shipped, coalesce(t.in_cartons, 0) AS in_cartons, coalesce(a.advised, 0) AS advised,
       coalesce(t.shipped, 0) <> coalesce(a.advised, 0) OR coalesce(t.shipped, 0) <> coalesce(t.in_cartons, 0) AS wrong
  FROM fulfilment_supplierorder d
  LEFT JOIN (SELECT t.supplier_order_id AS id, sum(t.taken)::bigint AS shipped,
                    sum(k.units)::bigint AS in_cartons
               FROM fulfilment_task t LEFT JOIN (SELECT task, sum(quantity) AS units FROM fulfilment_content WHERE task IS NOT NULL GROUP BY 1) k ON k.task = t.id WHERE t.supplier_order_id IS NOT NULL GROUP BY 1) t ON t.id = d.id
  LEFT JOIN (SELECT supplier_order_id AS id, sum(units)::bigint AS advised FROM fulfilment_despatchadvice GROUP BY 1) a ON a.id = d.id
"""),
    Check("INV-8", "A drop-ship order asks for units of its order at its site, and what lies on a supplier's shelf is asked for by one.", """
SELECT t.id AS task, 'D-' || d.id AS supplier_order, s.code AS site,
       CASE WHEN d.id IS NULL THEN t.closed_at IS NULL ELSE d.order_id <> t.order_id OR d.site_id <> t.site_id OR b.code <> 'SHELF' END AS wrong
  FROM fulfilment_task t JOIN network_site s ON s.id = t.site_id JOIN inventory_account b ON b.id = t.bin_id
  LEFT JOIN fulfilment_supplierorder d ON d.id = t.supplier_order_id WHERE d.id IS NOT NULL OR s.supplier <> ''
"""),
    Check("INV-8", "A carton left closed, and audited where it was chosen for it.", """
SELECT sscc AS carton, audit, opened_at, handed_over_at, handed_over_at IS NOT NULL AND (opened_at IS NOT NULL OR audit NOT IN ('', 'passed')) AS wrong FROM fulfilment_carton
"""),
    Check("INV-8", "A task of a tour is of its site and wave, and has a turn of its own.", """
SELECT t.id AS task, t.tour_id AS tour, t.stop, t.twins, t.stop < 1 OR t.twins > 1 OR o.site_id <> t.site_id OR o.wave_id IS DISTINCT FROM t.wave_id AS wrong
  FROM (SELECT t.*, count(*) OVER (PARTITION BY t.tour_id, t.stop) AS twins FROM fulfilment_task t WHERE t.tour_id IS NOT NULL) t
  JOIN fulfilment_tour o ON o.id = t.tour_id
"""),
    Check("INV-8", "A carton that lies in another is for the same customer and leaves with it, for the same address and under its number.", """
SELECT c.sscc AS carton, u.sscc AS lies_in, c.handed_over_at, p.tracking, q.tracking AS leaves_as,
       u.id IS NULL OR u.inside_id IS NOT NULL OR c.opened_at IS NOT NULL OR u.opened_at IS NOT NULL OR c.site_id <> u.site_id OR o.customer_id <> w.customer_id
       OR c.handed_over_at IS DISTINCT FROM u.handed_over_at OR c.handed_over_at IS NOT NULL AND (c.address_id, c.carrier) <> (u.address_id, u.carrier)
       OR (p.rides_with_id, p.tracking, p.carrier_id) IS DISTINCT FROM (q.id, q.tracking, q.carrier_id) AS wrong
  FROM fulfilment_carton c JOIN orders_order o ON o.id = c.order_id LEFT JOIN transport_parcel p ON p.carton_id = c.id
  LEFT JOIN fulfilment_carton u ON u.id = c.inside_id LEFT JOIN orders_order w ON w.id = u.order_id LEFT JOIN transport_parcel q ON q.carton_id = u.id
 WHERE c.inside_id IS NOT NULL OR p.rides_with_id IS NOT NULL
"""),
    Check("INV-8", "What names a row without a foreign key names one that is there.", question()),
]
