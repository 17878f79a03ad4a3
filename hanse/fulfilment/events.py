"""The facts fulfilment tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from hanse.inventory.events import LotUnits
from hanse.journal.events import FreeForm, event
from hanse.orders.events import FALLBACK_SAID


@dataclass(frozen=True, slots=True)
class RaisedTask:
    """A pick task as it was raised: so many units of an item (and lot) from a bin; `undated` where the lot should have an expiry and has none.

    At a supplier's site it is a line of his order.
    """

    task: int
    allocation: int
    site: str
    bin: str
    sku: str
    lot: str
    quantity: int
    undated: bool = False
    supplier_order: str = ""


@event("order")
class OrderReleased:
    """Reserved units became pick tasks; `waiting` are units whose bins are not free yet."""

    order: str
    tasks: tuple[RaisedTask, ...]
    waiting: int = 0
    at: datetime | None = None

    def said(self) -> str:
        if not self.tasks:
            return f"{self.waiting} units wait for their pick face to be filled"
        ours = [t for t in self.tasks if not t.supplier_order]
        theirs = ", ".join(dict.fromkeys(t.supplier_order for t in self.tasks if t.supplier_order))
        ordered = f"{sum(t.quantity for t in self.tasks if t.supplier_order)} units ordered of their supplier: {theirs}" if theirs else ""
        if not ours:
            return ordered
        sites = ", ".join(dict.fromkeys(t.site for t in ours))
        without = ", ".join(dict.fromkeys(f"{t.lot} of {t.sku}" for t in self.tasks if t.undated))
        warning = f". No expiry is known of lot {without}" if without else ""
        return f"Released at {sites}: {sum(t.quantity for t in ours)} units in {len(ours)} pick tasks{warning}" + (f"; {ordered}" if ordered else "")


@dataclass(frozen=True, slots=True)
class OrderedUnits:
    """So many units of the line at a position that a supplier was asked for, or said no to."""

    position: int
    sku: str
    quantity: int


def _units(lines: Sequence[OrderedUnits]) -> str:
    return ", ".join(f"{x.quantity} {x.sku}" for x in lines)


@event("order")
class SupplierOrdered:
    """A supplier was asked to ship units from his site: the address version he was given, and the day he is expected to ship."""

    order: str
    supplier_order: str
    site: str
    supplier: str
    lines: tuple[OrderedUnits, ...]
    address: int
    due_on: date

    def said(self) -> str:
        return f"{_units(self.lines)} ordered of {self.supplier} as {self.supplier_order}, to be shipped by {self.due_on}"


@event("order")
class SupplierDeclined:
    """A supplier does not ship units that he was asked for; they look for another site."""

    order: str
    supplier_order: str
    site: str
    supplier: str
    lines: tuple[OrderedUnits, ...]
    reason: str
    at: datetime | None = None

    def said(self) -> str:
        return f"{self.supplier} does not ship {_units(self.lines)} of {self.supplier_order}: {self.reason}"


@event("order")
class DespatchExpected:
    """A supplier ships later than he was expected to, or earlier again; promises that cannot be kept any more have moved."""

    order: str
    supplier_order: str
    supplier: str
    due_on: date
    was_on: date
    units: int
    reason: str = ""

    def said(self) -> str:
        return f"{self.supplier} ships {self.units} units of {self.supplier_order} on {self.due_on} instead of {self.was_on}" + (f": {self.reason}" if self.reason else "")


@event("wave")
class WaveReleased:
    """Orders of a site were released together: how they are picked, what they have in common, when the first has to leave, how many were left and why."""

    wave: int
    site: str
    method: str
    chosen_by: FreeForm
    leaves_at: datetime | None
    orders: int
    tasks: int
    units: int
    left: FreeForm

    def said(self) -> str:
        return f"Wave {self.wave} released at {self.site}: {self.orders} orders, {self.tasks} tasks, {self.units} units"


@event("tour")
class TourPlanned:
    """A walk was planned: its stops in order, its length and how long it takes; tasks answered meanwhile were left out."""

    tour: int
    site: str
    wave: int | None
    method: str
    zone: str
    after: int | None
    orders: int
    stops: int
    tasks: tuple[int, ...]
    metres: Decimal
    seconds: int
    pick_by: datetime | None = None

    def said(self) -> str:
        return f"Tour {self.tour} planned at {self.site}: {self.orders} orders, {self.stops} stops, {self.metres} m"


@event("tour")
class TourStarted:
    """A picker took a tour; nobody else walks it."""

    tour: int
    site: str
    picker: str
    first_task: int

    def said(self) -> str:
        return f"Tour {self.tour} taken by {self.picker}"


@event("tour")
class TourLeft:
    """A picker gave a tour back; what is left of it waits for somebody else."""

    tour: int
    site: str
    picker: str

    def said(self) -> str:
        return f"Tour {self.tour} given back by {self.picker}"


@event("order")
class UnitsSorted:
    """Units picked for several orders together were put into the tote of theirs."""

    order: str
    task: int
    sku: str
    lot: str
    quantity: int
    cart: str
    tote: str
    at: datetime | None = None

    def said(self) -> str:
        return f"{self.quantity} {self.sku} sorted from {self.cart} into {self.tote}"


@event("order")
class UnitsPicked:
    """A pick task was answered: so many taken, `over` of them more than asked for, so many short and why, so many no longer wanted."""

    order: str
    task: int
    allocation: int
    line: int
    position: int
    sku: str
    site: str
    bin: str
    tote: str
    lot: str
    taken: int
    short: int = 0
    withdrawn: int = 0
    reason: str = ""
    serials: tuple[str, ...] = ()
    at: datetime | None = None
    over: int = 0

    def said(self) -> str:
        short = f", {self.short} short ({self.reason})" if self.short else ""
        over = f", {self.over} of them over" if self.over else ""
        return f"{self.taken} {self.sku} taken from {self.bin}{short}{over}"


@event("order")
class PickUndone:
    """A booked pick was taken back: its units lie in their bin again, and another task asks for them."""

    order: str
    task: int
    new_task: int
    allocation: int
    position: int
    sku: str
    site: str
    bin: str
    lot: str
    quantity: int
    serials: tuple[str, ...] = ()
    reason: str = ""
    at: datetime | None = None

    def said(self) -> str:
        return f"{self.quantity} {self.sku} back in {self.bin}: the pick was undone" + (f" ({self.reason})" if self.reason else "")


@dataclass(frozen=True, slots=True)
class WithdrawnTask:
    """A pick task that shrank: so many units withdrawn, so many still wanted."""

    task: int
    sku: str
    bin: str
    withdrawn: int
    left: int


@event("order")
class TasksWithdrawn:
    """Units that are no longer wanted were taken out of pick tasks; their bins are free again."""

    order: str
    tasks: tuple[WithdrawnTask, ...]

    def said(self) -> str:
        return "Taken out of pick tasks: " + ", ".join(f"{t.withdrawn} {t.sku} at {t.bin}" for t in self.tasks)


@dataclass(frozen=True, slots=True)
class PutBackUnits:
    """Units that lie in a bin again."""

    sku: str
    bin: str
    lot: str
    quantity: int
    serials: tuple[str, ...] = ()


DONE_SAID = {
    "stop": "stopped {units} units", "address": "labelled anew with the new address", "carrier": "labelled anew for another carrier",
    "redirect": "had the carrier turn it round",
}


@event("order")
class ChangeAccepted:
    """A site did what it was asked for: units stopped and put back, cartons opened or labelled anew."""

    order: str
    request: int
    site: str
    kind: str
    units: int
    withdrawn: int = 0
    put_back: tuple[PutBackUnits, ...] = ()
    opened: tuple[str, ...] = ()
    relabelled: tuple[str, ...] = ()
    reason: str = ""
    at: datetime | None = None

    def said(self) -> str:
        parts = [f"{self.withdrawn} before they were picked"] if self.withdrawn else []
        parts += [f"{p.quantity} {p.sku} put back to {p.bin}" for p in self.put_back]
        parts += [f"carton {sscc} opened, to be packed anew" for sscc in self.opened] + [f"carton {sscc}" for sscc in self.relabelled]
        return f"{self.site} {DONE_SAID[self.kind].format(units=self.units)}" + (f": {', '.join(parts)}" if parts else "") + (f" ({self.reason})" if self.reason else "")


@event("order")
class ChangeRefused:
    """A site cannot do what it was asked for; the fallback was taken."""

    order: str
    request: int
    site: str
    kind: str
    reason: str
    fallback: str
    at: datetime | None = None

    def said(self) -> str:
        return f"{self.site} cannot do what was asked ({self.reason}): {FALLBACK_SAID[self.fallback]}"


@event("task")
class ItemScanned:
    """A picker scanned something for a task; wrong scans are facts too."""

    task: int
    wanted: str
    read: str
    right: bool
    at: datetime | None = None

    def said(self) -> str:
        return f"{self.read} scanned" if self.right else f"{self.read} scanned, {self.wanted} wanted"


@dataclass(frozen=True, slots=True)
class PackedUnits:
    """Units of a line in a carton."""

    line: int
    position: int
    sku: str
    lot: str
    quantity: int
    serials: tuple[str, ...] = ()


@event("order")
class CartonPacked:
    """A carton was closed and labelled: its content, weights and the address version on its label."""

    order: str
    carton: str
    site: str
    units: tuple[PackedUnits, ...]
    expected_g: int | None
    weight_g: int | None
    address: int
    at: datetime | None = None
    carrier: str = ""
    carton_type: str = ""
    proposal: str = ""
    audit: bool = False

    def said(self) -> str:
        return f"Carton {self.carton} packed at {self.site}: " + ", ".join(f"{u.quantity} {u.sku}" for u in self.units)


@dataclass(frozen=True, slots=True)
class LotHit:
    """Units of an order that a stopped lot hits, and where they are; `container` is the tote or the carton."""

    order: str
    customer: str
    customer_name: str
    position: int
    place: str
    site: str
    container: str
    quantity: int


@event("item")
class LotHeld:
    """A lot is held: its units are off sale, and these orders are hit."""

    item: str
    lot: str
    reason: str
    units: tuple[LotUnits, ...]
    hits: tuple[LotHit, ...]

    def said(self) -> str:
        return f"Lot {self.lot} of {self.item} held, {_hit(self.hits)}: {self.reason}"


@event("item")
class LotRecalled:
    """A lot is recalled for good: its units are off sale, and these orders are hit."""

    item: str
    lot: str
    reason: str
    units: tuple[LotUnits, ...]
    hits: tuple[LotHit, ...]

    def said(self) -> str:
        return f"Lot {self.lot} of {self.item} recalled, {_hit(self.hits)}: {self.reason}"


def _hit(hits: Sequence[LotHit]) -> str:
    orders = len({h.order for h in hits})
    return f"{orders} orders hit" if orders != 1 else "1 order hit"


@event("order")
class UnitsStopped:
    """Units of an order are of a lot that was held or recalled: they were taken out of a pick task, or wait in a tote or carton to be taken out."""

    order: str
    sku: str
    lot: str
    status: str
    place: str
    container: str
    quantity: int

    def said(self) -> str:
        where = f"in {self.place} {self.container}" if self.container else "in a pick task"
        return f"Lot {self.lot} of {self.sku} {self.status}: {self.quantity} {where}"


@event("order")
class UnitsTakenOut:
    """Picked units left the tote, or a carton that was opened for it; they are open on the order again."""

    order: str
    sku: str
    lot: str
    site: str
    quantity: int
    to: str
    reason: str
    carton: str = ""
    serials: tuple[str, ...] = ()

    def said(self) -> str:
        lot, place = f" lot {self.lot}" if self.lot else "", f"carton {self.carton}" if self.carton else "the tote"
        where = "to quarantine" if self.to == "quarantine" else "as missing"
        return f"{self.quantity} {self.sku}{lot} taken out of {place} {where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """What an audit expected and found of an item, or of one lot of it."""

    sku: str
    lot: str
    expected: int
    found: int


@event("order")
class CartonAudited:
    """A carton was counted before it left. Where something differed it was opened, to be packed anew."""

    order: str
    carton: str
    site: str
    right: bool
    findings: tuple[AuditFinding, ...]
    at: datetime | None = None

    def said(self) -> str:
        if self.right:
            return f"Carton {self.carton} audited: all as it should be"
        wrong = ", ".join(f"{f.found} {f.sku} instead of {f.expected}" for f in self.findings if f.expected != f.found)
        return f"Carton {self.carton} audited and opened again: {wrong}"


@event("packing")
class ScannedAtPack:
    """Something was scanned at the packing station; wrong scans are facts too."""

    packing: str
    order: str
    wanted: str
    read: str
    right: bool
    at: datetime | None = None

    def said(self) -> str:
        return f"{self.read} scanned" if self.right else f"{self.read} scanned, which is not of {self.order}"


@event("site")
class ScannedAtSort:
    """Something was scanned at a site's put wall; wrong scans are facts too."""

    site: str
    wanted: str
    read: str
    right: bool
    at: datetime | None = None

    def said(self) -> str:
        return f"{self.read} scanned" if self.right else f"{self.read} scanned, which nothing at the put wall wants"


@event("order")
class CartonRelabelled:
    """A carton's label was printed again with another version of the address."""

    order: str
    carton: str
    was: int
    address: int

    def said(self) -> str:
        return f"Carton {self.carton} labelled anew"


@event("order")
class CartonConsolidated:
    """A carton was put into another one, so that both leave as one parcel. Told for the orders of both."""

    order: str
    carton: str
    into: str
    site: str
    together: str

    def said(self) -> str:
        return f"Carton {self.carton} put into carton {self.into}, together with {self.together}"


@event("order")
class CartonDeconsolidated:
    """A carton came out of the one it lay in, by hand or because that one was opened. Told for the orders of both."""

    order: str
    carton: str
    out_of: str
    site: str
    apart_from: str

    def said(self) -> str:
        return f"Carton {self.carton} taken out of carton {self.out_of}, apart from {self.apart_from} again"
