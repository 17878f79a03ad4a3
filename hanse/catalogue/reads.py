"""Questions about the catalogue: one item, and items by SKU."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows


@dataclass(frozen=True, slots=True)
class PackView:
    """A pack of an item: `factor` is how many stock units it holds."""

    name: str
    factor: int
    gtin: str | None
    weight_g: int | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None


@dataclass(frozen=True, slots=True)
class ComponentView:
    """So many units of an item in one kit, from a day on."""

    from_on: date
    sku: str
    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class SubstituteView:
    """`units` of `sku` may replace `per` units of the item: at whose price, and whether the customer must agree."""

    sku: str
    per: int
    units: int
    price_rule: str
    consent: bool
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as it stands; sold unless it is retired."""

    sku: str
    name: str
    description: str
    gtin: str | None
    stock_unit: str
    weight_g: int | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    tracking: str
    shelf_life_days: int | None
    price: Decimal | None
    currency: str
    tax_category: str
    tax_rate: Decimal
    hs_code: str
    origin: str
    un_number: str
    rotation: str
    bears: str
    ships_alone: bool
    goods_class: str
    hazard_class: str
    temperature_class: str
    retired_on: date | None
    packs: list[PackView]
    recipes: list[ComponentView]
    substitutes: list[SubstituteView]


ITEMS = """
SELECT i.sku, i.name, i.description, i.gtin, i.stock_unit, i.weight_g, i.length_mm, i.width_mm, i.height_mm, i.tracking,
       i.shelf_life_days, i.price, i.currency, i.tax_category, i.tax_rate, i.hs_code, i.origin, i.un_number,
       i.rotation, i.bears, i.ships_alone, i.goods_class, i.hazard_class, i.temperature_class, i.retired_on,
       (SELECT json_agg(json_build_array(p.name, p.factor, p.gtin, p.weight_g, p.length_mm, p.width_mm, p.height_mm)
                        ORDER BY p.factor, p.name)::text FROM catalogue_pack p WHERE p.item_id = i.id),
       (SELECT json_agg(json_build_object('from_on', c.from_on, 'sku', x.sku, 'name', x.name, 'quantity', c.quantity) ORDER BY c.from_on, x.sku)::text
          FROM catalogue_component c JOIN catalogue_item x ON x.id = c.item_id WHERE c.kit_id = i.id),
       (SELECT json_agg(json_build_object('sku', x.sku, 'per', s.per, 'units', s.units, 'price_rule', s.price_rule, 'consent', s.consent,
                                          'from_on', s.from_on, 'until_on', s.until_on) ORDER BY x.sku)::text
          FROM catalogue_substitute s JOIN catalogue_item x ON x.id = s.by_id WHERE s.item_id = i.id)
  FROM catalogue_item i
"""


def item(sku: str) -> ItemView | None:
    """One item, if there is one."""
    return next(iter(rows(_item, ITEMS + " WHERE i.sku = %(sku)s", sku=sku)), None)


def items(limit: int, after: str = "", q: str = "") -> list[ItemView]:
    """Items by SKU behind `after`; with `q` those whose SKU begins with it, whose name has it or whose GTIN it is."""
    wanted = "(i.sku ILIKE %(begins)s OR i.name ILIKE %(has)s OR lpad(i.gtin, 14, '0') = %(gtin)s)" if q else "true"
    plain = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    sql = f"{ITEMS} WHERE i.sku > %(after)s AND {wanted} ORDER BY i.sku LIMIT %(limit)s"
    given = {"begins": f"{plain}%", "has": f"%{plain}%", "gtin": q.zfill(14)} if q else {}
    return rows(_item, sql, after=after, limit=limit, **given)


def _item(*row: Any) -> ItemView:
    *head, packs, recipes, substitutes = row
    made_of = [ComponentView(**_dated(c)) for c in json.loads(recipes or "[]")]
    return ItemView(*[*head, [PackView(*p) for p in json.loads(packs or "[]")], made_of, [SubstituteView(**_dated(s)) for s in json.loads(substitutes or "[]")]])


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: date.fromisoformat(row[name]) for name in ("from_on", "until_on") if row.get(name)}
