"""What the ledger's operations tell. `item` is the SKU and `site` the code; their ids stand beside them for who follows."""

from dataclasses import dataclass
from datetime import date, datetime

from hanse.journal.events import event


def _lot(lot: str) -> str:
    return f" lot {lot}" if lot else ""


@event("item")
class StockReceived:
    """Units came in from a supplier and lie in a bin."""

    item: str
    item_id: int
    site: str
    site_id: int
    bin: str
    quantity: int
    inbound: str = ""
    lot: str = ""
    expires_on: date | None = None
    serials: tuple[str, ...] = ()
    document: str = ""
    at: datetime | None = None
    zone: str = "UTC"
    stopped: bool = False

    def said(self) -> str:
        place = f"quarantine at {self.bin}" if self.stopped else self.bin
        return f"{self.quantity} {self.item}{_lot(self.lot)} received at {self.site} into {place}" + (f" for {self.inbound}" if self.inbound else "")


@event("item")
class StockMoved:
    """Units went from one bin of a site to another."""

    item: str
    item_id: int
    site: str
    site_id: int
    from_bin: str
    to_bin: str
    quantity: int
    lot: str = ""
    serials: tuple[str, ...] = ()
    reason: str = ""
    document: str = ""
    at: datetime | None = None
    zone: str = "UTC"

    def said(self) -> str:
        return f"{self.quantity} {self.item}{_lot(self.lot)} moved at {self.site} from {self.from_bin} to {self.to_bin}"


@event("item")
class BinCounted:
    """A bin was counted; what was more or less than expected came from or went to 'missing'.

    It answers a `task`, if one was open; of what was expected so much was in doubt and is back on sale.
    """

    item: str
    item_id: int
    site: str
    site_id: int
    bin: str
    expected: int
    counted: int
    lot: str = ""
    found: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    reason: str = ""
    document: str = ""
    at: datetime | None = None
    zone: str = "UTC"
    task: int | None = None
    allowed: int = 0
    doubted: int = 0

    def said(self) -> str:
        difference = self.counted - self.expected
        outcome = f"{abs(difference)} {'more' if difference > 0 else 'less'} than expected" if difference else "as expected"
        return f"{self.counted} {self.item}{_lot(self.lot)} counted in {self.bin} at {self.site}, {outcome}"


@event("item")
class StockQuarantined:
    """Units were taken out of a bin and off sale."""

    item: str
    item_id: int
    site: str
    site_id: int
    bin: str
    quantity: int
    reason: str
    lot: str = ""
    serials: tuple[str, ...] = ()
    document: str = ""
    at: datetime | None = None
    zone: str = "UTC"

    def said(self) -> str:
        return f"{self.quantity} {self.item}{_lot(self.lot)} quarantined at {self.site}: {self.reason}"


@event("item")
class StockReleased:
    """Units came out of quarantine and can be sold again."""

    item: str
    item_id: int
    site: str
    site_id: int
    bin: str
    quantity: int
    reason: str = ""
    lot: str = ""
    serials: tuple[str, ...] = ()
    document: str = ""
    at: datetime | None = None
    zone: str = "UTC"

    def said(self) -> str:
        return f"{self.quantity} {self.item}{_lot(self.lot)} released from quarantine at {self.site} into {self.bin}"


@dataclass(frozen=True, slots=True)
class LotUnits:
    """Units of a lot in a bin, or in its quarantine."""

    site: str
    bin: str
    quantity: int


@event("item")
class LotReleased:
    """A lot that was held may be sold again; its units are back in their bins."""

    item: str
    lot: str
    reason: str
    units: tuple[LotUnits, ...] = ()

    def said(self) -> str:
        return f"Lot {self.lot} of {self.item} released: {self.reason}"


@event("item")
class InboundExpected:
    """Supply is on its way to a site."""

    item: str
    item_id: int
    site: str
    site_id: int
    ref: str
    quantity: int
    due_on: date
    supplier: str = ""
    safety_share: int = 0

    def said(self) -> str:
        return f"{self.quantity} {self.item} expected at {self.site} on {self.due_on} with {self.ref}"


@event("item")
class InboundMoved:
    """Supply comes on another day or in another quantity than was expected."""

    item: str
    item_id: int
    site: str
    site_id: int
    ref: str
    quantity: int
    was_quantity: int
    due_on: date
    was_due_on: date
    supplier: str = ""
    safety_share: int = 0

    def said(self) -> str:
        parts = [f"due on {self.due_on} instead of {self.was_due_on}"] if self.due_on != self.was_due_on else []
        parts += [f"{self.quantity} instead of {self.was_quantity}"] if self.quantity != self.was_quantity else []
        return f"{self.ref} of {self.item} at {self.site}: " + (", ".join(parts) or f"{self.safety_share} % of it not promised, from {self.supplier or 'no supplier named'}")


@event("item", silent=True)
class InboundKept:
    """The inbound supply is as asked already."""

    item: str
    site: str
    ref: str

    def said(self) -> str:
        return f"{self.ref} of {self.item} at {self.site} is so already"


@event("item")
class StockInDoubt:
    """A bin was found short: so many units that were promised to nobody are off sale until somebody counts them (`task`)."""

    item: str
    item_id: int
    site: str
    site_id: int
    bin: str
    quantity: int
    lot: str = ""
    task: int = 0
    document: str = ""
    at: datetime | None = None
    zone: str = "UTC"

    def said(self) -> str:
        return f"{self.bin} at {self.site} is in doubt: {self.quantity} {self.item}{_lot(self.lot)} not promised until counted"


