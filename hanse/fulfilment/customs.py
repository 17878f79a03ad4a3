"""Customs: what the customs want to know of cartons that leave the customs area of their site: for each line the tariff number, origin,
net weight and value.

The value of units is their exact share of what the order's line costs after discount. Nothing is guessed: what an item lacks is named,
all of it at once, and there is no paper until it is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel.money import minor_unit, units_share
from hanse.kernel.places import customs_area
from hanse.kernel.refused import Refused, refuse, refuse_all


@dataclass(frozen=True, slots=True)
class Exported:
    """A carton as customs see it, with the lines in it."""

    sscc: str
    order: str
    ref: str
    currency: str
    delivery_term: str
    site: str
    from_name: str
    from_street: str
    from_city: str
    from_country: str
    to_name: str
    to_street: str
    to_city: str
    to_country: str
    to_tax_id: str
    packed_at: datetime
    gross_g: int | None
    lines: list[dict[str, Any]]

    @property
    def leaves(self) -> bool:
        """Whether it crosses a customs border."""
        return customs_area(self.from_country) != customs_area(self.to_country)


@dataclass(frozen=True, slots=True)
class CustomsLine:
    """Units of a line in these cartons: what they are to customs, what they weigh and what they are worth."""

    position: int
    sku: str
    name: str
    hs_code: str
    origin: str
    quantity: int
    unit: str
    net_g: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class Customs:
    """Customs data of cartons of one order that leave one site: who sends and receives, on which terms, what and what it is worth."""

    order: str
    ref: str
    site: str
    sent_on: date
    delivery_term: str
    currency: str
    sender: tuple[str, ...]
    receiver: tuple[str, ...]
    from_country: str
    to_country: str
    receiver_tax_id: str
    cartons: tuple[str, ...]
    lines: tuple[CustomsLine, ...]
    gross_g: int | None
    net_g: int = field(init=False)
    value: Decimal = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "net_g", sum(line.net_g for line in self.lines))
        object.__setattr__(self, "value", sum((line.value for line in self.lines), Decimal(0)))


def declare(cartons: Sequence[Exported]) -> list[Customs] | Refused:
    """The customs data of cartons, one for each order and site; or what is missing; or that no border is crossed."""
    leaving = [c for c in cartons if c.leaves]
    if not leaving:
        return refuse("no-customs", carton=cartons[0].sscc, area=customs_area(cartons[0].from_country))
    if missing := _missing(leaving):
        return refuse_all(missing)
    return [_declared(list(group)) for _, group in groupby(sorted(leaving, key=_way), key=_way)]


def _way(carton: Exported) -> tuple[str, ...]:
    return carton.order, carton.site, carton.to_country, carton.to_name, carton.to_street, carton.to_city


def _missing(cartons: Sequence[Exported]) -> list[Refused]:
    """Items that lack what customs want, each once."""
    items = {line["sku"]: line for c in cartons for line in c.lines}
    lacking = {sku: [what for what, has in (
        ("tariff number (HS code) of at least six digits", len("".join(d for d in line["hs_code"] if d.isdecimal())) >= 6), ("country of origin", line["origin"]),
        ("weight", line["weight_g"])) if not has] for sku, line in items.items()}
    return [refuse("customs-data-missing", at=f"items/{sku}", sku=sku, what=" and no ".join(what)) for sku, what in lacking.items() if what]


def _declared(cartons: Sequence[Exported]) -> Customs:
    first = cartons[0]
    unit = minor_unit(first.currency)
    lines: dict[tuple[int, str], CustomsLine] = {}
    for line in (line for c in cartons for line in c.lines):
        value = units_share(Decimal(line["net"]), line["ordered"], line["before"], line["quantity"], unit)
        key = (line["position"], line["sku"])
        was = lines.get(key) or CustomsLine(line["position"], line["sku"], line["name"], line["hs_code"], line["origin"], 0, line["stock_unit"], 0, Decimal(0))
        lines[key] = CustomsLine(
            was.position, was.sku, was.name, was.hs_code, was.origin, was.quantity + line["quantity"], was.unit, was.net_g + line["quantity"] * line["weight_g"], was.value + value)
    weights = [c.gross_g for c in cartons]
    return Customs(
        first.order, first.ref, first.site, max(c.packed_at for c in cartons).date(), first.delivery_term, first.currency,
        (first.from_name, first.from_street, first.from_city), (first.to_name, first.to_street, first.to_city), first.from_country, first.to_country, first.to_tax_id,
        tuple(c.sscc for c in cartons), tuple(lines[key] for key in sorted(lines)), None if None in weights else sum(w or 0 for w in weights))


EXPORTED = """
SELECT k.sscc, 'H-' || k.order_id, o.ref, o.currency, o.delivery_term, s.code, s.name, s.street, trim(s.postcode || ' ' || s.city), s.country,
       d.name, d.street, trim(d.postcode || ' ' || d.city), d.country, p.tax_id, k.packed_at, coalesce(k.weight_g, k.expected_g),
       (SELECT json_agg(json_build_object(
                 'position', l.position, 'sku', i.sku, 'name', i.name, 'hs_code', i.hs_code, 'origin', i.origin, 'stock_unit', i.stock_unit, 'weight_g', i.weight_g,
                 'quantity', x.quantity, 'net', CASE WHEN l.billed THEN l.net ELSE m.net END::text,
                 'ordered', CASE WHEN l.billed THEN l.ordered ELSE m.ordered END, 'before', x.before) ORDER BY l.position)
          FROM (SELECT c.line_id, c.item_id, sum(c.quantity) AS quantity,
                       (SELECT coalesce(sum(e.quantity), 0) FROM fulfilment_carton y JOIN fulfilment_content e ON e.carton_id = y.id
                         WHERE y.order_id = k.order_id AND y.id < k.id AND y.opened_at IS NULL AND e.line_id = c.line_id) AS before
                  FROM fulfilment_content c WHERE c.carton_id = k.id GROUP BY c.line_id, c.item_id) x
          JOIN orders_line l ON l.id = x.line_id LEFT JOIN orders_line m ON m.id = l.over_of_id JOIN catalogue_item i ON i.id = x.item_id)
  FROM fulfilment_carton k JOIN orders_order o ON o.id = k.order_id JOIN network_site s ON s.id = k.site_id JOIN partners_address d ON d.id = k.address_id
  JOIN partners_party p ON p.id = o.customer_id
 WHERE k.sscc = %(sscc)s::text OR k.order_id = %(order)s::bigint ORDER BY k.id
"""


def exported(sscc: str = "", order: int = 0) -> list[Exported]:
    """A carton, or all of an order, as customs see them."""
    return rows(Exported, EXPORTED, sscc=sscc, order=order)
