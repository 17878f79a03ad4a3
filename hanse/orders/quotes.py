"""Quotes and recurring orders: what they keep of an order, and how it is read back."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from hanse.journal.events import json_of
from hanse.journal.run import Run
from hanse.kernel.refused import Refused
from hanse.kernel.rows import as_tuple

from .events import OrderPlaced, PlacedLine
from .place import Place, take
from .selling import Component, Recipes, Sold

PLACE: TypeAdapter[Place] = TypeAdapter(Place)
PLACED = """
SELECT 'H-' || o.id, o.promised_on, a.country, a.region FROM orders_order o JOIN partners_address a ON a.id = o.ship_to_id WHERE o.id = ANY(%(order)s::bigint[])
"""


def id_of(letter: str, number: str) -> int:
    """The id in `Q-12` or `R-12`; 0 where it is none."""
    digits = number[2:]
    return int(digits) if number[:2] == f"{letter}-" and digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


def kept(order: Place) -> str:
    """An order as it is kept until it is placed."""
    return json_of(order).decode()


def read(body: str) -> Place:
    """A kept order."""
    return PLACE.validate_json(body)


def recipes_kept(order: Place, items: Mapping[str, Sold]) -> str:
    """What the items of an order are made of, as it is kept with its quote."""
    return json.dumps({line.sku: [[c.item, c.sku, c.per_kit, str(c.weight)] for c in items[line.sku].components] for line in order.lines})


def recipes_of(kept: str) -> Recipes:
    """Kept recipes; of quotes from before they were kept there are none, and kits are made of what they are made of by then."""
    return {sku: [Component(item, part, units, Decimal(weight)) for item, part, units, weight in parts] for sku, parts in json.loads(kept).items()}


def as_placed(run: Run, answers: list[OrderPlaced | Refused]) -> dict[str, tuple[Any, ...]]:
    """Promise and destination (country, region) of orders that were just placed."""
    orders = [int(a.order[2:]) for a in answers if isinstance(a, OrderPlaced)]
    return {number: tuple(found) for number, *found in run.rows(as_tuple, PLACED, order=orders)} if orders else {}


def tried(run: Run, orders: list[Place]) -> tuple[list[OrderPlaced | Refused], dict[str, tuple[date | None, str, str]]]:
    """What placing these would answer, with promise and destination; all of it is undone."""
    with run.undone() as trial:
        answers = take(trial, [replace(order, reserve="at_once") for order in orders])
        trial.flush()
        return answers, as_placed(trial, answers)


def frozen(order: Place, placed: OrderPlaced) -> Place:
    """The order at the prices it was placed at: placing it again comes to the same, whatever the catalogue says by then."""
    prices = {kit.position: kit.unit_price for kit in placed.kits}
    parts: dict[int, list[PlacedLine]] = defaultdict(list)
    for p in placed.lines:
        parts[p.kit or p.position].append(p)
    lines = tuple(
        replace(line, unit_price=prices.get(at, parts[at][0].unit_price), discount=Decimal(0), discount_rate=Decimal(0),
                net=sum((p.net for p in parts[at]), Decimal(0)), tax_rate=parts[at][0].tax_rate)
        for at, line in enumerate(order.lines, start=1)
    )  # fmt: skip
    return replace(order, lines=lines, discount=Decimal(0), freight=placed.freight, currency=placed.currency, ref="", at=None, expect="")
