"""What is owed: invoices and credits in gapless series, payments, and how order, delivery and invoice compare."""

from django.db import models
from django.db.models import F, Q

from hanse.orders.models import MONEY, Line, Order
from hanse.partners.models import Address, Party
from hanse.transport.models import Parcel

from .goods import CAUSES


class Series(models.Model):
    """The last number given in a series of documents. Its row is locked last, so numbers have no gap."""

    name = models.TextField(primary_key=True)
    last = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(last__gte=0, last__lte=10**12), name="billing_series_counts_up")]

    def __str__(self) -> str:
        return self.name


class VoidedNumbers(models.Model):
    """Numbers `first` … `last` of a series that no document will have: after a restore others may hold documents with them."""

    id = models.BigAutoField(primary_key=True)
    series = models.TextField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    reason = models.TextField()
    voided_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        verbose_name_plural = "voided numbers"
        constraints = [
            models.UniqueConstraint(fields=["series", "first"], name="billing_voidednumbers_once"),
            models.CheckConstraint(condition=Q(first__gte=1, first__lte=F("last"), last__lte=10**12), name="billing_voidednumbers_are_some"),
            models.CheckConstraint(condition=~Q(reason=""), name="billing_voidednumbers_have_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.series}-{self.first:06d} … {self.last:06d}"


class Invoice(models.Model):
    """An issued invoice or credit. It never changes; what was paid of it is the sum of its settlements. A credit for goods names their parcel."""

    id = models.BigAutoField(primary_key=True)
    number = models.TextField(unique=True)
    kind = models.TextField(db_default="invoice")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, db_constraint=False, related_name="invoices")
    customer = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    bill_to = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="credits")
    currency = models.TextField()
    net = models.DecimalField(**MONEY)
    freight = models.DecimalField(**MONEY)
    tax = models.DecimalField(**MONEY)
    total = models.DecimalField(**MONEY)
    reason = models.TextField(db_default="")
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False)
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    due_on = models.DateField()
    actor = models.TextField()

    class Meta:
        indexes = [models.Index("issued_at", "id", name="billing_invoice_when")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["invoice", "credit"]), name="billing_invoice_kind_is_known"),
            models.CheckConstraint(condition=Q(total=F("net") + F("freight") + F("tax")), name="billing_invoice_adds_up"),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """Units `first` … `first + quantity` of an order line and their exact share of its amounts.

    A credit's lines name the units they take back. Keys to lines carry no constraint; `hanse verify` proves them.
    """

    id = models.BigAutoField(primary_key=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="lines")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="invoice_lines", db_constraint=False)
    first = models.BigIntegerField()
    quantity = models.BigIntegerField()
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    net = models.DecimalField(**MONEY)
    freight = models.DecimalField(**MONEY)
    tax = models.DecimalField(**MONEY)
    tax_category = models.TextField()
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lte=10**12), name="billing_invoiceline_bills_something"),
            models.CheckConstraint(condition=Q(first__gte=0, first__lte=10**12), name="billing_invoiceline_starts_somewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.line_id}"


class Payment(models.Model):
    """Money received from a customer or, as a kind of its own, paid back; once per reference, for ever."""

    id = models.BigAutoField(primary_key=True)
    ref = models.TextField(unique=True)
    kind = models.TextField(db_default="received")
    customer = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    method = models.TextField(db_default="")
    currency = models.TextField()
    amount = models.DecimalField(**MONEY)
    received_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["received", "refunded"]), name="billing_payment_kind_is_known"),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=10**12), name="billing_payment_is_something"),
        ]

    def __str__(self) -> str:
        return self.ref


