"""The facts orders tells."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

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
    kit: int | None = None
    per_kit: int = 1


@dataclass(frozen=True, slots=True)
class PlacedKit:
    """So many kits as they were placed, at a position of their own; the lines that name it are what they are made of."""

    position: int
    sku: str
    quantity: int
    unit_price: Decimal


@event("order")
class OrderPlaced:
    """An order was taken, with the terms and amounts in force. `promise_changed` says what is otherwise than the promise it was placed on."""

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
    kits: tuple[PlacedKit, ...] = ()
    promise_changed: str = ""

    def said(self) -> str:
        units = sum(line.quantity for line in self.lines)
        placed = f"Order {self.order} placed by {self.customer}: {units} units on {len(self.lines)} lines, {self.total:.2f} {self.currency}"
        return f"{placed}; otherwise than promised: {self.promise_changed}" if self.promise_changed else placed


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
    kit: int | None = None
    per_kit: int = 1


@dataclass(frozen=True, slots=True)
class CancelledKits:
    """Kits that are cancelled whole: the lines that name their position lost the units of so many."""

    position: int
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Reserved units that an allocation lost."""

    allocation: int
    quantity: int


FALLBACK_SAID = {"let-go": "it goes on as it is", "intercept": "the dock keeps it here", "return": "it comes back on arrival"}
"""What a site's no comes to, in words."""


@dataclass(frozen=True, slots=True)
class AskedOfSite:
    """What one site is asked to do with units it works on already, until when, and what follows if it cannot."""

    request: int
    site: str
    kind: str
    what: str
    units: int
    answer_by: datetime
    zone: str
    fallback: str

    def said(self) -> str:
        there = self.answer_by.astimezone(ZoneInfo(self.zone))
        return f"{self.site} asked to {self.what} by {there:%d.%m. %H:%M}; if it cannot, {FALLBACK_SAID[self.fallback]}"


@event("order")
class ChangeAsked:
    """A change touches units that sites work on already; they were asked for it."""

    order: str
    asked: tuple[AskedOfSite, ...]
    reason: str = ""
    by_customer: bool = True

    def said(self) -> str:
        return "; ".join(asked.said() for asked in self.asked) + (f" ({self.reason})" if self.reason else "")


@event("order")
class ChangeTooLate:
    """A site did not answer a request in time; its fallback was taken."""

    order: str
    request: int
    site: str
    kind: str
    fallback: str

    def said(self) -> str:
        return f"{self.site} did not answer in time ({self.kind}): {FALLBACK_SAID[self.fallback]}"


@event("order")
class UnitsCancelled:
    """Units were cancelled: such as no site works on, or that a site stopped. `asked` are those that sites are asked for."""

    order: str
    lines: tuple[CancelledUnits, ...]
    freed: tuple[GivenBack, ...]
    reason: str = ""
    by_customer: bool = True
    at: datetime | None = None
    asked: tuple[AskedOfSite, ...] = ()
    kits: tuple[CancelledKits, ...] = ()

    @property
    def units(self) -> list[tuple[int, str]]:
        """What was cancelled, kits before lines: of a component what belongs to none of these kits."""
        whole = {kit.position: kit.quantity for kit in self.kits}
        alone = [(c.quantity - whole.get(c.kit or 0, 0) * c.per_kit, c.sku) for c in self.lines]
        return [(kit.quantity, kit.sku) for kit in self.kits] + [(n, sku) for n, sku in alone if n]

    def said(self) -> str:
        what = ", ".join(f"{n} {sku}" for n, sku in self.units)
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
    asked: tuple[AskedOfSite, ...] = ()

    def said(self) -> str:
        return "Changed: " + "; ".join(self.changes) if self.changes else "A change was asked of " + ", ".join(dict.fromkeys(a.site for a in self.asked))


@event("order")
class UnitsSubstituted:
    """Waiting units were replaced by another item, as approved; the line they were ordered on stays on record."""

    order: str
    version: int
    line: int
    position: int
    sku: str
    quantity: int
    substitute: int
    by: str
    units: int
    price_rule: str
    was_net: Decimal
    net: Decimal
    agreed_by: str
    agreed_how: str
    agreed_at: datetime | None
    before: Effect
    after: Effect
    reason: str = ""

    def said(self) -> str:
        agreed = f", agreed by {self.agreed_by} ({self.agreed_how})" if self.agreed_by else ""
        return f"{self.quantity} {self.sku} replaced by {self.units} {self.by}{agreed}"


