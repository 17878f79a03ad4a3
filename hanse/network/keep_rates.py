"""Keep rates: the rate card of a service from a day on: which destinations lie in which zone, how long it takes there, and what it costs.

A card is kept whole. A later one follows it; one that was in force stays as it was, and may be given an end.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from annotated_types import Ge, Le, MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Country, Money, Short, ask
from hanse.kernel.money import FINEST, too_fine
from hanse.kernel.places import is_country
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import RatesKept
from .versions import ALONE, Known, Line, Version

MOST_ROWS = 50_000


@ask
class ZoneGiven:
    """The zone a destination lies in, and the days in transit. Site, region and postcode left out mean any; a postcode may be the beginning of one."""

    zone: Code
    country: Country
    days: Annotated[int, Ge(0), Le(365)]
    region: Short = ""
    postcode: Short = ""
    site: Short = ""


@ask
class RateGiven:
    """What a zone costs up to a weight. Without a weight: for a parcel each kilogram begun beyond the last step, in freight all that is heavier.

    In freight the price is of 100 kilograms, and `minimum` is the least that a shipment costs.
    """

    zone: Code
    price: Money
    up_to_g: Annotated[int, Ge(1), Le(10**8)] | None = None
    minimum: Money = Decimal(0)


@ask
class KeepRates:
    """A rate card of a service, from a day on."""

    carrier: Code
    service: Code
    from_on: date
    zones: Annotated[tuple[ZoneGiven, ...], MaxLen(MOST_ROWS)]
    rates: Annotated[tuple[RateGiven, ...], MaxLen(MOST_ROWS)]
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Services by carrier and code, cards by the same, and the sites that are named."""

    services: Collection[tuple[str, str]]
    cards: Known
    sites: Collection[str]
    today: date


def decide(asks: Sequence[KeepRates], facts: Facts) -> list[RatesKept | Refused]:
    """Keep each card that can be; later asks see earlier ones."""
    line = Line(facts.today, facts.cards)
    answers: list[RatesKept | Refused] = []
    for ask in asks:
        name, new = (ask.carrier, ask.service), Version(ask.from_on, ask.until_on, _content(ask))
        wrong = [*_wrong(ask, facts), *line.wrong(name, new, f"The rate card of {ask.carrier} {ask.service}")]
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        line.keep(name, new)
        answers.append(RatesKept(ask.carrier, ask.service, ask.from_on, ask.until_on, len(ask.zones), len(ask.rates)))
    return answers


def _content(ask: KeepRates) -> tuple[Any, ...]:
    return frozenset((*_place(z), z.zone, z.days) for z in ask.zones), frozenset((r.zone, r.up_to_g, r.price.quantize(FINEST), r.minimum.quantize(FINEST)) for r in ask.rates)


def _place(z: ZoneGiven) -> tuple[str, ...]:
    return z.site, z.country, z.region, z.postcode


def _wrong(ask: KeepRates, facts: Facts) -> list[Refused]:
    wrong = [] if (ask.carrier, ask.service) in facts.services else [refuse("service-unknown", at="service", carrier=ask.carrier, service=ask.service)]
    named, priced = {z.zone for z in ask.zones}, {r.zone for r in ask.rates}
    places: set[Any] = set()
    for n, z in enumerate(ask.zones):
        wrong += [refuse("site-unknown", at=f"zones/{n}/site", site=z.site)] if z.site and z.site not in facts.sites else []
        wrong += [] if is_country(z.country) else [refuse("values-refused", at=f"zones/{n}/country", why=f"{z.country} is no country of ISO 3166: two capitals, such as DE.")]
        wrong += [refuse("values-refused", at=f"zones/{n}", why=f"{' '.join(filter(None, [z.country, z.region, z.postcode]))} has a zone already.")] if _place(z) in places else []
        wrong += [] if z.zone in priced else [refuse("values-refused", at=f"zones/{n}/zone", why=f"Zone {z.zone} has no rate.")]
        places.add(_place(z))
    steps: set[Any] = set()
    for n, r in enumerate(ask.rates):
        wrong += [refuse("values-refused", at=f"rates/{n}/price", why="A price has at most four decimals.")] if too_fine(r.price) or too_fine(r.minimum) else []
        wrong += [refuse("values-refused", at=f"rates/{n}", why=f"Zone {r.zone} has a price for this weight already.")] if (r.zone, r.up_to_g) in steps else []
        wrong += [] if r.zone in named else [refuse("values-refused", at=f"rates/{n}/zone", why=f"No destination lies in zone {r.zone}.")]
        steps.add((r.zone, r.up_to_g))
    return wrong