class OpenItem(models.Model):
    """One document on a customer's account and how much of it is settled: the row that settling locks.

    `owes` says whose side it is: an invoice or refund they owe us, a payment or credit we owe them.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    currency = models.TextField()
    owes = models.BooleanField()
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, related_name="open_items", db_constraint=False, db_index=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="open_items", db_constraint=False, db_index=False)
    amount = models.DecimalField(**MONEY)
    settled = models.DecimalField(**MONEY, db_default=0)
    since_at = models.DateTimeField()
    due_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index("customer", "currency", "since_at", "id", name="billing_openitem_open", condition=Q(settled__lt=F("amount")))]
        constraints = [
            models.UniqueConstraint(fields=["invoice"], name="billing_openitem_invoice_once", condition=Q(invoice__isnull=False)),
            models.UniqueConstraint(fields=["payment"], name="billing_openitem_payment_once", condition=Q(payment__isnull=False)),
            models.CheckConstraint(condition=Q(settled__gte=0, settled__lte=F("amount"), amount__lte=10**13), name="billing_openitem_settles_what_is_open"),
            models.CheckConstraint(condition=Q(invoice__isnull=False, payment__isnull=True) | Q(invoice__isnull=True, payment__isnull=False), name="billing_openitem_is_one_document"),
        ]

    def __str__(self) -> str:
        return f"{self.settled} of {self.amount} {self.currency}"


class Settlement(models.Model):
    """So much of a payment (or of a credit) pays this invoice, or went back with this refund."""

    id = models.BigAutoField(primary_key=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, related_name="settlements")
    refund = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="repays")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="settlements")
    credit = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, related_name="settles")
    amount = models.DecimalField(**MONEY)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=10**12), name="billing_settlement_is_something"),
            models.CheckConstraint(condition=Q(payment__isnull=False, credit__isnull=True) | Q(payment__isnull=True, credit__isnull=False), name="billing_settlement_has_one_source"),
            models.CheckConstraint(condition=Q(invoice__isnull=False, refund__isnull=True) | Q(invoice__isnull=True, refund__isnull=False), name="billing_settlement_has_one_target"),
        ]

    def __str__(self) -> str:
        return str(self.amount)


class GoodsCredit(models.Model):
    """Units of a line in a parcel that never came sound: how many are to be credited and why, how many were. `settled` by a person with other units than proposed."""

    id = models.BigAutoField(primary_key=True)
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    cause = models.TextField()
    sent = models.BigIntegerField()
    wanting = models.BigIntegerField()
    credited = models.BigIntegerField(db_default=0)
    unsure = models.BooleanField(db_default=False)
    settled = models.BooleanField(db_default=False)
    known_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("id", name="billing_goodscredit_open", condition=Q(settled=False, wanting__gt=F("credited")))]
        constraints = [
            models.UniqueConstraint(fields=["parcel", "line"], name="billing_goodscredit_once"),
            models.CheckConstraint(condition=Q(cause__in=list(CAUSES)), name="billing_goodscredit_cause_is_known"),
            models.CheckConstraint(condition=Q(sent__gt=0, sent__lte=10**12, wanting__gte=0, wanting__lte=F("sent")), name="billing_goodscredit_wants_what_was_sent_at_most"),
            models.CheckConstraint(condition=Q(credited__gte=0, credited__lte=F("sent")), name="billing_goodscredit_credits_what_was_sent_at_most"),
        ]

    def __str__(self) -> str:
        return f"{self.wanting} of {self.line_id}, {self.cause}"


class Match(models.Model):
    """Order, delivery and invoice of a line compared when it was invoiced; later facts make new rows."""

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="matches", db_constraint=False, db_index=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="matches", db_constraint=False)
    ordered = models.BigIntegerField()
    shipped = models.BigIntegerField()
    received = models.BigIntegerField(null=True)
    invoiced = models.BigIntegerField()
    order_price = models.DecimalField(max_digits=18, decimal_places=6)
    invoice_price = models.DecimalField(max_digits=18, decimal_places=6)
    quantity_variance = models.DecimalField(**MONEY)
    price_variance = models.DecimalField(**MONEY)
    matched_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "matches"
        indexes = [models.Index("line", name="billing_match_differs", condition=~Q(quantity_variance=0) | ~Q(price_variance=0))]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.quantity_variance} + {self.price_variance}"
