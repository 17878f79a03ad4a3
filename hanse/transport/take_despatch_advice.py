"""Take a despatch advice (ASN): a supplier tells what he shipped of a drop-ship order.

It drives the counters: exactly the units he names are picked, packed and shipped, in cartons and parcels like our own, so
tracking, proof, invoice and match know no difference. What he left out stays open with him. More than was ordered is refused, and so
is what was not; the same advice twice changes nothing. The goods have left: neither hold nor open question keeps them here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from annotated_types import Gt, Le, MaxLen, MinLen
from pydantic_core import from_json

from hanse.fulfilment.pack import USED, drawn_sscc
from hanse.fulfilment.supplier_orders import (
    Advice,
    Known,
    Line,
    Sent,
    SentCarton,
    advices_taken,
    keep_advices,
    locked,
    open_lines,
    take_cartons,
)
from hanse.inventory.named import LOCK_LOTS, units
from hanse.journal.events import json_of
from hanse.journal.operation import draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Quantity, Short, ask
from hanse.kernel.gs1 import wrong_key
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import AdviceKnown, AdvisedParcel, DespatchAdvised, ParcelHandedOver
from .hand_over import CARRIERS, STAGED, Staged, send
from .hand_over import Known as Leaving


@ask
class AdvisedUnits:
    """Units of an item in a carton, of one lot or with these serials where it is tracked so."""

    sku: Code
    quantity: Quantity
    lot: Short = ""
    expires_on: date | None = None
    serials: Annotated[tuple[Code, ...], MaxLen(5000)] = ()


@ask
class AdvisedCarton:
    """A carton that he shipped: its SSCC or a number of his own, and what is in it. Without a tracking number it goes by these."""

    contents: Annotated[tuple[AdvisedUnits, ...], MinLen(1), MaxLen(1000)]
    sscc: Code | None = None
    number: Short = ""
    tracking: Code | None = None
    weight_g: Annotated[int, Gt(0), Le(10**9)] | None = None


@ask
class TakeDespatchAdvice:
    """A supplier's despatch advice, by its number: with which carrier what left when."""

    supplier_order: Code
    number: Code
    carrier: Code
    cartons: Annotated[tuple[AdvisedCarton, ...], MinLen(1), MaxLen(1000)]
    service: Short = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a batch: drop-ship orders with their open lines, advices taken already, carriers, tracking numbers and SSCCs in use,
    serials that are here, drawn serials of SSCCs, the time."""

    orders: Mapping[str, Known]
    lines: Mapping[str, Sequence[Line]]
    taken: Mapping[tuple[str, str], str]
    carriers: Mapping[str, int]
    tracked: Collection[tuple[str, int]]
    cartons: Collection[str]
    serials: Collection[tuple[int, str]]
    drawn: Sequence[int]
    now: datetime
    early: Collection[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """An accepted advice with its cartons as they are written."""

    ask: TakeDespatchAdvice
    told: DespatchAdvised
    cartons: Sequence[SentCarton]


@dataclass(slots=True)
class Left:
    """What later advices of a batch find: open units by line, and the numbers and serials in use."""

    units: dict[int, int]
    taken: dict[tuple[str, str], str]
    tracked: set[tuple[str, int]]
    cartons: set[str]
    serials: set[tuple[int, str]]
    drawn: Iterator[int] = field(default_factory=lambda: iter(()))


def decide(asks: Sequence[TakeDespatchAdvice], facts: Facts, by: Sequence[str]) -> list[Done | AdviceKnown | Refused]:
    """Take each advice whole or not at all; later ones find what earlier ones left open."""
    left = Left({x.task: x.open for xs in facts.lines.values() for x in xs}, dict(facts.taken), set(facts.tracked), set(facts.cartons), set(facts.serials), iter(facts.drawn))
    answers: list[Done | AdviceKnown | Refused] = []
    for ask, who in zip(asks, by, strict=True):
        order = facts.orders.get(ask.supplier_order)
        if order is None:
            answers.append(refuse("supplier-order-unknown", at="supplier_order", number=ask.supplier_order))
            continue
        before = left.taken.get((order.supplier, ask.number))
        if before is not None:
            same = from_json(before) == from_json(json_of(ask))
            answers.append(AdviceKnown(order_number(order.order), ask.supplier_order, ask.number) if same
                           else refuse("advice-differs", at="number", number=ask.number, supplier=order.supplier))
        elif not (here := [x for x in facts.lines.get(ask.supplier_order, ()) if left.units[x.task]]):
            answers.append(refuse("supplier-order-closed", number=ask.supplier_order))
        elif wrong := [*_wrong_units(ask, here, left), *_wrong_numbers(ask, facts.carriers, left)]:
            answers.append(refuse_all(wrong))
        else:
            answers.append(_take(ask, order, here, facts, left, who))
    return answers


def _wrong_units(ask: TakeDespatchAdvice, here: Sequence[Line], left: Left) -> list[Refused]:
    """Items that were not ordered, more than is open, and lots or serials that are missing or belong elsewhere."""
    found: list[Refused] = []
    named: dict[str, int] = defaultdict(int)
    seen: set[tuple[int, str]] = set()
    of = {x.sku: x for x in here}
    for c, carton in enumerate(ask.cartons):
        for n, part in enumerate(carton.contents):
            at = f"cartons/{c}/contents/{n}"
            line = of.get(part.sku)
            if line is None:
                found.append(refuse("not-ordered", at=f"{at}/sku", number=ask.supplier_order, sku=part.sku))
                continue
            named[part.sku] += part.quantity
            there = sum(left.units[x.task] for x in here if x.sku == part.sku)
            if named[part.sku] > there:
                found.append(refuse("more-than-ordered", at=f"{at}/quantity", number=ask.supplier_order, sku=part.sku, open=there, got=named[part.sku]))
            found += _wrong_tracking(part, line, at)
            units = {(line.item, s) for s in part.serials}
            found += [refuse("serial-used", at=f"{at}/serials", serial=s, sku=part.sku) for item, s in sorted(units) if (item, s) in left.serials | seen]
            seen |= units
    return found


def _wrong_tracking(part: AdvisedUnits, line: Line, at: str) -> list[Refused]:
    found = []
    if line.tracking == "lot" and not part.lot:
        found.append(refuse("lot-missing", at=f"{at}/lot", sku=part.sku))
    if line.tracking == "none" and part.lot:
        found.append(refuse("not-tracked", at=f"{at}/lot", sku=part.sku, what="lots"))
    if line.tracking != "serial" and part.serials:
        found.append(refuse("not-tracked", at=f"{at}/serials", sku=part.sku, what="serials"))
    if line.tracking == "serial" and (len(set(part.serials)) != part.quantity or len(part.serials) != part.quantity):
        found.append(refuse("serials-missing", at=f"{at}/serials", sku=part.sku, wanted=part.quantity, got=len(set(part.serials))))
    return found


def _wrong_numbers(ask: TakeDespatchAdvice, carriers: Mapping[str, int], left: Left) -> list[Refused]:
    """A carrier that is not known, and SSCCs and tracking numbers that are wrong or in use."""
    found: list[Refused] = []
    carrier = carriers.get(ask.carrier.upper())
    if carrier is None:
        found.append(refuse("carrier-unknown", at="carrier", carrier=ask.carrier))
    cartons, tracked = set(left.cartons), set(left.tracked)
    for c, carton in enumerate(ask.cartons):
        if carton.sscc and (why := wrong_key(carton.sscc, (18,))):
            found.append(refuse("sscc-wrong", at=f"cartons/{c}/sscc", sscc=carton.sscc, why=why))
        elif carton.sscc and carton.sscc in cartons:
            found.append(refuse("sscc-used", at=f"cartons/{c}/sscc", sscc=carton.sscc))
        number = carton.tracking or carton.number or carton.sscc
        if number and carrier and (number, carrier) in tracked:
            found.append(refuse("tracking-used", at=f"cartons/{c}/tracking", tracking=number, carrier=ask.carrier.upper()))
        cartons.add(carton.sscc or "")
        tracked.add((number or "", carrier or 0)) if number else None
    return found


def _take(ask: TakeDespatchAdvice, order: Known, here: Sequence[Line], facts: Facts, left: Left, by: str) -> Done:
    """The cartons of an advice; units go to the lines of their item in the order of positions."""
    at = ask.at or facts.now
    cartons, parcels = [], []
    for it in ask.cartons:
        sscc = it.sscc or drawn_sscc(here[0].prefix, next(left.drawn))
        parts = [sent for part in it.contents for sent in _parts(part, here, left)]
        cartons.append(SentCarton(sscc, ask.carrier.upper(), parts, at, by, it.weight_g))
        parcels.append(AdvisedParcel(sscc, it.tracking or it.number or sscc, it.number, sum(p.quantity for p in parts)))
    left.cartons |= {c.sscc for c in cartons}
    left.tracked |= {(p.parcel, facts.carriers[ask.carrier.upper()]) for p in parcels}
    left.taken[order.supplier, ask.number] = json_of(ask).decode()
    told = DespatchAdvised(
        order_number(order.order), ask.supplier_order, ask.number, order.supplier, ask.carrier.upper(), tuple(parcels), sum(p.units for p in parcels),
        sum(left.units[x.task] for x in here), ask.at)
    return Done(ask, told, cartons)


def _parts(part: AdvisedUnits, here: Sequence[Line], left: Left) -> Iterator[Sent]:
    need, serials = part.quantity, list(part.serials)
    for line in here:
        n = min(need, left.units[line.task]) if line.sku == part.sku else 0
        if n:
            taken, serials = serials[:n], serials[n:]
            left.units[line.task] -= n
            left.serials |= {(line.item, s) for s in taken}
            need -= n
            yield Sent(line, n, part.lot, part.expires_on, tuple(taken))


@operation
@draws(lambda asks: {"fulfilment_sscc_serial": sum(c.sscc is None for a in asks for c in a.cartons)})
def take_despatch_advice(run: Run, asks: Sequence[TakeDespatchAdvice]) -> list[DespatchAdvised | AdviceKnown | Refused]:
    """Book what suppliers shipped: lines, cartons, parcels, stock and counters together."""
    facts = _facts(run, asks)
    decided = decide(asks, facts, [by for by, _ in run.owners])
    done = [(d, owner) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Done)]
    if done:
        lots = [part for d, _ in done for c in d.ask.cartons for part in c.contents if part.lot]
        if lots:
            run.lock(LOCK_LOTS, lots)
        take_cartons(run, [c for d, _ in done for c in d.cartons])
        keep_advices(run, [_advice(d, facts, owner[0]) for d, owner in done])
        _send(run, done, facts)
    return [d.told if isinstance(d, Done) else d for d in decided]


def _advice(d: Done, facts: Facts, by: str) -> Advice:
    order = facts.orders[d.ask.supplier_order]
    return Advice(order.id, order.supplier, d.ask.number, json_of(d.ask).decode(), d.told.units, d.ask.at or facts.now, by)


def _send(run: Run, done: Sequence[tuple[Done, tuple[str, str | None]]], facts: Facts) -> None:
    """The cartons leave with their carriers, as cartons of our own do; each advice is a shipment."""
    told: list[tuple[ParcelHandedOver, str]] = []
    staged = {c.sscc: c for c in run.rows(Staged, STAGED, carton=[c.sscc for d, _ in done for c in d.cartons])}
    numbers = run.draw_all({"transport_shipment_id_seq": len(done), "transport_parcel_id_seq": len(staged)})
    for (d, owner), shipment in zip(done, numbers["transport_shipment_id_seq"], strict=True):
        leaving = [ParcelHandedOver(
            d.told.order, p.parcel, p.carton, staged[p.carton].site_code, d.told.carrier, d.ask.service, shipment, p.units, d.ask.at) for p in d.told.parcels]
        told += [(parcel, owner[0]) for parcel in leaving]
        run.tell(leaving, owner)
    send(run, [t for t, _ in told], [by for _, by in told], Leaving(staged, facts.carriers, (), (), numbers["transport_parcel_id_seq"], facts.early))


def _facts(run: Run, asks: Sequence[TakeDespatchAdvice]) -> Facts:
    orders = locked(run, [a.supplier_order for a in asks])
    lines = open_lines(run, orders)
    cartons = [c for a in asks for c in a.cartons]
    carriers = run.rows(as_tuple, CARRIERS, codes=sorted({a.carrier.upper() for a in asks}), numbers=[n for c in cartons if (n := c.tracking or c.number or c.sscc)])
    tracked, early = ({(number, id) for _, id, *numbers in carriers for number in numbers[nr]} for nr in (0, 1))
    given = [c.sscc for c in cartons if c.sscc]
    items = {x.sku: x.item for xs in lines.values() for x in xs}
    serials = sorted({(items[part.sku], s) for c in cartons for part in c.contents if part.sku in items for s in part.serials})
    return Facts(
        orders, lines, advices_taken(run, [a.number for a in asks]), {code: id for code, id, *_ in carriers}, tracked,
        {s for (s,) in run.rows(as_tuple, USED, sscc=given)} if given else (), set(units(run, serials)), run.draw("fulfilment_sscc_serial", len(cartons) - len(given)), run.now, early)
