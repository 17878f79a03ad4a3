"""Keep transit counts: how many parcels of the last year took so many working days, by lane, carrier and service.

Whoever delivers counts them, each night. A count is kept whole; one of nothing is dropped. Promises by service and the choice of a service
take from it how likely a day is kept.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

from annotated_types import Ge, Le, MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Country, Quantity, Short, ask
from hanse.kernel.rows import as_tuple

from .events import TransitCounted, TransitCountStands
from .versions import ALONE

Lane = tuple[str, str, str, str]
Counts = Mapping[int, int]


@ask
class Took:
    """So many parcels took so many working days."""

    days: Annotated[int, Ge(0), Le(366)]
    parcels: Quantity


@ask
class KeepTransitCount:
    """What parcels took from a site to a country with a carrier's service."""

    site: Code
    country: Country
    carrier: Code
    service: Short
    took: Annotated[tuple[Took, ...], MaxLen(367)] = ()


def decide(asks: Sequence[KeepTransitCount], known: Mapping[Lane, Counts]) -> list[TransitCounted | TransitCountStands]:
    """Keep the counts that are new."""
    return [
        TransitCountStands(a.site) if _counts(a) == known.get(_lane(a), {}) else TransitCounted(*_lane(a), {str(d): n for d, n in sorted(_counts(a).items())})
        for a in asks]


def _lane(ask: KeepTransitCount) -> Lane:
    return ask.site, ask.country, ask.carrier, ask.service


def _counts(ask: KeepTransitCount) -> Counts:
    return {took.days: took.parcels for took in ask.took}


LANES = "unnest(%(site)s::text[], %(country)s::text[], %(carrier)s::text[], %(service)s::text[]) AS k(site, country, carrier, service)"
KNOWN = f"""
SELECT c.site, c.country, c.carrier, c.service, c.days, c.parcels FROM network_transitcount c
 WHERE (c.site, c.country, c.carrier, c.service) IN (SELECT k.site, k.country, k.carrier, k.service FROM {LANES})
"""
DROP = f"""
DELETE FROM network_transitcount c USING (SELECT DISTINCT * FROM {LANES}) k
 WHERE (c.site, c.country, c.carrier, c.service) = (k.site, k.country, k.carrier, k.service)
"""
KEEP = """
INSERT INTO network_transitcount (site, country, carrier, service, days, parcels)
SELECT * FROM unnest(%(site)s::text[], %(country)s::text[], %(carrier)s::text[], %(service)s::text[], %(days)s::smallint[], %(parcels)s::bigint[])
"""


@operation
def keep_transit_counts(run: Run, asks: Sequence[KeepTransitCount]) -> list[TransitCounted | TransitCountStands]:
    """Keep what parcels took, lane by lane."""
    run.rows(as_tuple, ALONE)
    known: dict[Lane, dict[int, int]] = {}
    for site, country, carrier, service, days, parcels in run.rows(as_tuple, KNOWN, asks):
        known.setdefault((site, country, carrier, service), {})[days] = parcels
    answers = decide(asks, known)
    kept = {_lane(a): a for a, told in zip(asks, answers, strict=True) if isinstance(told, TransitCounted)}
    if kept:
        run.write(DROP, list(kept.values()))
        took = [(a, t) for a in kept.values() for t in a.took]
        run.write(KEEP, [a for a, _ in took], days=[t.days for _, t in took], parcels=[t.parcels for _, t in took])
    return answers
