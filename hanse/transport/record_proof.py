"""Record proof: keep a proof of delivery, and count the parcel as delivered if no carrier told so before.

A proof says when, where and by whom a parcel was received, how much of it and in what condition. It is never changed:
an amendment is another proof, and the latest one holds. A proof settles what carriers left in doubt. A parcel that holds cartons of
several orders is proven for all of them at once, each with a proof of its own; where less came than was sent, order by order.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, Le, MaxLen

from hanse.journal.operation import begins, draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Count, Short, Text, ask
from hanse.kernel.gs1 import wrong_key
from hanse.kernel.numbers import order_id, order_number
from hanse.kernel.refused import Refused, refuse, refuse_all

from .events import ProofRecorded
from .parcels import LOCK, Parcel, lock_and_read_full, settle, sightings
from .photos import MOST_BYTES, NotAPhoto, Photo, photo_of
from .record_tracking import instant
from .states import derive

Base64Photo = Annotated[str, MaxLen(MOST_BYTES * 4 // 3 + 4)]
Strokes = Annotated[str, MaxLen(20_000)]


@ask
class RecordProof:
    """A parcel was received. `received` counts units over the whole parcel, or over what it holds of the `order` that is named; `gln` names
    the place, if it has one. `photo` is a JPEG in Base64, `signature` strokes as points: `12,40 13,42;30,41 31,44`.
    """

    parcel: Code
    carrier: Code | None = None
    at: datetime | None = None
    zone: Short = ""
    receiver: Short = ""
    place: Short = ""
    gln: Short = ""
    latitude: Annotated[Decimal, Ge(-90), Le(90)] | None = None
    longitude: Annotated[Decimal, Ge(-180), Le(180)] | None = None
    accuracy_m: Annotated[Decimal, Ge(0), Le(10_000_000)] | None = None
    received: Count | None = None
    condition: Text = ""
    left_unattended: bool = False
    source: Short = ""
    order: Code | None = None
    relation: Literal["", "named", "colleague", "reception", "neighbour"] = ""
    photo: Base64Photo = ""
    signature: Strokes = ""


@dataclass(frozen=True, slots=True)
class Proven:
    """The proofs that an ask comes to: one for each carton's parcel under the number, the outer carton's first."""

    ask: RecordProof
    proofs: Sequence[tuple[ProofRecorded, Parcel]]
    photo: Photo | None = None


def decide(asks: Sequence[RecordProof], parcels: Mapping[str, Sequence[Parcel]], numbers: Sequence[int], now: datetime) -> list[Proven | Refused]:
    """Keep each proof of a parcel of ours."""
    drawn = iter(numbers)
    return [_decide(ask, parcels.get(ask.parcel, ()), drawn, now) for ask in asks]


def _decide(ask: RecordProof, found: Sequence[Parcel], numbers: Iterator[int], now: datetime) -> Proven | Refused:
    fit = [p for p in found if (ask.carrier is None or p.carrier_code == ask.carrier.upper()) and (ask.order is None or p.order == order_id(ask.order))]
    if not fit:
        return refuse("parcel-unknown", at="parcel", parcel=ask.parcel)
    if len({p.carrier for p in fit}) > 1:
        return refuse("values-refused", at="carrier", why=f"Several carriers have a parcel {ask.parcel}: say which.")
    if any(p.back_at for p in fit):
        return refuse("came-back-already", at="parcel", parcel=ask.parcel)
    at, sent, orders = instant(ask.at or now, ask.zone, now), sum(p.units for p in fit), list(dict.fromkeys(p.order for p in fit))
    findings = [at] if isinstance(at, Refused) else []
    if ask.received is not None and ask.received > sent:
        findings.append(refuse("received-out-of-range", at="received", sent=sent, got=ask.received))
    if ask.received is not None and ask.received < sent and len(orders) > 1:
        findings.append(refuse("received-in-parts", at="order", parcel=ask.parcel, orders=list(map(order_number, orders)), sent=sent, got=ask.received))
    if ask.gln and (why := wrong_key(ask.gln, (13,))):
        findings.append(refuse("values-refused", at="gln", why=f"{ask.gln} is no GLN: {why}."))
    if (ask.latitude is None) != (ask.longitude is None):
        findings.append(refuse("values-refused", at="latitude", why="A place on earth has a latitude and a longitude."))
    if ask.signature and not STROKES.fullmatch(ask.signature):
        findings.append(refuse("values-refused", at="signature", why="A signature is strokes of points between 0 and 999: 12,40 13,42;30,41 31,44."))
    photo = photo_of(ask.photo) if ask.photo else None
    if isinstance(photo, NotAPhoto):
        findings.append(refuse("values-refused", at="photo", why=photo.why))
    if findings or isinstance(at, Refused):
        return refuse_all(findings)
    left, proofs = ask.received, []
    for p in fit:
        got = None if left is None else min(left, p.units)
        left = None if left is None else left - (got or 0)
        proofs.append((ProofRecorded(order_number(p.order), p.tracking, p.carrier_code, next(numbers), p.units, got, ask.condition, at, ask.zone or "UTC", photo.sha256 if isinstance(photo, Photo) else ""), p))
    return Proven(ask, proofs, photo if isinstance(photo, Photo) else None)


KEEP = """
INSERT INTO transport_proof (id, parcel_id, delivered_at, zone, receiver, place, gln, latitude, longitude, accuracy_m, received, condition,
                             left_unattended, source, recorded_at, actor, relation, photo, signature)
