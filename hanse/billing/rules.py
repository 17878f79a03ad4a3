"""Rules of billing: what units carry of a line's money, and how order, delivery and invoice differ. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from hanse.kernel.money import units_share
from hanse.kernel.rows import row

NOTHING = Decimal(0)


@row
class Amounts:
    """Net, freight and tax of some units; together what is to be paid for them."""

    net: Decimal = NOTHING
    freight: Decimal = NOTHING
    tax: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        return self.net + self.freight + self.tax

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net + other.net, self.freight + other.freight, self.tax + other.tax)

    def __sub__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net - other.net, self.freight - other.freight, self.tax - other.tax)


def carried(whole: Amounts, of: int, upto: int, unit: Decimal, per: int = 1) -> Amounts:
    """What the first `upto` of `of` equal units carry of a line's amounts, to the minor unit; `per` of them make one kit."""
    if upto == of:
        return whole
    return Amounts(*(units_share(amount, of, 0, upto, unit, per) for amount in (whole.net, whole.freight, whole.tax)))


def share(whole: Amounts, of: int, first: int, count: int, unit: Decimal, per: int = 1) -> Amounts:
    """What units `first` … `first + count` carry, so that any parts of a line add up to it."""
    upto = carried(whole, of, first + count, unit, per)
    return upto - carried(whole, of, first, unit, per) if first else upto


@dataclass(frozen=True, slots=True)
class Variance:
    """What an invoice asks beyond what order and delivery justify, by cause."""

    quantity: Decimal
    price: Decimal


def three_way(*, accepted: int, invoiced: int, order_price: Decimal, invoice_price: Decimal) -> Variance:
    """Compare invoice, delivery and order of a line: (invoiced − accepted) × order price, and price difference × invoiced."""
    return Variance((invoiced - accepted) * order_price, (invoice_price - order_price) * invoiced)


def accepted(rule: str, *, ordered: int, shipped: int, received: int | None) -> int:
    """The units an invoice is held against: those received where it is known, else shipped; ordered when paid in advance."""
    if received is not None:
        return received
    return ordered if rule == "order" else shipped


def received(*, shipped: int, delivered: int, lost: int, sent_back: int) -> int | None:
    """The units the customer has, once the fate of all that was shipped is known."""
    return delivered if shipped and delivered + lost + sent_back == shipped else None
