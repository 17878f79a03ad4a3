"""Hand over: a carrier takes cartons off our hands.

Each carton becomes a parcel; cartons of one order that leave one site with one carrier in one go are a shipment. A
label that shows an old address or carrier, a hold, a change that its site has not answered, a lot that is held or recalled, or an audit
that is due keeps a carton here. A carton leaves with those that lie in it, and what keeps one keeps all: each order gets its
own shipment and each carton its own parcel, under one tracking number. What the carrier told of a parcel before we did is taken in at once.
A label that was bought for the carton is used by that, and gives the number where none is scanned.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hanse.fulfilment.cartons import send_off
from hanse.inventory.ledger import Account, Movement, Place, places, post
from hanse.journal.operation import begins, draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple, row
from hanse.orders.counters import Advance, advance
from hanse.orders.holds import blocking

from .events import ParcelHandedOver
from .labels import use
from .parcels import CONTENTS_OF, Content, Parcel, contents_of, settle, sightings
from .states import derive


@ask
class HandOver:
    """A carton goes to a carrier; to that of its label, or the one that was chosen for it, where none is named, and so with the service.
    Without a tracking number the parcel goes by its label's, and without a label by its SSCC.
    """

    carton: Code
    carrier: Short = ""
    service: Short = ""
    tracking: Code | None = None
    at: datetime | None = None


@row
class Staged:
    """A packed carton as handing over sees it: what its label shows and what its order has now. `inside` is the carton it lies in, `outer` its SSCC.

    `asked` are the kinds of change its site is asked for that concern it, `let_go` those that the site could not do any more. `label` is the
    one bought for it, or the last that was, with its state, number and carrier.
    """

    id: int
    sscc: str
    order: int
    site: int
    site_code: str
    account: int
    shows: int
    ship_to: int
    holds: Sequence[str]
    promised_on: date | None
    transit: int | None
    units: int
    gone_with: str
    opened: bool
    label_carrier: str
    carrier: str
    asked: Sequence[str]
    let_go: Sequence[str]
    audit: str = ""
    stopped: Sequence[Sequence[str]] | None = None
    inside: int | None = None
    outer: str = ""
    chosen_carrier: str = ""
    chosen_service: str = ""
    label: int | None = None
    label_state: str | None = None
    label_number: str | None = None
    label_by: str | None = None
    label_service: str | None = None
    label_shows: int | None = None
    allocations: Sequence[int] | None = None
    items: Sequence[int] | None = None
    lots: Sequence[str] | None = None
    serials: Sequence[str] | None = None
    quantities: Sequence[int] | None = None

    @property
    def contents(self) -> Sequence[Content]:
        """What lies in it."""
        return contents_of(self.id, self.allocations, self.items, self.lots, self.serials, self.quantities)

    def goes_with(self, ask: HandOver) -> tuple[str, str]:
        """Carrier and service: those that are named, else those of its label, else those that were chosen for it."""
        by = self.label_by if self.label_state == "bought" else None
        carrier = ask.carrier.upper() or by or self.chosen_carrier
        return carrier, ask.service or (self.label_service if by == carrier else None) or (self.chosen_service if carrier == self.chosen_carrier else "")

    def number(self, scanned: str | None, carrier: str) -> str:
        """The number it goes by: what is scanned, else its label's, else its SSCC."""
        return scanned or (self.label_number if self.label_state == "bought" and self.label_by == carrier else None) or self.sscc

    @property
    def outdated(self) -> bool:
        """The label shows an old address or carrier, and nobody decided that it leaves like this."""
        return (self.shows != self.ship_to and "address" not in self.let_go) or (self.label_carrier != self.carrier and "carrier" not in self.let_go)


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a batch: cartons by SSCC, carriers by code, tracking numbers in use, drawn ids of shipments and parcels,
    and tracking numbers that a carrier told of already."""

    cartons: Mapping[str, Staged]
    carriers: Mapping[str, int]
    used: Collection[tuple[str, int]]
    numbers: Sequence[int]
    parcels: Sequence[int]
    early: Collection[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class Leaving:
    """A carton that leaves, and those that leave in it."""

    told: ParcelHandedOver
    along: tuple[ParcelHandedOver, ...] = ()


def decide(asks: Sequence[HandOver], known: Known) -> list[Leaving | Refused]:
    """Hand over each carton in turn, with what lies in it; a carton leaves once, a tracking number is used once."""
    answers: list[Leaving | Refused] = []
    used, numbers = set(known.used), iter(known.numbers)
    gone: dict[str, str] = {}
    shipments: dict[tuple[int, int, str, str], int] = {}
    inner: dict[int, list[Staged]] = defaultdict(list)
    for c in known.cartons.values():
        if c.inside is not None:
            inner[c.inside].append(c)
    for ask in asks:
        carton = known.cartons.get(ask.carton)
        if carton is None:
            answers.append(refuse("carton-unknown", at="carton", carton=ask.carton))
            continue
        carrier, service = carton.goes_with(ask)
        along = inner.get(carton.id, [])
        if findings := _findings(ask, carton, along, carrier, known.carriers, used, gone.get(ask.carton, carton.gone_with)):
            answers.append(refuse_all(findings))
            continue
        tracking = carton.number(ask.tracking, carrier)
        used.add((tracking, known.carriers[carrier]))
        gone[ask.carton] = carrier
        told = []
        for c in (carton, *along):
            key = (c.order, c.site, carrier, service)
            if key not in shipments:
                shipments[key] = next(numbers)
            together = tuple(order_number(n) for n in sorted({o.order for o in (carton, *along)} - {c.order})) if along else ()
            told.append(ParcelHandedOver(
                order_number(c.order), tracking, c.sscc, c.site_code, carrier, service, shipments[key], c.units, ask.at, c.outer, together))
        answers.append(Leaving(told[0], tuple(told[1:])))
    return answers


def _findings(
    ask: HandOver, carton: Staged, along: Sequence[Staged], carrier: str, carriers: Mapping[str, int], used: Collection[tuple[str, int]], gone_with: str
) -> list[Refused]:
    """All that keeps a carton here, and what lies in it."""
    if gone_with:
        return [refuse("handed-over", at="carton", carton=ask.carton, carrier=gone_with)]
    if carton.opened:
        return [refuse("carton-opened", at="carton", carton=ask.carton)]
    found = [refuse("carton-inside", at="carton", carton=ask.carton, outer=carton.outer)] if carton.outer else []
    if not carrier:
        found.append(refuse("carrier-missing", at="carrier", carton=ask.carton))
    elif carrier not in carriers:
        found.append(refuse("carrier-unknown", at="carrier", carrier=ask.carrier or carrier))
    elif ((tracking := carton.number(ask.tracking, carrier)), carriers[carrier]) in used:
        found.append(refuse("tracking-used", at="tracking", tracking=tracking, carrier=carrier))
    found += _label_keeps(ask, carton, carrier)
    for c in (carton, *along):
        found += _stays(c, carrier)
    found += [
        refuse("ways-part", at="carton", carton=c.sscc, outer=carton.sscc)
        for c in along if (c.site, c.shows, c.label_carrier) != (carton.site, carton.shows, carton.label_carrier)
    ]  # fmt: skip
    return found


def _label_keeps(ask: HandOver, carton: Staged, carrier: str) -> list[Refused]:
    """A label that is not there yet, is another one, or is worth nothing any more."""
    told: dict[str, Any] = {"carton": carton.sscc, "label": carton.label_number or "", "carrier": carton.label_by or ""}
    if carton.label_state in ("asked", "bought") and carton.label_by != carrier:
        return [refuse("other-carrier", at="carrier", carton=carton.sscc, labelled=carton.label_by, carrier=carrier)]
    if carton.label_state in ("asked", "bought") and carton.label_shows != carton.shows:
        return [refuse("label-worthless", at="carton", state="for an old address", **told)]
    if carton.label_state == "asked":
        return [refuse("label-awaited", at="carton", **told)]
    if carton.label_state == "bought" and ask.tracking not in (None, carton.label_number):
        return [refuse("label-differs", at="tracking", scanned=ask.tracking, **told)]
    if carton.label_state in ("void-asked", "voided", "void-refused", "expired") and carton.label_by == carrier and ask.tracking in (None, carton.label_number):
        return [refuse("label-worthless", at="carton", state=carton.label_state.replace("-", " "), **told)]
    return []


def _stays(carton: Staged, carrier: str) -> list[Refused]:
    """What keeps a carton here, whichever it leaves in."""
    found = []
    if holds := blocking(carton.holds, "hand-over"):
        found.append(refuse("on-hold", order=order_number(carton.order), holds=holds))
    for sku, lot, status in carton.stopped or ():
        found.append(refuse("lot-held", at="carton", lot=lot, sku=sku, status=status))
    if carton.audit == "due":
        found.append(refuse("audit-due", at="carton", carton=carton.sscc))
    if carton.label_carrier not in ("", carrier):
        found.append(refuse("other-carrier", at="carrier", carton=carton.sscc, labelled=carton.label_carrier, carrier=carrier))
    if carton.asked:
        found.append(refuse("change-asked", at="carton", site=carton.site_code, order=order_number(carton.order)))
    elif carton.outdated:
        found.append(refuse("label-outdated", at="carton", order=order_number(carton.order), carton=carton.sscc))
    return found


LOCK = """
SELECT o.id FROM orders_order o
 WHERE o.id IN (SELECT order_id FROM fulfilment_carton WHERE sscc = ANY(%(carton)s::text[])
                 UNION ALL
                SELECT i.order_id FROM fulfilment_carton c JOIN fulfilment_carton i ON i.inside_id = c.id WHERE i.inside_id IS NOT NULL AND c.sscc = ANY(%(carton)s::text[]))
 ORDER BY o.id FOR NO KEY UPDATE
