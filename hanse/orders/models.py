"""What we owe: orders, lines, kits and allocations with their counters, holds, promises, pegs and changes asked of sites.

State is quantities: counters only grow, `status` is generated from them and set by nobody.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When

from hanse.catalogue.models import Item
from hanse.inventory.models import Inbound
from hanse.network.models import Site
from hanse.partners.models import INVOICE_RULES, SHIP_RULES, Address, Party

from .requests import FALLBACKS, REQUESTED

MOST = 10**12
CONSENT_ANSWERS = ["agreed", "cancel", "free"]
"""What a customer says to a later day: agreed; refused, and the units are cancelled, or free of the late supply."""
MONEY: dict[str, Any] = {"max_digits": 18, "decimal_places": 4}
COUNTERS = [
    "ordered", "cancelled", "reserved", "freed", "picked", "put_back", "packed", "unpacked", "shipped", "delivered",
    "lost", "found", "sent_back", "returned", "invoiced", "credited", "under",
]
"""The counters of a line and, summed up, of its order. Each only grows; freed takes back reserved, put_back picked, unpacked packed, found lost."""


def counter() -> models.BigIntegerField:
    return models.BigIntegerField(db_default=0)


def never_overtakes() -> Q:
    """Which counter may not overtake which (INV-6)."""
    return (
        Q(cancelled__gte=0, cancelled__lte=F("ordered"))
        & Q(freed__gte=0, freed__lte=F("reserved"))
        & Q(reserved__lte=F("ordered") - F("cancelled") + F("freed"))
        & Q(put_back__gte=0, picked__gte=F("put_back"), picked__lte=F("reserved") - F("freed") + F("put_back"))
        & Q(unpacked__gte=0, packed__gte=F("unpacked"), packed__lte=F("picked") - F("put_back") + F("unpacked"))
        & Q(shipped__gte=0, shipped__lte=F("packed") - F("unpacked"))
        & Q(delivered__gte=0, found__gte=0, lost__gte=F("found"), sent_back__gte=0)
        & Q(delivered__lte=F("shipped") - F("lost") + F("found") - F("sent_back"))
        & Q(returned__gte=0, returned__lte=F("delivered"))
        & Q(invoiced__gte=0, invoiced__lte=F("ordered"))
        & Q(credited__gte=0, credited__lte=F("invoiced"))
        & Q(ordered__gte=0, ordered__lte=MOST)
    )


def status() -> models.GeneratedField:
    """The state in a word, generated from the counters: how far the whole, or the first part of it, has come."""
    left = F("ordered") - F("cancelled")
    ended = F("delivered") + F("lost") - F("found") + F("sent_back")
    return models.GeneratedField(
        expression=Case(
            When(cancelled=F("ordered"), then=Value("cancelled")),
            When(delivered__gte=left, then=Value("delivered")),
            When(Q(shipped__gte=left) & Q(shipped__lte=ended), then=Value("closed")),
            When(shipped__gte=left, then=Value("shipped")),
            When(shipped__gt=0, then=Value("part-shipped")),
            When(packed__gte=left + F("unpacked"), then=Value("packed")),
            When(picked__gt=F("put_back"), then=Value("picking")),
            When(reserved__gte=left + F("freed"), then=Value("allocated")),
            When(reserved__gt=F("freed"), then=Value("part-allocated")),
            default=Value("placed"),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )


class Order(models.Model):
    """A customer's order with the terms, addresses and amounts in force when it was placed.

    Its number is `H-` and its id, so a number is found by the primary key.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", db_index=False)
    ref = models.TextField(db_default="")
    channel = models.TextField(db_default="")
    placed_at = models.DateTimeField()
    zone = models.TextField(db_default="UTC")
    ship_to = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", db_index=False)
    bill_to = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", db_index=False)
    receiver = models.TextField(db_default="")
    priority = models.SmallIntegerField(db_default=50)
    ship_rule = models.TextField(db_default="available")
    invoice_rule = models.TextField(db_default="shipment")
    payment_days = models.IntegerField(db_default=30)
    delivery_term = models.TextField(db_default="DAP")
    carrier = models.TextField(db_default="")
    over_percent = models.SmallIntegerField(db_default=0)
    under_percent = models.SmallIntegerField(db_default=0)
    bills_over = models.BooleanField(db_default=False)
    requested_on = models.DateField(null=True)
    first_promised_on = models.DateField(null=True)
    promised_on = models.DateField(null=True)
    currency = models.TextField()
    net = models.DecimalField(**MONEY)
    freight = models.DecimalField(**MONEY, db_default=0)
    tax = models.DecimalField(**MONEY, db_default=0)
    total = models.DecimalField(**MONEY)
    holds = ArrayField(models.TextField(), db_default=[])
    version = models.IntegerField(db_default=1)
    ordered = counter()
    cancelled = counter()
    reserved = counter()
    freed = counter()
    picked = counter()
    put_back = counter()
    packed = counter()
    unpacked = counter()
    shipped = counter()
    delivered = counter()
    lost = counter()
    found = counter()
    sent_back = counter()
    returned = counter()
    invoiced = counter()
    credited = counter()
    under = counter()
    status = status()
    open = models.GeneratedField(
        expression=Q(ordered__gt=F("cancelled") + F("delivered") + F("lost") - F("found") + F("sent_back")),  # type: ignore[arg-type]
        output_field=models.BooleanField(), db_persist=True,
    )

    class Meta:
        indexes = [
            models.Index("ref", "customer", name="orders_order_ref"),
            models.Index("customer", "id", name="orders_order_customer"),
            models.Index("placed_at", "id", name="orders_order_placed"),
            models.Index("promised_on", "id", name="orders_order_open", condition=Q(open=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ref", "customer"], name="orders_order_reference_once", condition=~Q(ref="")),
            models.CheckConstraint(condition=never_overtakes(), name="orders_order_never_overtakes"),
            models.CheckConstraint(condition=Q(ship_rule__in=SHIP_RULES), name="orders_order_ship_rule_is_known"),
            models.CheckConstraint(condition=Q(invoice_rule__in=INVOICE_RULES), name="orders_order_invoice_rule_is_known"),
            models.CheckConstraint(condition=Q(total=F("net") + F("freight") + F("tax")), name="orders_order_adds_up"),
            models.CheckConstraint(condition=Q(over_percent__gte=0, over_percent__lte=100, under_percent__gte=0, under_percent__lte=100), name="orders_order_tolerances_in_range"),
            models.CheckConstraint(condition=Q(under__gte=0, under__lte=F("cancelled")), name="orders_order_under_is_cancelled"),
        ]

    def __str__(self) -> str:
        return f"H-{self.id}"


class Line(models.Model):
    """So many units of one item: counters, and the money of all its units frozen at placing.

    `net` is after discount. Unit k of a line carries an exact share of each amount
    (`kernel.money.units_share`), so any partial invoice or refund adds up. A component names the position of its
    `kit`, `per_kit` units to one; a substitute names the line whose units it stands in for. Units that came over a line are
    a line that names it (`over_of`), `billed` or not as the order's terms say. `under` of the cancelled were short within tolerance.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, db_constraint=False, related_name="lines", db_index=False)
    position = models.IntegerField()
    kit = models.IntegerField(null=True)
    per_kit = models.BigIntegerField(db_default=1)
    substitute_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="substitutes", db_constraint=False, db_index=False)
    over_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="overs", db_constraint=False, db_index=False)
    billed = models.BooleanField(db_default=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    discount = models.DecimalField(**MONEY, db_default=0)
    net = models.DecimalField(**MONEY)
    freight = models.DecimalField(**MONEY, db_default=0)
    tax = models.DecimalField(**MONEY, db_default=0)
    tax_category = models.TextField(db_default="S")
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4, db_default=0)
    requested_on = models.DateField(null=True)
    first_promised_on = models.DateField(null=True)
    first_promised_at = models.DateTimeField(null=True)
    promised_on = models.DateField(null=True)
    ordered = counter()
    cancelled = counter()
    reserved = counter()
    freed = counter()
    picked = counter()
    put_back = counter()
    packed = counter()
    unpacked = counter()
    shipped = counter()
    delivered = counter()
    lost = counter()
    found = counter()
    sent_back = counter()
    returned = counter()
    invoiced = counter()
    credited = counter()
    under = counter()
    status = status()

    class Meta:
        indexes = [
            models.Index("item", "id", name="orders_line_waiting", condition=Q(ordered__gt=F("cancelled") + F("reserved") - F("freed"))),
            models.Index("order", name="orders_line_to_credit", condition=Q(lost__gt=F("found") + F("credited") - F("sent_back"))),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="orders_line_once"),
            models.CheckConstraint(condition=never_overtakes(), name="orders_line_never_overtakes"),
            models.CheckConstraint(condition=Q(under__gte=0, under__lte=F("cancelled")), name="orders_line_under_is_cancelled"),
            models.CheckConstraint(condition=Q(over_of__isnull=True) | Q(kit__isnull=True, substitute_of__isnull=True, under=0), name="orders_line_over_is_of_its_own"),
            models.CheckConstraint(
                condition=Q(billed=True) | Q(over_of__isnull=False, unit_price=0, discount=0, net=0, freight=0, tax=0, invoiced=0), name="orders_line_unbilled_is_worth_nothing",
            ),
            models.CheckConstraint(condition=Q(kit__isnull=True, per_kit=1) | Q(kit__gte=1, per_kit__gte=1, per_kit__lte=MOST), name="orders_line_is_so_many_to_a_kit"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"


class Kit(models.Model):
    """So many kits of an order as they were sold. What they are made of is frozen as the order's lines that name its position.

    The lines are what is reserved, shipped and billed; a kit counts nothing itself.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="kits", db_index=False)
    position = models.IntegerField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = models.BigIntegerField()
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="orders_kit_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=MOST), name="orders_kit_is_some"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"


class Allocation(models.Model):
    """So many units of a line that one site owes: the reservation, with the same counters as the line.

    `ship_by` is the instant until which the site has to hand them over, where that is agreed with it and not left to its cut-off.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="allocations", db_constraint=False, db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, db_constraint=False, related_name="allocations", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    promised_on = models.DateField(null=True)
    ship_by = models.DateTimeField(null=True)
    reserved = counter()
    freed = counter()
    released = counter()
    recalled = counter()
    picked = counter()
    put_back = counter()
    packed = counter()
    unpacked = counter()
    shipped = counter()
    delivered = counter()
    lost = counter()
    found = counter()
    sent_back = counter()
    returned = counter()

    class Meta:
        indexes = [
            models.Index("order", name="orders_allocation_order"),
            models.Index("site", "order", name="orders_allocation_to_release", condition=Q(reserved__gt=F("freed") + F("released") - F("recalled"))),
        ]
        constraints = [
            models.CheckConstraint(
                name="orders_allocation_never_overtakes",
                condition=Q(reserved__gt=0, reserved__lte=MOST)
                & Q(freed__gte=0, freed__lte=F("reserved"))
                & Q(recalled__gte=0, recalled__lte=F("released"))
                & Q(released__lte=F("reserved") + F("recalled"))
                & Q(put_back__gte=0, picked__gte=F("put_back"), picked__lte=F("released") - F("recalled") + F("put_back"))
                & Q(picked__lte=F("reserved") - F("freed") + F("put_back"))
                & Q(unpacked__gte=0, packed__gte=F("unpacked"), packed__lte=F("picked") - F("put_back") + F("unpacked"))
                & Q(shipped__gte=0, shipped__lte=F("packed") - F("unpacked"))
                & Q(delivered__gte=0, found__gte=0, lost__gte=F("found"), sent_back__gte=0)
                & Q(delivered__lte=F("shipped") - F("lost") + F("found") - F("sent_back"))
                & Q(returned__gte=0, returned__lte=F("delivered")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reserved - self.freed} from {self.site_id}"


class Hold(models.Model):
    """A hold of one type: it blocks only the steps of its type until somebody releases it."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="all_holds")
    type = models.TextField()
    reason = models.TextField(db_default="")
    held_by = models.TextField()
    held_at = models.DateTimeField()
    released_by = models.TextField(null=True)
    released_at = models.DateTimeField(null=True)
    release_reason = models.TextField(db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "type"], name="orders_hold_of_a_type_once", condition=Q(released_at__isnull=True))]

    def __str__(self) -> str:
        return self.type