SELECT f.id, f.parcel, f.at, f.zone, f.receiver, f.place, f.gln, f.latitude, f.longitude, f.accuracy_m, f.received, f.condition,
       f.left_unattended, f.source, %(now)s::timestamptz, f.actor, f.relation, f.photo, f.signature
  FROM unnest(%(proof)s::bigint[], %(parcels)s::bigint[], %(told_at)s::timestamptz[], %(told_zone)s::text[], %(receiver)s::text[], %(place)s::text[],
              %(gln)s::text[], %(latitude)s::numeric[], %(longitude)s::numeric[], %(accuracy_m)s::numeric[], %(received)s::bigint[],
              %(condition)s::text[], %(left_unattended)s::boolean[], %(source)s::text[], %(by)s::text[],
              %(relation)s::text[], %(photos)s::text[], %(signature)s::text[])
    AS f(id, parcel, at, zone, receiver, place, gln, latitude, longitude, accuracy_m, received, condition, left_unattended, source, actor, relation, photo, signature)
"""
KEEP_PHOTOS = """
INSERT INTO transport_photo (sha256, body, recorded_at) SELECT p.sha256, p.body, %(now)s::timestamptz FROM unnest(%(sha256)s::text[], %(body)s::bytea[]) AS p(sha256, body)
    ON CONFLICT (sha256) DO NOTHING
"""
STROKES = re.compile(r"[0-9]{1,3},[0-9]{1,3}([ ;][0-9]{1,3},[0-9]{1,3})*")


@dataclass(frozen=True, slots=True)
class Kept:
    """An accepted proof beside its ask and parcel, and who gave it."""

    ask: RecordProof
    told: ProofRecorded
    parcel: Parcel
    actor: str


@operation
@draws(lambda asks: {"transport_proof_id_seq": len(asks)})
@begins(LOCK, lambda asks: {"tracking": sorted({a.parcel for a in asks})})
def record_proof(run: Run, asks: Sequence[RecordProof]) -> list[ProofRecorded | Refused]:
    """Keep proofs of delivery; a parcel that was not counted as delivered is counted now."""
    parcels: dict[str, list[Parcel]] = {}
    for parcel in lock_and_read_full(run, [a.parcel for a in asks]):
        parcels.setdefault(parcel.tracking, []).append(parcel)
    numbers = run.draw("transport_proof_id_seq", sum(max(1, len(parcels.get(a.parcel, ()))) for a in asks))
    decided = decide(asks, parcels, numbers, run.now.astimezone(UTC))
    proven = [(d, owner) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Proven)]
    if photos := {d.photo.sha256: d.photo for d, _ in proven if d.photo}:
        run.write(KEEP_PHOTOS, list(photos.values()))
    if proven:
        _write(run, [Kept(d.ask, told, parcel, owner[0]) for d, owner in proven for told, parcel in d.proofs])
    for d, owner in proven:
        run.tell([told for told, _ in d.proofs[1:]], owner)
    return [d.proofs[0][0] if isinstance(d, Proven) else d for d in decided]


def _write(run: Run, kept: Sequence[Kept]) -> None:
    run.write(
        KEEP, [k.ask for k in kept], proof=[k.told.proof for k in kept], parcels=[k.parcel.id for k in kept], told_at=[k.told.at for k in kept],
        told_zone=[k.told.zone for k in kept], received=[k.told.received for k in kept], by=[k.actor for k in kept], photos=[k.told.photo for k in kept],
    )
    proofs = {k.parcel.id: k.told.at for k in kept}
    moved = list({k.parcel.id: k.parcel for k in kept}.values())
    told = sightings(run, [p.tracking for p in moved if p.seen])
    settle(run, moved, {p.id: derive(told.get((p.carrier, p.tracking), ()), proofs[p.id]) for p in moved}, by_proof=True)
