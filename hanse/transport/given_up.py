"""Given up: what a person, not a carrier, tells of a parcel's journey. It is kept beside the carrier's events, so that the state follows from all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hanse.journal.run import Run
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple

from .parcels import Parcel, lock_and_read, proven, settle, sightings
from .states import derive

TELL = """
INSERT INTO transport_trackingevent (carrier_id, tracking, code, text, state, happened_at, zone, raw, recorded_at)
SELECT e.carrier, e.tracking, e.code, e.text, e.state, e.at, w.zone, '{"by_hand": true}', %(now)s::timestamptz
  FROM unnest(%(carriers)s::bigint[], %(trackings)s::text[], %(codes)s::text[], %(texts)s::text[], %(states)s::text[], %(ats)s::timestamptz[], %(sites)s::bigint[])
    AS e(carrier, tracking, code, text, state, at, site) JOIN network_site w ON w.id = e.site
    ON CONFLICT (tracking, carrier_id, code, happened_at) DO NOTHING
"""
SILENT = """
SELECT p.id FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id
 WHERE p.id = ANY(%(parcel)s::bigint[]) AND (s.promised_on < %(now)s::date OR EXISTS (
   SELECT FROM transport_silence x WHERE x.parcel_id = p.id AND x.since_at = coalesce(p.moved_at, s.handed_over_at)))
"""


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody tells of a parcel: a code of ours, the state it means, in what words, when."""

    parcel: Parcel
    code: str
    state: str
    text: str
    at: datetime


def parcels_of(run: Run, numbers: Sequence[str]) -> dict[str, list[Parcel]]:
    """The parcels under these tracking numbers, whose orders are locked now; of several carriers' too."""
    found: dict[str, list[Parcel]] = {}
    for parcel in lock_and_read(run, numbers):
        found.setdefault(parcel.tracking, []).append(parcel)
    return found


def fitting(found: Mapping[str, Sequence[Parcel]], number: str, carrier: str | None) -> Sequence[Parcel] | Refused:
    """The parcels that an ask means: of one carrier, one for each order in them."""
    fit = [p for p in found.get(number, ()) if carrier is None or p.carrier_code == carrier.upper()]
    if not fit:
        return refuse("parcel-unknown", at="parcel", parcel=number)
    if len({p.carrier for p in fit}) > 1:
        return refuse("values-refused", at="carrier", why=f"Several carriers have a parcel {number}: say which.")
    return fit


def ended(fit: Sequence[Parcel]) -> Refused | None:
    """Why nothing more is told of a parcel: it was delivered, or came back."""
    if any(p.delivered_at for p in fit):
        return refuse("delivered-already", at="parcel", parcel=fit[0].tracking)
    if any(p.back_at for p in fit):
        return refuse("came-back-already", at="parcel", parcel=fit[0].tracking)
    return None


def silent(run: Run, found: Mapping[str, Sequence[Parcel]]) -> set[int]:
    """Those of the parcels that were noticed as silent, or whose promise has passed."""
    ids = [p.id for parcels in found.values() for p in parcels]
    return {id for (id,) in run.rows(as_tuple, SILENT, parcel=ids)} if ids else set()


def tell(run: Run, words: Sequence[Word]) -> None:
    """Keep what was told of parcels and derive where they are."""
    if not words:
        return
    first = list({(w.parcel.carrier, w.parcel.tracking): w for w in words}.values())
    run.write(TELL, carriers=[w.parcel.carrier for w in first], trackings=[w.parcel.tracking for w in first], codes=[w.code for w in first],
              texts=[w.text for w in first], states=[w.state for w in first], ats=[w.at for w in first], sites=[w.parcel.site for w in first])
    moved = [w.parcel for w in words]
    told = sightings(run, [p.tracking for p in moved])
    proofs = proven(run, moved)
    settle(run, moved, {p.id: derive(told.get((p.carrier, p.tracking), ()), proofs.get(p.id)) for p in moved})


def latest(fit: Sequence[Parcel], now: datetime) -> datetime:
    """Now, or right after the last word of the carrier, if his clock is ahead of ours."""
    return max([now, *(p.moved_at + timedelta(microseconds=1) for p in fit if p.moved_at)])
