"""Receive: units come in from a supplier, against inbound supply or freely, into a bin.

Items tracked by lot name their lot (its expiry follows from the day it was made and the shelf life, unless
said), items tracked by serial name every unit. More than an inbound has open is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from annotated_types import MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Quantity, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all

from .events import StockReceived
from .ledger import Account, Movement, Place, places, post
from .named import Named, Unit, named, units, wrong_names, wrong_tracking

Serials = Annotated[tuple[Code, ...], MaxLen(5_000)]


@ask
class Receive:
    """So many units of an item arrived. Without a bin they lie at the dock; `inbound` is the reference they were expected by."""

    site: Code
    sku: Code
    quantity: Quantity
    bin: Short = ""
    inbound: Short = ""
    lot: Short = ""
    made_on: date | None = None
    expires_on: date | None = None
    serials: Serials = ()
    document: Short = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenInbound:
    """Inbound supply that was asked for, with what is still to come."""

    id: int
    ref: str
    item: int
    site: int
    open: int


@dataclass(frozen=True, slots=True)
class Known:
    """What each ask names, what is inbound, and the serials that exist."""

    named: Sequence[Named]
    inbound: Mapping[tuple[str, int, int], OpenInbound]
    units: Mapping[tuple[int, str], Unit]


def decide(asks: Sequence[Receive], known: Known) -> list[StockReceived | Refused]:
    """Answer each receipt; later ones see what earlier ones brought."""
    answers: list[StockReceived | Refused] = []
    open_ = {key: inbound.open for key, inbound in known.inbound.items()}
    serials = {*known.units}
    lots: dict[tuple[int, str], date | None] = {}
    for ask, it in zip(asks, known.named, strict=True):
        expires_on = _expiry(ask, it, lots)
        wrong = [*wrong_names(ask, it), *wrong_tracking(ask, it, ask.quantity), *_wrong_lot(ask, expires_on),
                 *_wrong_inbound(ask, it, open_)]
        wrong += [refuse("serial-used", at="serials", serial=s, sku=ask.sku) for s in ask.serials if (it.item, s) in serials]
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        if ask.inbound:
            open_[(ask.inbound, it.item, it.site)] -= ask.quantity
        serials |= {(it.item, s) for s in ask.serials}
        if ask.lot:
            lots[(it.item, ask.lot)] = expires_on
        answers.append(StockReceived(
            item=ask.sku, item_id=it.item, site=ask.site, site_id=it.site, bin=it.bin, quantity=ask.quantity, inbound=ask.inbound,
            lot=ask.lot, expires_on=expires_on, serials=tuple(ask.serials), document=ask.document, at=ask.at, zone=it.zone))
    return answers


def _expiry(ask: Receive, it: Named, lots: Mapping[tuple[int, str], date | None]) -> date | None:
    """When the lot expires: as its first receipt said, else as this one does, else by its age and the shelf life."""
    first = lots.get((it.item, ask.lot)) or it.expires_on
    if first or ask.expires_on:
        return first or ask.expires_on
    made_on = it.made_on or ask.made_on
    if not (ask.lot and made_on and it.shelf_life_days):
        return None
    return date.fromordinal(min(made_on.toordinal() + it.shelf_life_days, date.max.toordinal()))


def _wrong_lot(ask: Receive, expires_on: date | None) -> list[Refused]:
    if not ask.lot and (ask.expires_on or ask.made_on):
        return [refuse("lot-missing", at="lot", sku=ask.sku)]
    if ask.expires_on and ask.expires_on != expires_on:
        return [refuse("lot-differs", at="expires_on", lot=ask.lot, sku=ask.sku, known=expires_on, given=ask.expires_on)]
    return []


def _wrong_inbound(ask: Receive, it: Named, open_: Mapping[tuple[str, int, int], int]) -> list[Refused]:
    if not ask.inbound or not it.item or not it.site:
        return []
    left = open_.get((ask.inbound, it.item, it.site))
    if left is None:
        return [refuse("inbound-unknown", at="inbound", ref=ask.inbound, sku=ask.sku, site=ask.site)]
    if ask.quantity > left:
        return [refuse("inbound-closed", at="quantity", ref=ask.inbound, open=left, wanted=ask.quantity)]
    return []


INBOUND = """
SELECT id, ref, item_id, site_id, quantity - received FROM inventory_inbound
 WHERE (ref, item_id, site_id) IN (SELECT * FROM unnest(%(ref)s::text[], %(item)s::bigint[], %(site)s::bigint[]))
 ORDER BY id FOR UPDATE
