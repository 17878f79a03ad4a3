"""Faster: the services that would bring what has to leave a site there sooner than its lane, and what they cost more."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from hanse.kernel.rows import row
from hanse.network.rating import Charge, Extra, Piece, Step, Tariff, charges

from .foreseeing import Faster
from .outlook import Asks, AtSite, Outlook

Commitment = tuple[int, date | None]


@row
class Goes:
    """A service with a zone that it goes to, seen from a site or from any: days in transit, the steps of its price, its surcharges."""

    carrier: str
    service: str
    name: str
    mode: str
    currency: str
    max_weight_g: int | None
    site: str
    country: str
    region: str
    postcode: str
    zone: str
    days: int
    steps: list[dict[str, Any]]
    extras: list[dict[str, Any]]


IN_FORCE = "{0}.from_on <= %(today)s::date AND ({0}.until_on IS NULL OR {0}.until_on >= %(today)s::date)"
NEWEST = "NOT EXISTS (SELECT FROM {1} n WHERE n.carrier = {0}.carrier AND n.{2} = {0}.{2} AND n.from_on > {0}.from_on AND n.from_on <= %(today)s::date)"
SERVICES = f"""
SELECT v.carrier, v.code, coalesce(nullif(v.name, ''), v.code), v.mode, v.currency, v.max_weight_g, z.site, z.country, z.region, z.postcode, z.zone, z.days,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('up_to_g', r.up_to_g, 'price', r.price::text, 'minimum', r.minimum::text)), '[]')::json FROM network_rate r WHERE r.card_id = c.id AND r.zone = z.zone),
       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', x.kind, 'percent', x.percent::text, 'amount', x.amount::text, 'over_g', x.over_g, 'over_length_mm', x.over_length_mm,
                                                     'over_girth_mm', x.over_girth_mm, 'country', x.country, 'postcodes', x.postcodes)), '[]')::json
          FROM network_surcharge x WHERE x.carrier = v.carrier AND x.service = v.code AND {IN_FORCE.format("x")})
  FROM network_service v JOIN network_ratecard c ON c.carrier = v.carrier AND c.service = v.code AND {IN_FORCE.format("c")} AND {NEWEST.format("c", "network_ratecard", "service")}
  JOIN network_servicezone z ON z.card_id = c.id AND z.country = ANY(%(country)s::text[])
 WHERE {IN_FORCE.format("v")} AND {NEWEST.format("v", "network_service", "code")} ORDER BY v.carrier, v.code, z.id
"""


def faster_of(ask: Asks, found: Sequence[Outlook], today: date) -> dict[Commitment, list[Faster]]:
    """The faster services of commitments of which something has to leave a site yet."""
    countries = sorted({at.to for it in found for at in it.at_sites})
    goes = ask(Goes, SERVICES, country=countries, today=today) if countries else []
    faster: dict[Commitment, list[Faster]] = defaultdict(list)
    for it in found:
        for at in it.at_sites:
            faster[it.open.order, it.open.due_on] += of_site(at, goes)
    return faster


def of_site(at: AtSite, goes: Iterable[Goes]) -> list[Faster]:
    """The services that are faster from a site than its lane, with what they charge more for one parcel of all that has to leave."""
    by_service: dict[tuple[str, str], list[Goes]] = defaultdict(list)
    for it in goes:
        if it.site in ("", at.site) and it.country == at.to and it.region in ("", at.to_region) and at.postcode.startswith(it.postcode):
            by_service[it.carrier, it.service].append(it)
    nearest = [max(of, key=lambda it: (it.site != "", len(it.postcode), it.region != "")) for of in by_service.values()]
    quick = [it for it in nearest if it.days < at.days]
    charged = [(it, _charge(it, at)) for it in quick]
    return [
        Faster(at.site, it.carrier, it.name, it.days, max(Decimal(0), charge.total - (at.cost or 0)), it.currency)
        for it, charge in charged if charge and at.currency in (None, it.currency)]


def _charge(it: Goes, at: AtSite) -> Charge | None:
    """What one parcel of that weight is charged; nothing where the service does not take it."""
    steps = tuple(Step(s["up_to_g"], Decimal(s["price"]), Decimal(s["minimum"])) for s in it.steps)
    extras = tuple(Extra(
        x["kind"], Decimal(x["percent"]) if x["percent"] else None, Decimal(x["amount"]) if x["amount"] else None, x["over_g"], x["over_length_mm"], x["over_girth_mm"],
        x["country"], tuple(x["postcodes"])) for x in it.extras)
    charged = charges(Tariff(it.mode, it.currency, it.zone, steps, extras, max_weight_g=it.max_weight_g), [Piece(max(1, at.weight_g))], at.to, at.postcode)
    return charged[0] if isinstance(charged[0], Charge) else None
