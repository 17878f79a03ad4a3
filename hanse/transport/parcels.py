"""Parcels: what a parcel's events and proofs change. The only writer of its state, of units that are delivered, lost, found again or came back.

Cartons that lay in one another have a parcel each, under one number: what is told of the number is told of all of them.
The caller has locked the orders. A parcel's units are counted as delivered once, whatever comes twice. They count as lost while its state is
'lost', by its carrier's word or a person's; whatever is told of it later finds them again. What came back to us is never delivered afterwards.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from hanse.inventory.ledger import Account, Movement, Place, places, post
from hanse.journal.run import Run
from hanse.kernel.numbers import order_number
from hanse.kernel.rows import as_tuple, row
from hanse.orders.counters import Advance, advance

from .events import ParcelDelivered, ParcelFound, ParcelLost
from .states import Journey, Sighting


@row
class Parcel:
    """A parcel with its order and carton, and what is known of its journey; `seen` once its carrier told of it."""

    id: int
    tracking: str
    carrier: int
    carrier_code: str
    order: int
    site: int
    carton: int
    sscc: str
    units: int
    state: str
    return_state: str
    doubt: str
    moved_at: datetime | None
    expected_on: date | None
    delivered_at: datetime | None
    transit: int | None = None
    customer: int | None = None
    seen: bool = False
    lost_at: datetime | None = None
    back_at: datetime | None = None
    missing: int | None = None
    contents: "Sequence[Content] | None" = None
    """What is in its carton, where that was asked for."""

    @property
    def journey(self) -> Journey:
        """What is stored of the parcel's journey."""
        return Journey(self.state, self.return_state, self.doubt, self.moved_at, self.expected_on, self.delivered_at)


@row
class Content:
    """Units of an allocation in a carton."""

    carton: int
    allocation: int
    item: int
    lot: str
    serial: str
    quantity: int


KINDS = ("transit", "customer", "missing")
"""Where a parcel's units lie on their way, when they have arrived, and while they are lost."""
LOCK = """
SELECT o.id FROM orders_order o WHERE o.id IN (
  SELECT s.order_id FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id WHERE p.tracking = ANY(%(tracking)s::text[]))
 ORDER BY o.id FOR NO KEY UPDATE
"""
CONTENTS_OF = """array_agg(k.allocation_id ORDER BY k.id) AS allocations, array_agg(k.item_id ORDER BY k.id) AS items, array_agg(k.lot ORDER BY k.id) AS lots,
         array_agg(k.serial ORDER BY k.id) AS serials, array_agg(k.quantity ORDER BY k.id) AS quantities"""
"""The contents `k` of a carton, for a question about cartons: `contents_of` reads them."""
_PARCELS = """
SELECT p.id, p.tracking, p.carrier_id, c.code, s.order_id, s.site_id, p.carton_id, k.sscc, p.units,
       p.state, p.return_state, p.doubt, p.moved_at, p.expected_on, p.delivered_at,
       a.id, b.id, EXISTS (SELECT FROM transport_trackingevent e WHERE e.tracking = p.tracking AND e.carrier_id = p.carrier_id),
       p.lost_at, p.back_at, m.id{contents}
  FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN transport_carrier c ON c.id = p.carrier_id
  JOIN fulfilment_carton k ON k.id = p.carton_id
  LEFT JOIN inventory_account a ON a.site_id = s.site_id AND a.kind = 'transit' AND a.code = ''
  LEFT JOIN inventory_account b ON b.site_id = s.site_id AND b.kind = 'customer' AND b.code = ''
  LEFT JOIN inventory_account m ON m.site_id = s.site_id AND m.kind = 'missing' AND m.code = ''
 {joined}WHERE p.tracking = ANY(%(tracking)s::text[]) ORDER BY p.rides_with_id IS NOT NULL, p.id
"""
"""Of several cartons in one parcel the outer one first."""
PARCELS = _PARCELS.format(contents="", joined="")
PARCELS_FULL = _PARCELS.format(
    contents=", f.allocations, f.items, f.lots, f.serials, f.quantities",
    joined=f"CROSS JOIN LATERAL (SELECT {CONTENTS_OF} FROM fulfilment_content k WHERE k.carton_id = p.carton_id) f\n ")
