"""EDI by X12: tenders written as a 204, their answers read from a 990, consignees' receiving advices from an 861.

A message is kept as it came, then read; what cannot be read is told at once, by segment. Each transaction set is one ask with a key made of its
envelopes' control numbers, so that a message that comes twice is answered as before. A carrier's code with us is its SCAC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from hanse.journal.asking import rows
from hanse.journal.operation import KeyReused, Operation
from hanse.journal.principals import Principal
from hanse.kernel import x12
from hanse.kernel.numbers import order_id, order_number
from hanse.kernel.x12 import BadX12, Interchange, Segment, Transaction

from .answer_tender import AnswerTender, answer_tender
from .freight_reads import LoadView
from .keep_message import KeepMessage, keep_message
from .take_receiving_advice import ReceivedUnits, TakeReceivingAdvice, take_receiving_advice

ACCEPTED, DECLINED = {"A"}, {"D", "R"}
CONDITIONS: Mapping[str, tuple[str, str]] = {
    "01": ("rejected", "damaged"), "02": ("short", ""), "04": ("rejected", "damaged"), "05": ("rejected", "wrong-item"), "07": ("received", ""), "08": ("rejected", "not-wanted"),
}
"""Receiving condition codes (X12 412) of units in question: what we count them as, and why they were rejected."""
OURS, THEIRS, PARCELS = "VN", "PO", ("2I", "CN")
"""Qualifiers of references (X12 128): our order, the customer's, tracking numbers."""
SKUS = ("VP", "VN", "SK")
"""Qualifiers of our article (X12 235)."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a transaction set: the fact or the refusal, or what could not be read of it."""

    kind: str
    control: str
    answer: Any = None
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AdvisedLine:
    """A line of an 861: how it names ours, and its units."""

    segment: int
    number: str
    sku: str
    received: int
    short: int
    rejected: int
    reason: str


@dataclass(frozen=True, slots=True)
class Advised:
    """An 861 as it reads, before our order and its lines are looked up."""

    segment: int
    number: str
    ours: str
    theirs: str
    at: datetime | None
    parcels: tuple[str, ...]
    lines: tuple[AdvisedLine, ...]


def take(message: str, by: Principal | str) -> list[Taken]:
    """Keep a message and do what its transaction sets ask; raises `BadX12` where it is none, or not sound."""
    interchanges = x12.read(message)
    keep_message([KeepMessage(message)], by=by)
    return [_taken(it, transaction, by) for it in interchanges for transaction in it.transactions]


def _taken(it: Interchange, transaction: Transaction, by: Principal | str) -> Taken:
    told = Taken(transaction.kind, transaction.control)
    try:
        operation, ask = _asked(transaction)
        key = f"x12 {it.sender} {it.control} {transaction.control}"
        [answer] = operation([ask], by=by, key=key)
    except BadX12 as bad:
        return replace(told, findings=tuple(bad.findings))
    except KeyReused:
        return replace(told, findings=(f"Segment {transaction.position}: interchange {it.control} of {it.sender} came before with other contents.",))
    return replace(told, answer=answer)


def _asked(transaction: Transaction) -> tuple[Operation, Any]:
    try:
        if transaction.kind == "990":
            return answer_tender, answer_of(transaction)
        if transaction.kind == "861":
            return take_receiving_advice, advice_of(transaction)
    except ValidationError as bad:
        raise BadX12([f"Segment {transaction.position}: {'/'.join(map(str, e['loc']))}: {e['msg']}." for e in bad.errors()]) from None
    raise BadX12([f"Segment {transaction.position}: {transaction.kind or 'this'} is not read here; 990 and 861 are."])


# -- 990: the answer to a tender ----------------------------------------------------------------------------------------


