"""Previewing: do it, look at the order, undo it. What a form shows before it is accepted is the act itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from hanse.kernel.money import minor_unit, units_share
from hanse.kernel.refused import Refused
from hanse.partners.addresses import HOMES
from hanse.web.words import day_in_words, money_in_words

from . import reads
from .reads import OrderView


@dataclass(frozen=True, slots=True)
class Tried:
    """What would come of an act: its answer, and the order as it would stand; nothing was kept."""

    answer: Any
    order: OrderView | None


def tried(act: Callable[[], list[Any]], number: str = "") -> Tried:
    """Do one act and undo it. `number` is the order to look at, unless the answer names it."""
    with transaction.atomic():
        [answer] = act()
        order = None if isinstance(answer, Refused) else reads.order(number or answer.order)
        transaction.set_rollback(True)
    return Tried(answer, order)


def effects(before: OrderView, after: OrderView, today: date) -> list[dict[str, str]]:
    """Before and after for units, stock, money and promise, as `_preview.html` draws them."""
    pairs: list[tuple[str, Callable[[OrderView], str]]] = [
        ("Units", units_said), ("Stock", stock_said), ("Money", money_said), ("Promise", lambda o: promise_said(o, today)),
        ("Ship to", ship_to_said), ("Receiver", lambda o: o.receiver or "anyone there"), ("Carrier", lambda o: o.carrier or "any"),
        ("Requested", lambda o: day_in_words(o.requested_on, today) if o.requested_on else "no date"),
        ("Judged by", lambda o: day_in_words(day, today) if (day := basis_on(o)) else "no date"),
    ]
    rows = [{"name": name, "before": say(before), "after": say(after)} for name, say in pairs]
    return rows[:4] + [row for row in rows[4:] if row["before"] != row["after"]]


def basis_on(order: OrderView) -> date | None:
    """The last day that any of its lines is judged by."""
    return max((line.basis_on for line in order.lines if line.basis_on and line.ordered > line.cancelled), default=None)


def units_said(order: OrderView) -> str:
    return f"{order.ordered - order.cancelled:,} on {sum(1 for line in order.lines if line.ordered > line.cancelled)} lines"


def stock_said(order: OrderView) -> str:
    """'8 from HAM, 4 from LEI, 2 wait for supply': the units still to be shipped."""
    sites: dict[str, int] = {}
    for line in order.lines:
        for part in line.allocations:
            bound = part["reserved"] - part["freed"] - part["shipped"]
            sites[part["site"]] = sites.get(part["site"], 0) + bound
    parts = [f"{units:,} from {site}" for site, units in sites.items() if units]
    waiting = sum(line.waiting for line in order.lines)
    return ", ".join(parts + ([f"{waiting:,} wait for supply"] if waiting else [])) or "nothing reserved"


def money_said(order: OrderView) -> str:
    return money_in_words(owed(order), order.currency, signed=True)


def promise_said(order: OrderView, today: date) -> str:
    waits = any(line.waiting and line.promised_on is None for line in order.lines)
    known = day_in_words(order.promised_on, today) if order.promised_on else "no date yet"
    return f"{known}; the rest has no date yet" if waits and order.promised_on else known


def ship_to_said(order: OrderView) -> str:
    it = order.ship_to
    return f"{it['street']}, {it['postcode']} {it['city']}, {it['country']}{HOMES[it['home']]}"


def owed(order: OrderView, net: bool = False) -> Decimal:
    """What the units that are not cancelled come to, to the cent: with freight and tax, or net."""
    unit, sum_ = minor_unit(order.currency), Decimal(0)
    for line in order.lines:
        amounts = (line.net,) if net else (line.net, line.freight, line.tax)
        sum_ += sum((units_share(amount, line.ordered, 0, line.ordered - line.cancelled, unit, line.per_kit) for amount in amounts), Decimal(0))
    return sum_