"""
ARRIVED = """
UPDATE inventory_inbound i SET received = i.received + a.quantity
  FROM (SELECT ref, item, site, sum(quantity)::bigint AS quantity
          FROM unnest(%(inbound)s::text[], %(item_id)s::bigint[], %(site_id)s::bigint[], %(quantity)s::bigint[])
            AS a(ref, item, site, quantity) GROUP BY ref, item, site) a
 WHERE i.ref = a.ref AND i.item_id = a.item AND i.site_id = a.site
"""
LOTS = """
INSERT INTO inventory_lot AS l (item_id, code, made_on, expires_on)
SELECT DISTINCT ON (item, lot) item, lot, made_on, expires_on
  FROM unnest(%(item)s::bigint[], %(lot)s::text[], %(made_on)s::date[], %(expires_on)s::date[]) AS g(item, lot, made_on, expires_on)
 ORDER BY item, lot, expires_on NULLS LAST, made_on NULLS LAST
    ON CONFLICT (item_id, code) DO UPDATE
       SET made_on = coalesce(l.made_on, excluded.made_on), expires_on = coalesce(l.expires_on, excluded.expires_on)
"""
NEW_UNITS = """
INSERT INTO inventory_serial (item_id, code, lot, account_id)
SELECT * FROM unnest(%(item)s::bigint[], %(serial)s::text[], %(lot)s::text[], %(source)s::bigint[])
"""


@operation
def receive(run: Run, asks: Sequence[Receive]) -> list[StockReceived | Refused]:
    """Book what arrived: inbound, lots, serials and stock together."""
    answers = decide(asks, _known(run, asks))
    told = [(ask, a) for ask, a in zip(asks, answers, strict=True) if isinstance(a, StockReceived)]
    run.write(ARRIVED, [a for _, a in told if a.inbound])
    lots = [(ask, a) for ask, a in told if a.lot]
    if lots:
        run.write(LOTS, [a for _, a in lots], item=[a.item_id for _, a in lots], made_on=[ask.made_on for ask, _ in lots])
    at = places(run, [p for _, a in told for p in (_supplier(a), _bin(a))])
    movements = [m for _, a in told for m in _movements(a, at[_supplier(a)], at[_bin(a)])]
    tracked = [m for m in movements if m.serial]
    run.write(NEW_UNITS, tracked, source=[m.source.id for m in tracked])
    post(run, movements)
    return answers


def _known(run: Run, asks: Sequence[Receive]) -> Known:
    found = named(run, asks)
    expected = [(a.inbound, it.item, it.site) for a, it in zip(asks, found, strict=True) if a.inbound and it.item and it.site]
    serials = sorted({(it.item, s) for a, it in zip(asks, found, strict=True) if it.item for s in a.serials})
    inbound = run.rows(
        OpenInbound, INBOUND, ref=[e[0] for e in expected], item=[e[1] for e in expected], site=[e[2] for e in expected]) if expected else []
    return Known(found, {(i.ref, i.item, i.site): i for i in inbound}, units(run, serials))


def _supplier(it: StockReceived) -> Place:
    return Place("supplier", it.site_id)


def _bin(it: StockReceived) -> Place:
    return Place("bin", it.site_id, it.bin)


def _movements(it: StockReceived, source: int, target: int) -> list[Movement]:
    """One movement, or one for each unit that is known by its serial."""
    document = it.inbound or it.document
    each = [(1, s) for s in it.serials] or [(it.quantity, "")]
    supplier, bin = Account(source, "supplier", it.site_id), Account(target, "bin", it.site_id)
    return [Movement(it.item_id, supplier, bin, n, "StockReceived", document, lot=it.lot, serial=s, at=it.at) for n, s in each]
