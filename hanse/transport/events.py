"""The facts transport tells."""

from dataclasses import dataclass
from datetime import date, datetime, time
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
    photo: str = ""

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


@event("order")
class ParcelLost:
    """A parcel's units count as lost: its carrier said so, or a person after the search."""

    order: str
    parcel: str
    carton: str
    carrier: str
    units: int
    at: datetime

    def said(self) -> str:
        return f"Parcel {self.parcel} lost with {self.carrier}: {self.units} units"


@event("order")
class ParcelFound:
    """A parcel that counted as lost is on its way again, or was delivered."""

    order: str
    parcel: str
    carton: str
    carrier: str
    units: int
    at: datetime

    def said(self) -> str:
        return f"Parcel {self.parcel} found again: {self.units} units"


@event("order")
class LossReported:
    """A person gave a parcel up as lost, and why."""

    order: str
    parcel: str
    carrier: str
    reason: str
    at: datetime | None = None

    def said(self) -> str:
        return f"Parcel {self.parcel} reported lost: {self.reason}"


@event("order")
class ParcelRefused:
    """The receiver would not have a parcel, and why; who answers for that follows from the reason."""

    order: str
    parcel: str
    carrier: str
    reason: str
    owner: str
    note: str = ""
    at: datetime | None = None

    def said(self) -> str:
        return f"Parcel {self.parcel} refused by the receiver, {self.reason.replace('-', ' ')}" + (f": {self.note}" if self.note else "")


@event("order")
class ParcelTakenBack:
    """A parcel that nobody received came back to us; its units lie in a bin, or in quarantine where none is named."""

    order: str
    parcel: str
    carrier: str
    site: str
    bin: str
    units: int
    condition: str = ""

    def said(self) -> str:
        return f"Parcel {self.parcel} came back to {self.site}: {self.units} units into {self.bin or 'quarantine'}" + (f", {self.condition}" if self.condition else "")


@dataclass(frozen=True, slots=True)
class RemediedLine:
    """Units of a line that were lost or came back."""

    position: int
    units: int


@event("order")
class RemedyChosen:
    """What is done about units that are lost or came back: ordered again at what they cost, or nothing more is owed. Billing credits these units."""

    order: str
    parcel: str
    remedy: str
    lines: tuple[RemediedLine, ...]

    def said(self) -> str:
        units = sum(line.units for line in self.lines)
        return f"{units} units of parcel {self.parcel} are " + ("sent again" if self.remedy == "sent-again" else "not sent again")


@event("order")
class ParcelSilent:
    """Nothing was told of a parcel for longer than so many working days, and what says that this is too long."""

    order: str
    parcel: str
    carrier: str
    since: datetime
    days: int
    basis: str
    parcels: int = 0

    def said(self) -> str:
        basis = {"lane": f"95 of 100 parcels of {self.carrier} on this lane", "carrier": f"95 of 100 parcels of {self.carrier}", "planned": "the planned days and two"}[self.basis]
        return f"Parcel {self.parcel} does not move: no word for more than {self.days} working days, longer than {basis}"


@event("parcel", silent=True)
class StillMoving:
    """A parcel is not silent for too long, or that was noticed before."""

    parcel: str

    def said(self) -> str:
        return f"Parcel {self.parcel} is not silent for too long"


@event("order")
class ReceivingAdviceTaken:
    """The consignee told what he received of an order; it proves the parcels that it names."""

    order: str
    advice: str
    customer: str
    parcels: tuple[str, ...]
    received: int
    short: int
    rejected: int
    at: datetime

    def said(self) -> str:
        less = [f"{n} {word}" for n, word in ((self.short, "missing"), (self.rejected, "rejected")) if n]
        return f"{self.customer} received {self.received} units, receiving advice {self.advice}" + "".join(f", {x}" for x in less)


