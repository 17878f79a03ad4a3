"""Money: documents add up, accounts balance, what ships is billed once, and nothing goes beyond its cap (INV-9 to INV-12)."""

from hanse.orders.holds import BLOCKS
from hanse.orders.kits import LOOSE
from hanse.orders.over import UNBILLED

from .check import Check

_LET_THROUGH = "ARRAY[" + ", ".join(f"'{t}'" for t, steps in sorted(BLOCKS.items()) if "invoice" not in steps) + "]::text[]"
"""The types of hold that do not block an invoice; any other on an order is the reason why it waits."""
_HAPPENED_AFTER = """EXISTS (SELECT 1 FROM journal_event e WHERE e.subject = 'order/H-' || o.id AND e.kind IN ({kinds})
                             AND e.recorded_at > %(now)s::timestamptz - interval '15 minutes')"""

MONEY = [
    Check("INV-9", "An order's amounts are those of its lines.", """
SELECT 'H-' || o.id AS "order", o.total, o.net, l.net AS of_lines, o.freight, l.freight AS freight_there, o.tax, l.tax AS tax_there,
       o.total <> o.net + o.freight + o.tax OR o.net <> coalesce(l.net, 0) OR o.freight <> coalesce(l.freight, 0) OR o.tax <> coalesce(l.tax, 0) AS wrong
  FROM orders_order o LEFT JOIN (SELECT order_id, sum(net) AS net, sum(freight) AS freight, sum(tax) AS tax FROM orders_line GROUP BY 1) l ON l.order_id = o.id
"""),
    Check("INV-9", "An order that was quoted was placed at the quoted money, line by line.", """
SELECT 'Q-' || q.id AS quote, 'H-' || q.order_id AS "order", q.total AS quoted, (e.body ->> 'total')::numeric AS placed, q.lines, p.positions,
       q.total <> q.net + q.freight + q.tax OR p.positions <> q.lines OR coalesce((e.body ->> 'total')::numeric <> q.total OR e.body ->> 'currency' <> q.currency, false) AS wrong
  FROM orders_quote q LEFT JOIN journal_event e ON e.subject = 'order/H-' || q.order_id AND e.kind = 'OrderPlaced'
  LEFT JOIN LATERAL (SELECT count(*) AS positions FROM (SELECT position FROM orders_line WHERE order_id = q.order_id AND kit IS NULL
                                                         UNION SELECT position FROM orders_kit WHERE order_id = q.order_id) x WHERE position <= q.lines) p ON true
 WHERE q.order_id IS NOT NULL
"""),
    Check("INV-9", "A document's lines, freight and tax are its total, and its open item is of that amount.", """
SELECT d.number, d.total, d.net, l.net AS of_lines, d.freight, l.freight AS freight_there, d.tax, l.tax AS tax_there, i.amount AS open_item,
       d.total <> d.net + d.freight + d.tax OR d.net <> coalesce(l.net, 0) OR d.freight <> coalesce(l.freight, 0) OR d.tax <> coalesce(l.tax, 0)
       OR i.amount IS DISTINCT FROM d.total OR i.owes <> (d.kind = 'invoice') OR i.customer_id <> d.customer_id OR i.currency <> d.currency AS wrong
  FROM billing_invoice d
  LEFT JOIN (SELECT invoice_id, sum(net) AS net, sum(freight) AS freight, sum(tax) AS tax FROM billing_invoiceline GROUP BY 1) l ON l.invoice_id = d.id
  LEFT JOIN billing_openitem i ON i.invoice_id = d.id
"""),
    Check("INV-9", "The parts of a line on invoices are its units, none twice, and come to its amounts when all are billed.", """
WITH part AS (
  SELECT x.line_id, sum(x.quantity) FILTER (WHERE d.kind = 'invoice')::bigint AS invoiced, sum(x.quantity) FILTER (WHERE d.kind = 'credit')::bigint AS credited,
         max(x.first + x.quantity) FILTER (WHERE d.kind = 'invoice') AS upto,
         sum(x.net) FILTER (WHERE d.kind = 'invoice') AS net, sum(x.freight) FILTER (WHERE d.kind = 'invoice') AS freight,
         sum(x.tax) FILTER (WHERE d.kind = 'invoice') AS tax
    FROM billing_invoiceline x JOIN billing_invoice d ON d.id = x.invoice_id GROUP BY 1
)
SELECT 'H-' || l.order_id AS "order", l.position, coalesce(p.line_id, l.id) AS line, l.ordered, l.invoiced, p.invoiced AS on_invoices, l.credited,
       p.credited AS on_credits, l.net, p.net AS net_billed, l.freight, p.freight AS freight_billed, l.tax, p.tax AS tax_billed,
       l.id IS NULL OR l.invoiced <> coalesce(p.invoiced, 0) OR l.credited <> coalesce(p.credited, 0) OR coalesce(p.upto, 0) <> coalesce(p.invoiced, 0)
       OR coalesce(p.net, 0) > l.net OR coalesce(p.freight, 0) > l.freight OR coalesce(p.tax, 0) > l.tax
       OR l.invoiced = l.ordered AND (p.net <> l.net OR p.freight <> l.freight OR p.tax <> l.tax) AS wrong
  FROM orders_line l FULL JOIN part p ON p.line_id = l.id
"""),
    Check("INV-9", "What is settled of a document is the sum of its settlements.", """
WITH side AS (
  SELECT invoice_id AS document, NULL::bigint AS payment, amount FROM billing_settlement WHERE invoice_id IS NOT NULL
   UNION ALL SELECT credit_id, NULL, amount FROM billing_settlement WHERE credit_id IS NOT NULL
   UNION ALL SELECT NULL, payment_id, amount FROM billing_settlement WHERE payment_id IS NOT NULL
   UNION ALL SELECT NULL, refund_id, amount FROM billing_settlement WHERE refund_id IS NOT NULL
), document AS (SELECT document, sum(amount) AS amount FROM side WHERE document IS NOT NULL GROUP BY 1),
   payment AS (SELECT payment, sum(amount) AS amount FROM side WHERE payment IS NOT NULL GROUP BY 1)
SELECT coalesce(d.number, m.ref) AS document, i.amount, i.settled, coalesce(x.amount, y.amount, 0) AS settlements,
       i.settled <> coalesce(x.amount, y.amount, 0) OR i.settled > i.amount OR i.settled < 0 AS wrong
  FROM billing_openitem i LEFT JOIN billing_invoice d ON d.id = i.invoice_id LEFT JOIN billing_payment m ON m.id = i.payment_id
  LEFT JOIN document x ON x.document = i.invoice_id LEFT JOIN payment y ON y.payment = i.payment_id
"""),
    Check("INV-9", "By customer and currency: invoiced less credited is paid less refunded and what is open.", """
WITH told AS (
  SELECT customer_id, currency, CASE kind WHEN 'invoice' THEN total ELSE -total END AS amount, 0::numeric AS open FROM billing_invoice
   UNION ALL SELECT customer_id, currency, CASE kind WHEN 'received' THEN -amount ELSE amount END, 0 FROM billing_payment
   UNION ALL SELECT customer_id, currency, 0, CASE WHEN owes THEN amount - settled ELSE settled - amount END FROM billing_openitem
)
SELECT p.code AS customer, t.currency, sum(t.amount) AS billed_less_paid, sum(t.open) AS open, sum(t.amount) <> sum(t.open) AS wrong
  FROM told t LEFT JOIN partners_party p ON p.id = t.customer_id GROUP BY 1, 2
"""),
    Check("INV-9", "Units over a line carry their share of it where the terms bill them, and nothing where not.", """
SELECT 'H-' || l.order_id AS "order", l.position, l.ordered, l.billed, o.bills_over, l.net, round(m.net * l.ordered / m.ordered, 4) AS share_of_net, l.tax,
       round(m.tax * l.net / nullif(m.net + m.freight, 0), 4) AS share_of_tax, l.invoiced,
       l.billed <> o.bills_over OR NOT l.billed AND (l.net <> 0 OR l.tax <> 0 OR l.invoiced <> 0) OR l.freight <> 0
       OR l.billed AND (abs(l.net * m.ordered - m.net * l.ordered) * 2 > m.ordered OR abs(l.tax * (m.net + m.freight) - m.tax * l.net) * 2 > m.net + m.freight) AS wrong
  FROM orders_line l JOIN orders_order o ON o.id = l.order_id JOIN orders_line m ON m.id = l.over_of_id
"""),
    Check("INV-10", "What has been billable for 15 minutes is on an invoice, unless a hold says why not.", f"""
SELECT 'H-' || o.id AS "order", o.invoice_rule, o.ordered - o.cancelled AS ordered, o.shipped, o.invoiced,
       CASE WHEN o.invoice_rule = 'order' AND NOT EXISTS (SELECT 1 FROM orders_line l WHERE l.order_id = o.id AND l.billed AND l.invoiced < l.ordered - l.cancelled) THEN false
            WHEN o.invoice_rule <> 'order' AND o.invoiced >= o.shipped THEN false
            WHEN NOT o.holds <@ {_LET_THROUGH} THEN false
            WHEN o.invoice_rule <> 'order' AND o.invoiced >= o.shipped - {LOOSE} - {UNBILLED} THEN false
            ELSE NOT {_HAPPENED_AFTER.format(kinds="'ParcelHandedOver', 'OrderPlaced', 'OrderChanged', 'UnitsSubstituted', 'UnitsPicked', 'HoldReleased'")} END AS wrong
  FROM orders_order o
"""),
    Check("INV-10", "Nothing is billed that was neither shipped nor to be paid in advance.", f"""
SELECT 'H-' || o.id AS "order", l.position, o.invoice_rule, l.ordered - l.cancelled AS ordered, l.shipped, l.invoiced - l.credited AS billed,
       CASE WHEN l.invoiced - l.credited <= CASE o.invoice_rule WHEN 'order' THEN l.ordered - l.cancelled ELSE l.shipped END THEN false
            ELSE NOT {_HAPPENED_AFTER.format(kinds="'UnitsCancelled', 'UnitsSubstituted', 'OrderChanged'")} END AS wrong
  FROM orders_line l JOIN orders_order o ON o.id = l.order_id
"""),
    Check("INV-10", "Of a kit is billed what is whole, and what cannot be whole any more.", f"""
SELECT 'H-' || l.order_id AS "order", l.position, l.kit, l.shipped, l.invoiced - l.credited AS billed, k.whole, k.can, l.per_kit,
       CASE WHEN l.invoiced - l.credited <= k.whole * l.per_kit + greatest(l.shipped - k.can * l.per_kit, 0) THEN false
            ELSE NOT {_HAPPENED_AFTER.format(kinds="'UnitsCancelled', 'UnitsSubstituted', 'OrderChanged'")} END AS wrong
  FROM (SELECT order_id, kit, min(shipped / per_kit) AS whole, min((ordered - cancelled) / per_kit) AS can FROM orders_line WHERE kit IS NOT NULL GROUP BY 1, 2) k
  JOIN orders_line l ON l.order_id = k.order_id AND l.kit = k.kit JOIN orders_order o ON o.id = l.order_id AND o.invoice_rule <> 'order'
"""),
    Check("INV-11", "A series of numbers has no gap and no double.", r"""
WITH own AS (
  SELECT substring(number FROM '^((?:INV|CRN)-\d{4})-\d{6,}$') AS series, substring(number FROM '(\d+)$')::numeric AS n FROM billing_invoice
   WHERE number ~ '^(INV|CRN)-\d{4}-\d{6,}$'
   UNION ALL SELECT series, generate_series(first, last)::numeric FROM billing_voidednumbers
)
SELECT coalesce(s.name, o.series) AS series, s.last, o.numbers, o.once, o.first, o.highest,
       s.last IS DISTINCT FROM coalesce(o.once, 0) OR o.numbers IS DISTINCT FROM o.once OR o.highest IS DISTINCT FROM o.once
       OR o.first IS DISTINCT FROM 1 AND o.once > 0 AS wrong
  FROM billing_series s
  FULL JOIN (SELECT series, count(*) AS numbers, count(DISTINCT n) AS once, min(n) AS first, max(n) AS highest FROM own GROUP BY 1) o ON o.series = s.name
"""),
    Check("INV-11", "A document says today what the journal said when it was issued.", """
SELECT d.number, d.kind, d.total, (e.body ->> 'total')::numeric AS issued_with, count(*) OVER (PARTITION BY d.id) AS times_told,
       e.id IS NULL OR (e.body ->> 'total')::numeric <> d.total OR (e.body ->> 'tax')::numeric <> d.tax OR e.body ->> 'currency' <> d.currency
       OR count(*) OVER (PARTITION BY d.id) > 1 AS wrong
  FROM billing_invoice d
  LEFT JOIN journal_event e ON e.subject = 'order/H-' || d.order_id AND e.kind = CASE d.kind WHEN 'invoice' THEN 'InvoiceIssued' ELSE 'CreditIssued' END
        AND e.body ->> d.kind = d.number
"""),
    Check("INV-11", "Every line of an invoice was compared with order and delivery when it was issued.", """
SELECT d.number, x.line_id AS line, count(m.id) AS compared, count(m.id) = 0 AS wrong
  FROM billing_invoice d JOIN billing_invoiceline x ON x.invoice_id = d.id
  LEFT JOIN billing_match m ON m.invoice_id = d.id AND m.line_id = x.line_id WHERE d.kind = 'invoice' GROUP BY d.number, x.line_id
"""),
    Check("INV-12", "Of an invoice's line no more is credited than it billed.", """
SELECT d.number, x.line_id AS line, x.quantity, c.quantity AS credited, x.net + x.freight + x.tax AS amount, c.amount AS amount_credited,
       coalesce(c.quantity, 0) > x.quantity OR coalesce(c.net, 0) > x.net OR coalesce(c.freight, 0) > x.freight OR coalesce(c.tax, 0) > x.tax AS wrong
  FROM billing_invoice d JOIN billing_invoiceline x ON x.invoice_id = d.id
  LEFT JOIN (SELECT e.corrects_id, y.line_id, sum(y.quantity)::bigint AS quantity, sum(y.net) AS net, sum(y.freight) AS freight, sum(y.tax) AS tax,
                    sum(y.net + y.freight + y.tax) AS amount
               FROM billing_invoice e JOIN billing_invoiceline y ON y.invoice_id = e.id WHERE e.kind = 'credit' GROUP BY 1, 2) c
    ON c.corrects_id = d.id AND c.line_id = x.line_id
 WHERE d.kind = 'invoice'
"""),
    Check("INV-12", "A unit of a parcel is credited once, by credits that name the parcel, and no more than were in it.", """
SELECT p.tracking AS parcel, x.line_id AS line, g.sent, k.quantity AS in_parcel, g.credited, x.quantity AS on_credits,
       g.credited IS DISTINCT FROM x.quantity OR g.sent IS DISTINCT FROM k.quantity OR g.credited > g.sent AS wrong
  FROM (SELECT parcel, line_id, sum(quantity)::bigint AS quantity FROM (
          SELECT d.parcel_id AS parcel, y.line_id, y.quantity FROM billing_invoice d JOIN billing_invoiceline y ON y.invoice_id = d.id WHERE d.parcel_id IS NOT NULL
           UNION ALL SELECT parcel_id, line_id, 0 FROM billing_goodscredit) c GROUP BY 1, 2) x
  LEFT JOIN transport_parcel p ON p.id = x.parcel
  LEFT JOIN billing_goodscredit g ON g.parcel_id = x.parcel AND g.line_id = x.line_id
 CROSS JOIN LATERAL (SELECT sum(y.quantity)::bigint AS quantity FROM fulfilment_content y WHERE y.carton_id = p.carton_id AND y.line_id = x.line_id) k
"""),
    Check("INV-12", "No more goes back to a customer than came from them.", """
SELECT p.code AS customer, m.currency, sum(m.amount) FILTER (WHERE m.kind = 'received') AS received, sum(m.amount) FILTER (WHERE m.kind = 'refunded') AS refunded,
       coalesce(sum(m.amount) FILTER (WHERE m.kind = 'refunded'), 0) > coalesce(sum(m.amount) FILTER (WHERE m.kind = 'received'), 0) AS wrong
  FROM billing_payment m LEFT JOIN partners_party p ON p.id = m.customer_id GROUP BY 1, 2
"""),
    Check("INV-12", "No line has more units returned than delivered, or credited than invoiced.", """
SELECT 'H-' || order_id AS "order", position, delivered, returned, invoiced, credited, returned > delivered OR credited > invoiced AS wrong FROM orders_line
"""),
    Check("INV-12", "What a parcel is expected to be charged is the sum of its lines, freight first.", """
SELECT c.sscc AS carton, h.carrier, h.service, h.total, x.amount AS lines,
       h.total IS DISTINCT FROM x.amount OR x.first IS DISTINCT FROM 'freight' AS wrong
  FROM transport_choice h JOIN fulfilment_carton c ON c.id = h.carton_id
  CROSS JOIN LATERAL (SELECT sum((line ->> 1)::numeric) AS amount, (h.lines -> 0 ->> 0) AS first FROM jsonb_array_elements(h.lines) line) x
"""),
]
