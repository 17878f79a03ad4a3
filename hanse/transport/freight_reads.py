"""Questions about freight: loads with their tenders, routing guides, carriers' bills with their disputes, claims. Writes nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from hanse.journal.asking import rows
from hanse.kernel import clock

from .waterfall import PICKED_UP


@dataclass(frozen=True, slots=True)
class TenderView:
    """One offer of a load, and what came of it."""

    rank: int
    carrier: str
    carrier_name: str
    rate: Decimal
    currency: str
    sent_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    result: str
    reason: str
    pickup_number: str
    actor: str


@dataclass(frozen=True, slots=True)
class LoadView:
    """A load with its tenders by rank; `picked_up_at` is when the first of its shipments left with whoever accepted."""

    id: int
    load: str
    site: str
    zone: str
    country: str
    region: str
    bill: str
    orders: list[str]
    packages: int | None
    weight_g: int | None
    pickup_from: datetime
    pickup_until: datetime
    note: str
    state: str
    tendered_at: datetime
    actor: str
    cancelled_at: datetime | None
    cancelled_by: str
    picked_up_at: datetime | None
    tenders: list[TenderView]


LOADS = f"""
SELECT l.id, l.number, n.code, n.zone, l.country, l.region, coalesce(b.number, ''), ARRAY(SELECT 'H-' || o FROM unnest(l.orders) o), l.packages, l.weight_g, l.pickup_from, l.pickup_until,
       l.note, l.state, l.tendered_at, l.actor, l.cancelled_at, l.cancelled_by, ({PICKED_UP}),
       coalesce((SELECT json_agg(json_build_object('rank', t.rank, 'carrier', c.code, 'carrier_name', c.name, 'rate', t.rate::text, 'currency', t.currency, 'sent_at', t.sent_at,
                                                   'answer_by', t.answer_by, 'answered_at', t.answered_at, 'result', t.result, 'reason', t.reason, 'pickup_number', t.pickup_number,
                                                   'actor', t.actor) ORDER BY t.rank)
                   FROM transport_tender t JOIN transport_carrier c ON c.id = t.carrier_id WHERE t.load_id = l.id), '[]')
  FROM transport_load l JOIN network_site n ON n.id = l.site_id LEFT JOIN transport_bill b ON b.id = l.bill_id
"""
LIST = f"{LOADS} WHERE (%(state)s = '' OR l.state = %(state)s) AND (%(before)s = 0 OR l.id < %(before)s) ORDER BY l.id DESC LIMIT %(limit)s"
ONE = f"{LOADS} WHERE l.number = %(load)s"


TENDERS = TypeAdapter(list[TenderView])


def _load(*row: Any) -> LoadView:
    values: list[Any] = [*row[:-1], TENDERS.validate_python(row[-1])]
    return LoadView(*values)


def loads(limit: int, before: int = 0, state: str = "") -> list[LoadView]:
    """Loads, the newest first."""
    return rows(_load, LIST, limit=limit, before=before, state=state)


def load(number: str) -> LoadView | None:
    """One load."""
    return next(iter(rows(_load, ONE, load=number)), None)


@dataclass(frozen=True, slots=True)
class GuideRow:
    """A carrier of a lane's routing guide, from a day on."""

    site: str
    country: str
    region: str
    from_on: date
    rank: int
    carrier: str
    rate: Decimal
    currency: str
    answer_minutes: int


GUIDES = """
SELECT n.code, e.country, e.region, e.from_on, e.rank, c.code, e.rate, e.currency, e.answer_minutes
  FROM transport_guideentry e JOIN network_site n ON n.id = e.site_id JOIN transport_carrier c ON c.id = e.carrier_id ORDER BY 1, 2, 3, 4 DESC, 5
"""


def routing_guides() -> list[GuideRow]:
    """All routing guides, by lane, the latest first, by rank."""
    return rows(GuideRow, GUIDES)


