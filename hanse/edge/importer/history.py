"""History: what happened to an order since it was placed becomes the same facts, each at its own time.

Approval is the release of a payment hold. What was handed over is put on the shelf of its site first, as
opening stock, then assigned, released, picked, packed and handed over as live orders are. Facts that cannot
be brought in (an order cancelled after it had left) are told as notes; the order stays as far as it came.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection, transaction

from hanse.billing.invoice import Invoice, invoice
from hanse.billing.receive_payment import ReceivePayment, receive_payment
from hanse.fulfilment.events import CartonPacked, OrderReleased
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.inventory.receive import Receive, receive
from hanse.journal.operation import AGAIN, TRIES, Operation
from hanse.journal.principals import Principal
from hanse.kernel.refused import Refused
from hanse.orders.assign import Assign, AssignLine, assign
from hanse.orders.cancel import Cancel, cancel
from hanse.orders.hold import Hold, hold
from hanse.orders.release_hold import ReleaseHold, release_hold
from hanse.transport.events import ParcelHandedOver
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.keep_carriers import CodeEntry, KeepCarrier, keep_carriers
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Track, record_tracking

from .batch import Batch
from .mapping import Mapping as Mapping_

if TYPE_CHECKING:
    from .placing import Outcome

OPENING = "opening stock for history"
NOT_TOLD = "brought in from the past, and nobody said whether it has left"
"""Why an order of the past is kept away from stock, where the mapping has no times of handing over."""
NO_CARRIER = "NOT KNOWN"
"""The carrier of what left with nobody knows whom."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of the past of all orders: what carriers' codes mean, and whether it is told when goods left."""

    codes: Mapping[str, str]
    told_when_left: bool


def past_of(mapping: Mapping_) -> Past:
    """What a mapping knows of the past."""
    history, tracking = mapping.get("history"), mapping.get("tracking")
    return Past(tracking.codes if tracking else {}, history is None or "handed_over" in history.take)


def live_again(placed: Sequence["Outcome"], under: Batch, past: Past) -> None:
    """Let a batch of placed orders go through what happened to them, step by step for all of them."""
    if not past.told_when_left:
        _each(hold, [(o, Hold(_number(o), "history", NOT_TOLD, _at(o))) for o in placed], under)
    approved = _with(placed, "approved")
    _each(hold, [(o, Hold(_number(o), "payment", "waits for approval", _at(o))) for o in approved], under)
    _each(release_hold, [(o, ReleaseHold(_number(o), "payment", "approved", o.brought.past["approved"])) for o in approved], under)
    gone = [o for o in _with(placed, "handed_over") if _sites(o) and not o.answer.kits]
    for o in placed:
        if o.answer.kits and "handed_over" in o.brought.past:
            o.notes.append(f"{_number(o)} ({o.brought.ask.ref}): it has kits; what left of it cannot be brought in, for nobody said which components did.")
    carriers_of(gone, past.codes, under.by)
    left = {id(o) for o in gone}
    stopped = _with(placed, "cancelled")
    _each(cancel, [(o, Cancel(_number(o), (), o.brought.past.get("cancel_reason", ""), True, o.brought.past["cancelled"]))
                   for o in stopped if id(o) not in left], under)
    for o in stopped:
        if id(o) in left:
            o.notes.append(f"{_number(o)} ({o.brought.ask.ref}): cancelled after it had left; it stays handed over.")
    parcels = _shipped(gone, under)
    _each(record_tracking, [
        (o, Track(fact.carrier, fact.parcel, event["code"], event["at"], o.brought.ask.zone, text=event.get("text", ""), place=event.get("place", "")))
        for o, fact in parcels for event in o.brought.told.get("tracking", ()) if "code" in event and "at" in event], under)
    _each(record_proof, [
        (o, RecordProof(fact.parcel, fact.carrier, o.brought.past["delivered"], o.brought.ask.zone, o.brought.past.get("received_by", ""), source="history"))
        for o, fact in parcels if "delivered" in o.brought.past], under)
    _each(invoice, [(o, Invoice(_number(o), o.brought.past["invoiced"], o.brought.past.get("invoice"))) for o in _with(placed, "invoiced")], under)
    _each(receive_payment, [payment for o in placed for payment in _payments(o)], under)


def _payments(o: "Outcome") -> list[tuple["Outcome", ReceivePayment]]:
    """The payments of an order: those told one by one, or the one of its past."""
    past, told = o.brought.past, o.brought.told.get("payments", ())
    given = [(p.get("ref", f"{nr}"), p["amount"], p.get("at"), p.get("method", "")) for nr, p in enumerate(told, 1) if p.get("amount")]
    if not given and "paid" in past:
        given = [("paid", past.get("paid_amount", o.answer.total), past["paid"], "")]
    return [
        (o, ReceivePayment(f"{_number(o)} {ref}", o.brought.ask.customer, amount, o.answer.currency, method, at or past.get("approved") or _at(o)))
        for ref, amount, at, method in given]