class Promise(models.Model):
    """The history of a line's promise: each date, who asked for the change, who agreed. Append-only.

    `basis_on` is the day by which the line is judged from then on: set where the customer asked for the change in time.
    """

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="promises")
    promised_on = models.DateField(null=True)
    was_on = models.DateField(null=True)
    reason = models.TextField()
    asked_by = models.TextField()
    agreed_by = models.TextField(db_default="")
    by_customer = models.BooleanField(db_default=False)
    basis_on = models.DateField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["line", "-id"], name="orders_promise_basis", condition=Q(basis_on__isnull=False))]
        constraints = [
            models.CheckConstraint(condition=Q(basis_on__isnull=True) | Q(by_customer=True, basis_on=F("promised_on")), name="orders_promise_basis_is_what_the_customer_asked"),
        ]

    def __str__(self) -> str:
        return str(self.promised_on)


class Appointment(models.Model):
    """When the receiver of an order takes it in at his dock, as booked with him. Another booking follows it; the latest counts. Append-only."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="appointments")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ref = models.TextField(db_default="")
    booked_by = models.TextField()
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="orders_appointment_lasts_a_while")]

    def __str__(self) -> str:
        return f"{self.order_id} at {self.starts_at}"


class Peg(models.Model):
    """Units of a line that wait for one inbound supply."""

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="pegs")
    inbound = models.ForeignKey(Inbound, on_delete=models.PROTECT, related_name="pegs")
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "inbound"], name="orders_peg_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0, quantity__lte=MOST), name="orders_peg_never_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.inbound_id}"


class ChangeRequest(models.Model):
    """A change that a site was asked for, because it works on the units already: what, until when, and what follows if it cannot.

    The first answer is `state`; `outcome` says what came of it and is empty as long as something is to be done.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="requests", db_index=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.TextField()
    units = models.BigIntegerField()
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    carrier = models.TextField(db_default="")
    fallback = models.TextField()
    answer_by = models.DateTimeField()
    reason = models.TextField(db_default="")
    by_customer = models.BooleanField(db_default=True)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    state = models.TextField(db_default="requested")
    answered_by = models.TextField(db_default="")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(db_default="")
    outcome = models.TextField(db_default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index("order", "site", name="orders_changerequest_order"),
            models.Index("site", "id", name="orders_changerequest_open", condition=Q(outcome="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0, units__lte=MOST), name="orders_changerequest_asks_for_something"),
            models.CheckConstraint(condition=Q(kind__in=REQUESTED), name="orders_changerequest_kind_is_known"),
            models.CheckConstraint(condition=Q(fallback__in=FALLBACKS), name="orders_changerequest_fallback_is_known"),
            models.CheckConstraint(
                name="orders_changerequest_outcome_follows",
                condition=Q(state="requested", outcome="", answered_at__isnull=True, settled_at__isnull=True)
                | Q(state="accepted", outcome="done", answered_at__isnull=False, settled_at__isnull=False)
                | Q(state__in=["refused", "too-late"], outcome__in=["done", "let-go", "return"], answered_at__isnull=False, settled_at__isnull=False)
                | Q(state__in=["refused", "too-late"], outcome="", fallback="intercept", answered_at__isnull=False, settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.state}"


class RequestedUnits(models.Model):
    """So many units of an allocation that a site is asked to stop. Append-only."""

    id = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="stops")
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="stops")
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lte=MOST), name="orders_requestedunits_is_something")]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.allocation_id}"


