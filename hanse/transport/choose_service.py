"""Choose a service: which carrier's service the cartons of an order go by that stand ready at a site, and why.

Candidates are the services sold from the site to the address on the label: of those that take the cartons, the cheapest that keeps the promise
at the probability asked for. Cartons of an order go by one service, unless apart they are cheaper or none takes them together. Each choice
is kept with all its candidates, and its total is what the parcel is expected to be charged. A person may choose another and says why; that
stays until somebody asks anew. Hand-over takes the service that was chosen last.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from annotated_types import Ge, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.numbers import order_id, order_number
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import row
from hanse.network.calendar import Calendar
from hanse.network.offers import OFFERS, Destination, Offer, asked, offer
from hanse.network.rating import Charge, Piece
from hanse.network.shopping import ASKED, Found, Trip, choose, found, reason, why_not

from .events import ChosenService, ServiceChosen, ServiceStands


@ask
class ChooseService:
    """Choose for the cartons of an order at a site: by hand where a service is named, with the reason; else by price and promise.

    `anew`: also for what was chosen by hand. `probability` is that of keeping the promise, 0 to 1; 0.85 unless said.
    """

    order: Code
    site: Code
    carrier: Short = ""
    service: Short = ""
    reason: Short = ""
    anew: bool = False
    probability: Annotated[Decimal, Ge(0), Le(1)] | None = None


@row
class Standing:
    """A carton that stands ready, with those in it, where it goes and what was chosen for it last."""

    id: int
    sscc: str
    order: int
    address: int
    site: str
    zone: str
    site_country: str
    site_region: str
    workdays: Sequence[int]
    cut_off: time
    country: str
    region: str
    postcode: str
    receives_on: Sequence[int]
    promised_on: date | None
    carrier: str
    gross_g: int
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    was_carrier: str = ""
    was_service: str = ""
    was_total: Decimal | None = None
    was_for: date | None = None
    by_hand: bool = False
    home: bool | None = None

    @property
    def piece(self) -> Piece:
        sides = (self.length_mm, self.width_mm, self.height_mm)
        return Piece(self.gross_g, None if None in sides else sides)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A carton with the service it goes by, what it is charged, all that was looked at, and why this one."""

    carton: Standing
    found: Found
    charge: Charge
    candidates: Sequence[Found]
    why: str


@dataclass(frozen=True, slots=True)
class Choosing:
    """An accepted ask: what is told, and what is kept for each carton."""

    told: ServiceChosen | ServiceStands
    kept: tuple[Chosen, ...] = ()


def decide(
    asks: Sequence[ChooseService], cartons: Mapping[tuple[str, str], Sequence[Standing]], offers: Mapping[tuple[str, int], Sequence[Offer]], now: datetime
) -> list[Choosing | Refused]:
    """Choose for each order and site. Offers are those from a site to an address."""
    return [_decided(ask, cartons.get((ask.order, ask.site), ()), offers, now) for ask in asks]


def _decided(ask: ChooseService, cartons: Sequence[Standing], offers: Mapping[tuple[str, int], Sequence[Offer]], now: datetime) -> Choosing | Refused:
    by_hand = bool(ask.carrier or ask.service)
    if not cartons:
        return refuse("nothing-stands-ready", at="order", order=ask.order, site=ask.site)
    if by_hand and not ask.reason:
        return refuse("values-refused", at="reason", why="Say why it is this service.")
    free: dict[int, list[Standing]] = defaultdict(list)
    for c in cartons:
        if by_hand or ask.anew or not c.by_hand:
            free[c.address].append(c)
    found = [_chosen(ask, ready, offers.get((ask.site, address), ()), now) for address, ready in free.items()]
    if refused := [f for f in found if isinstance(f, Refused)]:
        return refused[0]
    chosen = [c for f in found if not isinstance(f, Refused) for c in f]
    new = tuple(c for c in chosen if by_hand or ask.anew or _differs(c))
    if not new:
        return Choosing(ServiceStands(ask.order, ask.site))
    parts = tuple(ChosenService(c.carton.sscc, c.found.carrier, c.found.service, c.found.currency, c.charge.total, c.found.arrives_on) for c in new)
    return Choosing(ServiceChosen(ask.order, ask.site, parts, new[0].why, by_hand), new)