"""
LOCK_NOW = "SELECT id FROM orders_order WHERE id = ANY(%(order)s::bigint[]) ORDER BY id FOR NO KEY UPDATE NOWAIT"
STAGED = f"""
SELECT c.id, c.sscc, c.order_id, c.site_id, s.code, c.account_id, c.address_id, o.ship_to_id, o.holds, o.promised_on,
       t.id, k.units,
       CASE WHEN c.handed_over_at IS NULL THEN '' ELSE coalesce((SELECT r.code FROM transport_parcel p JOIN transport_carrier r ON r.id = p.carrier_id WHERE p.carton_id = c.id), 'a carrier') END,
       c.opened_at IS NOT NULL, c.carrier, o.carrier, q.asked, q.let_go, c.audit, k.stopped, c.inside_id, coalesce(c.outer_sscc, ''), coalesce(h.carrier, ''), coalesce(h.service, ''),
       y.id, y.state, y.tracking, y.code, y.service, y.address_id, k.allocations, k.items, k.lots, k.serials, k.quantities
  FROM (SELECT c.*, CASE WHEN c.inside_id IS NOT NULL THEN (SELECT u.sscc FROM fulfilment_carton u WHERE u.id = c.inside_id) END AS outer_sscc
          FROM fulfilment_carton c WHERE c.sscc = ANY(%(carton)s::text[])
         UNION ALL
        SELECT i.*, u.sscc FROM fulfilment_carton u JOIN fulfilment_carton i ON i.inside_id = u.id WHERE i.inside_id IS NOT NULL AND u.sscc = ANY(%(carton)s::text[])) c
  JOIN orders_order o ON o.id = c.order_id JOIN network_site s ON s.id = c.site_id
  LEFT JOIN inventory_account t ON t.site_id = c.site_id AND t.kind = 'transit' AND t.code = ''
  LEFT JOIN LATERAL (SELECT h.carrier, h.service FROM transport_choice h WHERE h.carton_id = c.id ORDER BY h.id DESC LIMIT 1) h ON true
  LEFT JOIN LATERAL (
    SELECT sum(k.quantity)::bigint AS units, {CONTENTS_OF}, array_agg(DISTINCT ARRAY[i.sku, h.code, h.status]) FILTER (WHERE h.status <> 'released') AS stopped
      FROM fulfilment_content k LEFT JOIN inventory_lot h ON k.lot <> '' AND h.item_id = k.item_id AND h.code = k.lot
      LEFT JOIN catalogue_item i ON i.id = h.item_id WHERE k.carton_id = c.id) k ON true
  LEFT JOIN LATERAL (
    SELECT l.id, l.state, l.tracking, r.code, l.service, l.address_id FROM transport_label l JOIN transport_carrier r ON r.id = l.carrier_id
     WHERE l.carton_id = c.id AND l.outcome NOT IN ('refused', 'withdrawn') ORDER BY l.void_asked_at IS NULL DESC, l.id DESC LIMIT 1) y ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(DISTINCT r.kind) FILTER (WHERE r.outcome = ''), '{{}}') AS asked,
           coalesce(array_agg(DISTINCT r.kind) FILTER (WHERE r.outcome IN ('let-go', 'return')), '{{}}') AS let_go
      FROM orders_changerequest r
     WHERE r.order_id = c.order_id AND r.site_id = c.site_id AND CASE r.kind
           WHEN 'address' THEN c.address_id <> o.ship_to_id AND r.address_id = o.ship_to_id
           WHEN 'carrier' THEN c.carrier <> o.carrier AND r.carrier = o.carrier
           WHEN 'stop' THEN EXISTS (SELECT 1 FROM orders_requestedunits u JOIN orders_allocation n ON n.id = u.allocation_id JOIN fulfilment_content k ON k.line_id = n.line_id
                                     WHERE u.request_id = r.id AND k.carton_id = c.id AND (k.allocation_id = n.id OR n.released - n.recalled - n.shipped < u.quantity))
           ELSE false END) q
