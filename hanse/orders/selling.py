"""Selling: what an order line asks for and what the catalogue says of it, for placing and changing."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from annotated_types import Ge, Le

from hanse.kernel.asks import Code, Money, Quantity, ask

from .pricing import Priced

Rate = Annotated[Decimal, Ge(0), Le(1)]
Percent = Annotated[Decimal, Ge(0), Le(100)]
UnitPrice = Annotated[Decimal, Ge(0), Le(10**9)]


@ask
class PlaceLine:
    """So many stock units of an item. Price and tax are the item's unless given; `net` is an agreed line amount."""

    sku: Code
    quantity: Quantity
    unit_price: UnitPrice | None = None
    discount: Money = Decimal(0)
    discount_rate: Rate = Decimal(0)
    net: Money | None = None
    tax_rate: Percent | None = None
    requested_on: date | None = None
    promised_on: date | None = None


@dataclass(frozen=True, slots=True)
class Sold:
    """An item as it is sold."""

    id: int
    sku: str
    price: Decimal | None
    currency: str
    tax_category: str
    tax_rate: Decimal
    retired: bool


ITEMS = """
SELECT id, sku, price, currency, tax_category, tax_rate, coalesce(retired_on <= %(today)s::date, false)
  FROM catalogue_item WHERE sku = ANY(%(skus)s::text[])
"""


def to_price(line: PlaceLine, item: Sold) -> Priced:
    """A line ready for pricing: price and tax as given, else the item's."""
    unit_price = line.unit_price if line.unit_price is not None else item.price
    if unit_price is None:
        unit_price = (line.net or Decimal(0)) / line.quantity
    rate = item.tax_rate if line.tax_rate is None else line.tax_rate
    return Priced(line.quantity, unit_price, line.discount, line.discount_rate, line.net, rate, item.tax_category)
