"""Live a world with a planted cause, and ask the report what stands out. Runs where Django belongs to its database."""

import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta

from django.db import connection

from hanse.perfect_order.improvements import improvements

from . import living as days
from .causes import BEGAN, COMPANY, SHARED, Lived, Living, Said, cause_of, named
from .day import Day, World
from .described import Planted, of
from .history import hurried, open_company


def live(it: Living) -> Lived | None:
    """Open a company and live the days that all share; or go on from there with a kind of cause, and ask."""
    began, cpu = time.monotonic(), time.process_time()
    world = World(of(it.company), it.seed, BEGAN)
    if not it.kind:
        with hurried():
            open_company(world, COMPANY)
            list(_days(world, 0, SHARED))
        return None
    cause = cause_of(it.kind, world.company, world.opened, it.seed)
    if cause:
        world.company = replace(world.company, planted=(cause,))
    with hurried():
        orders = sum(_days(world, SHARED, it.days))
    first, last = BEGAN + timedelta(days=SHARED), BEGAN + timedelta(days=SHARED + it.days - 1)
    found = improvements(first, last)
    claims = tuple(Said(s.by, s.where, s.cause) for s in found.special)
    truth = named(world.company, cause) if cause else set()
    return Lived(
        it.seed, it.kind, it.days, _said(cause), claims, bool(claims) and claims[0] in truth, not truth.isdisjoint(claims), orders, found.perfect,
        round(time.monotonic() - began, 1), round(time.process_time() - cpu, 1))


def _days(world: World, first: int, days_long: int) -> Iterator[int]:
    """Live so many days; gives how many orders each brought. After the last it is judged what became of them."""
    for n in range(first, first + days_long):
        day = Day(world, world.began + timedelta(days=n))
        yield days.live(day).told.get("OrderPlaced", 0)
    days.settle(day)


def _said(cause: Planted | None) -> str:
    return ", ".join(f"{name} {value}" for name, value in asdict(cause).items() if name != "kind") if cause else ""


def leave() -> None:
    """Let go of the database, so that it can be copied or ended."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
