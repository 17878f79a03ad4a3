"""Freight: loads stand as their tenders say, carriers' bills add up, and what is disputed of them is what their disputes say (INV-7, INV-9)."""

from .check import Check

FREIGHT = [
    Check("INV-7", "A load stands as its tenders say: one is asked while it is tendered, one has accepted where it is accepted.", """
SELECT l.number AS load, l.state, t.open, t.accepted, t.open > 1 OR t.accepted > 1 OR (l.state = 'tendered') <> (t.open = 1) OR l.state = 'accepted' AND t.accepted = 0
       OR t.accepted = 1 AND l.state NOT IN ('accepted', 'cancelled') OR (l.state = 'cancelled') <> (l.cancelled_at IS NOT NULL) AS wrong
  FROM transport_load l CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE result = '') AS open, count(*) FILTER (WHERE result = 'accepted') AS accepted
                                              FROM transport_tender WHERE load_id = l.id) t
"""),
    Check("INV-9", "A carrier's bill is the sum of its lines, and all that is billed is approved, disputed or accepted.", """
SELECT c.code AS carrier, i.number, i.total, l.amount AS of_lines, i.approved, l.approved AS approved_there, i.disputed, l.disputed AS disputed_there, i.accepted, l.accepted AS accepted_there,
       i.total <> coalesce(l.amount, 0) OR i.total <> i.approved + i.disputed + i.accepted OR i.approved <> coalesce(l.approved, 0) OR i.disputed <> coalesce(l.disputed, 0)
       OR i.accepted <> coalesce(l.accepted, 0) OR coalesce(l.apart, false) AS wrong
  FROM transport_freightinvoice i JOIN transport_carrier c ON c.id = i.carrier_id
  LEFT JOIN (SELECT invoice_id, sum(amount) AS amount, sum(approved) AS approved, sum(disputed) AS disputed, sum(accepted) AS accepted, bool_or(amount <> approved + disputed + accepted) AS apart
               FROM transport_freightline GROUP BY 1) l ON l.invoice_id = i.id
"""),
    Check("INV-9", "What is disputed of a line of a carrier's bill is what its open dispute is about and what was credited.", """
SELECT l.tracking, l.invoice_id AS invoice, l.position, l.disputed, d.open, l.recovered, d.recovered AS credited,
       l.disputed <> coalesce(d.open, 0) + coalesce(d.recovered, 0) OR l.recovered <> coalesce(d.recovered, 0) AS wrong
  FROM transport_freightline l LEFT JOIN (SELECT line_id, sum(amount) FILTER (WHERE outcome = '') AS open, sum(recovered) AS recovered FROM transport_dispute GROUP BY 1) d ON d.line_id = l.id
"""),
]