@dataclass(frozen=True, slots=True)
class FreightInvoiceRow:
    """A carrier's bill in a list."""

    id: int
    carrier: str
    carrier_name: str
    number: str
    issued_on: date
    currency: str
    total: Decimal
    approved: Decimal
    disputed: Decimal
    accepted: Decimal
    recovered: Decimal
    paid: Decimal
    lines: int
    open_disputes: int
    accurate: bool
    received_at: datetime

    @property
    def to_pay(self) -> Decimal:
        """What is approved and accepted and not paid."""
        return self.approved + self.accepted - self.paid


@dataclass(frozen=True, slots=True)
class FreightLineView:
    """A line of a carrier's bill beside what was expected."""

    position: int
    tracking: str
    order: str
    shipment: int | None
    kind: str
    billed_g: int | None
    our_g: int | None
    amount: Decimal
    expected: Decimal | None
    basis: str
    findings: list[str]
    why: str
    approved: Decimal
    disputed: Decimal
    accepted: Decimal
    recovered: Decimal
    reason: str
    due_on: date | None
    outcome: str


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """An open dispute with its deadline."""

    id: int
    carrier: str
    number: str
    invoice: int
    position: int
    tracking: str
    kind: str
    amount: Decimal
    currency: str
    evidence: str
    opened_at: datetime
    due_on: date
    days_left: int


INVOICES = """
SELECT i.id, c.code, c.name, i.number, i.issued_on, i.currency, i.total, i.approved, i.disputed, i.accepted, x.recovered, i.paid, x.lines, x.open, i.accurate, i.received_at
  FROM transport_freightinvoice i JOIN transport_carrier c ON c.id = i.carrier_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(l.recovered), 0) AS recovered, count(*) AS lines, count(d.id) AS open
                       FROM transport_freightline l LEFT JOIN transport_dispute d ON d.line_id = l.id AND d.outcome = '' WHERE l.invoice_id = i.id) x
"""
VIEWS = {
    "all": "true", "disputed": "EXISTS (SELECT FROM transport_dispute d JOIN transport_freightline l ON l.id = d.line_id WHERE l.invoice_id = i.id AND d.outcome = '')",
    "to-pay": "i.approved + i.accepted <> i.paid",
}
LINES = """
SELECT l.position, l.tracking, coalesce('H-' || s.order_id, ''), s.id, l.kind, l.billed_g, l.our_g, l.amount, l.expected, l.basis, l.findings, l.why, l.approved, l.disputed, l.accepted,
       l.recovered, l.reason, d.due_on, coalesce(d.outcome, '')
  FROM transport_freightline l LEFT JOIN transport_parcel p ON p.id = l.parcel_id LEFT JOIN transport_shipment s ON s.id = p.shipment_id
  LEFT JOIN LATERAL (SELECT x.due_on, x.outcome FROM transport_dispute x WHERE x.line_id = l.id ORDER BY x.id DESC LIMIT 1) d ON true
 WHERE l.invoice_id = %(invoice)s ORDER BY l.position LIMIT %(limit)s
"""
DISPUTES = """
SELECT d.id, c.code, i.number, i.id, l.position, l.tracking, l.kind, d.amount, i.currency, d.evidence, d.opened_at, d.due_on, d.due_on - %(today)s::date
  FROM transport_dispute d JOIN transport_freightline l ON l.id = d.line_id JOIN transport_freightinvoice i ON i.id = l.invoice_id JOIN transport_carrier c ON c.id = i.carrier_id
 WHERE d.outcome = '' ORDER BY d.due_on, d.id LIMIT %(limit)s
"""


def freight_invoices(limit: int, before: int = 0, view: str = "all", carrier: str = "", number: str = "") -> list[FreightInvoiceRow]:
    """Carriers' bills, the newest first; by number they are found whatever their view."""
    where = f"{VIEWS[view]} AND (%(carrier)s = '' OR c.code = %(carrier)s) AND (%(number)s = '' OR i.number = %(number)s) AND (%(before)s = 0 OR i.id < %(before)s)"
    return rows(FreightInvoiceRow, f"{INVOICES} WHERE {where} ORDER BY i.id DESC LIMIT %(limit)s", limit=limit, before=before, carrier=carrier.upper(), number=number)


