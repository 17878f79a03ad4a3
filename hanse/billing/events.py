"""The facts billing tells."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from hanse.journal.events import event


@dataclass(frozen=True, slots=True)
class BilledLine:
    """Units of an order line on a document, with what they carry."""

    line: int
    position: int
    sku: str
    quantity: int
    net: Decimal
    freight: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Paid:
    """So much of an invoice is settled by this."""

    invoice: str
    amount: Decimal


@event("order")
class InvoiceIssued:
    """An invoice was issued for units of an order. It never changes; errors are credited."""

    order: str
    invoice: str
    customer: str
    currency: str
    net: Decimal
    freight: Decimal
    tax: Decimal
    total: Decimal
    due_on: date
    lines: tuple[BilledLine, ...]
    at: datetime

    def said(self) -> str:
        return f"Invoice {self.invoice}: {_units(self.lines)} for {_money(self.total, self.currency)}, due {self.due_on}"


@event("order")
class CreditIssued:
    """Units of an invoice were credited; `settled` of it lowers what is open of that invoice."""

    order: str
    credit: str
    invoice: str
    customer: str
    currency: str
    net: Decimal
    freight: Decimal
    tax: Decimal
    total: Decimal
    settled: Decimal
    reason: str
    lines: tuple[BilledLine, ...]
    at: datetime

    def said(self) -> str:
        return f"Credit {self.credit} on {self.invoice}: {_units(self.lines)} for {_money(self.total, self.currency)}: {self.reason}"


@event("order")
class CreditProposed:
    """What of an order's parcels never came sound is to be credited; where it was found again it is none."""

    order: str
    units: int
    causes: tuple[str, ...]

    def said(self) -> str:
        why = " and ".join(c.replace("-", " ") for c in self.causes)
        return f"{self.units} unit{'' if self.units == 1 else 's'} to credit: {why}" if self.units else "Nothing to credit any more: found again, or proven sound"


@event("order", silent=True)
class NothingToPropose:
    """Nothing new is to be credited of an order's parcels."""

    order: str

    def said(self) -> str:
        return f"Nothing new to credit of {self.order}"


@event("order")
class GoodsCredited:
    """Units of a parcel that were lost, came back, damaged or short were credited."""

    order: str
    parcel: str
    causes: tuple[str, ...]
    credits: tuple[str, ...]
    units: int
    total: Decimal
    currency: str

    def said(self) -> str:
        why = " and ".join(c.replace("-", " ") for c in self.causes)
        return f"{self.units} unit{'' if self.units == 1 else 's'} of parcel {self.parcel} credited, {why}: {', '.join(self.credits)}, {_money(self.total, self.currency)}"


@event("customer")
class PaymentReceived:
    """Money came in; what pays no invoice stays on the customer's account."""

    customer: str
    payment: str
    amount: Decimal
    currency: str
    method: str
    paid: tuple[Paid, ...]
    on_account: Decimal
    at: datetime

    def said(self) -> str:
        what = f"{_money(self.amount, self.currency)} received from {self.customer} ({self.payment})"
        paid = ", ".join(f"{_money(p.amount, self.currency)} for {p.invoice}" for p in self.paid)
        rest = f"{_money(self.on_account, self.currency)} on account" if self.on_account else ""
        return f"{what}: " + "; ".join(part for part in (paid, rest) if part)


@event("customer")
class InvoiceSettled:
    """Money on account, or a credit, was set against an invoice."""

    customer: str
    invoice: str
    payment: str
    credit: str
    amount: Decimal
    currency: str
    at: datetime

    def said(self) -> str:
        return f"{_money(self.amount, self.currency)} of {self.payment or self.credit} set against {self.invoice}"


@event("customer")
class MoneyPaidBack:
    """Money went back to a customer: out of credits and payments that no invoice needs."""

    customer: str
    refund: str
    amount: Decimal
    currency: str
    method: str
    reason: str
    at: datetime

    def said(self) -> str:
        return f"{_money(self.amount, self.currency)} paid back to {self.customer} ({self.refund})" + (f": {self.reason}" if self.reason else "")


def _units(lines: tuple[BilledLine, ...]) -> str:
    units = sum(line.quantity for line in lines)
    return f"{units} unit{'' if units == 1 else 's'}"


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount.normalize():f} {currency}" if amount % Decimal("0.01") else f"{amount:.2f} {currency}"


@event("series")
class NumbersVoided:
    """No document will have these numbers of a series."""

    series: str
    first: int
    last: int
    reason: str

    def said(self) -> str:
        return f"{self.series}-{self.first:06d} to {self.last:06d} are void: {self.reason}"
