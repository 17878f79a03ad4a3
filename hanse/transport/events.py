"""The facts transport tells."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from hanse.journal.events import event


@event("carrier")
class CarrierKept:
    """A carrier was added or changed, with entries of its code table."""

    carrier: str
    name: str | None
    codes: int = 0

    def said(self) -> str:
        return f"Carrier {self.carrier}" + (f" ({self.name})" if self.name else "") + " kept" + (f" with {self.codes} codes" if self.codes else "")


@event("order")
class ParcelHandedOver:
    """A carton left our site with a carrier; `inside` another one, in one parcel `together` with these orders."""

    order: str
    parcel: str
    carton: str
    site: str
    carrier: str
    service: str
    shipment: int
    units: int
    at: datetime | None = None
    inside: str = ""
    together: tuple[str, ...] = ()

    def said(self) -> str:
        together = f", together with {' and '.join(self.together)}" if self.together else ""
        return f"{self.units} units left {self.site} with {self.carrier}, parcel {self.parcel}{together}"


@dataclass(frozen=True, slots=True)
class ChosenService:
    """The service that a carton goes by, what it is expected to be charged, and when it arrives."""

    carton: str
    carrier: str
    service: str
    currency: str
    total: Decimal
    arrives_on: date | None


@event("order")
class ServiceChosen:
    """Cartons of an order that stand ready at a site go by these services; by hand, if a person said so."""

    order: str
    site: str
    cartons: tuple[ChosenService, ...]
    reason: str
    by_hand: bool = False

    def said(self) -> str:
        ways: dict[tuple[str, str, str], Decimal] = {}
        for c in self.cartons:
            ways[c.carrier, c.service, c.currency] = ways.get((c.carrier, c.service, c.currency), Decimal(0)) + c.total
        told = " and ".join(f"{carrier} {service} for {total} {currency}" for (carrier, service, currency), total in ways.items())
        return f"{told} chosen for {len(self.cartons)} carton{'s' * (len(self.cartons) > 1)} at {self.site}: {self.reason}"


@event("order", silent=True)
class ServiceStands:
    """What was chosen for the cartons of an order stands."""

    order: str
    site: str

    def said(self) -> str:
        return f"The service chosen for {self.order} at {self.site} stands"


@dataclass(frozen=True, slots=True)
class AdvisedParcel:
    """A carton that a supplier shipped: its SSCC, its tracking number, and the number he gave it himself."""

    carton: str
    parcel: str
    number: str
    units: int


@event("order")
class DespatchAdvised:
    """A supplier shipped units of a drop-ship order, as his despatch advice names them; `left` are still open with him."""

    order: str
    supplier_order: str
    advice: str
    supplier: str
    carrier: str
    parcels: tuple[AdvisedParcel, ...]
    units: int
    left: int
    at: datetime | None = None

    def said(self) -> str:
        left = f", {self.left} still open" if self.left else ""
        return f"{self.supplier} shipped {self.units} units of {self.supplier_order} with {self.carrier}, despatch advice {self.advice}{left}"


@event("order", silent=True)
class AdviceKnown:
    """The supplier sent this despatch advice before; nothing changed."""

    order: str
    supplier_order: str
    advice: str

    def said(self) -> str:
        return f"Despatch advice {self.advice} of {self.supplier_order} was taken before"


@event("bill")
class BillDrawnUp:
    """A bill of lading was drawn up for shipments that leave a site together with one carrier for one address."""

    bill: str
    site: str
    carrier: str
    shipments: tuple[int, ...]
    terms: str
    trailer: str = ""
    seal: str = ""
    pro: str = ""

    def said(self) -> str:
        return f"Bill of lading {self.bill} drawn up at {self.site} for {self.carrier}: " + ", ".join(f"S-{n}" for n in self.shipments)


@event("parcel")
class TrackingRecorded:
    """A carrier told something about a parcel; the order is missing where the parcel is not ours (yet)."""

    parcel: str
    carrier: str
    code: str
    state: str
    order: str | None = None
    text: str = ""
    place: str = ""
    expected_on: date | None = None
    at: datetime | None = None
    zone: str = "UTC"

    def said(self) -> str:
        return f"{self.carrier}: {self.text or self.state.replace('-', ' ') or self.code}" + (f" ({self.place})" if self.place else "")


@event("parcel", silent=True)
class TrackingKnown:
    """The carrier told this before; nothing changed."""

    parcel: str
    carrier: str
    code: str
    at: datetime

    def said(self) -> str:
        return f"{self.carrier} told {self.code} of {self.parcel} before"


@event("order")
class ParcelDelivered:
    """A parcel's units count as delivered; told once per parcel."""

    order: str
    parcel: str
    carton: str
    carrier: str
    units: int
    by_proof: bool
    at: datetime

    def said(self) -> str:
        return f"Parcel {self.parcel} delivered: {self.units} units"


