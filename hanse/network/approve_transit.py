"""Approve transit: what a lane was seen to take is put in force for promises, from a day on.

A person chooses the percentile; the days at it stand in for the planned ones when a day is promised from then on. Promises that were given
stay as they are, and the lane's own days stay what the carrier agreed to: by them he is measured. A version of the same day replaces none: give
it another day.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from annotated_types import Ge, Le, MaxLen, MinLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Country, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import TransitApproved

PERCENTS = (50, 75, 85, 90, 95, 97, 99)
ENOUGH = 30
Days = Annotated[int, Ge(0), Le(365)]


@ask
class ApproveTransit:
    """The days that a lane takes at the 50th, 75th, 85th, 90th, 95th, 97th and 99th percentile, of so many parcels between two days; which of them holds from when on.

    A carrier or service that is not named is any.
    """

    site: Code
    country: Country
    percent: Literal[50, 75, 85, 90, 95, 97, 99]
    percentiles: Annotated[tuple[Days, ...], MinLen(7), MaxLen(7)]
    parcels: Annotated[int, Ge(0), Le(10**12)]
    measured_from: date
    measured_to: date
    from_on: date
    region: Short = ""
    carrier: Short = ""
    service: Short = ""


Key = tuple[str, str, str, str, str, date]


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a batch: sites, their lanes, versions that begin on the days named, the day it is."""

    sites: Mapping[str, int]
    lanes: Collection[tuple[str, str, str]]
    versions: Collection[Key]
    today: date


def decide(asks: Sequence[ApproveTransit], known: Known) -> list[TransitApproved | Refused]:
    """Put each in force from its day on."""
    answers: list[TransitApproved | Refused] = []
    taken = set(known.versions)
    for ask in asks:
        key = (ask.site, ask.country, ask.region, ask.carrier, ask.service, ask.from_on)
        findings = _wrong(ask, known)
        if key in taken:
            findings.append(refuse("values-refused", at="from_on", why=f"Another version begins on {ask.from_on}: take a later day."))
        if findings:
            answers.append(refuse_all(findings))
            continue
        taken.add(key)
        days = ask.percentiles[PERCENTS.index(ask.percent)]
        answers.append(TransitApproved(ask.site, ask.country, ask.region, ask.carrier, ask.service, ask.from_on, ask.percent, days, ask.percentiles, ask.parcels))
    return answers


def _wrong(ask: ApproveTransit, known: Known) -> list[Refused]:
    found = []
    if ask.site not in known.sites:
        found.append(refuse("site-unknown", at="site", site=ask.site))
    elif (ask.site, ask.country, ask.region) not in known.lanes:
        found.append(refuse("lane-unknown", at="country", site=ask.site, to=f"{ask.country} {ask.region}".strip()))
    if list(ask.percentiles) != sorted(ask.percentiles):
        found.append(refuse("values-refused", at="percentiles", why="Percentiles rise: a higher one never takes fewer days."))
    if ask.parcels < ENOUGH:
        found.append(refuse("transit-unsure", at="parcels", why=f"{ask.parcels} parcels say too little: {ENOUGH} are needed."))
    if ask.measured_to < ask.measured_from:
        found.append(refuse("values-refused", at="measured_to", why="It was measured until after it began."))
    if ask.from_on < known.today:
        found.append(refuse("values-refused", at="from_on", why="It holds from today on or later: promises that were given stay."))
    return found


SITES = "SELECT code, id FROM network_site WHERE code = ANY(%(site)s::text[])"
LANES = "SELECT s.code, l.country, l.region FROM network_lane l JOIN network_site s ON s.id = l.site_id WHERE s.code = ANY(%(site)s::text[])"
VERSIONS = """
SELECT s.code, t.country, t.region, t.carrier, t.service, t.from_on FROM network_learnedtransit t JOIN network_site s ON s.id = t.site_id
 WHERE s.code = ANY(%(site)s::text[]) AND t.from_on = ANY(%(from_on)s::date[])
"""
KEEP = """
INSERT INTO network_learnedtransit (site_id, country, region, carrier, service, from_on, percent, days, p50, p75, p85, p90, p95, p97, p99,
                                    parcels, measured_from, measured_to, approved_by, approved_at)
SELECT s.id, t.country, t.region, t.carrier, t.service, t.from_on, t.percent, t.days, t.p50, t.p75, t.p85, t.p90, t.p95, t.p97, t.p99,
       t.parcels, t.measured_from, t.measured_to, t.by, %(now)s::timestamptz
  FROM unnest(%(site)s::text[], %(country)s::text[], %(region)s::text[], %(carrier)s::text[], %(service)s::text[], %(from_on)s::date[], %(percent)s::smallint[], %(days)s::smallint[],
              %(p50)s::smallint[], %(p75)s::smallint[], %(p85)s::smallint[], %(p90)s::smallint[], %(p95)s::smallint[], %(p97)s::smallint[], %(p99)s::smallint[],
              %(parcels)s::bigint[], %(measured_from)s::date[], %(measured_to)s::date[], %(by)s::text[])
    AS t(site, country, region, carrier, service, from_on, percent, days, p50, p75, p85, p90, p95, p97, p99, parcels, measured_from, measured_to, by)
  JOIN network_site s ON s.code = t.site
"""


@operation
def approve_transit(run: Run, asks: Sequence[ApproveTransit]) -> list[TransitApproved | Refused]:
    """Put what lanes were seen to take in force for promises from a day on."""
    known = Known(dict(run.rows(as_tuple, SITES, asks)), set(run.rows(as_tuple, LANES, asks)), set(run.rows(as_tuple, VERSIONS, asks)), run.now.date())
    answers = decide(asks, known)
    kept = [(ask, a, owner[0]) for ask, a, owner in zip(asks, answers, run.owners, strict=True) if isinstance(a, TransitApproved)]
    if kept:
        columns = {f"p{p}": [ask.percentiles[n] for ask, *_ in kept] for n, p in enumerate(PERCENTS)}
        run.write(KEEP, [ask for ask, *_ in kept], days=[a.days for _, a, _ in kept], by=[by for *_, by in kept], **columns)
    return answers
