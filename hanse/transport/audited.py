"""Audited: carriers' bills and what of them is approved, disputed, accepted and recovered. The only writer of those amounts.

Carriers are locked by their id first: their bills are taken in, and what of them is owed is changed, one after the other.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hanse.journal.run import Run
from hanse.kernel.rows import as_tuple
from hanse.network.billed import Contract
from hanse.network.rating import Piece, billed_g

from .events import FreightInvoiceReceived
from .freight_audit import Audited, Before, Sent, Terms


def freight_invoice(carrier: str, number: str) -> str:
    """What a carrier's bill is called in the journal."""
    return f"{carrier}/{number}"


@dataclass(frozen=True, slots=True)
class Received:
    """An invoice that is taken in, audited, with the day until which its disputes must be settled."""

    id: int
    carrier: int
    issued_on: date
    content: str
    accurate: bool
    lines: Sequence[Audited]
    due_on: date
    told: FreightInvoiceReceived


LOCK = "SELECT id FROM transport_carrier WHERE code = ANY(%(carrier)s::text[]) ORDER BY id FOR NO KEY UPDATE"
TERMS = """
SELECT c.code, c.id, coalesce(t.tolerance_percent, 0), coalesce(t.tolerance, 0), coalesce(t.dispute_days, 180)
  FROM transport_carrier c LEFT JOIN transport_freightterms t ON t.carrier_id = c.id WHERE c.code = ANY(%(carrier)s::text[])
"""
INVOICES = """
SELECT c.code, i.number, i.content FROM unnest(%(carrier)s::text[], %(number)s::text[]) AS a(carrier, number)
  JOIN transport_carrier c ON c.code = a.carrier JOIN transport_freightinvoice i ON i.carrier_id = c.id AND i.number = a.number
"""
PARCELS = """
SELECT c.code, p.tracking, p.id, p.state <> 'cancelled', coalesce(k.weight_g, k.expected_g), k.length_mm, k.width_mm, k.height_mm,
       f.divisor, f.step, f.units, f.whole_sides, h.billed_g, h.currency, h.lines::text, l.cost, l.currency,
       d.home, ARRAY(SELECT e.kind FROM (SELECT DISTINCT ON (x.kind) x.kind, x.home, x.until_on FROM network_surcharge x
                       WHERE x.carrier = h.carrier AND x.service = h.service AND x.from_on <= h.chosen_at::date ORDER BY x.kind, x.from_on DESC) e
              WHERE e.home AND (e.until_on IS NULL OR e.until_on >= h.chosen_at::date))
  FROM unnest(%(carrier)s::text[], %(tracking)s::text[]) AS a(carrier, tracking)
  JOIN transport_carrier c ON c.code = a.carrier JOIN transport_parcel p ON p.tracking = a.tracking AND p.carrier_id = c.id AND p.rides_with_id IS NULL
  JOIN transport_shipment s ON s.id = p.shipment_id JOIN network_site n ON n.id = s.site_id JOIN partners_address d ON d.id = s.address_id
  LEFT JOIN fulfilment_carton k ON k.id = p.carton_id
  LEFT JOIN LATERAL (SELECT x.* FROM transport_choice x WHERE x.carton_id = p.carton_id ORDER BY x.id DESC LIMIT 1) h ON h.carrier = c.code
  LEFT JOIN LATERAL (SELECT x.cost, x.currency FROM network_lane x WHERE x.site_id = s.site_id AND x.country = d.country AND x.region IN ('', d.region)
                        AND x.carrier IN ('', c.code) ORDER BY x.region = '' LIMIT 1) l ON true
  LEFT JOIN LATERAL (SELECT x.divisor, x.step, x.units, x.whole_sides FROM network_freightcontract x
                      WHERE x.site IN ('', n.code) AND x.carrier IN ('', c.code) AND x.from_on <= s.handed_over_at::date AND (x.until_on IS NULL OR x.until_on >= s.handed_over_at::date)
                      ORDER BY x.carrier = '', x.site = '', x.from_on DESC LIMIT 1) f ON true
"""
STAGED = """
SELECT a.carrier, a.tracking FROM unnest(%(carrier)s::text[], %(tracking)s::text[]) AS a(carrier, tracking)
  JOIN fulfilment_carton k ON k.sscc = a.tracking AND k.handed_over_at IS NULL
"""
"""A number that is the SSCC of a carton which never left us."""
BEFORE = """
SELECT c.code, l.tracking, l.kind, l.amount - l.recovered, l.approved + l.accepted, i.number, i.issued_on
  FROM unnest(%(carrier)s::text[], %(tracking)s::text[]) AS a(carrier, tracking)
  JOIN transport_carrier c ON c.code = a.carrier JOIN transport_freightline l ON l.tracking = a.tracking
  JOIN transport_freightinvoice i ON i.id = l.invoice_id AND i.carrier_id = c.id ORDER BY i.id, l.position
"""