@event("order")
class ProofRecorded:
    """A proof of delivery was kept. Who received is kept with the proof, not in the journal."""

    order: str
    parcel: str
    carrier: str
    proof: int
    sent: int
    received: int | None
    condition: str
    at: datetime
    zone: str = "UTC"

    def said(self) -> str:
        got = f", {self.received} of {self.sent} received" if self.received is not None else ""
        return f"Proof of delivery for parcel {self.parcel}{got}" + (f", {self.condition}" if self.condition else "")


@event("parcel")
class TrackingTakenIn:
    """A parcel took in what its carrier told before we knew the parcel."""

    parcel: str
    order: str
    state: str

    def said(self) -> str:
        return f"Parcel {self.parcel} took in earlier events: {self.state.replace('-', ' ')}"


@event("parcel", silent=True)
class NothingNew:
    """A parcel is where we knew it to be."""

    parcel: str

    def said(self) -> str:
        return f"Nothing new of {self.parcel}"


@event("lane")
class RoutingGuideKept:
    """The routing guide of a lane was kept: who is asked in which order, from a day on."""

    lane: str
    carriers: tuple[str, ...]
    from_on: date

    def said(self) -> str:
        return f"Routing guide of {self.lane} from {self.from_on}: {', then '.join(self.carriers)}"


@event("load")
class TenderSent:
    """A load was offered to a carrier, with the time until which it may answer."""

    load: str
    rank: int
    carrier: str
    rate: Decimal
    currency: str
    answer_by: datetime

    def said(self) -> str:
        return f"Load {self.load} tendered to {self.carrier} (rank {self.rank}) at {_money(self.rate, self.currency)}, answer by {self.answer_by:%Y-%m-%d %H:%M} UTC"


@event("load")
class TenderAccepted:
    """A carrier accepted a load in time."""

    load: str
    rank: int
    carrier: str
    pickup_number: str

    def said(self) -> str:
        return f"{self.carrier} accepted load {self.load}" + (f", pick-up number {self.pickup_number}" if self.pickup_number else "")


@event("load")
class TenderDeclined:
    """A carrier declined a load; the next of the routing guide is asked."""

    load: str
    rank: int
    carrier: str
    reason: str

    def said(self) -> str:
        return f"{self.carrier} declined load {self.load}: {self.reason}"


@event("load")
class TenderExpired:
    """A carrier did not answer in time; the next of the routing guide is asked."""

    load: str
    rank: int
    carrier: str

    def said(self) -> str:
        return f"{self.carrier} did not answer for load {self.load} in time"


@event("load", silent=True)
class TenderNotDue:
    """No tender of this load has expired."""

    load: str

    def said(self) -> str:
        return f"No tender of load {self.load} has expired"


@event("load")
class GuideExhausted:
    """Nobody of the routing guide took a load: a person has to find a carrier."""

    load: str
    asked: int

    def said(self) -> str:
        return f"Nobody took load {self.load}: {self.asked} asked, the routing guide is at its end"


@event("load")
class LoadCancelled:
    """A tendered load is not to be carried any more."""

    load: str
    carrier: str
    reason: str

    def said(self) -> str:
        return f"Load {self.load} cancelled" + (f", {self.carrier} to be told" if self.carrier else "") + (f": {self.reason}" if self.reason else "")


@event("carrier")
class FreightTermsKept:
    """What is agreed with a carrier on its bills was kept."""

    carrier: str
    tolerance_percent: Decimal
    tolerance: Decimal
    dispute_days: int

    def said(self) -> str:
        return f"Bills of {self.carrier}: approved within {_plain(self.tolerance_percent)} % or {_plain(self.tolerance)}, disputed for {self.dispute_days} days"