def freight_invoice(id: int) -> FreightInvoiceRow | None:
    """One carrier's bill."""
    return next(iter(rows(FreightInvoiceRow, f"{INVOICES} WHERE i.id = %(id)s", id=id)), None)


def freight_lines(invoice: int, limit: int = 20_000) -> list[FreightLineView]:
    """The lines of a bill."""
    return rows(FreightLineView, LINES, invoice=invoice, limit=limit)


def open_disputes(limit: int = 200) -> list[DisputeRow]:
    """The open disputes, the most urgent first."""
    return rows(DisputeRow, DISPUTES, today=clock.now().date(), limit=limit)


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim against a carrier; `overdue` says which of the carrier's deadlines, or our own to file, has passed."""

    id: int
    claim: str
    carrier: str
    carrier_name: str
    kind: str
    state: str
    parcel: str
    order: str
    shipment: int
    amount: Decimal
    currency: str
    paid: Decimal
    evidence: str
    proof: int | None
    window_ends_on: date
    window_rule: str
    proposed_at: datetime | None
    filed_at: datetime | None
    acknowledge_by: date | None
    decide_by: date | None
    acknowledged_at: datetime | None
    decided_at: datetime | None
    reason: str
    actor: str
    overdue: str


CLAIMS = """
SELECT x.id, 'C-' || x.id, c.code, c.name, x.kind, x.state, p.tracking, 'H-' || s.order_id, s.id, x.amount, x.currency, x.paid, x.evidence, x.proof_id, x.window_ends_on, x.window_rule,
       x.proposed_at, x.filed_at, x.acknowledge_by, x.decide_by, x.acknowledged_at, x.decided_at, x.reason, x.actor,
       CASE WHEN x.state IN ('proposed', 'dismissed') AND x.window_ends_on < %(today)s::date THEN 'too late to file' WHEN x.state IN ('filed', 'acknowledged') AND x.decide_by < %(today)s::date THEN 'decision overdue'
            WHEN x.state = 'filed' AND x.acknowledge_by < %(today)s::date THEN 'acknowledgement overdue' ELSE '' END
  FROM transport_claim x JOIN transport_carrier c ON c.id = x.carrier_id JOIN transport_parcel p ON p.id = x.parcel_id JOIN transport_shipment s ON s.id = p.shipment_id
"""
CLAIM_VIEWS = {
    "proposed": "x.decided_at IS NULL AND x.state = 'proposed' AND x.window_ends_on >= %(today)s::date", "open": "x.decided_at IS NULL AND x.state IN ('filed', 'acknowledged')",
    "overdue": "x.decided_at IS NULL AND (x.decide_by < %(today)s::date OR x.state = 'filed' AND x.acknowledge_by < %(today)s::date)", "settled": "x.decided_at IS NOT NULL", "all": "true",
}


def claims(limit: int, before: int = 0, view: str = "all", carrier: str = "") -> list[ClaimRow]:
    """Claims, the newest first."""
    where = f"{CLAIM_VIEWS[view]} AND (%(carrier)s = '' OR c.code = %(carrier)s) AND (%(before)s = 0 OR x.id < %(before)s)"
    return rows(ClaimRow, f"{CLAIMS} WHERE {where} ORDER BY x.id DESC LIMIT %(limit)s", today=clock.now().date(), limit=limit, before=before, carrier=carrier.upper())


def claim(id: int) -> ClaimRow | None:
    """One claim."""
    return next(iter(rows(ClaimRow, f"{CLAIMS} WHERE x.id = %(id)s", today=clock.now().date(), id=id)), None)


WAITING = """
SELECT (SELECT count(*) FROM transport_claim x WHERE {proposed} OR {overdue}), (SELECT count(*) FROM transport_dispute WHERE outcome = ''),
       (SELECT count(*) FROM transport_load WHERE state = 'exhausted' AND pickup_until > %(now)s)
""".format(proposed=CLAIM_VIEWS["proposed"], overdue=CLAIM_VIEWS["overdue"])


def waiting() -> tuple[int, int, int]:
    """How much waits for a person: claims to file or to remind of, open disputes, loads that nobody took."""
    [found] = rows(lambda *n: n, WAITING, today=clock.now().date(), now=clock.now())
    return found
