"""Keep routing guide: which carriers are asked for loads of a lane, in which order, at which rate, and how long each has to answer.

A lane is a site and a country, or one of its regions; the guide of the region wins. A guide holds from its day on; a later one follows
it, and one kept again for the same day takes its place. Loads that are tendered already go on by the carriers as they stand then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from annotated_types import Ge, Le, MaxLen, MinLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Country, Currency, Short, ask
from hanse.kernel.money import is_currency, too_fine
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import RoutingGuideKept

MOST_RATE = Decimal(10**9)


@ask
class GuideCarrier:
    """A carrier of the guide: what it takes for a load, and the minutes it has to answer."""

    carrier: Code
    rate: Annotated[Decimal, Ge(0), Le(MOST_RATE)]
    currency: Currency = "EUR"
    answer_minutes: Annotated[int, Ge(1), Le(43_200)] = 120


@ask
class KeepRoutingGuide:
    """The guide of a lane from a day on, the first carrier asked first. Without a day it holds from today on."""

    site: Code
    country: Country
    carriers: Annotated[tuple[GuideCarrier, ...], MinLen(1), MaxLen(100)]
    region: Short = ""
    from_on: date | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """An accepted guide: its ask, the site, its day, and what is told of it."""

    ask: KeepRoutingGuide
    site: int
    told: RoutingGuideKept


def lane_said(site: str, country: str, region: str) -> str:
    """A lane in words."""
    return f"{site} → {country}" + (f" ({region})" if region else "")


def decide(asks: Sequence[KeepRoutingGuide], sites: Mapping[str, int], carriers: Mapping[str, int], today: date) -> list[Kept | Refused]:
    """Keep each guide whose site and carriers are known."""
    return [refuse_all(wrong) if (wrong := _wrong(ask, sites, carriers)) else _kept(ask, sites[ask.site], today) for ask in asks]


def _kept(ask: KeepRoutingGuide, site: int, today: date) -> Kept:
    lane = lane_said(ask.site, ask.country, ask.region)
    return Kept(ask, site, RoutingGuideKept(lane, tuple(c.carrier.upper() for c in ask.carriers), ask.from_on or today))


def _wrong(ask: KeepRoutingGuide, sites: Mapping[str, int], carriers: Mapping[str, int]) -> list[Refused]:
    wrong = [] if ask.site in sites else [refuse("site-unknown", at="site", site=ask.site)]
    if not (ask.country.isascii() and ask.country.isalpha() and ask.country.isupper()):
        wrong.append(refuse("values-refused", at="country", why=f"{ask.country} is no country code of ISO 3166, such as DE."))
    named = [c.carrier.upper() for c in ask.carriers]
    if not named:
        wrong.append(refuse("values-refused", at="carriers", why="A routing guide names at least one carrier."))
    for n, (code, it) in enumerate(zip(named, ask.carriers, strict=True)):
        if code not in carriers:
            wrong.append(refuse("carrier-unknown", at=f"carriers/{n}/carrier", carrier=it.carrier))
        if code in named[:n]:
            wrong.append(refuse("values-refused", at=f"carriers/{n}/carrier", why=f"{code} stands in the guide twice."))
        if not is_currency(it.currency):
            wrong.append(refuse("currency-unknown", at=f"carriers/{n}/currency", currency=it.currency))
        if too_fine(it.rate):
            wrong.append(refuse("values-refused", at=f"carriers/{n}/rate", why="A rate has at most four decimals."))
    return wrong


SITES = "SELECT code, id FROM network_site WHERE code = ANY(%(site)s::text[])"
CARRIERS = "SELECT code, id FROM transport_carrier WHERE code = ANY(%(carrier)s::text[])"
LOCK = "SELECT id FROM network_site WHERE code = ANY(%(site)s::text[]) ORDER BY id FOR NO KEY UPDATE"
CLEAR = """
DELETE FROM transport_guideentry e USING unnest(%(site)s::bigint[], %(country)s::text[], %(region)s::text[], %(from_on)s::date[]) AS g(site, country, region, from_on)
 WHERE e.site_id = g.site AND e.country = g.country AND e.region = g.region AND e.from_on = g.from_on
"""
KEEP = """
INSERT INTO transport_guideentry (site_id, country, region, from_on, rank, carrier_id, rate, currency, answer_minutes)
SELECT * FROM unnest(%(site)s::bigint[], %(country)s::text[], %(region)s::text[], %(from_on)s::date[], %(rank)s::smallint[], %(carriers)s::bigint[], %(rate)s::numeric[],
                     %(currency)s::text[], %(answer_minutes)s::int[])
"""


@operation
def keep_routing_guide(run: Run, asks: Sequence[KeepRoutingGuide]) -> list[RoutingGuideKept | Refused]:
    """Keep the routing guides of lanes; of two for one lane and day the last one holds."""
    run.lock(LOCK, asks)
    sites = dict(run.rows(as_tuple, SITES, asks))
    carriers = dict(run.rows(as_tuple, CARRIERS, carrier=[c.carrier.upper() for a in asks for c in a.carriers]))
    decided = decide(asks, sites, carriers, run.now.date())
    kept = list({(d.site, d.ask.country, d.ask.region, d.told.from_on): d for d in decided if isinstance(d, Kept)}.values())
    if kept:
        run.write(CLEAR, [d.ask for d in kept], site=[d.site for d in kept], from_on=[d.told.from_on for d in kept])
        entries = [(d, n, c) for d in kept for n, c in enumerate(d.ask.carriers, 1)]
        run.write(
            KEEP, [c for _, _, c in entries], site=[d.site for d, _, _ in entries], country=[d.ask.country for d, _, _ in entries],
            region=[d.ask.region for d, _, _ in entries], from_on=[d.told.from_on for d, _, _ in entries], rank=[n for _, n, _ in entries],
            carriers=[carriers[c.carrier.upper()] for _, _, c in entries],
        )
    return [d.told if isinstance(d, Kept) else d for d in decided]