"""
"""The cartons that are asked for, and those that lie in them."""
CARRIERS = """
SELECT c.code, c.id, ARRAY(SELECT p.tracking FROM transport_parcel p WHERE p.tracking = ANY(%(numbers)s::text[]) AND p.carrier_id = c.id),
       ARRAY(SELECT DISTINCT e.tracking FROM transport_trackingevent e WHERE e.tracking = ANY(%(numbers)s::text[]) AND e.carrier_id = c.id)
  FROM transport_carrier c WHERE c.code = ANY(%(codes)s::text[])
"""
"""The carriers that are named, each with the tracking numbers that it has used already, and those that it told of."""
SHIP = """
WITH shipped AS (
  INSERT INTO transport_shipment (id, order_id, site_id, carrier_id, service, address_id, promised_on, handed_over_at, actor)
  SELECT DISTINCT ON (h.shipment) h.shipment, h.ord, h.site, h.carrier, h.service, h.address, h.promised_on, coalesce(h.at, %(now)s::timestamptz), h.actor
    FROM unnest(%(shipment)s::bigint[], %(orders)s::bigint[], %(sites)s::bigint[], %(carriers)s::bigint[], %(service)s::text[], %(address)s::bigint[],
                %(promised_on)s::date[], %(at)s::timestamptz[], %(by)s::text[])
      AS h(shipment, ord, site, carrier, service, address, promised_on, at, actor))