"""With what is in their cartons."""
SIGHTINGS = "SELECT carrier_id, tracking, happened_at, state, code, expected_on FROM transport_trackingevent WHERE tracking = ANY(%(tracking)s::text[])"
PROVEN = """
SELECT DISTINCT ON (f.parcel_id) f.parcel_id, f.delivered_at FROM transport_proof f
 WHERE f.parcel_id = ANY(%(parcel)s::bigint[]) ORDER BY f.parcel_id, f.id DESC
"""
MOVE = """
UPDATE transport_parcel p SET state = m.state, return_state = m.return_state, doubt = m.doubt, moved_at = m.moved_at,
       expected_on = m.expected_on, delivered_at = coalesce(m.delivered_at, p.delivered_at), lost_at = m.lost_at, remedy = CASE WHEN m.lost_at IS NULL AND p.lost_at IS NOT NULL THEN '' ELSE p.remedy END
  FROM unnest(%(parcel)s::bigint[], %(state)s::text[], %(return_state)s::text[], %(doubt)s::text[], %(moved_at)s::timestamptz[],
              %(expected_on)s::date[], %(delivered_at)s::timestamptz[], %(lost_at)s::timestamptz[])
    AS m(id, state, return_state, doubt, moved_at, expected_on, delivered_at, lost_at)
 WHERE p.id = m.id
"""
CONTENTS = """
SELECT carton_id, allocation_id, item_id, lot, serial, quantity FROM fulfilment_content WHERE carton_id = ANY(%(carton)s::bigint[]) ORDER BY id
"""


def lock_and_read(run: Run, trackings: Sequence[str]) -> list[Parcel]:
    """Lock the orders of these tracking numbers' parcels, then read the parcels."""
    wanted = sorted(set(trackings))
    run.lock(LOCK, tracking=wanted)
    return run.rows(Parcel, PARCELS, tracking=wanted)


def lock_and_read_full(run: Run, trackings: Sequence[str]) -> list[Parcel]:
    """The same with what is in them, for whoever mostly counts it."""
    wanted = sorted(set(trackings))
    run.lock(LOCK, tracking=wanted)
    return run.rows(_full, PARCELS_FULL, tracking=wanted)


def _full(*row: Any) -> Parcel:
    *parcel, allocations, items, lots, serials, quantities = row
    it = Parcel(*parcel)
    return replace(it, contents=contents_of(it.carton, allocations, items, lots, serials, quantities))


def sightings(run: Run, trackings: Sequence[str]) -> dict[tuple[int, str], list[Sighting]]:
    """All that carriers told of these tracking numbers, by carrier and number."""
    told: dict[tuple[int, str], list[Sighting]] = defaultdict(list)
    if not trackings:
        return told
    for carrier, tracking, *seen in run.rows(as_tuple, SIGHTINGS, tracking=sorted(set(trackings))):
        told[carrier, tracking].append(Sighting(*seen))
    return told


def proven(run: Run, parcels: Sequence[Parcel]) -> dict[int, datetime]:
    """When these parcels were delivered by their latest proof, where there is one."""
    return dict(run.rows(as_tuple, PROVEN, parcel=[p.id for p in parcels])) if parcels else {}


def contents(run: Run, cartons: Sequence[int]) -> list[Content]:
    """What is in these cartons."""
    return run.rows(Content, CONTENTS, carton=list(cartons)) if cartons else []


def contents_of(carton: int, *columns: Sequence[Any] | None) -> tuple[Content, ...]:
    """What is in a carton, from the columns that `CONTENTS_OF` gave for it."""
    return tuple(Content(carton, *units) for units in zip(*(column or () for column in columns), strict=True))


@dataclass(frozen=True, slots=True)
class Step:
    """What is stored of a parcel from now on, and whether its units are counted as lost, found again or delivered."""

    parcel: Parcel
    journey: Journey
    lost_at: datetime | None
    lost: bool
    found: bool
    delivered: bool


def step(parcel: Parcel, journey: Journey, now: datetime) -> Step:
    """What a journey makes of a parcel. Pure. What came back to us stays here, whatever is told of it."""
    if parcel.back_at:
        return Step(parcel, replace(journey, state=parcel.state, doubt="", delivered_at=None), None, False, False, False)
    lost = "lost" in (journey.state, journey.return_state) and journey.delivered_at is None and parcel.delivered_at is None
    lost_at = parcel.lost_at or journey.moved_at or now if lost else None
    return Step(parcel, journey, lost_at, lost and parcel.lost_at is None, not lost and parcel.lost_at is not None, parcel.delivered_at is None and journey.delivered_at is not None)


