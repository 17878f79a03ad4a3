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
    """A bin was counted; what was more or less than expected came from or went to 'missing'."""

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

    def said(self) -> str:
        parts = [f"due on {self.due_on} instead of {self.was_due_on}"] if self.due_on != self.was_due_on else []
        parts += [f"{self.quantity} instead of {self.was_quantity}"] if self.quantity != self.was_quantity else []
        return f"{self.ref} of {self.item} at {self.site}: " + (", ".join(parts) or f"from {self.supplier}")


@event("item", silent=True)
class InboundKept:
    """The inbound supply is as asked already."""

    item: str
    site: str
    ref: str

    def said(self) -> str:
        return f"{self.ref} of {self.item} at {self.site} is so already"