INSERT INTO transport_parcel (id, carton_id, shipment_id, carrier_id, tracking, units, rides_with_id)
SELECT p.* FROM unnest(%(parcels)s::bigint[], %(cartons)s::bigint[], %(shipment)s::bigint[], %(carriers)s::bigint[], %(parcel)s::text[], %(units)s::bigint[],
                       %(rides_with)s::bigint[]) AS p
"""


@operation
@draws(lambda asks: {"transport_shipment_id_seq": len(asks), "transport_parcel_id_seq": len(asks)})
@begins(LOCK)
def hand_over(run: Run, asks: Sequence[HandOver]) -> list[ParcelHandedOver | Refused]:
    """Cartons leave with a carrier: stock goes on its way, allocation, line and order count it as shipped."""
    known = _facts(run, asks)
    decided = decide(asks, known)
    leaving = [(d, owner) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Leaving)]
    if leaving:
        told = [(t, owner[0]) for d, owner in leaving for t in (d.told, *d.along)]
        send(run, [t for t, _ in told], [actor for _, actor in told], known)
    for d, owner in leaving:
        run.tell(d.along, owner)
    return [d.told if isinstance(d, Leaving) else d for d in decided]


def _facts(run: Run, asks: Sequence[HandOver]) -> Known:
    cartons = _cartons(run, asks)
    carriers = run.rows(as_tuple, CARRIERS, codes=_carriers(asks, cartons), numbers=_numbers(asks, cartons))
    used, early = ({(number, id) for _, id, *numbers in carriers for number in numbers[nr]} for nr in (0, 1))
    shipments, parcels = run.draw_all({"transport_shipment_id_seq": len(cartons), "transport_parcel_id_seq": len(cartons)}).values()
    return Known(cartons, {code: id for code, id, *_ in carriers}, used, shipments, parcels, early)


def _numbers(asks: Sequence[HandOver], cartons: Mapping[str, Staged]) -> list[str]:
    """The numbers that the cartons may go by."""
    return [a.tracking or a.carton for a in asks] + [c.label_number for c in cartons.values() if c.label_number]


def _carriers(asks: Sequence[HandOver], cartons: Mapping[str, Staged]) -> list[str]:
    """The carriers that are named or were chosen."""
    return sorted({c.goes_with(a)[0] if (c := cartons.get(a.carton)) else a.carrier.upper() for a in asks})


def _cartons(run: Run, asks: Sequence[HandOver]) -> dict[str, Staged]:
    """The cartons with their orders locked. One that was put into them between locking and looking is looked at again under its order's
    lock; where somebody else holds that, all is tried again.
    """
    locked = set(run.rows(int, LOCK, asks))
    cartons = {c.sscc: c for c in run.rows(Staged, STAGED, asks)}
    late = sorted({c.order for c in cartons.values()} - locked)
    if not late:
        return cartons
    run.lock(LOCK_NOW, order=late)
    return {c.sscc: c for c in run.rows(Staged, STAGED, asks)}


def send(run: Run, told: Sequence[ParcelHandedOver], actors: Sequence[str], known: Known) -> None:
    """Write what was handed over: shipments and parcels, stock on its way, counters. The orders are locked by the caller."""
    cartons = [known.cartons[t.carton] for t in told]
    carriers = [known.carriers[t.carrier] for t in told]
    parcels = known.parcels[:len(told)]
    parcel_of = {t.carton: parcel for t, parcel in zip(told, parcels, strict=True)}
    run.write(
        SHIP, told, orders=[c.order for c in cartons], sites=[c.site for c in cartons], carriers=carriers, address=[c.shows for c in cartons],
        promised_on=[c.promised_on for c in cartons], by=list(actors), cartons=[c.id for c in cartons], parcels=parcels,
        rides_with=[parcel_of.get(t.inside) for t in told],
    )
    by_id = {c.id: (c, t) for c, t in zip(cartons, told, strict=True)}
    use(run, {c.label: (parcel, t.at) for c, t, parcel in zip(cartons, told, parcels, strict=True) if c.label and c.label_state == "bought" and t.parcel == c.label_number and not t.inside})
    transit = _transit(run, cartons)
    inside = [k for c in cartons for k in c.contents]
    send_off(run, [c.id for c in cartons], [t.at for t in told], [(k.item, k.serial) for k in inside if k.serial])
    advance(run, [Advance(k.allocation, shipped=k.quantity) for k in inside])
    post(run, [
        Movement(k.item, Account(c.account, "carton", c.site), Account(transit[c.site], "transit", c.site), k.quantity, "ParcelHandedOver", t.order, "", k.lot, k.serial, at=t.at)
        for k in inside for c, t in (by_id[k.carton],)
    ])
    made = [
        Parcel(parcel, t.parcel, carrier, t.carrier, c.order, c.site, c.id, c.sscc, c.units, "pending", "", "", None, None, None)
        for parcel, c, t, carrier in zip(parcels, cartons, told, carriers, strict=True)
    ]
    _take_in(run, [p for p in made if (p.tracking, p.carrier) in known.early])


def _transit(run: Run, cartons: Sequence[Staged]) -> dict[int, int]:
    """The account of what is on its way from each site; the first parcel of a site opens it."""
    known = {c.site: c.transit for c in cartons if c.transit is not None}
    new = sorted({c.site for c in cartons} - known.keys())
    return known | {place.site: account for place, account in places(run, [Place("transit", site) for site in new]).items()}


def _take_in(run: Run, early: Sequence[Parcel]) -> None:
    """What carriers told of these parcels before they were ours."""
    told = sightings(run, [p.tracking for p in early])
    settle(run, early, {p.id: derive(told[p.carrier, p.tracking]) for p in early})