def answer_of(transaction: Transaction) -> AnswerTender:
    """The carrier's answer in a 990: SCAC, load, accept or decline; a pick-up number (N9 P8, else CN), remarks (K1)."""
    head = transaction.first("B1")
    wrong = [f"Segment {head.position}: {what} is missing." for n, what in ((1, "the SCAC (B101)"), (2, "the load (B102)"), (4, "accept or decline (B104)")) if not head.at(n)]
    if head.at(4) and head.at(4) not in ACCEPTED | DECLINED:
        wrong.append(f"Segment {head.position}: B104 is {head.at(4)}; A accepts, D declines.")
    if wrong:
        raise BadX12(wrong)
    numbers = {s.at(1): s.at(2) for s in transaction.all("N9")}
    remarks = " ".join(part for s in transaction.all("K1") for part in (s.at(1), s.at(2)) if part)[:200]
    if head.at(4) in ACCEPTED:
        return AnswerTender(head.at(2), head.at(1), "accept", numbers.get("P8") or numbers.get("CN", ""))
    return AnswerTender(head.at(2), head.at(1), "decline", reason=remarks or "no reason given in the 990")


# -- 861: a receiving advice --------------------------------------------------------------------------------------------


def advised(transaction: Transaction) -> Advised:
    """What an 861 says; all that cannot be read of it at once."""
    head, wrong = transaction.first("BRA"), list[str]()
    if not head.at(1):
        wrong.append(f"Segment {head.position}: the number of the advice (BRA01) is missing.")
    references = [(s.at(1), s.at(2)) for s in transaction.all("REF")]
    when = next((s for s in transaction.all("DTM") if s.at(1) == "050"), head)
    at = _instant(when.at(2), when.at(3) if when.name == "DTM" else when.at(5), when.position, wrong)
    lines = list[AdvisedLine]()
    of: list[Segment] = []
    for s in [*transaction.segments, Segment(0, ("RCD",))]:
        if s.name == "RCD":
            if of:
                lines.append(_line(of, wrong))
            of = [s]
        elif of:
            of.append(s)
    if not lines:
        wrong.append(f"Segment {transaction.position}: there is no line (RCD) in it.")
    if wrong:
        raise BadX12(wrong)
    theirs = transaction.first("PRF").at(1) or next((value for name, value in references if name == THEIRS), "")
    parcels = tuple(dict.fromkeys(value for name, value in references if name in PARCELS and value))
    return Advised(head.position, head.at(1), next((value for name, value in references if name == OURS), ""), theirs, at, parcels, tuple(lines))


def _line(of: Sequence[Segment], wrong: list[str]) -> AdvisedLine:
    head, units, reasons = of[0], {"received": 0, "short": 0, "rejected": 0}, set[str]()
    units["received"] = _count(head, 2, wrong)
    for n in range(6, 21, 3):
        if not head.at(n):
            continue
        what, why = CONDITIONS.get(head.at(n + 2), ("", ""))
        if not what:
            wrong.append(f"Segment {head.position}: RCD{n + 2:02d} is {head.at(n + 2) or 'missing'}; {', '.join(CONDITIONS)} are read.")
            continue
        units[what] += _count(head, n, wrong) if what != "received" else 0
        reasons |= {why} - {""}
    if len(reasons) > 1:
        wrong.append(f"Segment {head.position}: units of a line are rejected for one reason, not for {' and '.join(sorted(reasons))}.")
    named = next((s for s in of if s.name == "LIN"), head)
    pairs = dict(zip(named.parts[2::2], named.parts[3::2], strict=False)) if named.name == "LIN" else {}
    return AdvisedLine(head.position, head.at(1), next((pairs[q].strip() for q in SKUS if q in pairs), ""), **units, reason=min(reasons, default=""))


def _count(s: Segment, n: int, wrong: list[str]) -> int:
    text = s.at(n).removesuffix(".0") or "0"
    if text.isascii() and text.isdigit() and len(text) < 13:
        return int(text)
    wrong.append(f"Segment {s.position}: {s.name}{n:02d} is {text}, no whole number of units.")
    return 0