def terms_and_known(run: Run, named: Sequence[tuple[str, str]]) -> tuple[dict[str, tuple[int, Terms]], dict[tuple[str, str], str]]:
    """Lock carriers; their terms, and the content of those of these invoices that are here already."""
    codes = sorted({carrier for carrier, _ in named})
    run.lock(LOCK, carrier=codes)
    terms = {code: (id, Terms(percent, amount, days)) for code, id, percent, amount, days in run.rows(as_tuple, TERMS, carrier=codes)}
    known = {(code, number): content for code, number, content in run.rows(as_tuple, INVOICES, carrier=[c for c, _ in named], number=[n for _, n in named])}
    return terms, known


def parcels_billed(run: Run, named: Collection[tuple[str, str]]) -> tuple[dict[str, dict[str, Sent]], dict[str, list[Before]]]:
    """What we know of parcels by carrier and number, and what was billed for them before."""
    given = {"carrier": [c for c, _ in sorted(named)], "tracking": [t for _, t in sorted(named)]}
    sent: dict[str, dict[str, Sent]] = {}
    for code, tracking in run.rows(as_tuple, STAGED, **given):
        sent.setdefault(code, {})[tracking] = Sent(None, left=False)
    for code, tracking, *it in run.rows(as_tuple, PARCELS, **given):
        sent.setdefault(code, {})[tracking] = sent_of(*it)
    before: dict[str, list[Before]] = {}
    for code, *it in run.rows(as_tuple, BEFORE, **given):
        before.setdefault(code, []).append(Before(*it))
    return sent, before


def sent_of(
    id: int, left: bool, weight: int | None, length: int | None, width: int | None, height: int | None, divisor: int | None, step: Decimal, units: Any, whole: bool,
    chosen_g: int | None, chosen_in: str | None, chosen: str | None, lane_cost: Decimal | None, lane_currency: str | None,
    home: bool | None, for_homes: Sequence[str],
) -> Sent:  # fmt: skip
    """A parcel with what it is expected to be charged: by the service that was chosen, else by its lane."""
    our_g = weight
    if weight and divisor and length and width and height:
        our_g = billed_g(Piece(weight, (length, width, height)), Contract(divisor, step, units, whole))
    if chosen is not None:
        expected: dict[str, Decimal] = {}
        for kind, amount in json.loads(chosen):
            expected[kind] = expected.get(kind, Decimal(0)) + Decimal(amount)
        return Sent(id, left, chosen_g, chosen_in or "", expected, "choice", home, frozenset(for_homes))
    if lane_cost:
        return Sent(id, left, our_g, lane_currency or "", {"": lane_cost}, "lane")
    return Sent(id, left, our_g)