class Consent(models.Model):
    """What a customer is asked when supply slips: does he agree to the later day? Open until somebody notes the answer."""

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="consents")
    promised_on = models.DateField()
    was_on = models.DateField()
    units = models.BigIntegerField()
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answer = models.TextField(null=True)
    answered_by = models.TextField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], name="orders_consent_asked_once", condition=Q(answer__isnull=True)),
            models.CheckConstraint(condition=Q(units__gt=0, units__lte=MOST), name="orders_consent_units_in_range"),
            models.CheckConstraint(condition=Q(promised_on__gt=F("was_on")), name="orders_consent_is_about_a_later_day"),
            models.CheckConstraint(
                name="orders_consent_answer_is_whole",
                condition=Q(answer__isnull=True, answered_by__isnull=True, answered_at__isnull=True)
                | Q(answer__in=CONSENT_ANSWERS, answered_by__isnull=False, answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} until {self.promised_on}"


class Quote(models.Model):
    """An order that was offered: priced, promised, until a day, with what its kits are made of. It reserves nothing and becomes one order at most. Its number is `Q-` and its id."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", db_index=False)
    body = models.JSONField()
    recipes = models.JSONField(db_default={})
    lines = models.IntegerField()
    currency = models.TextField()
    net = models.DecimalField(**MONEY)
    freight = models.DecimalField(**MONEY)
    tax = models.DecimalField(**MONEY)
    total = models.DecimalField(**MONEY)
    promised_on = models.DateField(null=True)
    valid_until = models.DateField()
    zone = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.TextField()
    order = models.OneToOneField(Order, on_delete=models.PROTECT, null=True, related_name="quote")
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total=F("net") + F("freight") + F("tax")), name="orders_quote_adds_up"),
            models.CheckConstraint(condition=Q(order__isnull=True, accepted_at__isnull=True) | Q(order__isnull=False, accepted_at__isnull=False), name="orders_quote_is_accepted_as_an_order"),
        ]

    def __str__(self) -> str:
        return f"Q-{self.id}"


class Draft(models.Model):
    """An order that is being written, kept as it was typed: it may have holes, promises and reserves nothing, and becomes one order at most.

    `customer` is the code as far as it was typed. Its number is `E-` and its id.
    """

    id = models.BigAutoField(primary_key=True)
    body = models.JSONField()
    customer = models.TextField(db_default="")
    lines = models.IntegerField(db_default=0)
    saved_at = models.DateTimeField()
    saved_by = models.TextField()
    order = models.OneToOneField(Order, on_delete=models.PROTECT, null=True, related_name="draft")
    placed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("saved_by", "saved_at", name="orders_draft_open", condition=Q(order__isnull=True))]
        constraints = [
            models.CheckConstraint(condition=Q(lines__gte=0, lines__lte=1_000_000), name="orders_draft_counts_lines"),
            models.CheckConstraint(condition=Q(order__isnull=True, placed_at__isnull=True) | Q(order__isnull=False, placed_at__isnull=False), name="orders_draft_is_placed_as_an_order"),
        ]

    def __str__(self) -> str:
        return f"E-{self.id}"


class Recurring(models.Model):
    """An order that is placed again by an RFC 5545 rule; `next_on` is the day it is due next, none once the rule has ended. Its number is `R-` and its id."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", db_index=False)
    body = models.JSONField()
    rule = models.TextField()
    starts_on = models.DateField()
    skip_holidays = models.BooleanField(db_default=False)
    country = models.TextField()
    region = models.TextField(db_default="")
    zone = models.TextField()
    next_on = models.DateField(null=True)
    paused_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    started_by = models.TextField()

    class Meta:
        verbose_name_plural = "recurring"
        indexes = [models.Index("next_on", "id", name="orders_recurring_due", condition=Q(paused_at__isnull=True, next_on__isnull=False))]

    def __str__(self) -> str:
        return f"R-{self.id}"


class Occurrence(models.Model):
    """What came of one day of a recurring order: the order that was placed, left out as a holiday, or failed and why. Once per day."""

    id = models.BigAutoField(primary_key=True)
    recurring = models.ForeignKey(Recurring, on_delete=models.PROTECT, related_name="occurrences", db_index=False)
    day = models.DateField()
    outcome = models.TextField()
    order = models.OneToOneField(Order, on_delete=models.PROTECT, null=True, related_name="occurrence")
    trouble = models.TextField(db_default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("recurring", name="orders_occurrence_failed", condition=Q(outcome="failed"))]
        constraints = [
            models.UniqueConstraint(fields=["recurring", "day"], name="orders_occurrence_once"),
            models.CheckConstraint(
                condition=Q(outcome="placed", order__isnull=False) | Q(outcome__in=["skipped", "failed"], order__isnull=True), name="orders_occurrence_came_to_something",
            ),
        ]

    def __str__(self) -> str:
        return f"R-{self.recurring_id}/{self.day}"
