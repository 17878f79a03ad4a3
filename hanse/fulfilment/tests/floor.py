"""The floor as tests need it: an order released, picked, packed at HAM, as far as asked."""

from typing import Any

from django.db import connection

from hanse.fulfilment.events import CartonPacked, OrderReleased, RaisedTask, UnitsPicked
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release


def released(order: str, site: str | None = None) -> tuple[RaisedTask, ...]:
    """Release an order; its pick tasks."""
    [told] = release([Release(order, site)], by="ann")
    assert isinstance(told, OrderReleased), told
    return told.tasks


def picked(order: str) -> None:
    """Release an order and pick all of it."""
    told = pick([Pick(t.task, t.quantity) for t in released(order)], by="ann")
    assert all(isinstance(p, UnitsPicked) for p in told), told


def packed(order: str, **fields: Any) -> CartonPacked:
    """Release, pick and pack an order into one carton."""
    picked(order)
    [told] = pack([Pack(order, **fields)], by="ann")
    assert isinstance(told, CartonPacked), told
    return told


def counters(order: str, table: str = "orders_allocation") -> dict[str, int]:
    """What the allocations of an order count, summed up; zeros left out."""
    names = ["reserved", "freed", "released", "recalled", "picked", "packed", "shipped", "delivered"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'sum({n})::bigint' for n in names)} FROM {table} WHERE order_id = %s", [int(order[2:])])
        return {n: c for n, c in zip(names, cursor.fetchone(), strict=True) if c}


def claimed() -> int:
    """Units claimed in bins by pick tasks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(reserved), 0)::bigint FROM inventory_balance")
        return cursor.fetchone()[0]
