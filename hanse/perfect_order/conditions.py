"""The conditions of a perfect order: correct place, product, time, customer and invoice, and its documents. Pure.

Each is yes, no or not known, with what shows it, and for a no its cause and who answers. A carrier's word alone shows
place and time only for the time being (`sure` is false): such a verdict is not final before the claim window has passed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from unicodedata import combining, normalize
from zoneinfo import ZoneInfo

from hanse.kernel.places import metres
from hanse.transport.states import REFUSALS, is_damaged

from .truth import Truth, every

CONDITIONS = ("place", "product", "time", "customer", "invoice")
"""All must hold for a perfect order; `documents` are the sixth, for the figure of the SCOR model."""
ALL = (*CONDITIONS, "documents")
AT_OUR_DOOR = frozenset({"EXW", "FCA", "FAS", "FOB"})
"""Delivery terms (Incoterms 2020) under which the goods are the customer's once they are handed over at our door."""
NEAR_M, POOR_M = 50.0, 100.0
"""So near a proof lies to the address, or twice its accuracy; a poorer one proves no other place."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a condition: its truth, why in words, what shows it, and for a no its cause and who answers."""

    truth: Truth
    why: str = ""
    evidence: tuple[str, ...] = ()
    cause: str = ""
    owner: str = ""
    sure: bool = True


YES = Finding(True)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place: its GLN and coordinates as far as they are known."""

    gln: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof of delivery says of where and by whom a parcel was received, and in what condition."""

    id: int
    gln: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    accuracy_m: Decimal | None = None
    receiver: str = ""
    received: int | None = None
    condition: str = ""
    left_unattended: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim that we filed with the carrier for goods that came damaged or short, and whether it was paid; what it declined is none."""

    number: str
    kind: str
    paid: bool = False


BY_CLAIM = {"damage": "damaged", "shortage": "lost"}
"""What a claim that was paid says of the goods; a loss is counted in units, a delay in hours."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A parcel of the commitment: the address it went to, when it left and arrived, what it holds by line, its proof if there is one."""

    parcel: str
    address: int
    handed_over_at: datetime
    delivered_at: datetime | None
    units: Mapping[int, int]
    proof: Proof | None = None
    refused: str = ""
    claims: tuple[Claimed, ...] = ()

    @property
    def shows(self) -> tuple[str, ...]:
        """What proves its delivery."""
        return (f"proof {self.proof.id}",) if self.proof else (f"parcel {self.parcel}",)


# -- place --------------------------------------------------------------------------------------------------------------


def place(ship_to: int, spot: Spot, parcels: Sequence[Delivery], complete: bool, delivery_term: str = "") -> Finding:
    """Delivered where the order says: all parcels, and all of its units (`complete`). Where the terms end at our door, that is the place."""
    if delivery_term in AT_OUR_DOOR:
        return _of_parcels([Finding(True, f"Parcel {p.parcel} was handed over at our door, as {delivery_term} says.", (f"parcel {p.parcel}",)) for p in parcels], complete)
    return _of_parcels([_at_place(ship_to, spot, p) for p in parcels], complete)


def _at_place(ship_to: int, spot: Spot, parcel: Delivery) -> Finding:
    if parcel.address != ship_to:
        return Finding(False, f"Parcel {parcel.parcel} went to an address that is not in force.", (f"parcel {parcel.parcel}",), "wrong label", "warehouse")
    if parcel.delivered_at is None:
        return Finding(None, f"Parcel {parcel.parcel} was not delivered yet.")
    proof = parcel.proof
    if proof is None:
        return Finding(True, f"The carrier says that parcel {parcel.parcel} was delivered.", parcel.shows, sure=False)
    if spot.gln and proof.gln:
        same = spot.gln == proof.gln
        return Finding(same, f"Received at {proof.gln}" + ("." if same else f", not at {spot.gln}."), parcel.shows, *(("", "") if same else ("delivered elsewhere", "carrier")))
    if None not in (proof.latitude, proof.longitude, spot.latitude, spot.longitude):
        return _by_distance(spot, proof, parcel)
    return Finding(True, f"Parcel {parcel.parcel} was received; where exactly was not told.", parcel.shows, sure=False)


def _by_distance(spot: Spot, proof: Proof, parcel: Delivery) -> Finding:
    far = metres(*(float(x) for x in (spot.latitude, spot.longitude, proof.latitude, proof.longitude) if x is not None))
    accuracy = float(proof.accuracy_m or 0)
    words = f"Received {far:.0f} m from the address, known to {accuracy:.0f} m."
    if far <= max(NEAR_M, 2 * accuracy):
        return Finding(True, words, parcel.shows)
    if accuracy <= POOR_M:
        return Finding(False, words, parcel.shows, "delivered elsewhere", "carrier")
    return Finding(None, words + " That is too rough to tell.", parcel.shows)


# -- customer -----------------------------------------------------------------------------------------------------------


def customer(receivers: Sequence[str], parcels: Sequence[Delivery], complete: bool, unattended_ok: bool = True) -> Finding:
    """Handed to the customer or to one who may receive for it. Without names given anybody at the right place may."""
    allowed = {plain(name) for name in receivers if name}
    return _of_parcels([_to(allowed, p, unattended_ok) for p in parcels], complete)


