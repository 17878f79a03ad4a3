"""Take a receiving advice: the consignee tells what he received of an order, line by line.

It is a proof of its own, from him who had the goods in hand: each parcel it is about counts as delivered to him. Units that were missing in it,
or that he rejected and why, are kept by line; whether the order was perfect reads them. The same advice twice changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Literal

from annotated_types import MaxLen, MinLen
from pydantic_core import from_json

from hanse.journal.events import json_of
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Count, Id, Short, ask
from hanse.kernel.numbers import order_id, order_number
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple, row

from .events import ProofRecorded, ReceivingAdviceKnown, ReceivingAdviceTaken
from .parcels import Parcel, lock_and_read, settle, sightings
from .record_tracking import instant
from .states import derive

SOURCE = "receiving advice"


@ask
class ReceivedUnits:
    """Of a line: units received and kept, missing, and rejected, with why they were."""

    line: Id
    received: Count
    short: Count = 0
    rejected: Count = 0
    reason: Literal["", "damaged", "late", "wrong-item", "not-ordered", "not-wanted"] = ""


@ask
class TakeReceivingAdvice:
    """A consignee's receiving advice of an order, by its number: what came when. Without parcels it is about all that left and have not come back."""

    order: Code
    number: Code
    lines: Annotated[tuple[ReceivedUnits, ...], MinLen(1), MaxLen(1000)]
    parcels: Annotated[tuple[Code, ...], MaxLen(1000)] = ()
    at: datetime | None = None
    zone: Short = ""
    place: Short = ""
    gln: Short = ""


@row
class Consigned:
    """An order with its consignee."""

    order: int
    customer: int
    code: str
    name: str


@row
class SentLine:
    """A line and how many of its units left."""

    order: int
    line: int
    position: int
    shipped: int


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a batch: orders, their lines by position, their parcels, advices taken before, drawn numbers of proofs and advices."""

    orders: Mapping[int, Consigned]
    lines: Mapping[int, Mapping[int, SentLine]]
    parcels: Mapping[int, Sequence[Parcel]]
    taken: Mapping[tuple[int, str], str]
    proofs: Iterator[int] = field(default_factory=lambda: iter(()))
    advices: Iterator[int] = field(default_factory=lambda: iter(()))


@dataclass(frozen=True, slots=True)
class Done:
    """An accepted advice with the proofs it gives."""

    ask: TakeReceivingAdvice
    told: ReceivingAdviceTaken
    advice: int
    of: Consigned
    proofs: Sequence[tuple[int, Parcel]]
    lines: Sequence[tuple[int, ReceivedUnits]]


def decide(asks: Sequence[TakeReceivingAdvice], known: Known, now: datetime) -> list[Done | ReceivingAdviceKnown | Refused]:
    """Take each advice whole, once."""
    taken, answers = dict(known.taken), []
    for ask in asks:
        answer = _decide(ask, known, taken, now)
        if isinstance(answer, Done):
            taken[answer.of.customer, ask.number] = json_of(ask).decode()
        answers.append(answer)
    return answers


def _decide(ask: TakeReceivingAdvice, known: Known, taken: Mapping[tuple[int, str], str], now: datetime) -> Done | ReceivingAdviceKnown | Refused:
    of = known.orders.get(order_id(ask.order))
    if of is None:
        return refuse("order-unknown", at="order", order=ask.order)
    if (before := taken.get((of.customer, ask.number))) is not None:
        same = from_json(before) == from_json(json_of(ask))
        return ReceivingAdviceKnown(ask.order, ask.number) if same else refuse("receiving-differs", at="number", number=ask.number, customer=of.code)
    every = known.parcels.get(of.order, ())
    fit = [p for p in every if (p.tracking in ask.parcels if ask.parcels else not p.back_at)]
    strange = sorted(set(ask.parcels) - {p.tracking for p in fit})
    if strange or not fit:
        return refuse("not-on-its-way", at="parcels", order=ask.order, parcels=", ".join(strange) or "none")
    if back := next((p for p in fit if p.back_at), None):
        return refuse("came-back-already", at="parcels", parcel=back.tracking)
    at = instant(ask.at or now, ask.zone, now)
    findings = [x for n, line in enumerate(ask.lines) if (x := _wrong(ask, n, line, known.lines.get(of.order, {})))]
    if isinstance(at, Refused):
        return refuse_all([at, *findings])
    if findings:
        return refuse_all(findings)
    told = ReceivingAdviceTaken(
        ask.order, ask.number, of.code, tuple(dict.fromkeys(p.tracking for p in fit)), sum(x.received for x in ask.lines), sum(x.short for x in ask.lines),
        sum(x.rejected for x in ask.lines), at)
    lines = [(known.lines[of.order][x.line].line, x) for x in ask.lines]
    return Done(ask, told, next(known.advices), of, [(next(known.proofs), p) for p in fit], lines)


def _wrong(ask: TakeReceivingAdvice, n: int, line: ReceivedUnits, sent: Mapping[int, SentLine]) -> Refused | None:
    at = f"lines/{n}"
    if line.line not in sent:
        return refuse("line-unknown", at=f"{at}/line", order=ask.order, line=line.line)
    told = line.received + line.short + line.rejected
    if told > sent[line.line].shipped:
        return refuse("received-more", at=f"{at}/received", line=line.line, order=ask.order, sent=sent[line.line].shipped, got=told)
    if bool(line.rejected) != bool(line.reason):
        return refuse("values-refused", at=f"{at}/reason", why="Say why units were rejected, and only of those.")
    if sum(x.line == line.line for x in ask.lines) > 1:
        return refuse("values-refused", at=f"{at}/line", why=f"Line {line.line} is told of twice.")
    return None


ORDERS = """
SELECT o.id, o.customer_id, p.code, p.name FROM orders_order o JOIN partners_party p ON p.id = o.customer_id WHERE o.id = ANY(%(orders)s::bigint[])
"""
LINES = "SELECT order_id, id, position, shipped FROM orders_line WHERE order_id = ANY(%(orders)s::bigint[]) AND shipped > 0"
TRACKINGS = """
SELECT DISTINCT p.tracking FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id WHERE s.order_id = ANY(%(orders)s::bigint[])
"""
TAKEN = """
SELECT a.customer_id, a.number, a.body::text FROM transport_receivingadvice a
 WHERE a.customer_id = ANY(%(customers)s::bigint[]) AND a.number = ANY(%(number)s::text[])
