"""Orders for billing's tests: placed as usual, shipped by their counters alone."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from hanse.catalogue.models import Item
from hanse.kernel.numbers import order_id
from hanse.network.models import Site
from hanse.orders.counters import Advance, Reserved, advance, allocate, lock_orders
from hanse.orders.models import Allocation, Line
from hanse.orders.place import Place, PlaceLine, place


def ordered(given: Any, *lines: PlaceLine | tuple[int, str], customer: str = "REUTER", **terms: Any) -> str:
    """Place an order and give its number; a line may be (quantity, net amount) of an item of its own."""
    wanted = tuple(_line(given, n, line) for n, line in enumerate(lines, 1))
    [placed] = place([Place(customer, wanted, reserve="later", **terms)], by="ann")
    return placed.order


def _line(given: Any, position: int, line: PlaceLine | tuple[int, str]) -> PlaceLine:
    if isinstance(line, PlaceLine):
        return line
    sku = f"ITEM-{position}"
    if not Item.objects.filter(sku=sku).exists():
        given.item(sku)
    return PlaceLine(sku, line[0], net=Decimal(line[1]))


def ship(given: Any, order: str, units: Mapping[int, int] | Sequence[int]) -> None:
    """Let units of lines (by position) leave the house, from a site of their own."""
    site = Site.objects.filter(code="HAM").first() or given.site()
    wanted = dict(units) if isinstance(units, Mapping) else dict(enumerate(units, 1))
    with given.run() as run:
        lock_orders(run, [order_id(order)])
        lines = {x.position: x for x in Line.objects.filter(order_id=order_id(order))}
        moving = [(lines[p], n) for p, n in wanted.items() if n]
        ids = run.draw("orders_allocation_id_seq", len(moving))
        allocate(run, [Reserved(i, x.order_id, x.id, x.item_id, site.pk, n, None, None) for i, (x, n) in zip(ids, moving, strict=True)])
        advance(run, [Advance(i, released=n, picked=n, packed=n, shipped=n) for i, (_, n) in zip(ids, moving, strict=True)])


def deliver(given: Any, order: str) -> None:
    """Let all that was shipped of an order arrive."""
    with given.run() as run:
        lock_orders(run, [order_id(order)])
        found = Allocation.objects.filter(order_id=order_id(order))
        advance(run, [Advance(a.id, delivered=a.shipped - a.delivered) for a in found])