@event("item")
class RecountAsked:
    """A count was off by more than allowed; nothing is booked until somebody else has counted again."""

    item: str
    item_id: int
    site: str
    site_id: int
    bin: str
    task: int
    counted: int
    by: str
    lot: str = ""
    document: str = ""
    at: datetime | None = None
    zone: str = "UTC"

    def said(self) -> str:
        return f"{self.counted} {self.item}{_lot(self.lot)} counted in {self.bin} at {self.site}: off by more than allowed, somebody else counts again"


@event("item")
class CountRaised:
    """A bin is to be counted."""

    item: str
    item_id: int
    site: str
    site_id: int
    bin: str
    task: int
    lot: str = ""
    cause: str = "zero"

    def said(self) -> str:
        return f"{self.item}{_lot(self.lot)} in {self.bin} at {self.site} is to be counted: {CAUSES.get(self.cause, self.cause)}"


CAUSES = {"short": "found short", "zero": "picked empty", "plan": "by plan"}


@dataclass(frozen=True, slots=True)
class PlannedCount:
    """A count that a plan asks for."""

    task: int
    item: str
    bin: str
    lot: str
    abc: str


@event("site")
class CountsPlanned:
    """What a site counts today by its plan."""

    site: str
    plan_from: date
    tasks: tuple[PlannedCount, ...]

    def said(self) -> str:
        each = ", ".join(f"{sum(t.abc == c for t in self.tasks)} {c}" for c in "ABC" if any(t.abc == c for t in self.tasks))
        return f"{len(self.tasks)} counts raised at {self.site} by the plan of {self.plan_from}: {each}"


@event("site")
class CountPlanKept:
    """How often a site counts from a day on, by the class of an item, and how far a record may be off."""

    site: str
    starts_on: date
    a_share: int
    b_share: int
    a_days: int
    b_days: int
    c_days: int
    a_permille: int
    b_permille: int
    c_permille: int

    def said(self) -> str:
        return f"{self.site} counts A every {self.a_days}, B every {self.b_days}, C every {self.c_days} days from {self.starts_on}"


@event("site")
class FaceKept:
    """A pick face of an item: at `least` units or below it is filled up to `most`."""

    site: str
    bin: str
    item: str
    least: int
    most: int

    def said(self) -> str:
        return f"{self.bin} at {self.site} is a pick face of {self.item}: from {self.least} filled up to {self.most}"


@event("site")
class FaceTakenAway:
    """A bin is no longer a pick face of an item."""

    site: str
    bin: str
    item: str

    def said(self) -> str:
        return f"{self.bin} at {self.site} is no pick face of {self.item} any more"


@dataclass(frozen=True, slots=True)
class RaisedMove:
    """A task to carry units to a pick face."""

    task: int
    item: str
    lot: str
    from_bin: str
    to_bin: str
    quantity: int


@event("site")
class ReplenishmentRaised:
    """Pick faces are to be filled; `orders` wait for it."""

    site: str
    tasks: tuple[RaisedMove, ...]
    orders: tuple[str, ...] = ()

    def said(self) -> str:
        units, bins = sum(t.quantity for t in self.tasks), ", ".join(dict.fromkeys(t.to_bin for t in self.tasks))
        return f"{units} units to carry to {bins} at {self.site}" + (f" for {', '.join(self.orders)}" if self.orders else "")


@event("item")
class FaceReplenished:
    """Units were carried to a pick face; `orders` waited for them."""

    item: str
    item_id: int
    site: str
    site_id: int
    task: int
    from_bin: str
    to_bin: str
    quantity: int
    asked: int
    lot: str = ""
    reason: str = ""
    serials: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    at: datetime | None = None
    zone: str = "UTC"

    def said(self) -> str:
        short = f", {self.asked - self.quantity} not ({self.reason})" if self.quantity < self.asked else ""
        return f"{self.quantity} {self.item}{_lot(self.lot)} carried at {self.site} from {self.from_bin} to {self.to_bin}{short}"


@event("item")
class StockPutAway:
    """Units went from where they arrived to a bin; which bin was suggested and why, and why it became another."""

    item: str
    item_id: int
    site: str
    site_id: int
    from_bin: str
    to_bin: str
    quantity: int
    suggested: str
    why: str
    lot: str = ""
    serials: tuple[str, ...] = ()
    reason: str = ""
    document: str = ""
    at: datetime | None = None
    zone: str = "UTC"

    def said(self) -> str:
        other = f" instead of {self.suggested}: {self.reason}" if self.suggested and self.suggested != self.to_bin else ""
        return f"{self.quantity} {self.item}{_lot(self.lot)} put away at {self.site} into {self.to_bin}{other}"


@event("item")
class DropShipKept:
    """A supplier ships an item for us from his site: in how many working days, how many he has (nothing: as many as are wanted), from when until when."""

    item: str
    site: str
    supplier: str
    lead_days: int
    has: int | None
    from_on: date
    until_on: date | None = None
    more: int = 0

    def said(self) -> str:
        has = "as many as are wanted" if self.has is None else f"{self.has} there"
        until = f" until {self.until_on}" if self.until_on else ""
        return f"{self.supplier} ships {self.item} from {self.site} in {self.lead_days} working days: {has}, from {self.from_on}{until}"