def _to(allowed: set[str], parcel: Delivery, unattended_ok: bool) -> Finding:
    proof = parcel.proof
    if parcel.delivered_at is None or proof is None:
        return Finding(None, f"Nobody has told who received parcel {parcel.parcel}.")
    if proof.left_unattended:
        if unattended_ok:
            return Finding(True, f"Parcel {parcel.parcel} was left there, as it may be.", parcel.shows)
        return Finding(False, f"Parcel {parcel.parcel} was left unattended.", parcel.shows, "left unattended", "carrier")
    if proof.gln and proof.gln in allowed:
        return Finding(True, f"Received at the customer's {proof.gln}.", parcel.shows)
    if not proof.receiver:
        return Finding(None, f"The proof of parcel {parcel.parcel} does not say by whom.", parcel.shows)
    if not allowed:
        return Finding(True, "Received; nobody was named who alone may.", parcel.shows, sure=False)
    if plain(proof.receiver) in allowed:
        return Finding(True, "Received by one who may.", parcel.shows)
    return Finding(False, "Received by one who is not on the list.", parcel.shows, "unauthorised receiver", "carrier")


def plain(name: str) -> str:
    """A name for comparing: without accents, case and spaces at its ends or doubled."""
    letters = "".join(c for c in normalize("NFKD", name) if not combining(c))
    return " ".join(letters.casefold().split())