def _chosen(ask: ChooseService, cartons: Sequence[Standing], offers: Sequence[Offer], now: datetime) -> list[Chosen] | Refused:
    """What each carton goes by: all by one service, or each by its own where that costs less."""
    together, why_none = _best(ask, cartons, offers, now)
    if len(cartons) == 1:
        return together or _none(ask, why_none)
    apart = [_best(ask, [c], offers, now) for c in cartons]
    each = [c for best, _ in apart for c in best]
    if len(each) == len(cartons) and (not together or _cheaper(each, together)):
        return each
    return together or _none(ask, next(why for best, why in apart if not best))


def _none(ask: ChooseService, why: str) -> Refused:
    return refuse("no-service", at="service", order=ask.order, site=ask.site, why=why)


def _cheaper(apart: Sequence[Chosen], together: Sequence[Chosen]) -> bool:
    """Whether apart they cost less, and no fewer keep the promise."""
    keeps = [sum(c.found.keeps for c in way) for way in (apart, together)]
    totals = [sum(c.charge.total for c in way) for way in (apart, together)]
    return len({c.found.currency for c in (*apart, *together)}) == 1 and keeps[0] >= keeps[1] and totals[0] < totals[1]


def _best(ask: ChooseService, cartons: Sequence[Standing], offers: Sequence[Offer], now: datetime) -> tuple[list[Chosen], str]:
    """The service that these cartons go by together; or none, and why."""
    trip, likely = trip_of(cartons, now), ASKED if ask.probability is None else ask.probability
    told = found(trip, offers, [c.piece for c in cartons], likely)
    named = [f for f in told if (ask.carrier.upper(), ask.service.upper()) in (("", ""), (f.carrier, f.service))]
    best = choose(named)
    if best is None:
        return [], "; ".join(dict.fromkeys(f"{f.carrier} {f.service}: {f.out}" for f in named)) or "none is sold"
    why = ask.reason or reason(best, trip, likely)
    return [Chosen(carton, best, charge, told, why) for carton, charge in zip(cartons, best.charges, strict=True)], ""


def trip_of(cartons: Sequence[Standing], now: datetime) -> Trip:
    """The way that cartons of an order have to go together: by the first day that one of them was promised for."""
    c = cartons[0]
    promised = [x.promised_on for x in cartons if x.promised_on]
    return Trip(
        Calendar(c.site_country, c.site_region, tuple(c.workdays), c.zone), c.cut_off, now, c.country, c.region, c.postcode, tuple(c.receives_on), min(promised, default=None), c.carrier,
        home=c.home)


def _differs(chosen: Chosen) -> bool:
    c = chosen.carton
    return (c.was_carrier, c.was_service, c.was_total, c.was_for) != (chosen.found.carrier, chosen.found.service, chosen.charge.total, c.promised_on)


CARTONS = """
SELECT c.id, c.sscc, c.order_id, c.address_id, s.code, s.zone, s.country, s.region, s.workdays, s.cut_off, a.country, a.region, a.postcode, p.receives_on,
       coalesce(l.promised_on, o.promised_on), coalesce(nullif(c.carrier, ''), o.carrier),
       (coalesce(c.weight_g, c.expected_g, 0) + coalesce((SELECT sum(coalesce(i.weight_g, i.expected_g, 0)) FROM fulfilment_carton i WHERE i.inside_id = c.id), 0))::bigint,
       coalesce(c.length_mm, t.outer_length_mm), coalesce(c.width_mm, t.outer_width_mm), coalesce(c.height_mm, t.outer_height_mm),
       coalesce(h.carrier, ''), coalesce(h.service, ''), h.total, h.promised_on, coalesce(h.by_hand, false), a.home
  FROM (SELECT DISTINCT * FROM unnest(%(orders)s::bigint[], %(site)s::text[]) AS w(ord, site)) w
  JOIN network_site s ON s.code = w.site JOIN fulfilment_carton c ON c.order_id = w.ord AND c.site_id = s.id
  JOIN orders_order o ON o.id = c.order_id JOIN partners_address a ON a.id = c.address_id JOIN partners_party p ON p.id = a.party_id
  LEFT JOIN network_cartontype t ON t.id = c.type_id
  LEFT JOIN LATERAL (SELECT min(l.promised_on) AS promised_on FROM fulfilment_content x JOIN orders_line l ON l.id = x.line_id WHERE x.carton_id = c.id) l ON true
  LEFT JOIN LATERAL (SELECT h.* FROM transport_choice h WHERE h.carton_id = c.id ORDER BY h.id DESC LIMIT 1) h ON true
 WHERE c.handed_over_at IS NULL AND c.opened_at IS NULL AND c.inside_id IS NULL AND s.supplier = ''
 ORDER BY c.id
"""
KEEP = """
INSERT INTO transport_choice (carton_id, carrier, service, currency, total, lines, billed_g, zone, hand_over_by, arrives_on, promised_on, probability, candidates, reason,
                              by_hand, chosen_at, actor)
SELECT k.carton, k.carrier, k.service, k.currency, k.total, k.lines, k.billed_g, k.zone, k.leaves_at, k.arrives_on, k.promised_on, k.probability, k.candidates, k.why,
       k.by_hand, %(now)s::timestamptz, k.actor
  FROM unnest(%(cartons)s::bigint[], %(carrier)s::text[], %(service)s::text[], %(currency)s::text[], %(total)s::numeric[], %(lines)s::jsonb[], %(billed_g)s::int[], %(zone)s::text[],
              %(leaves_at)s::timestamptz[], %(arrives_on)s::date[], %(promised_on)s::date[], %(probability)s::numeric[], %(candidates)s::jsonb[], %(why)s::text[], %(by_hand)s::boolean[],
              %(actors)s::text[])
    AS k(carton, carrier, service, currency, total, lines, billed_g, zone, leaves_at, arrives_on, promised_on, probability, candidates, why, by_hand, actor)
"""


