"""Selling: what an order line asks for and what the catalogue says of it, for placing and changing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from annotated_types import Ge, Le

from hanse.kernel.asks import MOST_UNITS, Code, Money, Quantity, ask

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
class Component:
    """An item of which a kit holds so many units, and its weight when the kit's money is shared out."""

    item: int
    sku: str
    per_kit: int
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Sold:
    """An item as it is sold; a kit with what it is made of."""

    id: int
    sku: str
    price: Decimal | None
    currency: str
    tax_category: str
    tax_rate: Decimal
    retired: bool
    components: tuple[Component, ...] = ()


Recipes = Mapping[str, Sequence[Component]]
"""What items are made of, by SKU; nothing of one that is no kit."""
ITEMS = """
SELECT i.id, i.sku, i.price, i.currency, i.tax_category, i.tax_rate, coalesce(i.retired_on <= %(today)s::date, false),
       CASE WHEN EXISTS (SELECT 1 FROM catalogue_component k WHERE k.kit_id = i.id) THEN (
         SELECT jsonb_agg(jsonb_build_array(x.id, x.sku, c.quantity, CASE WHEN x.currency = i.currency THEN x.price::text END,
                                            coalesce(x.retired_on <= %(today)s::date, false)) ORDER BY c.id)
           FROM catalogue_component c JOIN catalogue_item x ON x.id = c.item_id
          WHERE c.kit_id = i.id AND c.from_on = (SELECT max(d.from_on) FROM catalogue_component d WHERE d.kit_id = i.id AND d.from_on <= %(today)s::date))::text END
  FROM catalogue_item i WHERE i.sku = ANY(%(skus)s::text[])
"""
"""Items as they are sold today, kits with the recipe in force."""


def sold(*row: Any) -> Sold:
    """An item of ITEMS. A kit is not sold when one of its components is not."""
    *fields, retired, recipe = row
    parts = json.loads(recipe) if recipe else ()
    return Sold(*[*fields, retired or any(gone for *_, gone in parts), _components(parts) if parts else ()])


def _components(recipe: Sequence[tuple[int, str, int, str | None, bool]]) -> tuple[Component, ...]:
    """Components weigh what they cost by themselves; where one has no price in the kit's currency, all weigh by their units."""
    priced = all(price for _, _, _, price, _ in recipe)
    return tuple(Component(item, sku, units, Decimal(price or 0) * units if priced else Decimal(units)) for item, sku, units, price, _ in recipe)


def as_quoted(items: Mapping[str, Sold], recipes: Recipes) -> dict[str, Sold]:
    """Items with what they were made of when they were quoted; not sold any more when a part of theirs is not."""
    return {
        sku: replace(items[sku], components=tuple(parts), retired=items[sku].retired or any(p.sku not in items or items[p.sku].retired for p in parts))
        for sku, parts in recipes.items() if sku in items
    }  # fmt: skip


def lines_of(item: Sold | None) -> int:
    """How many lines an item takes: one, or one for each component of a kit."""
    return len(item.components) or 1 if item else 1


def most_of(item: Sold) -> int:
    """How many of an item a line may want: of a kit as many as keep each component's line in bounds."""
    return MOST_UNITS // max((c.per_kit for c in item.components), default=1)


def demand(lines: Iterable[tuple[PlaceLine, Sold]]) -> dict[int, tuple[int, str, int]]:
    """By item: the first line that wants it, its SKU, and how many units lines and kits want together."""
    wanted: dict[int, tuple[int, str, int]] = {}
    for i, (line, sold) in enumerate(lines):
        parts = [(c.item, c.sku, line.quantity * c.per_kit) for c in sold.components] or [(sold.id, sold.sku, line.quantity)]
        for item, sku, units in parts:
            at, _, before = wanted.get(item, (i, sku, 0))
            wanted[item] = (at, sku, before + units)
    return wanted


def to_price(line: PlaceLine, item: Sold) -> Priced:
    """A line ready for pricing: price and tax as given, else the item's."""
    unit_price = line.unit_price if line.unit_price is not None else item.price
    if unit_price is None:
        unit_price = (line.net or Decimal(0)) / line.quantity
    rate = item.tax_rate if line.tax_rate is None else line.tax_rate
    return Priced(line.quantity, unit_price, line.discount, line.discount_rate, line.net, rate, item.tax_category)
