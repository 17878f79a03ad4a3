"""Book pickups: ask carriers to fetch parcels at a site, ready by a time and before the dock closes, in the site's own time.

The carrier is asked afterwards, until it answers. One pickup a day of a site and a carrier; another window is a change of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated

from annotated_types import Ge, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import PickupAsked
from .pickups import ASK, wrong_window

Parcels = Annotated[int, Ge(1), Le(100_000)]
Grams = Annotated[int, Ge(0), Le(10**12)]


@ask
class BookPickup:
    """A carrier is to fetch so many parcels at a site, in a window of the site's own time."""

    site: Code
    carrier: Code
    on: date
    ready_by: time
    closes_at: time
    parcels: Parcels
    weight_g: Grams = 0
    instructions: Short = ""


@dataclass(frozen=True, slots=True)
class Known:
    """The facts: sites by code with zone, carriers by code and whether they are connected, what is booked by site, carrier and day."""

    sites: Mapping[str, tuple[int, str]]
    carriers: Mapping[str, tuple[int, bool]]
    booked: Mapping[tuple[str, str, date], int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A pickup as it is to be written, beside the fact that tells it."""

    id: int
    ask: BookPickup
    told: PickupAsked


def decide(asks: Sequence[BookPickup], known: Known, now: datetime, numbers: Sequence[int]) -> list[Asked | Refused]:
    """Ask for each pickup, one a day."""
    answers: list[Asked | Refused] = []
    booked = dict(known.booked)
    for ask, number in zip(asks, numbers, strict=True):
        site, carrier = ask.site.upper(), ask.carrier.upper()
        if wrong := _wrong(ask, site, carrier, known, booked, now):
            answers.append(refuse_all(wrong))
            continue
        booked[site, carrier, ask.on] = number
        answers.append(Asked(number, ask, PickupAsked(f"P-{number}", site, carrier, ask.on, ask.ready_by, ask.closes_at, ask.parcels)))
    return answers


def _wrong(ask: BookPickup, site: str, carrier: str, known: Known, booked: Mapping[tuple[str, str, date], int], now: datetime) -> list[Refused]:
    wrong = [] if site in known.sites else [refuse("site-unknown", at="site", site=ask.site)]
    if carrier not in known.carriers:
        wrong.append(refuse("carrier-unknown", at="carrier", carrier=ask.carrier))
    elif not known.carriers[carrier][1]:
        wrong.append(refuse("carrier-not-connected", at="carrier", carrier=carrier))
    wrong += wrong_window(ask.on, ask.ready_by, ask.closes_at, known.sites[site][1], now) if site in known.sites else []
    if there := booked.get((site, carrier, ask.on)):
        wrong.append(refuse("pickup-wanted", at="on", carrier=carrier, site=site, on=ask.on, pickup=f"P-{there}"))
    return wrong


SITES = "SELECT code, id, zone FROM network_site WHERE code = ANY(%(codes)s::text[])"
CARRIERS = """
SELECT r.code, r.id, n.carrier_id IS NOT NULL FROM transport_carrier r LEFT JOIN transport_connection n ON n.carrier_id = r.id
 WHERE r.code = ANY(%(codes)s::text[]) ORDER BY r.id FOR NO KEY UPDATE OF r
"""
BOOKED = """
SELECT s.code, r.code, p.day, max(p.id) FROM transport_pickup p JOIN network_site s ON s.id = p.site_id JOIN transport_carrier r ON r.id = p.carrier_id
 WHERE p.outcome = '' AND p.day = ANY(%(days)s::date[]) AND r.code = ANY(%(codes)s::text[]) GROUP BY 1, 2, 3
"""


@operation
def book_pickups(run: Run, asks: Sequence[BookPickup]) -> list[PickupAsked | Refused]:
    """Ask carriers to fetch parcels."""
    codes = sorted({a.carrier.upper() for a in asks})
    carriers = {code: (id, connected) for code, id, connected in run.rows(as_tuple, CARRIERS, codes=codes)}
    sites = {code: (id, zone) for code, id, zone in run.rows(as_tuple, SITES, codes=sorted({a.site.upper() for a in asks}))}
    booked = {(site, carrier, day): id for site, carrier, day, id in run.rows(as_tuple, BOOKED, codes=codes, days=sorted({a.on for a in asks}))}
    decided = decide(asks, Known(sites, carriers, booked), run.now, run.draw("transport_pickup_id_seq", len(asks)))
    asked = [(d, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Asked)]
    if asked:
        run.write(
            ASK, [d.ask for d, _ in asked], ids=[d.id for d, _ in asked], sites=[sites[d.told.site][0] for d, _ in asked], carriers=[carriers[d.told.carrier][0] for d, _ in asked],
            day=[d.ask.on for d, _ in asked], replaced=[None] * len(asked), by=[actor for _, actor in asked],
        )
    return [d.told if isinstance(d, Asked) else d for d in decided]