TAKE_IN = """
INSERT INTO transport_freightinvoice (id, carrier_id, number, issued_on, currency, content, total, approved, disputed, accurate, received_at, actor)
SELECT i.id, i.carrier, i.number, i.issued_on, i.currency, i.content, i.total, i.approved, i.disputed, i.accurate, %(now)s::timestamptz, i.actor
  FROM unnest(%(id)s::bigint[], %(carrier)s::bigint[], %(number)s::text[], %(issued_on)s::date[], %(currency)s::text[], %(content)s::text[], %(total)s::numeric[],
              %(approved)s::numeric[], %(disputed)s::numeric[], %(accurate)s::boolean[], %(by)s::text[])
    AS i(id, carrier, number, issued_on, currency, content, total, approved, disputed, accurate, actor)
"""
LINES = """
INSERT INTO transport_freightline (id, invoice_id, position, tracking, parcel_id, kind, billed_g, our_g, amount, expected, basis, findings, why, approved, disputed)
SELECT l.id, l.invoice, l.position, l.tracking, l.parcel, l.kind, l.billed_g, l.our_g, l.amount, l.expected, l.basis, coalesce(string_to_array(nullif(l.findings, ''), ' '), '{}'), l.why, l.approved, l.disputed
  FROM unnest(%(id)s::bigint[], %(invoice)s::bigint[], %(position)s::int[], %(tracking)s::text[], %(parcel)s::bigint[], %(kind)s::text[], %(billed_g)s::bigint[], %(our_g)s::bigint[],
              %(amount)s::numeric[], %(expected)s::numeric[], %(basis)s::text[], %(findings)s::text[], %(why)s::text[], %(approved)s::numeric[], %(disputed)s::numeric[])
    AS l(id, invoice, position, tracking, parcel, kind, billed_g, our_g, amount, expected, basis, findings, why, approved, disputed)
"""
DISPUTE = """
INSERT INTO transport_dispute (line_id, amount, opened_at, due_on, evidence, opened_by)
SELECT d.line, d.amount, %(now)s::timestamptz, d.due_on, d.evidence, d.actor
  FROM unnest(%(line)s::bigint[], %(amount)s::numeric[], %(due_on)s::date[], %(evidence)s::text[], %(by)s::text[]) AS d(line, amount, due_on, evidence, actor)
"""


def write(run: Run, received: Sequence[tuple[Received, str]]) -> None:
    """Write invoices with their lines, and open their disputes."""
    if not received:
        return
    invoices = [r for r, _ in received]
    run.write(
        TAKE_IN, invoices, number=[r.told.number for r in invoices], currency=[r.told.currency for r in invoices], total=[r.told.total for r in invoices],
        approved=[r.told.approved for r in invoices], disputed=[r.told.disputed for r in invoices], by=[actor for _, actor in received],
    )
    lines = [(r, actor, n, a) for r, actor in received for n, a in enumerate(r.lines, 1)]
    ids = run.draw("transport_freightline_id_seq", len(lines))
    run.write(
        LINES, [a for *_, a in lines], id=ids, invoice=[r.id for r, *_ in lines], position=[n for _, _, n, _ in lines], tracking=[a.line.tracking for *_, a in lines],
        kind=[a.line.kind for *_, a in lines], billed_g=[a.line.billed_g for *_, a in lines], amount=[a.line.amount for *_, a in lines],
        findings=[" ".join(a.findings) for *_, a in lines],
    )
    disputed = [(id, r, actor, a) for id, (r, actor, _, a) in zip(ids, lines, strict=True) if a.disputed]
    dispute(run, [Opened(id, a.disputed, r.due_on, a.why) for id, r, _, a in disputed], [actor for _, _, actor, _ in disputed])


@dataclass(frozen=True, slots=True)
class Opened:
    """A dispute to open: of which line, how much, until when, and what shows it."""

    line: int
    amount: Decimal
    due_on: date
    evidence: str


def dispute(run: Run, opened: Sequence[Opened], actors: Sequence[str]) -> None:
    """Open disputes."""
    run.write(DISPUTE, opened, by=list(actors))


@dataclass(frozen=True, slots=True)
class Billed:
    """A line of an invoice as it stands, with its open dispute."""

    invoice: int
    line: int
    carrier: str
    number: str
    issued_on: date
    currency: str
    dispute_days: int
    position: int
    tracking: str
    amount: Decimal
    approved: Decimal
    disputed: Decimal
    accepted: Decimal
    recovered: Decimal
    dispute: int | None
    open: Decimal
    opened_at: datetime | None


