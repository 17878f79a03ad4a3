"""Offers: the services that are sold on a day from a site to a destination, with what they cost there, how they go, and what parcels really took."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .billed import Contract
from .rating import BY_WEIGHT, Extra, Step, Tariff

OFFERS = """
WITH wanted AS MATERIALIZED (
  SELECT * FROM unnest(%(n)s::int[], %(site)s::text[], %(country)s::text[], %(region)s::text[], %(postcode)s::text[], %(day)s::date[]) AS w(n, site, country, region, postcode, day)),
sold AS MATERIALIZED (
  SELECT d.day, s.*, c.id AS card,
         (SELECT json_agg(json_build_array(x.kind, x.percent::text, x.amount::text, x.over_g, x.over_length_mm, x.over_girth_mm, x.country, x.postcodes, x.home) ORDER BY x.kind)::text
            FROM (SELECT DISTINCT ON (x.kind) x.* FROM network_surcharge x WHERE x.carrier = s.carrier AND x.service = s.code AND x.from_on <= d.day
                   ORDER BY x.kind, x.from_on DESC) x WHERE x.until_on IS NULL OR x.until_on >= d.day) AS extras
    FROM (SELECT DISTINCT day FROM wanted) d
   CROSS JOIN LATERAL (SELECT DISTINCT ON (carrier, code) * FROM network_service WHERE from_on <= d.day ORDER BY carrier, code, from_on DESC) s
    LEFT JOIN LATERAL (SELECT c.id, c.until_on FROM network_ratecard c WHERE c.carrier = s.carrier AND c.service = s.code AND c.from_on <= d.day
                        ORDER BY c.from_on DESC LIMIT 1) c ON c.until_on IS NULL OR c.until_on >= d.day
   WHERE s.until_on IS NULL OR s.until_on >= d.day),
placed AS MATERIALIZED (
  SELECT w.*, s.carrier, s.code, s.card, z.zone, z.days FROM wanted w JOIN sold s ON s.day = w.day
  LEFT JOIN LATERAL (SELECT z.zone, z.days FROM network_servicezone z
                      WHERE z.card_id = s.card AND z.country = w.country AND z.site IN ('', w.site) AND z.region IN ('', w.region) AND starts_with(w.postcode, z.postcode)
                      ORDER BY z.site = '', length(z.postcode) DESC, z.region = '' LIMIT 1) z ON true),
priced AS (
  SELECT p.card, p.zone, (SELECT json_agg(json_build_array(r.up_to_g, r.price::text, r.minimum::text) ORDER BY r.up_to_g)::text
                            FROM network_rate r WHERE r.card_id = p.card AND r.zone = p.zone) AS steps
    FROM (SELECT DISTINCT card, zone FROM placed WHERE zone IS NOT NULL) p),
contracts AS (
  SELECT k.site, k.carrier, k.day, (
           SELECT json_build_array(c.divisor, c.step::text, c.units, c.whole_sides)::text
             FROM (SELECT DISTINCT ON (c.site, c.carrier) c.* FROM network_freightcontract c
                    WHERE c.site IN ('', k.site) AND c.carrier IN ('', k.carrier) AND c.from_on <= k.day ORDER BY c.site, c.carrier, c.from_on DESC) c
            WHERE c.until_on IS NULL OR c.until_on >= k.day ORDER BY c.carrier = '', c.site = '' LIMIT 1) AS contract
    FROM (SELECT DISTINCT site, carrier, day FROM placed) k),
counted AS (
  SELECT t.site, t.country, t.carrier, t.service, json_agg(json_build_array(t.days, t.parcels) ORDER BY t.days)::text AS took
    FROM network_transitcount t WHERE (t.site, t.country) IN (SELECT site, country FROM wanted) GROUP BY 1, 2, 3, 4)
SELECT p.n, s.carrier, s.code, s.name, s.mode, s.currency, s.pickup_on, s.transit_on, s.cut_off, s.max_weight_g, s.max_length_mm, s.max_girth_mm,
       coalesce(p.zone, ''), p.days, coalesce(r.steps, '[]'), coalesce(s.extras, '[]'), coalesce(k.contract, ''), coalesce(t.took, '[]')
  FROM placed p JOIN sold s ON s.day = p.day AND s.carrier = p.carrier AND s.code = p.code
  LEFT JOIN priced r ON r.card = p.card AND r.zone = p.zone
  LEFT JOIN contracts k ON k.site = p.site AND k.carrier = p.carrier AND k.day = p.day
  LEFT JOIN counted t ON t.site = p.site AND t.country = p.country AND t.carrier = p.carrier AND t.service = p.code
 ORDER BY p.n, s.carrier, s.code
"""
"""Services in force by destination. The zone of the site wins, then the longer postcode, then the region; the contract of the carrier, then of the site."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A service as it is sold to the destination `n`: its tariff, the days in transit that are planned, and what parcels took (working days, parcels)."""

    n: int
    carrier: str
    service: str
    name: str
    tariff: Tariff
    days: int | None
    pickup_on: tuple[int, ...]
    transit_on: tuple[int, ...]
    cut_off: time | None
    took: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where parcels go from a site, and the day on which services are asked for."""

    site: str
    country: str
    region: str
    postcode: str
    day: date


def asked(to: Sequence[Destination]) -> dict[str, list[Any]]:
    """What OFFERS is given for destinations, numbered from 0."""
    return {"n": list(range(len(to)))} | {name: [getattr(d, name) for d in to] for name in ("site", "country", "region", "postcode", "day")}


def offer(
    n: int, carrier: str, service: str, name: str, mode: str, currency: str, pickup_on: Sequence[int], transit_on: Sequence[int], cut_off: time | None,
    max_weight_g: int | None, max_length_mm: int | None, max_girth_mm: int | None, zone: str, days: int | None, steps: str, extras: str, contract: str, took: str,
) -> Offer:  # fmt: skip
    """A row of OFFERS."""
    tariff = Tariff(mode, currency, zone, _steps(steps), _extras(extras), _contract(contract), max_weight_g, max_length_mm, max_girth_mm)
    return Offer(n, carrier, service, name, tariff, days, tuple(pickup_on), tuple(transit_on), cut_off, tuple((d, parcels) for d, parcels in json.loads(took)))


@lru_cache(4096)
def _steps(text: str) -> tuple[Step, ...]:
    return tuple(Step(up_to, Decimal(price), Decimal(minimum)) for up_to, price, minimum in json.loads(text))


@lru_cache(4096)
def _extras(text: str) -> tuple[Extra, ...]:
    return tuple(
        Extra(kind, percent and Decimal(percent), amount and Decimal(amount), over_g, length, girth, country, tuple(codes), home)
        for kind, percent, amount, over_g, length, girth, country, codes, home in json.loads(text))


@lru_cache(256)
def _contract(text: str) -> Contract:
    if not text:
        return BY_WEIGHT
    divisor, step, units, whole_sides = json.loads(text)
    return Contract(divisor, Decimal(step), units, whole_sides)