@event("order", silent=True)
class ReceivingAdviceKnown:
    """The consignee sent this receiving advice before; nothing changed."""

    order: str
    advice: str

    def said(self) -> str:
        return f"Receiving advice {self.advice} was taken before"


@event("lanes")
class TransitRolledUp:
    """What lanes took, and how long carriers are silent on them, was counted anew until a day."""

    until: date
    lanes: int
    parcels: int

    def said(self) -> str:
        return f"Transit of {self.parcels} parcels on {self.lanes} lanes counted until {self.until}"
# -- labels, manifests and pickups ------------------------------------------------------------------------------------------


@event("carrier")
class CarrierConnected:
    """It was said how a carrier is called. Of its account only the names are told."""

    carrier: str
    adapter: str
    connector: str = ""
    settings: tuple[str, ...] = ()

    def said(self) -> str:
        return f"Carrier {self.carrier} is called by {self.connector or 'the ' + self.adapter + ' adapter'}"


@event("order")
class LabelWanted:
    """A carrier is asked for the label of a carton."""

    order: str
    label: int
    carton: str
    carrier: str
    service: str

    def said(self) -> str:
        return f"Label of carton {self.carton} asked of {self.carrier}, {self.service}"


@event("order")
class LabelBought:
    """A carrier sold the label of a carton; one that is `spare` was sold beside another and is given back at once."""

    order: str
    label: int
    carton: str
    carrier: str
    service: str
    tracking: str
    amount: Decimal
    currency: str
    spare: bool = False

    def said(self) -> str:
        spare = ", a second time; it is given back" if self.spare else ""
        return f"Label {self.tracking} of {self.carrier} bought for carton {self.carton}: {self.amount:.2f} {self.currency}{spare}"


@event("order", silent=True)
class LabelKnown:
    """What a carrier answered was recorded before; nothing changed."""

    order: str
    label: int
    state: str

    def said(self) -> str:
        return f"The carrier's answer was recorded before; the label is {self.state.replace('-', ' ')}"


@event("order")
class LabelRefused:
    """A carrier sold no label for a carton, in its words."""

    order: str
    label: int
    carton: str
    carrier: str
    why: str

    def said(self) -> str:
        return f"{self.carrier} sells no label for carton {self.carton}: {self.why}"


@event("order")
class LabelWithdrawn:
    """A label is not wanted any more, and its carrier was never asked for it."""

    order: str
    label: int
    carton: str
    carrier: str
    why: str

    def said(self) -> str:
        return f"Label of carton {self.carton} is not wanted any more" + (f": {self.why}" if self.why else "")


@event("order")
class LabelVoidAsked:
    """A carrier is asked to take a label back. Without a number it is not known yet whether the label was sold."""

    order: str
    label: int
    carton: str
    carrier: str
    tracking: str
    why: str

    def said(self) -> str:
        return f"{self.carrier} is asked to take back label {self.tracking} of carton {self.carton}".replace("  ", " ") + (f": {self.why}" if self.why else "")


@event("order")
class LabelVoided:
    """A carrier took a label back; it costs nothing."""

    order: str
    label: int
    carton: str
    carrier: str
    tracking: str
    amount: Decimal
    currency: str

    def said(self) -> str:
        return f"{self.carrier} took back label {self.tracking}: {self.amount:.2f} {self.currency} saved"


@event("order")
class LabelVoidRefused:
    """A carrier does not take a label back; it costs what it cost."""

    order: str
    label: int
    carton: str
    carrier: str
    tracking: str
    amount: Decimal
    currency: str
    why: str

    def said(self) -> str:
        return f"{self.carrier} does not take back label {self.tracking}, {self.amount:.2f} {self.currency}: {self.why}"


@event("order")
class LabelExpired:
    """A label was not used in time and is worth nothing any more."""

    order: str
    label: int
    carton: str
    carrier: str
    tracking: str
    amount: Decimal
    currency: str

    def said(self) -> str:
        return f"Label {self.tracking} of {self.carrier} was not used in time: {self.amount:.2f} {self.currency} lost"