"""
KEEP = """
INSERT INTO transport_receivingadvice (id, order_id, customer_id, number, body, received_at, recorded_at, actor)
SELECT a.id, a.ord, a.customer, a.number, a.body, a.at, %(now)s::timestamptz, a.actor
  FROM unnest(%(ids)s::bigint[], %(ords)s::bigint[], %(customers)s::bigint[], %(numbers)s::text[], %(bodies)s::jsonb[], %(ats)s::timestamptz[], %(by)s::text[])
    AS a(id, ord, customer, number, body, at, actor)
"""
KEEP_LINES = """
INSERT INTO transport_receivedline (advice_id, line_id, received, short, rejected, reason)
SELECT * FROM unnest(%(advice)s::bigint[], %(ids)s::bigint[], %(received)s::bigint[], %(short)s::bigint[], %(rejected)s::bigint[], %(reason)s::text[])
"""
PROVE = f"""
INSERT INTO transport_proof (id, parcel_id, delivered_at, zone, receiver, place, gln, source, recorded_at, actor)
SELECT f.id, f.parcel, f.at, f.zone, f.receiver, f.place, f.gln, '{SOURCE}', %(now)s::timestamptz, f.actor
  FROM unnest(%(proof)s::bigint[], %(parcel)s::bigint[], %(ats)s::timestamptz[], %(zones)s::text[], %(receivers)s::text[], %(places)s::text[], %(glns)s::text[], %(by)s::text[])
    AS f(id, parcel, at, zone, receiver, place, gln, actor)
"""


@operation
def take_receiving_advice(run: Run, asks: Sequence[TakeReceivingAdvice]) -> list[ReceivingAdviceTaken | ReceivingAdviceKnown | Refused]:
    """Take consignees' receiving advices; the parcels they are about count as delivered."""
    known = _known(run, asks)
    decided = decide(asks, known, run.now.astimezone(UTC))
    done = [(d, owner) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Done)]
    if done:
        _write(run, done)
    return [d.told if isinstance(d, Done) else d for d in decided]


def _known(run: Run, asks: Sequence[TakeReceivingAdvice]) -> Known:
    ids = sorted({order_id(a.order) for a in asks})
    trackings = [tracking for (tracking,) in run.rows(as_tuple, TRACKINGS, orders=ids)]
    parcels: dict[int, list[Parcel]] = defaultdict(list)
    for p in lock_and_read(run, trackings) if trackings else []:
        parcels[p.order].append(p)
    orders = {o.order: o for o in run.rows(Consigned, ORDERS, orders=ids)}
    lines: dict[int, dict[int, SentLine]] = defaultdict(dict)
    for line in run.rows(SentLine, LINES, orders=ids):
        lines[line.order][line.position] = line
    taken = {(customer, number): body for customer, number, body in run.rows(as_tuple, TAKEN, asks, customers=sorted({o.customer for o in orders.values()}))}
    drawn = run.draw_all({"transport_proof_id_seq": sum(len(parcels.get(order_id(a.order), ())) for a in asks), "transport_receivingadvice_id_seq": len(asks)})
    return Known(orders, lines, parcels, taken, iter(drawn["transport_proof_id_seq"]), iter(drawn["transport_receivingadvice_id_seq"]))


def _write(run: Run, done: Sequence[tuple[Done, tuple[str, str | None]]]) -> None:
    of = [d for d, _ in done]
    run.write(KEEP, ids=[d.advice for d in of], ords=[d.of.order for d in of], customers=[d.of.customer for d in of], numbers=[d.ask.number for d in of],
              bodies=[json_of(d.ask).decode() for d in of], ats=[d.told.at for d in of], by=[owner[0] for _, owner in done])
    lines = [(d.advice, id, x) for d in of for id, x in d.lines]
    run.write(KEEP_LINES, [x for *_, x in lines], advice=[advice for advice, *_ in lines], ids=[id for _, id, _ in lines])
    proven = [(d, proof, p, owner) for d, owner in done for proof, p in d.proofs]
    run.write(PROVE, proof=[proof for _, proof, _, _ in proven], parcel=[p.id for _, _, p, _ in proven], ats=[d.told.at for d, *_ in proven],
              zones=[d.ask.zone or "UTC" for d, *_ in proven], receivers=[d.of.name for d, *_ in proven], places=[d.ask.place for d, *_ in proven],
              glns=[d.ask.gln for d, *_ in proven], by=[owner[0] for *_, owner in proven])
    for d, proof, p, owner in proven:
        run.tell([ProofRecorded(order_number(p.order), p.tracking, p.carrier_code, proof, p.units, None, "", d.told.at, d.ask.zone or "UTC")], owner)
    at = {p.id: d.told.at for d, _, p, _ in proven}
    moved = list({p.id: p for _, _, p, _ in proven}.values())
    told = sightings(run, [p.tracking for p in moved if p.seen])
    settle(run, moved, {p.id: derive(told.get((p.carrier, p.tracking), ()), at[p.id]) for p in moved}, by_proof=True)
