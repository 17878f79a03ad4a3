"""The facts orders tells."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from hanse.journal.events import FreeForm, event


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line as it was placed: money of all its units, frozen."""

    line: int
    position: int
    sku: str
    quantity: int
    unit_price: Decimal
    discount: Decimal
    net: Decimal
    freight: Decimal
    tax: Decimal
    tax_rate: Decimal


@event("order")
class OrderPlaced:
    """An order was taken, with the terms and amounts in force."""

    order: str
    customer: str
    ref: str
    channel: str
    currency: str
    net: Decimal
    freight: Decimal
    tax: Decimal
    total: Decimal
    address: int
    requested_on: date | None
    promised_on: date | None
    lines: tuple[PlacedLine, ...]
    at: datetime
    zone: str = "UTC"

    def said(self) -> str:
        units = sum(line.quantity for line in self.lines)
        return f"Order {self.order} placed by {self.customer}: {units} units on {len(self.lines)} lines, {self.total:.2f} {self.currency}"


@dataclass(frozen=True, slots=True)
class AllocatedUnits:
    """Units of a line that a site owes from now on."""

    allocation: int
    line: int
    sku: str
    site: str
    quantity: int
    promised_on: date | None


@dataclass(frozen=True, slots=True)
class WaitingUnits:
    """Units of a line that no site can supply now, and the inbound supply they wait for, if any."""

    line: int
    sku: str
    quantity: int
    inbound: str = ""
    due_on: date | None = None


@event("order")
class UnitsAllocated:
    """Units got a site, or were found to have none; `why` holds candidates, costs, winner and runner-up."""

    order: str
    units: tuple[AllocatedUnits, ...]
    waiting: tuple[WaitingUnits, ...]
    why: FreeForm
    at: datetime | None = None

    def said(self) -> str:
        parts = [f"{u.quantity} {u.sku} from {u.site}" for u in self.units]
        parts += [f"{w.quantity} {w.sku} wait" + (f" for {w.inbound}, due {w.due_on}" if w.inbound else " for supply") for w in self.waiting]
        return "Allocated: " + ", ".join(parts)


@event("order")
class UnitsFreed:
    """Reserved units were given back to the site's stock; they are open again."""

    order: str
    allocation: int
    line: int
    sku: str
    site: str
    quantity: int
    reason: str = ""

    def said(self) -> str:
        return f"{self.quantity} {self.sku} freed at {self.site}" + (f": {self.reason}" if self.reason else "")


@dataclass(frozen=True, slots=True)
class CancelledUnits:
    """Units of a line that are cancelled; those that were reserved name their allocations."""

    line: int
    position: int
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Reserved units that an allocation lost."""

    allocation: int
    quantity: int


@event("order")
class UnitsCancelled:
    """Units were cancelled: open ones and such as were reserved but not picked."""

    order: str
    lines: tuple[CancelledUnits, ...]
    freed: tuple[GivenBack, ...]
    reason: str = ""
    by_customer: bool = True
    at: datetime | None = None

    def said(self) -> str:
        what = ", ".join(f"{c.quantity} {c.sku}" for c in self.lines)
        return f"Cancelled: {what}" + (f" ({self.reason})" if self.reason else "")


@event("order")
class OrderHeld:
    """A hold was put on an order: it blocks the steps of its type."""

    order: str
    type: str
    reason: str
    at: datetime | None = None

    def said(self) -> str:
        return f"On {self.type} hold" + (f": {self.reason}" if self.reason else "")


@event("order")
class HoldReleased:
    """A hold was released."""

    order: str
    type: str
    reason: str
    at: datetime | None = None

    def said(self) -> str:
        return f"{self.type.capitalize()} hold released" + (f": {self.reason}" if self.reason else "")


@dataclass(frozen=True, slots=True)
class Effect:
    """Stock, money and promise of an order; behind a change `mark` is what its preview is accepted by."""

    reserved: int
    waiting: int
    total: Decimal
    promised_on: date | None
    mark: str = ""


@event("order")
class OrderChanged:
    """An order was changed as previewed: what was, what is, and the effect on stock, money and promise."""

    order: str
    version: int
    changes: tuple[str, ...]
    before: Effect
    after: Effect
    freed: tuple[GivenBack, ...] = ()

    def said(self) -> str:
        return "Changed: " + "; ".join(self.changes)


@event("order")
class PromiseMoved:
    """A line's promise moved; the first promise stays on record."""

    order: str
    line: int
    sku: str
    was_on: date | None
    promised_on: date | None
    reason: str
    agreed_by: str = ""

    def said(self) -> str:
        return f"Promise of {self.sku} moved from {self.was_on or 'no date'} to {self.promised_on or 'no date'}: {self.reason}"


@event("quote")
class QuoteMade:
    """An order was offered at a price, with a promise, until a day; nothing is reserved."""

    quote: str
    customer: str
    currency: str
    net: Decimal
    freight: Decimal
    tax: Decimal
    total: Decimal
    valid_until: date
    promised_on: date | None
    zone: str = "UTC"

    def said(self) -> str:
        return f"{self.quote} made for {self.customer}: {self.total:,.2f} {self.currency}, valid until {self.valid_until}"


@event("quote")
class QuoteAccepted:
    """A quote became an order at the quoted price; `changes` says what is otherwise than when it was quoted."""

    quote: str
    order: str
    total: Decimal
    currency: str
    changes: tuple[str, ...] = ()

    def said(self) -> str:
        return f"{self.quote} accepted as {self.order}, {self.total:,.2f} {self.currency} as quoted" + (f"; {'; '.join(self.changes)}" if self.changes else "")


@event("recurring")
class RecurringStarted:
    """An order is placed on each day of a rule from now on."""

    recurring: str
    customer: str
    rule: str
    starts_on: date
    skip_holidays: bool
    next_on: date
    zone: str = "UTC"

    def said(self) -> str:
        return f"{self.recurring} for {self.customer} starts on {self.next_on}: {self.rule}"


@event("recurring")
class RecurringPaused:
    """Nothing of it is placed until it is resumed."""

    recurring: str
    reason: str = ""

    def said(self) -> str:
        return f"{self.recurring} paused" + (f": {self.reason}" if self.reason else "")


@event("recurring")
class RecurringResumed:
    """It is placed again; `next_on` is its next day, if its rule has one."""

    recurring: str
    next_on: date | None

    def said(self) -> str:
        return f"{self.recurring} resumed, next on {self.next_on or 'no day any more'}"


@event("recurring")
class OccurrencePlaced:
    """The order of one of its days was placed."""

    recurring: str
    on: date
    order: str
    total: Decimal
    currency: str

    def said(self) -> str:
        return f"{self.recurring} of {self.on} placed as {self.order}: {self.total:,.2f} {self.currency}"


@event("recurring")
class OccurrenceSkipped:
    """One of its days is a holiday and was left out."""

    recurring: str
    on: date

    def said(self) -> str:
        return f"{self.recurring} of {self.on} left out: a holiday"


@event("recurring")
class OccurrenceFailed:
    """The order of one of its days could not be placed; it needs a person."""

    recurring: str
    on: date
    why: str

    def said(self) -> str:
        return f"{self.recurring} of {self.on} was not placed: {self.why}"