@event("manifest")
class ManifestAsked:
    """The day of a site with a carrier is to be closed."""

    manifest: str
    site: str
    carrier: str
    labels: int
    on: date

    def said(self) -> str:
        return f"Manifest {self.manifest} of {self.site} asked of {self.carrier}: {self.labels} labels"


@event("manifest")
class ManifestClosed:
    """A carrier closed the day of a site."""

    manifest: str
    site: str
    carrier: str
    labels: int
    number: str

    def said(self) -> str:
        return f"Manifest {self.number} of {self.site} closed with {self.carrier}: {self.labels} labels"


@event("manifest")
class ManifestRefused:
    """A carrier did not close the day of a site; its labels wait for another manifest."""

    manifest: str
    site: str
    carrier: str
    labels: int
    why: str

    def said(self) -> str:
        return f"{self.carrier} did not close manifest {self.manifest} of {self.site}: {self.why}"


@event("manifest", silent=True)
class ManifestKnown:
    """What a carrier answered was recorded before; nothing changed."""

    manifest: str

    def said(self) -> str:
        return f"The carrier's answer to {self.manifest} was recorded before"


@event("pickup")
class PickupAsked:
    """A carrier is asked to fetch parcels at a site, in a change of what was asked before."""

    pickup: str
    site: str
    carrier: str
    on: date
    ready_by: time
    closes_at: time
    parcels: int
    replaces: str = ""

    def said(self) -> str:
        change = f", in place of {self.replaces}" if self.replaces else ""
        return f"{self.carrier} is asked to fetch {self.parcels} parcels at {self.site} on {self.on}, {self.ready_by:%H:%M} to {self.closes_at:%H:%M}{change}"


@event("pickup")
class PickupBooked:
    """A carrier said that it comes."""

    pickup: str
    site: str
    carrier: str
    number: str
    on: date

    def said(self) -> str:
        return f"{self.carrier} comes to {self.site} on {self.on}, pickup {self.number}"


@event("pickup")
class PickupRefused:
    """A carrier does not come, or not otherwise than it said before."""

    pickup: str
    site: str
    carrier: str
    on: date
    why: str

    def said(self) -> str:
        return f"{self.carrier} refused pickup {self.pickup} at {self.site}: {self.why}"


@event("pickup")
class PickupCancelAsked:
    """A carrier is asked not to come."""

    pickup: str
    site: str
    carrier: str
    on: date

    def said(self) -> str:
        return f"{self.carrier} is asked not to come to {self.site} on {self.on}"


@event("pickup")
class PickupCancelled:
    """A carrier does not come, as it was asked."""

    pickup: str
    site: str
    carrier: str
    on: date

    def said(self) -> str:
        return f"Pickup {self.pickup} of {self.carrier} at {self.site} on {self.on} cancelled"


@event("pickup", silent=True)
class PickupKnown:
    """What a carrier answered was recorded before; nothing changed."""

    pickup: str

    def said(self) -> str:
        return f"The carrier's answer to {self.pickup} was recorded before"
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


@event("message")
class MessageKept:
    """An EDI message was kept as it came."""

    message: str
    characters: int

    def said(self) -> str:
        return f"EDI message {self.message[:12]} kept, {self.characters:,} characters"


@event("message", silent=True)
class MessageKnown:
    """This EDI message came before."""

    message: str

    def said(self) -> str:
        return f"EDI message {self.message[:12]} came before"


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
class ClaimDismissed:
    """A proposed claim is not made, with why. It is proposed again only when something new is known of the parcel."""

    order: str
    parcel: str
    carrier: str
    claim: str
    kind: str
    amount: Decimal
    currency: str
    reason: str

    def said(self) -> str:
        return f"Claim {self.claim} for {self.kind} of parcel {self.parcel} dismissed, {_money(self.amount, self.currency)}: {self.reason}"


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