def _instant(day: str, time: str, position: int, wrong: list[str]) -> datetime | None:
    if not day:
        return None
    try:
        return datetime.strptime(day + (time[:4] or "0000"), "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        wrong.append(f"Segment {position}: {day} {time} is no day and time such as 20261116 1430.")
        return None


BY_REF = "SELECT id FROM orders_order WHERE ref = %(ref)s ORDER BY id LIMIT 2"
LINES = "SELECT l.position, i.sku FROM orders_line l JOIN catalogue_item i ON i.id = l.item_id WHERE l.order_id = %(id)s ORDER BY l.position"


def advice_of(transaction: Transaction) -> TakeReceivingAdvice:
    """An 861 as what we are asked: the order by our number (REF VN), else by the customer's (PRF), lines by our SKU, else by their number."""
    it = advised(transaction)
    order = it.ours or _by_ref(it)
    positions = rows(lambda position, sku: (position, sku), LINES, id=order_id(order))
    wrong, lines = list[str](), list[ReceivedUnits]()
    for line in it.lines:
        fit = [p for p, sku in positions if (sku == line.sku if line.sku else str(p) == line.number.lstrip("0"))]
        if len(fit) != 1:
            wrong.append(f"Segment {line.segment}: {line.sku or f'line {line.number}'} is {'no line' if not fit else 'several lines'} of {order}.")
        else:
            lines.append(ReceivedUnits(fit[0], line.received, line.short, line.rejected, line.reason))  # type: ignore[arg-type]
    if wrong:
        raise BadX12(wrong)
    return TakeReceivingAdvice(order, it.number, tuple(lines), it.parcels, it.at)


def _by_ref(it: Advised) -> str:
    found = rows(int, BY_REF, ref=it.theirs) if it.theirs else []
    if len(found) != 1:
        why = f"{'no customer has' if not found else 'several customers have'} an order {it.theirs}" if it.theirs else "it names no order"
        raise BadX12([f"Segment {it.segment}: {why}; our own number stands in REF {OURS}."])
    return order_number(found[0])


# -- 204: the tender ----------------------------------------------------------------------------------------------------


def tender_message(load: LoadView, sender: str) -> str:
    """The latest tender of a load as a 204: a cancellation where the load was cancelled. The same tender always reads the same."""
    tender = load.tenders[-1]
    zone = ZoneInfo(load.zone)
    asked = (tender.sent_at if load.state != "cancelled" else load.cancelled_at or tender.sent_at).astimezone(UTC)
    body = [
        ["B2", "", tender.carrier, "", load.load, "", "PP"], ["B2A", "01" if load.state == "cancelled" else "00", "LT"],
        *([["L11", load.bill, "BM"]] if load.bill else []), *(["L11", order, "OQ"] for order in load.orders),
        _moment("64", "1", tender.answer_by, zone), *([["NTE", "", load.note[:80]]] if load.note else []),
        ["S5", "1", "CL", *_weight(load)], _moment("37", "I", load.pickup_from, zone), _moment("38", "K", load.pickup_until, zone), ["N1", "SF", load.site, "93", load.site],
        ["S5", "2", "CU", *_weight(load)], ["N1", "ST", " ".join(filter(None, (load.region, load.country)))], ["N4", "", load.region[:2], "", load.country],
        ["L3", *([f"{load.weight_g / 1000:.3f}", "G"] if load.weight_g else ["", ""]), f"{tender.rate:.2f}", "FR", *([""] * 6), str(load.packages or "")],
    ]
    return x12.write(("ZZ", sender), ("02", tender.carrier), load.id * 100 + tender.rank, asked, "SM", "204", body)


def _moment(what: str, kind: str, at: datetime, zone: ZoneInfo) -> list[str]:
    there = at.astimezone(zone)
    return ["G62", what, f"{there:%Y%m%d}", kind, f"{there:%H%M}"]


def _weight(load: LoadView) -> list[str]:
    return [f"{load.weight_g / 1000:.3f}", "K"] if load.weight_g else []