def _shipped(gone: Sequence["Outcome"], under: Batch) -> list[tuple["Outcome", Any]]:
    """Opening stock in, units assigned, released, picked, packed and handed over; the parcels of each order."""
    if not gone:
        return []
    _stocked(gone, under)
    released = _each(release, [(o, Release(_number(o), None, _at(o))) for o in gone], under)
    tasks = [(o, task) for o, fact in released if isinstance(fact, OrderReleased) for task in fact.tasks]
    _each(pick, [(o, Pick(task.task, task.quantity, at=_left(o))) for o, task in tasks], under)
    sites = list(dict.fromkeys((id(o), task.site) for o, task in tasks))
    by_id = {id(o): o for o in gone}
    packed = _each(pack, [(by_id[nr], Pack(order=_number(by_id[nr]), site=site, at=_left(by_id[nr]))) for nr, site in sites], under)
    cartons = [(o, fact.carton) for o, fact in packed if isinstance(fact, CartonPacked)]
    handed = _each(hand_over, [(o, HandOver(carton, _carrier(o), "", o.brought.past.get("tracking"), _left(o))) for o, carton in cartons], under)
    return [(o, fact) for o, fact in handed if isinstance(fact, ParcelHandedOver)]


def carriers_of(placed: Sequence["Outcome"], codes: Mapping[str, str], by: Principal) -> None:
    """Carriers that these orders name first, with what their codes mean."""
    named = {_carrier(o).upper(): _carrier(o) for o in placed if "handed_over" in o.brought.past}
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM transport_carrier WHERE code = ANY(%s::text[])", [list(named)])
        known = {code for (code,) in cursor.fetchall()}
    entries = tuple(CodeEntry(code, state) for code, state in codes.items())  # type: ignore[arg-type]
    fresh = [KeepCarrier(code, name, codes=entries) for code, name in sorted(named.items()) if code not in known]
    if fresh:
        keep_carriers(fresh, by=by)


def _stocked(gone: Sequence["Outcome"], under: Batch) -> None:
    """Stock in and assigned in one transaction, so that no waiting order takes it between; tried again as an operation is."""
    for attempt in range(1, TRIES + 1):
        notes = [list(o.notes) for o in gone]
        try:
            with transaction.atomic():
                _receive(gone, under)
                _each(assign, [(o, Assign(_number(o), _parts(o), _at(o))) for o in gone], under)
            return
        except DatabaseError as error:
            if connection.in_atomic_block or getattr(error.__cause__, "sqlstate", "") not in AGAIN or attempt == TRIES:
                raise
            for o, before in zip(gone, notes, strict=True):
                o.notes[:] = before
            time.sleep(0.01 * 2**attempt)


def _receive(gone: Sequence["Outcome"], under: Batch) -> None:
    """What these orders took from each site comes in at the time of the first that took it."""
    needed: dict[tuple[str, str], int] = defaultdict(int)
    since: dict[tuple[str, str], datetime] = {}
    for o in gone:
        at = min(_at(o), _left(o))
        for line, site in zip(o.brought.ask.lines, _sites(o), strict=True):
            needed[site, line.sku] += line.quantity
            since[site, line.sku] = min(at, since.get((site, line.sku), at))
    under.ask(receive, [Receive(site, sku, units, document=OPENING, at=since[site, sku]) for (site, sku), units in needed.items()])


def _each(operation: Operation, asks: Sequence[tuple["Outcome", Any]], under: Batch) -> list[tuple["Outcome", Any]]:
    """Ask an operation for several orders; refusals become notes of their orders."""
    answers, _ = under.ask(operation, [ask for _, ask in asks])
    told = []
    for (o, _), answer in zip(asks, answers, strict=True):
        if isinstance(answer, Refused):
            o.notes.append(f"{_number(o)} ({o.brought.ask.ref}): {operation.name.split('.')[1].replace('_', ' ')}: {answer.detail}")
        else:
            told.append((o, answer))
    return told


def _with(placed: Sequence["Outcome"], fact: str) -> list["Outcome"]:
    return [o for o in placed if fact in o.brought.past]


def _number(o: "Outcome") -> str:
    return o.answer.order


def _at(o: "Outcome") -> datetime:
    return o.answer.at


def _left(o: "Outcome") -> datetime:
    return o.brought.past["handed_over"]


def _carrier(o: "Outcome") -> str:
    return o.brought.past.get("carrier", NO_CARRIER)


def _sites(o: "Outcome") -> list[str]:
    """The site that each line left from: the line's own, or the order's; empty where none is known."""
    whole = o.brought.past.get("site", "")
    sites = [site or whole for site in o.brought.sites]
    return sites if all(sites) else []


def _parts(o: "Outcome") -> tuple[AssignLine, ...]:
    lines = zip(o.brought.ask.lines, _sites(o), o.brought.ship_by, strict=True)
    return tuple(AssignLine(i, site, line.quantity, ship_by) for i, (line, site, ship_by) in enumerate(lines, start=1))


