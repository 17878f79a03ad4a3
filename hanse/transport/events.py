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