@event("order")
class PromiseMoved:
    """A line's promise moved, or a line that had none when it was placed is promised; the first promise stays on record."""

    order: str
    line: int
    sku: str
    was_on: date | None
    promised_on: date | None
    reason: str
    agreed_by: str = ""
    by_customer: bool = False
    basis_on: date | None = None

    def said(self) -> str:
        if self.was_on is None:
            return f"{self.sku} first promised for {self.promised_on}: {self.reason}"
        return f"Promise of {self.sku} moved from {self.was_on} to {self.promised_on or 'no date'}: {self.reason}"


@dataclass(frozen=True, slots=True)
class BackorderLine:
    """How a line fares in a backorder run: units it wants, had and has, and its promise before and after."""

    order: str
    line: int
    position: int
    customer: str
    rule: str
    wanted: int
    before: int
    after: int
    promised_before: date | None
    promised_after: date | None


@event("sku")
class BackordersRun:
    """An item was dealt out anew among the orders that want it; behind a simulation `mark` is what it is done by."""

    sku: str
    lines: tuple[BackorderLine, ...]
    mark: str

    def said(self) -> str:
        gain = sum(1 for x in self.lines if x.after > x.before)
        lose = sum(1 for x in self.lines if x.after < x.before)
        later = sum(1 for x in self.lines if x.promised_before and x.promised_after and x.promised_after > x.promised_before)
        return f"Backorder run of {self.sku}: lines that gain {gain}, that lose {lose}, promised later {later}"


@event("sku")
class SupplyFollowed:
    """What waits for an item was pegged anew: so many lines; promises moved, and customers were asked to agree."""

    sku: str
    waiting: int
    moved: int
    asked: int

    def said(self) -> str:
        return f"Supply of {self.sku} followed: lines waiting {self.waiting}, promises moved {self.moved}, customers asked {self.asked}"


@event("order")
class ConsentAsked:
    """Supply slips beyond what the customer's terms allow: he must agree to the later day, or refuse it."""

    order: str
    line: int
    position: int
    sku: str
    units: int
    was_on: date
    promised_on: date
    answer_by: datetime

    def said(self) -> str:
        return f"Customer asked to agree: {self.units} {self.sku} on {self.promised_on} instead of {self.was_on}, answer by {self.answer_by:%Y-%m-%d}"


@event("order")
class ConsentAnswered:
    """The customer agreed to the later day, or refused it and had the units cancelled or freed of the late supply."""

    order: str
    line: int
    position: int
    sku: str
    units: int
    promised_on: date
    answer: str
    agreed_by: str = ""

    def said(self) -> str:
        if self.answer == "agreed":
            return f"{self.agreed_by} agreed to {self.units} {self.sku} on {self.promised_on}"
        what = "the units are cancelled" if self.answer == "cancel" else "they wait for other supply"
        return f"{self.units} {self.sku} on {self.promised_on} not agreed: {what}"


@event("plan")
class AllocationsReplanned:
    """A plan of sites was done: units were given back and reserved where they cost least."""

    plan: str
    orders: int
    reserved: int
    freed: int

    def said(self) -> str:
        return f"{self.orders} orders planned anew: {self.reserved} units reserved, {self.freed} of them given back elsewhere"


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


@event("draft")
class DraftSaved:
    """An order that is being written was kept as it was typed."""

    draft: str
    customer: str
    lines: int

    def said(self) -> str:
        return f"Draft {self.draft} saved with {self.lines} line{'' if self.lines == 1 else 's'}" + (f" for {self.customer}" if self.customer else "")


@event("draft")
class DraftDropped:
    """A draft was thrown away."""

    draft: str

    def said(self) -> str:
        return f"Draft {self.draft} dropped"


@event("draft")
class DraftPlaced:
    """A draft became an order."""

    draft: str
    order: str
    total: Decimal
    currency: str

    def said(self) -> str:
        return f"{self.draft} placed as {self.order}, {self.total:,.2f} {self.currency}"


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


@event("order")
class AppointmentBooked:
    """The receiver takes the order in at his dock from one instant until another."""

    order: str
    starts_at: datetime
    ends_at: datetime
    ref: str
    zone: str

    def said(self) -> str:
        there = ZoneInfo(self.zone)
        begins, ends = self.starts_at.astimezone(there), self.ends_at.astimezone(there)
        until = f"{ends:%H:%M}" if ends.date() == begins.date() else f"{ends:%Y-%m-%d %H:%M}"
        return f"Appointment on {begins:%Y-%m-%d %H:%M} to {until}" + (f", reference {self.ref}" if self.ref else "")
