"""Record tracking: keep what carriers tell of parcels, in any order and as often as they tell it.

Each event is kept as it came and read by the carrier's own table of its day; an unknown code is kept as unknown. The
parcel's state is derived from all its events. Events of parcels that are not ours are kept too: they are taken in
when the parcel appears.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic_core import to_json

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.places import is_zone
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple

from .events import TrackingKnown, TrackingRecorded
from .parcels import Parcel, lock_and_read, proven, settle, sightings
from .states import Sighting, derive

AHEAD = timedelta(days=31)
"""So far ahead an event may be dated. A wrong zone or day is kept as it was told; after a wrong month or year the parcel would never count as silent, and as delivered only then."""


@ask
class Track:
    """A carrier's event: its code (and letter of type, where it has one) and when it happened there.

    A time without offset is read in the zone, which then must be given. `raw` keeps the carrier's message.
    """

    carrier: Code
    tracking: Code
    code: Code
    at: datetime
    zone: Short = ""
    type: Short = ""
    text: Short = ""
    place: Short = ""
    expected_on: date | None = None
    raw: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a batch: carriers, their code tables (entries from the latest on), the parcels of each number, and what was told before."""

    carriers: Mapping[str, int]
    codes: Mapping[tuple[int, str], Sequence[tuple[date, str]]]
    parcels: Mapping[tuple[int, str], Sequence[Parcel]]
    told: Mapping[tuple[int, str], Sequence[Sighting]]
    now: datetime


def decide(asks: Sequence[Track], known: Known) -> list[TrackingRecorded | TrackingKnown | Refused]:
    """Keep each event once; carriers repeat themselves."""
    answers: list[TrackingRecorded | TrackingKnown | Refused] = []
    seen = {(carrier, tracking, s.code, s.at) for (carrier, tracking), told in known.told.items() for s in told}
    for ask in asks:
        carrier = known.carriers.get(ask.carrier.upper())
        at = instant(ask.at, ask.zone, known.now)
        if carrier is None:
            answers.append(refuse("carrier-unknown", at="carrier", carrier=ask.carrier))
        elif isinstance(at, Refused):
            answers.append(at)
        elif (carrier, ask.tracking, ask.code, at) in seen:
            answers.append(TrackingKnown(ask.tracking, ask.carrier.upper(), ask.code, at))
        else:
            seen.add((carrier, ask.tracking, ask.code, at))
            parcel = next(iter(known.parcels.get((carrier, ask.tracking), ())), None)
            answers.append(TrackingRecorded(
                ask.tracking, ask.carrier.upper(), ask.code, means(known.codes, carrier, ask, at.date()),
                order_number(parcel.order) if parcel else None, ask.text, ask.place, ask.expected_on, at, ask.zone or "UTC"))
    return answers


def instant(at: datetime, zone: str, now: datetime) -> datetime | Refused:
    """The instant of a carrier's time, in UTC. Its clock may be ahead; what is told for another month has not happened."""
    if zone and not is_zone(zone):
        return refuse("zone-unknown", at="zone", zone=zone)
    if at.tzinfo is None:
        if not zone:
            return refuse("values-refused", at="at", why="A time without offset needs the zone of its place.")
        at = at.replace(tzinfo=ZoneInfo(zone))
    at = at.astimezone(UTC)
    return refuse("not-yet", at="at", told=f"{at:%Y-%m-%d %H:%M} UTC") if at > now + AHEAD else at


def means(codes: Mapping[tuple[int, str], Sequence[tuple[date, str]]], carrier: int, ask: Track, on: date) -> str:
    """What a code meant to its carrier on a day; else what its type means; else unknown."""
    for code in (ask.code, ask.type):
        for since, state in codes.get((carrier, code), ()):
            if since <= on:
                return state
    return "unknown"


CARRIERS = "SELECT code, id FROM transport_carrier WHERE code = ANY(%(codes)s::text[])"
CODES = """
SELECT carrier_id, code, since, state FROM transport_carriercode
 WHERE carrier_id = ANY(%(carriers)s::bigint[]) AND code = ANY(%(codes)s::text[]) ORDER BY carrier_id, code, since DESC
"""
KEEP = """
INSERT INTO transport_trackingevent (carrier_id, tracking, code, text, state, place, happened_at, zone, expected_on, raw, recorded_at)
SELECT e.*, %(now)s::timestamptz
  FROM unnest(%(carriers)s::bigint[], %(parcel)s::text[], %(code)s::text[], %(text)s::text[], %(state)s::text[], %(place)s::text[],
              %(at)s::timestamptz[], %(zone)s::text[], %(expected_on)s::date[], %(raw)s::jsonb[]) AS e
    ON CONFLICT (tracking, carrier_id, code, happened_at) DO NOTHING
"""


@operation
def record_tracking(run: Run, asks: Sequence[Track]) -> list[TrackingRecorded | TrackingKnown | Refused]:
    """Keep carriers' events and derive where their parcels are; a first delivery counts the units."""
    known = _facts(run, asks)
    answers = decide(asks, known)
    new = [(ask, a) for ask, a in zip(asks, answers, strict=True) if isinstance(a, TrackingRecorded)]
    if not new:
        return answers
    run.write(KEEP, [a for _, a in new], carriers=[known.carriers[a.carrier] for _, a in new], raw=[_raw(ask) for ask, _ in new])
    told = {key: list(seen) for key, seen in known.told.items()}
    for _, a in new:
        told.setdefault((known.carriers[a.carrier], a.parcel), []).append(Sighting(a.at or run.now, a.state, a.code, a.expected_on))
    touched = {(known.carriers[a.carrier], a.parcel) for _, a in new}
    moved = [p for key, parcels in known.parcels.items() if key in touched for p in parcels]
    proofs = proven(run, moved)
    settle(run, moved, {p.id: derive(told[p.carrier, p.tracking], proofs.get(p.id)) for p in moved})
    return answers


def _facts(run: Run, asks: Sequence[Track]) -> Known:
    numbers = [a.tracking for a in asks]
    parcels: dict[tuple[int, str], list[Parcel]] = {}
    for p in lock_and_read(run, numbers):
        parcels.setdefault((p.carrier, p.tracking), []).append(p)
    carriers = dict(run.rows(as_tuple, CARRIERS, codes=sorted({a.carrier.upper() for a in asks})))
    codes: dict[tuple[int, str], list[tuple[date, str]]] = {}
    wanted = sorted({a.code for a in asks} | {a.type for a in asks if a.type})
    for carrier, code, since, state in run.rows(as_tuple, CODES, carriers=sorted(carriers.values()), codes=wanted):
        codes.setdefault((carrier, code), []).append((since, state))
    return Known(carriers, codes, parcels, sightings(run, numbers), run.now)


def _raw(ask: Track) -> str | None:
    return None if ask.raw is None else to_json(ask.raw).decode()
