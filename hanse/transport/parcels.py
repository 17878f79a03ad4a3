"""Parcels: what a parcel's events and proofs change. The only writer of its state and of delivered units.

Cartons that lay in one another have a parcel each, under one number: what is told of the number is told of all of them.
The caller has locked the orders. A parcel's units are counted as delivered once, whatever comes twice.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from hanse.inventory.ledger import Account, Movement, Place, places, post
from hanse.journal.run import Run
from hanse.kernel.numbers import order_number
from hanse.kernel.rows import as_tuple, row
from hanse.orders.counters import Advance, advance

from .events import ParcelDelivered
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


LOCK = """
SELECT o.id FROM orders_order o WHERE o.id IN (
  SELECT s.order_id FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id WHERE p.tracking = ANY(%(tracking)s::text[]))
 ORDER BY o.id FOR NO KEY UPDATE
"""
PARCELS = """
SELECT p.id, p.tracking, p.carrier_id, c.code, s.order_id, s.site_id, p.carton_id, k.sscc, p.units,
       p.state, p.return_state, p.doubt, p.moved_at, p.expected_on, p.delivered_at,
       a.id, b.id, EXISTS (SELECT FROM transport_trackingevent e WHERE e.tracking = p.tracking AND e.carrier_id = p.carrier_id)
  FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN transport_carrier c ON c.id = p.carrier_id
  JOIN fulfilment_carton k ON k.id = p.carton_id
  LEFT JOIN inventory_account a ON a.site_id = s.site_id AND a.kind = 'transit' AND a.code = ''
  LEFT JOIN inventory_account b ON b.site_id = s.site_id AND b.kind = 'customer' AND b.code = ''
 WHERE p.tracking = ANY(%(tracking)s::text[]) ORDER BY p.rides_with_id IS NOT NULL, p.id
"""
"""Of several cartons in one parcel the outer one first."""
SIGHTINGS = "SELECT carrier_id, tracking, happened_at, state, code, expected_on FROM transport_trackingevent WHERE tracking = ANY(%(tracking)s::text[])"
PROVEN = """
SELECT DISTINCT ON (f.parcel_id) f.parcel_id, f.delivered_at FROM transport_proof f
 WHERE f.parcel_id = ANY(%(parcel)s::bigint[]) ORDER BY f.parcel_id, f.id DESC
"""
MOVE = """
UPDATE transport_parcel p SET state = m.state, return_state = m.return_state, doubt = m.doubt, moved_at = m.moved_at,
       expected_on = m.expected_on, delivered_at = coalesce(m.delivered_at, p.delivered_at)
  FROM unnest(%(parcel)s::bigint[], %(state)s::text[], %(return_state)s::text[], %(doubt)s::text[], %(moved_at)s::timestamptz[],
              %(expected_on)s::date[], %(delivered_at)s::timestamptz[]) AS m(id, state, return_state, doubt, moved_at, expected_on, delivered_at)
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


def settle(run: Run, parcels: Sequence[Parcel], journeys: Mapping[int, Journey], by_proof: bool = False) -> None:
    """Store what changed of these parcels; those delivered for the first time count their units."""
    changed = [p for p in parcels if journeys[p.id] != p.journey]
    if not changed:
        return
    run.write(MOVE, [journeys[p.id] for p in changed], parcel=[p.id for p in changed])
    arrived = [p for p in changed if p.delivered_at is None and journeys[p.id].delivered_at]
    if not arrived:
        return
    at = {p.id: journeys[p.id].delivered_at for p in arrived}
    _count(run, arrived, at)
    run.tell([ParcelDelivered(order_number(p.order), p.tracking, p.sscc, p.carrier_code, p.units, by_proof, at[p.id]) for p in arrived])  # type: ignore[arg-type]


def _count(run: Run, parcels: Sequence[Parcel], at: Mapping[int, datetime | None]) -> None:
    """Units of delivered parcels leave transit; allocation, line and order count them."""
    by_carton = {p.carton: p for p in parcels}
    found = contents(run, list(by_carton))
    account = _accounts(run, parcels)
    advance(run, [Advance(c.allocation, delivered=c.quantity) for c in found])
    post(run, [
        Movement(c.item, *account[p.site], c.quantity, "ParcelDelivered",
                 order_number(p.order), "", c.lot, c.serial, at=at[p.id])
        for c in found for p in (by_carton[c.carton],)
    ])


def _accounts(run: Run, parcels: Sequence[Parcel]) -> dict[int, tuple[Account, Account]]:
    """What is on its way from each site, and what its customers have; the first delivery of a site opens them."""
    known = {p.site: (p.transit, p.customer) for p in parcels if p.transit is not None and p.customer is not None}
    new = sorted({p.site for p in parcels} - known.keys())
    opened = places(run, [Place(kind, site) for site in new for kind in ("transit", "customer")])
    known |= {site: (opened[Place("transit", site)], opened[Place("customer", site)]) for site in new}
    return {site: (Account(transit, "transit", site), Account(customer, "customer", site)) for site, (transit, customer) in known.items()}