@event("freight_invoice")
class FreightInvoiceReceived:
    """A carrier's bill was taken in and compared with what was expected, line by line."""

    freight_invoice: str
    carrier: str
    number: str
    currency: str
    total: Decimal
    approved: Decimal
    disputed: Decimal
    lines: int
    lines_disputed: int

    def said(self) -> str:
        head = f"Freight invoice {self.number} of {self.carrier}, {_money(self.total, self.currency)}"
        return f"{head}: {self.lines_disputed} of {self.lines} lines disputed, {_money(self.disputed, self.currency)}" if self.lines_disputed else f"{head}: approved"


@event("freight_invoice", silent=True)
class FreightInvoiceKnown:
    """The carrier sent this bill before; nothing changed."""

    freight_invoice: str
    carrier: str
    number: str

    def said(self) -> str:
        return f"Freight invoice {self.number} of {self.carrier} was taken before"


@event("freight_invoice")
class FreightLineAccepted:
    """A person accepted what was disputed of a line, with a reason."""

    freight_invoice: str
    position: int
    parcel: str
    amount: Decimal
    currency: str
    reason: str

    def said(self) -> str:
        return f"Line {self.position} of freight invoice {self.freight_invoice}: {_money(self.amount, self.currency)} accepted, {self.reason}"


@event("freight_invoice")
class FreightLineDisputed:
    """A person disputed an amount of a line that was approved or accepted."""

    freight_invoice: str
    position: int
    parcel: str
    amount: Decimal
    currency: str
    due_on: date
    evidence: str

    def said(self) -> str:
        return f"Line {self.position} of freight invoice {self.freight_invoice}: {_money(self.amount, self.currency)} disputed, {self.evidence}"


@event("freight_invoice")
class DisputeAnswered:
    """A carrier answered a dispute: it credited an amount, or rejected it."""

    freight_invoice: str
    position: int
    parcel: str
    outcome: str
    recovered: Decimal
    amount: Decimal
    currency: str
    note: str = ""

    def said(self) -> str:
        what = f"{_money(self.recovered, self.currency)} of {_money(self.amount, self.currency)} credited" if self.outcome == "credit" else "dispute rejected"
        return f"Line {self.position} of freight invoice {self.freight_invoice}: {what}" + (f", {self.note}" if self.note else "")


@event("freight_invoice")
class FreightInvoicePaid:
    """What is approved and accepted of a carrier's bill was paid; what is disputed was not."""

    freight_invoice: str
    amount: Decimal
    currency: str
    ref: str
    withheld: Decimal

    def said(self) -> str:
        withheld = f", {_money(self.withheld, self.currency)} withheld" if self.withheld else ""
        return f"{_money(self.amount, self.currency)} of freight invoice {self.freight_invoice} paid with {self.ref}{withheld}"


@event("order")
class ClaimProposed:
    """What happened to a parcel calls for a claim against its carrier; a person files it, or not."""

    order: str
    parcel: str
    carrier: str
    claim: str
    kind: str
    amount: Decimal
    currency: str
    until: date

    def said(self) -> str:
        return f"Claim {self.claim} for {self.kind} of parcel {self.parcel} proposed, {_money(self.amount, self.currency)}, to be filed with {self.carrier} until {self.until}"


@event("order", silent=True)
class NothingToClaim:
    """There is a claim already, or none is to be made (any more)."""

    order: str
    parcel: str

    def said(self) -> str:
        return f"No claim to propose for parcel {self.parcel}"


@event("order")
class ClaimOpened:
    """A claim against a carrier was filed."""

    order: str
    parcel: str
    carrier: str
    claim: str
    kind: str
    amount: Decimal
    currency: str
    acknowledge_by: date
    decide_by: date

    def said(self) -> str:
        return f"Claim {self.claim} for {self.kind} of parcel {self.parcel} filed with {self.carrier}, {_money(self.amount, self.currency)}"


@event("order")
class ClaimAnswered:
    """A carrier answered a claim: acknowledged it, paid, or declined."""

    order: str
    parcel: str
    carrier: str
    claim: str
    answer: str
    paid: Decimal
    amount: Decimal
    currency: str
    reason: str = ""

    def said(self) -> str:
        what = f"paid {_money(self.paid, self.currency)} of {_money(self.amount, self.currency)} for" if self.answer == "paid" else self.answer
        return f"{self.carrier} {what} claim {self.claim}" + (f": {self.reason}" if self.reason else "")


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount.normalize():f} {currency}" if amount % Decimal("0.01") else f"{amount:.2f} {currency}"


def _plain(figure: Decimal) -> str:
    return f"{figure.normalize():f}"