SERVICES = "SELECT DISTINCT carrier, code FROM network_service WHERE carrier = ANY(%(carrier)s::text[])"
SITES = "SELECT code FROM network_site WHERE code = ANY(%(site)s::text[])"
CARDS = """
SELECT c.carrier, c.service, c.from_on, c.until_on, c.id FROM network_ratecard c
  JOIN (SELECT DISTINCT carrier, service FROM unnest(%(carrier)s::text[], %(service)s::text[]) AS k(carrier, service)) k ON k.carrier = c.carrier AND k.service = c.service
"""
ZONES = "SELECT card_id, site, country, region, postcode, zone, days FROM network_servicezone WHERE card_id = ANY(%(card)s::bigint[])"
RATES = "SELECT card_id, zone, up_to_g, price, minimum FROM network_rate WHERE card_id = ANY(%(card)s::bigint[])"
KEEP = """
INSERT INTO network_ratecard (carrier, service, from_on, until_on)
SELECT * FROM unnest(%(carrier)s::text[], %(service)s::text[], %(from_on)s::date[], %(until_on)s::date[])
    ON CONFLICT (carrier, service, from_on) DO UPDATE SET until_on = excluded.until_on
"""
DROP = """
WITH cards AS (SELECT c.id FROM network_ratecard c JOIN unnest(%(carrier)s::text[], %(service)s::text[], %(from_on)s::date[]) AS k(carrier, service, from_on)
                 ON (c.carrier, c.service, c.from_on) = (k.carrier, k.service, k.from_on)),
     zones AS (DELETE FROM network_servicezone WHERE card_id IN (SELECT id FROM cards))
DELETE FROM network_rate WHERE card_id IN (SELECT id FROM cards)
"""
KEEP_ZONES = """
INSERT INTO network_servicezone (card_id, site, country, region, postcode, zone, days)
SELECT c.id, z.site, z.country, z.region, z.postcode, z.zone, z.days
  FROM unnest(%(carrier)s::text[], %(service)s::text[], %(from_on)s::date[], %(site)s::text[], %(country)s::text[], %(region)s::text[], %(postcode)s::text[],
              %(zone)s::text[], %(days)s::smallint[]) AS z(carrier, service, from_on, site, country, region, postcode, zone, days)
  JOIN network_ratecard c ON (c.carrier, c.service, c.from_on) = (z.carrier, z.service, z.from_on)
"""
KEEP_RATES = """
INSERT INTO network_rate (card_id, zone, up_to_g, price, minimum)
SELECT c.id, r.zone, r.up_to_g, r.price, r.minimum
  FROM unnest(%(carrier)s::text[], %(service)s::text[], %(from_on)s::date[], %(zone)s::text[], %(up_to_g)s::int[], %(price)s::numeric[], %(minimum)s::numeric[])
    AS r(carrier, service, from_on, zone, up_to_g, price, minimum)
  JOIN network_ratecard c ON (c.carrier, c.service, c.from_on) = (r.carrier, r.service, r.from_on)
"""


@operation
def keep_rates(run: Run, asks: Sequence[KeepRates]) -> list[RatesKept | Refused]:
    """Add rate cards, each from a day on, or end one."""
    run.rows(as_tuple, ALONE)
    answers = decide(asks, _facts(run, asks))
    kept = list({(a.carrier, a.service, a.from_on): a for a, told in zip(asks, answers, strict=True) if isinstance(told, RatesKept)}.values())
    if kept:
        run.write(KEEP, kept)
        run.write(DROP, kept)
        run.write(KEEP_ZONES, [z for a in kept for z in a.zones], **_of([(a, len(a.zones)) for a in kept]))
        run.write(KEEP_RATES, [r for a in kept for r in a.rates], **_of([(a, len(a.rates)) for a in kept]))
    return answers


def _of(kept: Sequence[tuple[KeepRates, int]]) -> Mapping[str, list[Any]]:
    """The card that each row belongs to."""
    return {name: [getattr(a, name) for a, rows in kept for _ in range(rows)] for name in ("carrier", "service", "from_on")}


def _facts(run: Run, asks: Sequence[KeepRates]) -> Facts:
    cards = run.rows(as_tuple, CARDS, asks)
    held = [id for *_, id in cards]
    zones = _by_card(run.rows(as_tuple, ZONES, card=held)) if held else {}
    rates = _by_card(run.rows(as_tuple, RATES, card=held)) if held else {}
    known: dict[tuple[str, ...], list[Version]] = {}
    for carrier, service, from_on, until_on, id in cards:
        known.setdefault((carrier, service), []).append(Version(from_on, until_on, (zones.get(id, frozenset()), rates.get(id, frozenset()))))
    sites = sorted({z.site for a in asks for z in a.zones if z.site})
    return Facts(set(run.rows(as_tuple, SERVICES, asks)), known, {s for (s,) in run.rows(as_tuple, SITES, site=sites)} if sites else (), run.now.date())


def _by_card(rows: Sequence[tuple[Any, ...]]) -> Mapping[int, frozenset[Any]]:
    found: dict[int, set[Any]] = {}
    for card, *row in rows:
        found.setdefault(card, set()).add(tuple(row))
    return {card: frozenset(rows) for card, rows in found.items()}