@operation
def choose_service(run: Run, asks: Sequence[ChooseService]) -> list[ServiceChosen | ServiceStands | Refused]:
    """Choose the services that cartons go by, an order and site at a time."""
    cartons = _cartons(run, asks)
    decided = decide(asks, cartons, _offers(run, cartons), run.now)
    kept = [(c, d.told, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Choosing) for c in d.kept]
    if kept:
        run.write(
            KEEP, [c.found for c, *_ in kept], cartons=[c.carton.id for c, *_ in kept], total=[c.charge.total for c, *_ in kept],
            lines=[json.dumps([[line.kind, str(line.amount)] for line in c.charge.lines]) for c, *_ in kept], billed_g=[c.charge.billed_g for c, *_ in kept],
            promised_on=[c.carton.promised_on for c, *_ in kept], candidates=[_candidates(c) for c, *_ in kept], why=[c.why for c, *_ in kept],
            by_hand=[isinstance(told, ServiceChosen) and told.by_hand for _, told, _ in kept], actors=[actor for *_, actor in kept])
    return [d.told if isinstance(d, Choosing) else d for d in decided]


def _cartons(run: Run, asks: Sequence[ChooseService]) -> dict[tuple[str, str], list[Standing]]:
    standing: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for c in run.rows(Standing, CARTONS, asks, orders=[order_id(a.order) for a in asks]):
        standing[order_number(c.order), c.site].append(c)
    return standing


def _offers(run: Run, cartons: Mapping[tuple[str, str], Sequence[Standing]]) -> dict[tuple[str, int], list[Offer]]:
    """What is sold today from each site to the addresses on the labels."""
    ways = {(c.site, c.address): c for standing in cartons.values() for c in standing}
    to = [Destination(c.site, c.country, c.region, c.postcode, Calendar(c.site_country, zone=c.zone).today(run.now)) for c in ways.values()]
    offers: dict[tuple[str, int], list[Offer]] = defaultdict(list)
    keys = list(ways)
    for o in run.rows(offer, OFFERS, **asked(to)) if to else ():
        offers[keys[o.n]].append(o)
    return offers


def _candidates(chosen: Chosen) -> str:
    """All services that were looked at, as they are kept."""
    return json.dumps([_told(f, chosen) for f in chosen.candidates])


def _told(f: Found, chosen: Chosen) -> dict[str, Any]:
    return {
        "carrier": f.carrier, "service": f.service, "name": f.name, "currency": f.currency, "total": None if f.out else str(f.total), "zone": f.zone,
        "hand_over_by": f.leaves_at and f.leaves_at.isoformat(), "arrives_on": f.arrives_on and f.arrives_on.isoformat(),
        "probability": None if f.probability is None else str(f.probability), "parcels": f.parcels, "keeps": f.keeps, "why": why_not(f, chosen.found, chosen.carton.promised_on), "note": f.note}