BILLED = """
SELECT i.id, l.id, c.code, i.number, i.issued_on, i.currency, coalesce(t.dispute_days, 180), l.position, l.tracking, l.amount, l.approved, l.disputed, l.accepted, l.recovered,
       d.id, coalesce(d.amount, 0), d.opened_at
  FROM unnest(%(carrier)s::text[], %(number)s::text[], %(position)s::int[]) AS a(carrier, number, position)
  JOIN transport_carrier c ON c.code = a.carrier JOIN transport_freightinvoice i ON i.carrier_id = c.id AND i.number = a.number
  JOIN transport_freightline l ON l.invoice_id = i.id AND l.position = a.position
  LEFT JOIN transport_freightterms t ON t.carrier_id = c.id LEFT JOIN transport_dispute d ON d.line_id = l.id AND d.outcome = ''
"""


def lines(run: Run, named: Sequence[tuple[str, str, int]]) -> dict[tuple[str, str, int], Billed]:
    """Lock carriers; the named lines of their invoices as they stand, by carrier, number and position."""
    run.lock(LOCK, carrier=sorted({c for c, *_ in named}))
    found = run.rows(Billed, BILLED, carrier=[c for c, _, _ in named], number=[n for _, n, _ in named], position=[p for *_, p in named])
    return {(b.carrier, b.number, b.position): b for b in found}


@dataclass(frozen=True, slots=True)
class Moved:
    """How the parts of a line change; they come to nothing together."""

    line: int
    invoice: int
    approved: Decimal = Decimal(0)
    disputed: Decimal = Decimal(0)
    accepted: Decimal = Decimal(0)
    recovered: Decimal = Decimal(0)
    reason: str = ""


MOVE_LINES = """
UPDATE transport_freightline l SET approved = l.approved + m.approved, disputed = l.disputed + m.disputed, accepted = l.accepted + m.accepted, recovered = l.recovered + m.recovered,
       reason = CASE WHEN m.accepted > 0 THEN m.reason ELSE l.reason END, accepted_by = CASE WHEN m.accepted > 0 THEN m.actor ELSE l.accepted_by END
  FROM unnest(%(line)s::bigint[], %(approved)s::numeric[], %(disputed)s::numeric[], %(accepted)s::numeric[], %(recovered)s::numeric[], %(reason)s::text[], %(by)s::text[])
    AS m(line, approved, disputed, accepted, recovered, reason, actor) WHERE l.id = m.line
"""
MOVE_INVOICES = """
UPDATE transport_freightinvoice i SET approved = i.approved + m.approved, disputed = i.disputed + m.disputed, accepted = i.accepted + m.accepted
  FROM (SELECT invoice, sum(approved) AS approved, sum(disputed) AS disputed, sum(accepted) AS accepted
          FROM unnest(%(invoice)s::bigint[], %(approved)s::numeric[], %(disputed)s::numeric[], %(accepted)s::numeric[]) AS m(invoice, approved, disputed, accepted) GROUP BY 1) m
 WHERE i.id = m.invoice
"""
SETTLE = """
UPDATE transport_dispute d SET outcome = s.outcome, recovered = s.recovered, note = s.note, answered_by = s.actor, answered_at = %(now)s::timestamptz
  FROM unnest(%(dispute)s::bigint[], %(outcome)s::text[], %(recovered)s::numeric[], %(note)s::text[], %(by)s::text[]) AS s(id, outcome, recovered, note, actor) WHERE d.id = s.id
"""


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of a dispute."""

    dispute: int
    outcome: str
    recovered: Decimal = Decimal(0)
    note: str = ""


def move(run: Run, moved: Sequence[tuple[Moved, str]]) -> None:
    """Move amounts of lines between approved, disputed and accepted, and of their invoices with them."""
    if moved:
        run.write(MOVE_LINES, [m for m, _ in moved], by=[actor for _, actor in moved])
        run.write(MOVE_INVOICES, [m for m, _ in moved])


def settle(run: Run, settled: Sequence[tuple[Settled, str]]) -> None:
    """Close disputes with what came of them."""
    if settled:
        run.write(SETTLE, [s for s, _ in settled], by=[actor for _, actor in settled])