def settle(run: Run, parcels: Sequence[Parcel], journeys: Mapping[int, Journey], by_proof: bool = False) -> None:
    """Store what changed of these parcels; those delivered for the first time, lost or found again count their units."""
    steps = [step(p, journeys[p.id], run.now) for p in parcels]
    changed = [s for s in steps if s.journey != s.parcel.journey or s.lost or s.found]
    if not changed:
        return
    run.write(MOVE, [s.journey for s in changed], parcel=[s.parcel.id for s in changed], lost_at=[s.lost_at for s in changed])
    counted = [s for s in changed if s.lost or s.found or s.delivered]
    if not counted:
        return
    _count(run, counted)
    for s in counted:
        at, order = s.journey.moved_at or run.now, order_number(s.parcel.order)
        if s.lost:
            run.tell([ParcelLost(order, s.parcel.tracking, s.parcel.sscc, s.parcel.carrier_code, s.parcel.units, s.lost_at or run.now)])
        if s.found:
            run.tell([ParcelFound(order, s.parcel.tracking, s.parcel.sscc, s.parcel.carrier_code, s.parcel.units, at)])
        if s.delivered:
            run.tell([ParcelDelivered(order, s.parcel.tracking, s.parcel.sscc, s.parcel.carrier_code, s.parcel.units, by_proof, s.journey.delivered_at or run.now)])


def _count(run: Run, steps: Sequence[Step]) -> None:
    """Units that are lost leave transit for what is missing, those found again come back from there, those delivered are the customer's; allocation, line and order count them."""
    by_carton = {s.parcel.carton: s for s in steps}
    read = [s.parcel.contents for s in steps]
    inside = contents(run, list(by_carton)) if None in read else [c for of_one in read if of_one for c in of_one]
    found = [(c, by_carton[c.carton]) for c in inside]
    at = accounts(run, [s.parcel for s in steps])
    advance(run, [
        Advance(c.allocation, delivered=c.quantity * s.delivered, lost=c.quantity * s.lost, found=c.quantity * s.found) for c, s in found])
    moves = []
    for c, s in found:
        transit, customer, missing = at[s.parcel.site]
        source, target = missing if s.found else transit, missing if s.lost else customer if s.delivered else transit
        act = "ParcelLost" if s.lost else "ParcelDelivered" if s.delivered else "ParcelFound"
        when = s.lost_at if s.lost else s.journey.delivered_at if s.delivered else s.journey.moved_at
        moves.append(Movement(c.item, source, target, c.quantity, act, order_number(s.parcel.order), "", c.lot, c.serial, at=when))
    post(run, moves)


def accounts(run: Run, parcels: Sequence[Parcel]) -> dict[int, tuple[Account, Account, Account]]:
    """What is on its way from each site, what its customers have and what is missing; the first delivery or loss of a site opens them."""
    known = {p.site: {"transit": p.transit, "customer": p.customer, "missing": p.missing} for p in parcels}
    new = sorted(site for site, ids in known.items() if None in ids.values())
    opened = places(run, [Place(kind, site) for site in new for kind in KINDS])
    at = {site: [Account(ids[kind] or opened[Place(kind, site)], kind, site) for kind in KINDS] for site, ids in known.items()}
    return {site: (transit, customer, missing) for site, (transit, customer, missing) in at.items()}


BACK = """
UPDATE transport_parcel p SET back_at = %(now)s::timestamptz, lost_at = NULL, doubt = '', state = 'return-to-sender', remedy = '' WHERE p.id = ANY(%(parcel)s::bigint[])
"""


def come_back(run: Run, parcels: Sequence[Parcel], to: Mapping[int, Account]) -> list[Content]:
    """Parcels that nobody received came back: their units lie `to` a place by the parcel, and count as sent back. What is in them."""
    by_carton = {p.carton: p for p in parcels}
    found = contents(run, list(by_carton))
    at = accounts(run, parcels)
    run.write(BACK, parcel=[p.id for p in parcels])
    advance(run, [
        Advance(c.allocation, sent_back=c.quantity, found=c.quantity if by_carton[c.carton].lost_at else 0) for c in found])
    moves = []
    for c in found:
        p = by_carton[c.carton]
        transit, _, missing = at[p.site]
        moves.append(Movement(c.item, missing if p.lost_at else transit, to[p.id], c.quantity, "ParcelTakenBack", order_number(p.order), "", c.lot, c.serial))
    post(run, moves)
    return found