# -- product ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """A line of a commitment: units that are owed (customers' own cancellations left out), and what has become of them.

    Of what came the consignee told that `short` were missing and `rejected` he would not have, and why. `dropped` were cancelled by us; `over` units beyond what is owed are within the agreed tolerance, as `under` are below.
    """

    line: int
    position: int
    owed: int
    dropped: int = 0
    delivered: int = 0
    lost: int = 0
    sent_back: int = 0
    over: int = 0
    under: int = 0
    short: int = 0
    rejected: int = 0
    rejected_why: str = ""

    @property
    def closed(self) -> bool:
        """Whether the fate of all its units is known."""
        return self.delivered + self.lost + self.sent_back + self.dropped >= self.owed


def product(line: Due, parcels: Sequence[Delivery]) -> Finding:
    """Received what is owed: the units, all of them, sound."""
    mine = [p for p in parcels if line.line in p.units and p.delivered_at is not None]
    shows = tuple(dict.fromkeys(s for p in mine for s in p.shows)) or (f"line {line.position}",)
    damaged = [p for p in mine if p.proof and is_damaged(p.proof.condition)]
    if damaged:
        return Finding(False, f"Parcel {damaged[0].parcel}: {damaged[0].proof.condition}." if damaged[0].proof else "", shows, "damaged", "carrier")
    missing = sum(missing_of(p, line.line) for p in mine)
    short = line.owed - line.delivered + missing
    if line.dropped > line.under:
        return Finding(False, f"{line.dropped} of {line.owed} units were never sent.", shows, "stock-out", "inventory")
    if line.lost:
        return Finding(False, f"{line.lost} units were lost on the way.", shows, "lost", "carrier")
    if line.sent_back:
        why = next((p.refused for p in parcels if line.line in p.units and p.refused), "")
        if why:
            return Finding(False, f"{line.sent_back} units were refused: {why.replace('-', ' ')}.", shows, f"refused, {why.replace('-', ' ')}", REFUSALS[why])
        return Finding(False, f"{line.sent_back} units came back undelivered.", shows, "sent back", "carrier")
    if line.rejected:
        why = line.rejected_why
        return Finding(False, f"{line.rejected} units were rejected: {why.replace('-', ' ')}.", shows, f"rejected, {why.replace('-', ' ')}", REFUSALS[why])
    if line.short:
        return Finding(False, f"{line.short} units were missing when the consignee counted.", shows, "mis-pack", "warehouse")
    if missing:
        return Finding(False, f"{missing} units were missing in the parcel.", shows, "mis-pack", "warehouse")
    if -short > line.over:
        return Finding(False, f"{-short} units more than are owed.", shows, "over-shipment", "warehouse")
    if not line.closed and short > line.under:
        return Finding(None, f"{line.delivered} of {line.owed} units delivered.")
    if short > line.under:
        return Finding(False, f"{short} of {line.owed} units did not come.", shows, "stock-out", "inventory")
    if claimed := _claimed(mine):
        return claimed
    proven = all(p.proof and p.proof.received is not None for p in mine)
    return Finding(True, f"{line.delivered - missing} of {line.owed} units received.", shows, sure=proven)


def _claimed(parcels: Sequence[Delivery]) -> Finding | None:
    """What claims say of goods that seemed sound: once paid they were not, and while the carrier looks into it nobody knows."""
    claims = [(p, c) for p in parcels for c in p.claims if c.kind in BY_CLAIM]
    for p, c in sorted(claims, key=lambda it: not it[1].paid):
        if c.paid:
            return Finding(False, f"The carrier paid claim {c.number} for {c.kind} of parcel {p.parcel}.", (f"claim {c.number}",), BY_CLAIM[c.kind], "carrier")
        return Finding(None, f"Claim {c.number} for {c.kind} of parcel {p.parcel} is not settled.", (f"claim {c.number}",))
    return None


def missing_of(parcel: Delivery, line: int) -> int:
    """Units of a line that were missing in a parcel; which of its lines they belong to nobody told, so each is short."""
    if parcel.proof is None or parcel.proof.received is None:
        return 0
    return min(sum(parcel.units.values()) - parcel.proof.received, parcel.units[line])


# -- time ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """When units have to arrive: from (none: any time before is right) until before, as instants."""

    start_at: datetime | None
    end_at: datetime


def window(due_on: date, zone: str, early_days: int | None = None, late_days: int = 0) -> Window:
    """The window of a day at the place of delivery: its local midnight to the next, widened by the tolerances agreed.

    A promise is *by* a day: nothing is too early, unless `early_days` says how much is.
    """
    there = ZoneInfo(zone)
    start = None if early_days is None else datetime.combine(due_on - timedelta(days=early_days), time(), there)
    return Window(start, datetime.combine(due_on + timedelta(days=late_days + 1), time(), there))


def arrived_at(parcel: Delivery, delivery_term: str) -> datetime | None:
    """When the clock stops for a parcel: at its delivery, or at our door where the terms say so."""
    return parcel.handed_over_at if delivery_term in AT_OUR_DOOR else parcel.delivered_at


def on_time(line: Due, parcels: Sequence[Delivery], due: Window | None, delivery_term: str, now: datetime) -> Finding:
    """Every unit that is owed received within the window."""
    if due is None:
        return Finding(None, "No day was promised.")
    arrived = [(at, p) for p in parcels if line.line in p.units and (at := arrived_at(p, delivery_term))]
    late = [(at, p) for at, p in arrived if at >= due.end_at]
    early = [(at, p) for at, p in arrived if due.start_at and at < due.start_at]
    good = sum(p.units[line.line] for at, p in arrived if at < due.end_at and (due.start_at is None or at >= due.start_at))
    if early or late:
        at, p = max(early + late, key=lambda x: x[0])
        return Finding(False, f"Parcel {p.parcel} came {'late' if late else 'early'}.", p.shows, "late" if late else "early")
    if good >= line.owed - line.under:
        proven = all(p.proof for _, p in arrived)
        return Finding(True, "All units came in time.", tuple(s for _, p in arrived for s in p.shows), sure=proven)
    if now >= due.end_at:
        return Finding(False, f"{line.owed - good} of {line.owed} units had not come in time.", (f"line {line.position}",), "late")
    return Finding(None, f"{good} of {line.owed} units have come, the others are due.")


# -- invoice ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Matched:
    """What billing found of a line: units due on invoices and invoiced, the latest three-way comparison, credits for errors, and credits for goods that never came sound."""

    owed: int
    invoiced: int
    quantity_variance: Decimal = Decimal(0)
    price_variance: Decimal = Decimal(0)
    corrected: tuple[str, ...] = ()
    invoices: tuple[str, ...] = ()
    given_back: tuple[str, ...] = ()


def invoice(line: Matched) -> Finding:
    """Invoiced as ordered and delivered, right at once: a credit that mends an error does not make the invoice right.

    A credit for goods that never came sound says nothing against the invoice: it was right, and what failed is the product.
    """
    if line.corrected:
        return Finding(False, f"{line.corrected[0]} corrects the invoice.", line.corrected, "billing error", "billing")
    if line.price_variance:
        return Finding(False, f"The price differs by {line.price_variance}.", line.invoices, "price", "billing")
    if line.quantity_variance:
        return Finding(False, f"Units worth {line.quantity_variance} too many or few are billed.", line.invoices, "quantity", "billing")
    if line.invoiced < line.owed:
        return Finding(None, f"{line.invoiced} of {line.owed} units are invoiced.")
    if line.given_back:
        return Finding(True, f"The invoice was right; {line.given_back[0]} gives back what never came sound.", line.invoices + line.given_back)
    return Finding(True, "Invoice, order and delivery agree.", line.invoices)


def documents(handed_over: bool, exported: bool, lacking: Sequence[str]) -> Finding:
    """The papers that the way asks for: abroad those for the customs, of every item. Label and packing slip go with each carton."""
    if not handed_over:
        return Finding(None, "Nothing has left yet.")
    if exported and lacking:
        return Finding(False, f"Customs papers lack {', '.join(lacking[:3])}.", tuple(lacking), "customs data", "shipping")
    return YES


def _of_parcels(found: Sequence[Finding], complete: bool) -> Finding:
    """One finding for all parcels; yes only once all units have come."""
    if not found:
        return Finding(None, "Nothing has left yet.")
    truth = every(f.truth for f in found)
    if truth is True and not complete:
        return Finding(None, "Not all units have come yet.")
    first = next(f for f in found if f.truth is truth)
    shown = tuple(dict.fromkeys(e for f in found if f.truth is truth for e in f.evidence))
    return Finding(truth, first.why, shown, first.cause, first.owner, all(f.sure for f in found))
